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
import org.apache.lucene.util.SparseFixedBitSet;

/**
 * The search of one target in one segment: through the nearest posting lists to heads, from heads
 * to their documents, and from documents, unless the collector asked by {@link HeadSearchStrategy}
 * for heads only, to their best tokens.
 *
 * <p>Where so few heads are accepted that it takes no longer, the accepted documents are compared
 * one by one, which is exact. Each document is collected once.
 *
 * <p>Each comparison is counted as a visit if the collector asked for heads. To others a visit is a
 * document: so many comparisons as a document has tokens, on the average, are one. Lucene's
 * filtered queries give up after as many visits as documents are accepted, and then compare all
 * tokens of these.
 */
final class Lane {

  /**
   * As many heads are compared as fill a list for each document looked for, or this many lists if
   * those are fewer. Lists count, not heads, since what is near to a view lies in about as many of
   * them in a large segment, where they are longer. Half as many lists keep .983 of full MaxSim's
   * nDCG@10 where these keep .990 (SQuAD paragraphs beside 4,094 passages of another collection,
   * 810 questions, one learned view, 20 candidates out of 232 documents).
   */
  private static final int MIN_LISTS = 342;

  /**
   * How many documents are looked for, per document wanted, if documents are then ordered by their
   * tokens, of which the heads are only a forecast.
   */
  private static final int DEPTH_PER_DOCUMENT = 2;

  /** How many at least. */
  private static final int MIN_DEPTH = 16;

  /**
   * How many heads of a list are compared in the time that it takes to compare one of a document:
   * the heads of a list lie together.
   */
  private static final int LISTED_PER_SCANNED = 4;

  /** Codes that are read at a time, and comparisons between two looks at the clock. */
  private static final int CHUNK = 64;

  private final SegmentField field;
  private final CodeComparer heads;
  private final TokenScorer tokens;
  private final KnnCollector collector;

  /** Whether documents are collected with their best heads, asked for or since tokens are heads. */
  private final boolean byHead;

  /**
   * Whether documents are collected as they are found. A collector of one document wants the best,
   * or, as Lucene's radius queries, all that are near enough, and then bounds the search itself.
   */
  private final boolean atOnce;

  /** How many documents are looked for. */
  private final int depth;

  /** How many in all segments together; at least as many. */
  private final int depthOfAll;

  private final int comparisonsPerVisit;

  /** Comparisons since the last visit, less than one. */
  private long uncounted;

  /** Documents of the best heads in the lists, to be collected when all are found, or at once. */
  private DocumentQueue found;

  // The heads that are compared at a time.
  private byte[] codes;
  private float[] similarities;

  /** Documents collected at once, if they are. */
  private SparseFixedBitSet collected;

  Lane(SegmentField field, CodeComparer heads, TokenScorer tokens, KnnCollector collector) {
    this.field = field;
    this.heads = heads;
    this.tokens = tokens;
    this.collector = collector;
    HeadSearchStrategy strategy = headSearch(collector.getSearchStrategy());
    boolean headsOnly = strategy != null;
    this.byHead = headsOnly || field.entry.multiValued() == false;
    this.atOnce = collector.k() == 1 && headsOnly == false;
    long wanted = byHead ? collector.k() : (long) DEPTH_PER_DOCUMENT * collector.k();
    this.depth = (int) Math.max(MIN_DEPTH, Math.min(field.entry.documents(), wanted));
    this.depthOfAll = headsOnly ? Math.max(depth, strategy.documents()) : depth;
    this.comparisonsPerVisit = byHead ? 1 : tokensPerDocument();
  }

  /** The strategy that asks for heads only, or null. */
  private static HeadSearchStrategy headSearch(KnnSearchStrategy strategy) {
    if (strategy instanceof KnnSearchStrategy.Seeded seeded) {
      return headSearch(seeded.originalStrategy());
    }
    return strategy instanceof HeadSearchStrategy headSearch ? headSearch : null;
  }

  void search(AcceptDocs acceptDocs) throws IOException {
    int documents = field.entry.documents();
    if (documents == 0 || collector.k() == 0) {
      return;
    }
    int accepted = Math.min(acceptDocs.cost(), documents);
    long acceptedHeads = (long) accepted * field.entry.heads() / documents;
    long listed = listedHeads(acceptedHeads);
    if (depthOfAll >= accepted || scanCost(accepted, acceptedHeads) <= listed) {
      scan(acceptDocs);
    } else if (comparisons(listed) > comparisonsLeft()) {
      // The search would end early. Its caller, who set the limit, has something else in mind then,
      // and need not wait for it.
      giveUp();
    } else {
      searchLists(listed, acceptDocs);
    }
  }

  private long listedHeads(long acceptedHeads) {
    return listedHeads(field.entry.heads(), field.entry.lists(), depthOfAll, acceptedHeads);
  }

  /**
   * How many heads of lists, centroids included, are compared: the more, the fewer are accepted.
   *
   * <p>They are no fewer than centroids, which cost as much, and all are compared: where one view
   * and 100 candidates found .915 of exact MaxSim's ten among 4.8 million heads after 100,000
   * centroids and 20,000 heads, they find .948 after as many heads as centroids.
   *
   * @param heads of all documents
   * @param depth how many documents are looked for, in all segments together
   */
  static long listedHeads(int heads, int lists, int depth, long acceptedHeads) {
    double perAccepted = heads / (double) Math.max(1, acceptedHeads);
    double ofLists = (double) Math.max(MIN_LISTS, depth) * PostingListBuilder.listHeads(heads);
    return lists + (long) Math.min(heads, Math.max(lists, ofLists * perAccepted));
  }

  /** How many comparisons a search through lists takes, about. */
  private long comparisons(long listed) {
    return byHead ? listed : listed + (long) depth * tokensPerDocument();
  }

  private void giveUp() {
    while (comparisonsLeft() > 0) {
      count(comparisonsLeft());
    }
  }

  /** How many heads of lists are compared in the time of a scan. */
  private long scanCost(int accepted, long acceptedHeads) {
    return byHead ? LISTED_PER_SCANNED * acceptedHeads : (long) accepted * tokensPerDocument();
  }

  private void count(long comparisons) {
    uncounted += comparisons;
    int visits = (int) Math.min(Integer.MAX_VALUE, uncounted / comparisonsPerVisit);
    collector.incVisitedCount(visits);
    uncounted -= (long) visits * comparisonsPerVisit;
  }

  private long comparisonsLeft() {
    long visitsLeft = collector.visitLimit() - collector.visitedCount();
    return Math.max(0, visitsLeft * comparisonsPerVisit - uncounted);
  }

  private int tokensPerDocument() {
    return (int) (field.entry.tokens() / Math.max(1, field.entry.documents()));
  }

  /**
   * Compares heads list by list, until there were enough and documents are found; a filter may
   * accept none of the nearest.
   */
  private void searchLists(long enough, AcceptDocs acceptDocs) throws IOException {
    if (collector.earlyTerminated()) {
      return;
    }
    found = new DocumentQueue(depth);
    collected = atOnce ? new SparseFixedBitSet(field.entry.documents()) : null;
    Bits accepted = acceptDocs.bits();
    int wanted = Math.min(collector.k(), acceptDocs.cost());
    NearestLists lists = NearestLists.of(field, heads);
    count(field.entry.lists());
    long compared = field.entry.lists();
    codes = new byte[CHUNK * field.meanCoder().bytes()];
    similarities = new float[CHUNK];
    boolean competitive = true;
    while (lists.hasNext()
        && (compared < enough || found.size() < wanted || atOnce && competitive)) {
      int list = lists.next();
      int end = field.listStart(list + 1);
      competitive = false;
      for (int from = field.listStart(list); from < end; from += CHUNK) {
        if (collector.earlyTerminated()) {
          collect();
          return;
        }
        int to = Math.min(end, from + (int) Math.min(CHUNK, comparisonsLeft()));
        competitive |= compare(from, to, accepted);
        compared += to - from;
      }
    }
    collect();
  }

  /** Compares heads at neighbouring positions; whether any of them made a difference. */
  private boolean compare(int from, int to, Bits accepted) throws IOException {
    field.readPositions(from, to, codes);
    heads.compare(codes, to - from, similarities);
    count(to - from);
    boolean competitive = false;
    float worst = worst();
    for (int i = 0; i < to - from; i++) {
      if (similarities[i] >= worst) {
        int ord = field.documentAt(from + i);
        if (accepted == null || accepted.get(field.ordToDoc(ord))) {
          competitive |= offer(ord, similarities[i]);
          worst = worst();
        }
      }
    }
    return competitive;
  }

  /** Similarity from which on a head makes a difference. */
  private float worst() {
    return atOnce ? Math.min(collector.minCompetitiveSimilarity(), found.worst()) : found.worst();
  }

  private boolean offer(int ord, float similarity) throws IOException {
    if (collector.earlyTerminated()) {
      return false; // the rest of a chunk may cost a document each
    }
    boolean nearer = found.offer(ord, similarity);
    if (atOnce == false || collected.getAndSet(ord)) {
      return nearer;
    }
    return collector.collect(field.ordToDoc(ord), byHead ? similarity : bestToken(ord)) || nearer;
  }

  /** Hands over the documents found, in order, which is the order of their tokens on disk. */
  private void collect() throws IOException {
    if (atOnce) {
      return;
    }
    boolean terminated = collector.earlyTerminated();
    if (byHead == false) {
      dropUnaffordable(terminated);
    }
    for (int ord : found.documents()) {
      if (byHead == false && terminated == false && collector.earlyTerminated()) {
        return;
      }
      collector.collect(field.ordToDoc(ord), byHead ? found.similarity(ord) : bestToken(ord));
    }
  }

  /** Out of time or of visits, the result is partial: of the documents of the best heads. */
  private void dropUnaffordable(boolean terminated) {
    int most = terminated ? MIN_DEPTH : found.size();
    long comparisons = 0;
    for (int ord : found.documents()) {
      comparisons += tokens.comparisons(ord);
    }
    while (found.size() > most || comparisons > comparisonsLeft()) {
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
    count(tokens.comparisons(ord));
    return tokens.best(ord);
  }

  private float bestHead(int ord) throws IOException {
    int count = field.headCount(ord);
    count(count);
    return heads.best(field.headCodes(ord), count);
  }
}
