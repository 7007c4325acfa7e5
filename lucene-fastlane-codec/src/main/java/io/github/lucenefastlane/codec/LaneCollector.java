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
import java.io.UncheckedIOException;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.SparseFixedBitSet;

/**
 * Stands between Lucene's graph search, which collects heads, and a collector of documents. Visits
 * and limits are the collector's own.
 */
abstract class LaneCollector extends KnnCollector.Decorator {

  final SegmentField field;
  private KnnSearchStrategy strategy;

  private LaneCollector(KnnCollector collector, SegmentField field) throws IOException {
    super(collector);
    this.field = field;
    // Once only: seeds can be read once, and the graph search asks again and again.
    this.strategy = translate(collector.getSearchStrategy());
  }

  @Override
  public KnnSearchStrategy getSearchStrategy() {
    return strategy;
  }

  /** Lets the search begin at these heads, all different. */
  void enterAt(int[] heads) {
    SparseFixedBitSet bits = new SparseFixedBitSet(field.size());
    for (int head : heads) {
      bits.set(head);
    }
    strategy =
        seeded(bits, heads.length, strategy == null ? KnnSearchStrategy.Hnsw.DEFAULT : strategy);
  }

  private static KnnSearchStrategy seeded(
      SparseFixedBitSet heads, int count, KnnSearchStrategy strategy) {
    return new KnnSearchStrategy.Seeded(new BitSetIterator(heads, count), count, strategy);
  }

  /**
   * Translates what a strategy says of documents to heads. Lucene's patience counts what its
   * collector collects from the graph, which here is nothing until the end, so it is left out: the
   * search goes on as if patience never ran out.
   */
  private KnnSearchStrategy translate(KnnSearchStrategy strategy) throws IOException {
    if (strategy instanceof KnnSearchStrategy.Patience patience) {
      return new KnnSearchStrategy.Hnsw(patience.filteredSearchThreshold());
    }
    if (strategy instanceof KnnSearchStrategy.Seeded seeded) {
      SparseFixedBitSet heads = new SparseFixedBitSet(field.size());
      int count = 0;
      DocIdSetIterator seeds = seeded.entryPoints();
      while (count < seeded.numberOfEntryPoints()
          && seeds.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        heads.set(field.firstHead(seeds.docID()));
        count++;
      }
      return seeded(heads, count, translate(seeded.originalStrategy()));
    }
    return strategy;
  }

  /** Keeps the documents of the best heads, to be collected when all are found. */
  static final class AtLast extends LaneCollector {
    private final DocumentQueue found;
    private final int depth;

    AtLast(KnnCollector collector, SegmentField field, int depth) throws IOException {
      super(collector, field);
      this.found = new DocumentQueue(depth);
      this.depth = depth;
    }

    DocumentQueue found() {
      return found;
    }

    @Override
    public int k() {
      return depth;
    }

    @Override
    public boolean collect(int head, float similarity) {
      return found.offer(field.documentOf(head), similarity);
    }

    @Override
    public float minCompetitiveSimilarity() {
      return found.worst();
    }
  }

  /**
   * Passes each document on as soon as the first of its heads is found. A collector that bounds the
   * search by the similarities of tokens, which are above those of their heads, would end it too
   * early; so the search goes on among the {@link Lane#MIN_DEPTH} documents of the best heads.
   */
  static final class AtOnce extends LaneCollector {
    private final TokenScorer tokens;
    private final SparseFixedBitSet seen;
    private final DocumentQueue nearest = new DocumentQueue(Lane.MIN_DEPTH);

    /**
     * @param tokens scores a document by its best token; null if heads are tokens
     */
    AtOnce(KnnCollector collector, SegmentField field, TokenScorer tokens) throws IOException {
      super(collector, field);
      this.tokens = tokens;
      this.seen = new SparseFixedBitSet(field.entry.documents());
    }

    @Override
    public int k() {
      return Lane.MIN_DEPTH;
    }

    @Override
    public boolean collect(int head, float similarity) {
      if (collector.earlyTerminated()) {
        // The graph search looks up only after a node's neighbours, each of which may cost a
        // document.
        return false;
      }
      int ord = field.documentOf(head);
      boolean nearer = nearest.offer(ord, similarity);
      if (seen.getAndSet(ord)) {
        return nearer;
      }
      if (tokens == null) {
        return collector.collect(field.ordToDoc(ord), similarity) || nearer;
      }
      collector.incVisitedCount(tokens.comparisons(ord));
      try {
        return collector.collect(field.ordToDoc(ord), tokens.best(ord)) || nearer;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public float minCompetitiveSimilarity() {
      return Math.min(collector.minCompetitiveSimilarity(), nearest.worst());
    }
  }
}
