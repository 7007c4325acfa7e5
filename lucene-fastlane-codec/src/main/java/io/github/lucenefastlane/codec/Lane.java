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
import java.util.List;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.ConjunctionUtils;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * The search of one target in one segment: through the route graph to heads, from heads to their
 * documents, and from documents, unless the collector asked by {@link HeadSearchStrategy} for heads
 * only, to their best tokens.
 *
 * <p>Where there is no graph, or so few documents are accepted that the graph search would take
 * longer, the accepted documents are compared one by one, which is exact. Each document is
 * collected once, and each comparison is counted as a visit.
 */
final class Lane {

  /**
   * How many documents the graph search looks for, per document wanted, if documents are then
   * ordered by their tokens, of which the heads are only a forecast.
   */
  private static final int DEPTH_PER_DOCUMENT = 2;

  /** How many at least: a search for very few does not find its way through the graph. */
  static final int MIN_DEPTH = 16;

  /** The same where heads decide: these cost one comparison each, tokens one per token. */
  private static final int MIN_HEAD_DEPTH = 32;

  /**
   * How many heads, or tokens, are scanned in the time of one of the visits that Lucene's estimate
   * expects: there are about twice as many, each somewhere else in memory.
   */
  private static final int SCANNED_PER_VISIT = 8;

  private final SegmentField field;
  private final RandomVectorScorer heads;
  private final TokenScorer tokens;
  private final KnnCollector collector;

  /** Whether documents are collected with their best heads, asked for or since tokens are heads. */
  private final boolean byHead;

  /**
   * Whether documents are collected as they are found. A collector of one document wants the best,
   * or, as Lucene's radius queries, all that are near enough, and then bounds the search itself.
   */
  private final boolean atOnce;

  /** How many documents the graph search looks for. */
  private final int depth;

  // The heads of a document that is scanned, and their similarities.
  private int[] scannedHeads = {};
  private float[] scannedScores = {};

  Lane(SegmentField field, RandomVectorScorer heads, TokenScorer tokens, KnnCollector collector) {
    this.field = field;
    this.heads = heads;
    this.tokens = tokens;
    this.collector = collector;
    boolean headsOnly = headsOnly(collector.getSearchStrategy());
    this.byHead = headsOnly || field.entry.multiValued() == false;
    this.atOnce = collector.k() == 1 && headsOnly == false;
    this.depth =
        byHead
            ? Math.max(MIN_HEAD_DEPTH, collector.k())
            : (int)
                Math.max(
                    MIN_DEPTH,
                    Math.min(field.entry.documents(), (long) DEPTH_PER_DOCUMENT * collector.k()));
  }

  private static boolean headsOnly(KnnSearchStrategy strategy) {
    return strategy instanceof HeadSearchStrategy
        || strategy instanceof KnnSearchStrategy.Seeded seeded
            && headsOnly(seeded.originalStrategy());
  }

  void search(HnswGraph graph, AcceptDocs acceptDocs) throws IOException {
    int documents = field.entry.documents();
    if (documents == 0 || collector.k() == 0) {
      return;
    }
    int acceptedDocuments = Math.min(acceptDocs.cost(), documents);
    int acceptedHeads = (int) ((long) acceptedDocuments * field.size() / documents);
    int expectedVisits = HnswGraphSearcher.expectedVisitedNodes(depth, graph.size());
    if (graph.size() == 0
        || depth >= documents
        || expectedVisits >= acceptedHeads
        || filterMakesScanCheaper(expectedVisits, acceptedDocuments, acceptedHeads)) {
      scan(acceptDocs);
    } else if (byHead == false && expectedComparisons(graph) > visitsLeft()) {
      // The search would end early. Its caller, who set the limit, has something else in mind then,
      // and need not wait for it.
      collector.incVisitedCount((int) visitsLeft());
    } else {
      searchGraph(graph, acceptDocs, acceptedHeads);
    }
  }

  /**
   * The graph search goes through heads that are not accepted too, so that it visits more the fewer
   * are, while there is less to scan.
   */
  private boolean filterMakesScanCheaper(
      int expectedVisits, int acceptedDocuments, int acceptedHeads) {
    long scanned = byHead ? acceptedHeads : acceptedDocuments * tokensPerDocument();
    return acceptedHeads < field.size()
        && (double) SCANNED_PER_VISIT * expectedVisits * field.size() / acceptedHeads >= scanned;
  }

  /** About how many comparisons the graph search takes, once it has begun. */
  private long expectedComparisons(HnswGraph graph) {
    int expectedVisits = HnswGraphSearcher.expectedVisitedNodes(depth, graph.size());
    return byHead ? expectedVisits : expectedVisits + depth * tokensPerDocument();
  }

  private long visitsLeft() {
    return Math.max(0, collector.visitLimit() - collector.visitedCount());
  }

  private long tokensPerDocument() {
    return field.entry.tokens() / field.entry.documents();
  }

  private void searchGraph(HnswGraph graph, AcceptDocs acceptDocs, int acceptedHeads)
      throws IOException {
    Bits acceptHeads = acceptDocs.bits() == null ? null : new HeadBits(acceptDocs.bits());
    if (atOnce) {
      LaneCollector lane = new LaneCollector.AtOnce(collector, field, byHead ? null : tokens);
      enter(lane, graph);
      HnswGraphSearcher.search(heads, lane, graph, acceptHeads, acceptedHeads);
    } else {
      LaneCollector.AtLast lane = new LaneCollector.AtLast(collector, field, depth);
      enter(lane, graph);
      HnswGraphSearcher.search(heads, lane, graph, acceptHeads, acceptedHeads);
      int wanted = Math.min(collector.k(), Math.min(acceptDocs.cost(), field.entry.documents()));
      if (lane.found().size() < wanted && collector.earlyTerminated() == false) {
        // Not all of a graph may be reached, above all under inner products and filters.
        scan(acceptDocs);
      } else {
        collect(lane.found());
      }
    }
  }

  /**
   * Lets a search begin where {@link EntryPoints} says. Does nothing where the graph has none, or
   * the collector says itself where to begin or has no visits left for it.
   */
  private void enter(LaneCollector lane, HnswGraph graph) throws IOException {
    EntryPoints entryPoints = new EntryPoints(heads, graph);
    if (entryPoints.exist() == false
        || collector.getSearchStrategy() instanceof KnnSearchStrategy.Seeded
        || entryPoints.expectedComparisons() + expectedComparisons(graph) > visitsLeft()) {
      return;
    }
    lane.enterAt(entryPoints.find());
    collector.incVisitedCount(entryPoints.comparisons());
  }

  /** Hands over the documents found, in order, which is the order of their tokens on disk. */
  private void collect(DocumentQueue found) throws IOException {
    if (byHead == false) {
      dropUnaffordable(found);
    }
    for (int ord : found.documents()) {
      collector.collect(field.ordToDoc(ord), byHead ? found.similarity(ord) : bestToken(ord));
    }
  }

  /** Out of time or of visits, the result is partial: of the documents of the best heads. */
  private void dropUnaffordable(DocumentQueue found) {
    int most = collector.earlyTerminated() ? MIN_DEPTH : found.size();
    long comparisons = 0;
    for (int ord : found.documents()) {
      comparisons += tokens.comparisons(ord);
    }
    while (found.size() > most || comparisons > visitsLeft()) {
      comparisons -= tokens.comparisons(found.dropWorst());
    }
  }

  private void scan(AcceptDocs acceptDocs) throws IOException {
    DocIndexIterator documents = field.iterator();
    DocIdSetIterator accepted =
        acceptDocs.bits() == null
            ? documents
            : ConjunctionUtils.intersectIterators(List.of(acceptDocs.iterator(), documents));
    while (accepted.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      if (collector.earlyTerminated()) {
        return;
      }
      int ord = documents.index();
      collector.collect(documents.docID(), byHead ? bestHead(ord) : bestToken(ord));
    }
  }

  private float bestToken(int ord) throws IOException {
    collector.incVisitedCount(tokens.comparisons(ord));
    return tokens.best(ord);
  }

  private float bestHead(int ord) throws IOException {
    int first = field.firstHead(ord);
    int count = field.firstHead(ord + 1) - first;
    if (count > scannedHeads.length) {
      scannedHeads = new int[ArrayUtil.oversize(count, Integer.BYTES)];
      scannedScores = new float[scannedHeads.length];
    }
    for (int i = 0; i < count; i++) {
      scannedHeads[i] = first + i;
    }
    collector.incVisitedCount(count);
    return heads.bulkScore(scannedHeads, scannedScores, count);
  }

  /** Accepts the heads of accepted documents. */
  private final class HeadBits implements Bits {
    private final Bits acceptDocs;

    HeadBits(Bits acceptDocs) {
      this.acceptDocs = acceptDocs;
    }

    @Override
    public boolean get(int head) {
      return acceptDocs.get(field.ordToDoc(field.documentOf(head)));
    }

    @Override
    public int length() {
      return field.size();
    }
  }
}
