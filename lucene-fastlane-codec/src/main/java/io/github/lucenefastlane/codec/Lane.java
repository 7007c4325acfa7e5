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
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * The search of one target in one segment: through the route graph to heads, from heads to their
 * documents, and from documents, unless the collector asked by {@link HeadSearchStrategy} for heads
 * only, to their best tokens.
 *
 * <p>Where there is no graph, or fewer documents are accepted than the graph search would visit,
 * the accepted documents are compared one by one, which is exact. Each document is collected once,
 * and each comparison is counted as a visit.
 */
final class Lane {

  private final SegmentField field;
  private final RandomVectorScorer heads;
  private final TokenScorer tokens;
  private final KnnCollector collector;
  private final boolean headsOnly;

  Lane(SegmentField field, RandomVectorScorer heads, TokenScorer tokens, KnnCollector collector) {
    this.field = field;
    this.heads = heads;
    this.tokens = tokens;
    this.collector = collector;
    this.headsOnly = headsOnly(collector.getSearchStrategy());
  }

  private static boolean headsOnly(KnnSearchStrategy strategy) {
    return strategy instanceof HeadSearchStrategy
        || strategy instanceof KnnSearchStrategy.Seeded seeded
            && headsOnly(seeded.originalStrategy());
  }

  void search(HnswGraph graph, AcceptDocs acceptDocs) throws IOException {
    int documents = field.entry.documents();
    int k = collector.k();
    if (documents == 0 || k == 0) {
      return;
    }
    int acceptedDocuments = Math.min(acceptDocs.cost(), documents);
    int acceptedHeads = (int) ((long) acceptedDocuments * field.size() / documents);
    if (graph.size() > 0
        && k < documents
        && HnswGraphSearcher.expectedVisitedNodes(k, graph.size()) < acceptedHeads) {
      searchGraph(graph, acceptDocs.bits(), acceptedHeads);
    } else {
      scan(acceptDocs);
    }
  }

  private void searchGraph(HnswGraph graph, Bits acceptDocs, int acceptedHeads) throws IOException {
    Bits acceptHeads = acceptDocs == null ? null : new HeadBits(acceptDocs);
    // A collector of one document wants the best, or, as Lucene's radius queries, all that are near
    // enough. It bounds the search itself, by token similarities.
    LaneCollector lane =
        collector.k() == 1 && headsOnly == false
            ? new LaneCollector.ByToken(collector, field, tokens)
            : new LaneCollector.ByHead(collector, field);
    HnswGraphSearcher.search(heads, lane, graph, acceptHeads, acceptedHeads);
    if (lane instanceof LaneCollector.ByHead byHead) {
      collect(byHead.found());
    }
  }

  /** Hands over the documents found, in order, which is the order of their tokens on disk. */
  private void collect(DocumentQueue found) throws IOException {
    for (int ord : found.documents()) {
      if (headsOnly) {
        collector.collect(field.ordToDoc(ord), found.similarity(ord));
      } else if (collector.visitedCount() < collector.visitLimit()) {
        // A timeout does not stop this: the few documents found are the partial result.
        collector.incVisitedCount(tokens.comparisons(ord));
        collector.collect(field.ordToDoc(ord), tokens.best(ord));
      }
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
      collector.collect(documents.docID(), headsOnly ? bestHead(ord) : bestToken(ord));
    }
  }

  private float bestToken(int ord) throws IOException {
    collector.incVisitedCount(tokens.comparisons(ord));
    return tokens.best(ord);
  }

  private float bestHead(int ord) throws IOException {
    int end = field.firstHead(ord + 1);
    float best = Float.NEGATIVE_INFINITY;
    for (int head = field.firstHead(ord); head < end; head++) {
      best = Math.max(best, heads.score(head));
      collector.incVisitedCount(1);
    }
    return best;
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
