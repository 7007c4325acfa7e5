/*
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package io.github.lucenefastlane.codec;

import java.io.IOException;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.SparseFixedBitSet;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphBuilder.GraphBuilderKnnCollector;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.NeighborQueue;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * Where a lane begins: at the nearest heads of the level above the graph's lowest.
 *
 * <p>Lucene's descent keeps one node a level. Among the heads of unlike texts (several collections
 * in one segment) that is often one from which no way leads to the right ones: a view, being a mean
 * of tokens, is not very near to any head. So all nodes of the lowest level that has few are
 * compared, and the levels below it searched with a beam. For 203 questions on SQuAD paragraphs
 * among twenty times as many of other collections, one view and 20 and 100 candidates then keep
 * .974 and .984 of full MaxSim's nDCG@10 with a beam of 64, .984 and .995 with one of 256, and with
 * one of 512; all heads compared, .995 and 1.
 */
final class EntryPoints {

  /** The most nodes of a level that are all compared. */
  private static final int MAX_SCANNED = 512;

  /** The nearest nodes that are kept from level to level. */
  private static final int BEAM = 256;

  /** How many of them a lane begins at. */
  private static final int MOST = 64;

  private final RandomVectorScorer heads;
  private final HnswGraph graph;
  private final int scanned; // the lowest level that has few nodes
  private int comparisons;

  EntryPoints(RandomVectorScorer heads, HnswGraph graph) throws IOException {
    this.heads = heads;
    this.graph = graph;
    int level = 1;
    while (level < graph.numLevels() && graph.getNodesOnLevel(level).size() > MAX_SCANNED) {
      level++;
    }
    this.scanned = level;
  }

  /** Whether the graph has a level to look for them. */
  boolean exist() throws IOException {
    return scanned < graph.numLevels();
  }

  /** About how many comparisons it takes to find them. */
  long expectedComparisons() throws IOException {
    long expected = graph.getNodesOnLevel(scanned).size();
    for (int level = scanned - 1; level > 0; level--) {
      expected += HnswGraphSearcher.expectedVisitedNodes(BEAM, graph.getNodesOnLevel(level).size());
    }
    return expected;
  }

  /** Finds them: heads, all different, in no order. */
  int[] find() throws IOException {
    HnswGraph.NodesIterator iterator = graph.getNodesOnLevel(scanned);
    int[] nodes = new int[iterator.size()];
    int count = iterator.consume(nodes);
    float[] scores = new float[count];
    heads.bulkScore(nodes, scores, count);
    comparisons = count;
    GraphBuilderKnnCollector nearest = new GraphBuilderKnnCollector(BEAM);
    for (int i = 0; i < count; i++) {
      nearest.collect(nodes[i], scores[i]);
    }
    if (scanned > 1) {
      HnswGraphSearcher searcher =
          new HnswGraphSearcher(new NeighborQueue(BEAM, true), visited(graph.maxNodeId() + 1));
      for (int level = scanned - 1; level > 0; level--) {
        nearest = searcher.searchLevel(heads, BEAM, level, nearest.popUntilNearestKNodes(), graph);
        comparisons += (int) nearest.visitedCount();
      }
    }
    while (nearest.size() > MOST) {
      nearest.popNode(); // the farthest
    }
    return nearest.popUntilNearestKNodes();
  }

  /** How many comparisons {@link #find} took. */
  int comparisons() {
    return comparisons;
  }

  private static BitSet visited(int nodes) {
    // As Lucene's own search does: the bits of few visits in a large graph need not all be cleared.
    return HnswGraphSearcher.expectedVisitedNodes(BEAM, nodes) < nodes >>> 7
        ? new SparseFixedBitSet(nodes)
        : new FixedBitSet(nodes);
  }
}
