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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.codecs.hnsw.DefaultFlatVectorScorer;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphBuilder;
import org.apache.lucene.util.hnsw.OnHeapHnswGraph;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Entry points are near nodes of the level above the lowest, and their comparisons are counted. */
public class TestEntryPoints extends LuceneTestCase {

  private static final VectorSimilarityFunction SIMILARITY = VectorSimilarityFunction.EUCLIDEAN;
  private static final int DIMENSION = 4;

  /** Counts what it scores. */
  private static final class Counting implements RandomVectorScorer {
    private final RandomVectorScorer scorer;
    private int scored;

    Counting(RandomVectorScorer scorer) {
      this.scorer = scorer;
    }

    @Override
    public float score(int node) throws IOException {
      scored++;
      return scorer.score(node);
    }

    @Override
    public int maxOrd() {
      return scorer.maxOrd();
    }
  }

  private FloatVectorValues values;
  private OnHeapHnswGraph graph;
  private Counting scorer;

  private void build(int nodes, int maxConn) throws IOException {
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      vectors.add(randomVector());
    }
    values = FloatVectorValues.fromFloats(vectors, DIMENSION);
    graph =
        HnswGraphBuilder.create(
                DefaultFlatVectorScorer.INSTANCE.getRandomVectorScorerSupplier(SIMILARITY, values),
                maxConn,
                30,
                random().nextLong())
            .build(nodes);
    scorer =
        new Counting(
            DefaultFlatVectorScorer.INSTANCE.getRandomVectorScorer(
                SIMILARITY, values, randomVector()));
  }

  private static float[] randomVector() {
    float[] vector = new float[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] = (float) random().nextGaussian();
    }
    return vector;
  }

  private int[] nodesOnLevel(int level) {
    HnswGraph.NodesIterator iterator = graph.getNodesOnLevel(level);
    int[] nodes = new int[iterator.size()];
    assertEquals(nodes.length, iterator.consume(nodes));
    return nodes;
  }

  /** The count nearest nodes of a level, by comparing all. */
  private Set<Integer> nearest(int level, int count) throws IOException {
    float[][] scored =
        Arrays.stream(nodesOnLevel(level))
            .mapToObj(node -> new float[] {node, 0})
            .toArray(float[][]::new);
    for (float[] pair : scored) {
      pair[1] = scorer.scorer.score((int) pair[0]);
    }
    Arrays.sort(scored, (a, b) -> Float.compare(b[1], a[1]));
    Set<Integer> nearest = new HashSet<>();
    for (int i = 0; i < Math.min(count, scored.length); i++) {
      nearest.add((int) scored[i][0]);
    }
    return nearest;
  }

  private static Set<Integer> different(int[] nodes) {
    Set<Integer> set = new HashSet<>();
    for (int node : nodes) {
      assertTrue("twice: " + node, set.add(node));
    }
    return set;
  }

  public void testNearestOfAFewNodes() throws IOException {
    build(1000, 16); // about 60 nodes on level 1
    EntryPoints entryPoints = new EntryPoints(scorer, graph);
    assertTrue(entryPoints.exist());
    int[] found = entryPoints.find();
    assertEquals(nearest(1, 64), different(found));
    assertEquals(nodesOnLevel(1).length, scorer.scored);
    assertEquals(scorer.scored, entryPoints.comparisons());
    assertEquals(scorer.scored, entryPoints.expectedComparisons());
  }

  /** Level 1 has about 1,500 nodes here, and level 2 about 380. */
  public void testLevelsWithManyNodesAreSearched() throws IOException {
    build(6000, 4);
    EntryPoints entryPoints = new EntryPoints(scorer, graph);
    assertTrue(entryPoints.exist());
    Set<Integer> found = different(entryPoints.find());
    assertEquals(64, found.size());
    Set<Integer> level = new HashSet<>();
    Arrays.stream(nodesOnLevel(1)).forEach(level::add);
    assertTrue(level.containsAll(found));
    assertEquals(scorer.scored, entryPoints.comparisons());
    found.retainAll(nearest(1, 64));
    assertTrue(found.size() + " of the nearest 64", found.size() > 32);
  }

  public void testNoLevels() throws IOException {
    build(1, 16);
    while (graph.numLevels() > 1) {
      build(1, 16);
    }
    assertFalse(new EntryPoints(scorer, graph).exist());
  }
}
