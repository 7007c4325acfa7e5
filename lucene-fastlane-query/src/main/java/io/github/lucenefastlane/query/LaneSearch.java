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
package io.github.lucenefastlane.query;

import io.github.lucenefastlane.codec.HeadSearchStrategy;
import io.github.lucenefastlane.codec.MaxSim;
import io.github.lucenefastlane.codec.MultiVectorValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TimeLimitingKnnCollectorManager;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.knn.KnnSearchStrategy;

/**
 * The lanes of one search: each view through each segment, in parallel on the searcher's executor.
 *
 * <p>A lane through posting lists looks first for as many documents as its segment would have of
 * the best if these were spread evenly, and some more. If all that it found are among the best of
 * all segments, it may hold more of them than that, and looks again for as many as the whole search
 * wants (the idea is of Lucene's own vector queries, apache/lucene#14226). It compares the same
 * heads either way. Not so a graph, whose search is the wider the more it looks for: lanes through
 * graphs look for all from the start, as do those that are filtered.
 *
 * <p>A filter is executed once per segment. Where it leaves few documents, these are not searched
 * for, but either all taken (for the rerank) or all scored. A lane through the graph of another
 * format that would cost more than scoring every accepted document, or that the graph ended early,
 * is replaced by just that; one of ours sees to it itself.
 */
final class LaneSearch {

  /**
   * What the lanes found.
   *
   * @param hits by view, documents of all segments and their similarities, in no order
   * @param unsearched documents that were taken without being searched for, ascending
   * @param lanes number of lanes searched
   * @param comparisons comparisons made
   */
  record Result(List<ScoreDoc[]> hits, int[] unsearched, int lanes, long comparisons) {}

  /**
   * A segment with the documents that are accepted in it; {@code filtered} if by a filter.
   *
   * @param accepted null if not filtered: the documents that live are for the thread to read that
   *     asked for them
   * @param cost no fewer than they are
   * @param listed whether their heads lie in posting lists, not in a graph of another format
   * @param visitLimit comparisons after which a lane gives up
   */
  private record Leaf(
      LeafReaderContext context,
      AcceptDocs accepted,
      int cost,
      boolean filtered,
      boolean listed,
      int visitLimit) {}

  /** One lane's hits, by global document, the best first, and comparisons. */
  private record Lane(ScoreDoc[] hits, long comparisons) {}

  /**
   * How many standard deviations a lane looks for beyond its part of the best documents: of so many
   * drawn at random, more fall into one segment about once in a thousand.
   */
  private static final double DEVIATIONS = 3;

  private final IndexSearcher searcher;
  private final String field;
  private final Weight filter; // null: every live document is accepted
  private final int candidates;
  private final int depth;
  private final boolean reranked;
  private final StickyTimeout timeout;
  private final KnnSearchStrategy strategy;

  /**
   * @param filter accepts documents that have the field, or null
   * @param candidates number of documents wanted from the search
   * @param depth number of documents that the lanes of each view look for
   * @param reranked whether the hits are reranked, so that few documents need no search
   */
  LaneSearch(
      IndexSearcher searcher,
      String field,
      Weight filter,
      int candidates,
      int depth,
      boolean reranked,
      StickyTimeout timeout) {
    this.searcher = searcher;
    this.field = field;
    this.filter = filter;
    this.candidates = candidates;
    this.depth = depth;
    this.reranked = reranked;
    this.timeout = timeout;
    this.strategy =
        new HeadSearchStrategy(HeadSearchStrategy.DEFAULT.filteredSearchThreshold(), depth);
  }

  Result search(List<LaneTarget> targets) throws IOException {
    List<Leaf> leaves = leaves();
    List<Leaf> searched = new ArrayList<>();
    List<Integer> unsearched = new ArrayList<>();
    for (Leaf leaf : leaves) {
      if (reranked && leaf.filtered && leaf.cost <= candidates) {
        DocIdSetIterator documents = leaf.accepted.iterator();
        while (documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
          unsearched.add(leaf.context.docBase + documents.docID());
        }
      } else {
        searched.add(leaf);
      }
    }
    int[] parts = parts(searched);
    List<Callable<Lane>> tasks = new ArrayList<>();
    for (LaneTarget target : targets) {
      for (int leaf = 0; leaf < parts.length; leaf++) {
        tasks.add(lane(searched.get(leaf), target, parts[leaf]));
      }
    }
    List<Lane> lanes = new ArrayList<>(searcher.getTaskExecutor().invokeAll(tasks));
    long comparisons = comparisons(lanes);
    comparisons += deepen(lanes, targets, searched, parts);
    List<ScoreDoc[]> hits = new ArrayList<>();
    for (int view = 0; view < targets.size(); view++) {
      hits.add(
          ofView(lanes, view, parts.length).stream()
              .flatMap(lane -> Arrays.stream(lane.hits))
              .toArray(ScoreDoc[]::new));
    }
    return new Result(
        hits, unsearched.stream().mapToInt(Integer::intValue).toArray(), lanes.size(), comparisons);
  }

  private static List<Lane> ofView(List<Lane> lanes, int view, int leaves) {
    return lanes.subList(view * leaves, (view + 1) * leaves);
  }

  /**
   * Repeats those lanes that may hold more of their view's best than they looked for.
   *
   * @return comparisons made
   */
  private long deepen(List<Lane> lanes, List<LaneTarget> targets, List<Leaf> leaves, int[] parts)
      throws IOException {
    if (leaves.size() == 1) {
      return 0; // it is all, and was looked through as such
    }
    List<Integer> repeated = new ArrayList<>();
    List<Callable<Lane>> tasks = new ArrayList<>();
    for (int view = 0; view < targets.size(); view++) {
      List<Lane> ofView = ofView(lanes, view, parts.length);
      float competitive = competitive(ofView);
      for (int leaf = 0; leaf < parts.length; leaf++) {
        ScoreDoc[] found = ofView.get(leaf).hits;
        boolean hasMore =
            found.length >= parts[leaf] && found.length < Math.min(depth, leaves.get(leaf).cost);
        if (hasMore && found[found.length - 1].score >= competitive) {
          repeated.add(view * parts.length + leaf);
          tasks.add(lane(leaves.get(leaf), targets.get(view), depth));
        }
      }
    }
    if (tasks.isEmpty() || timeout.shouldExit()) {
      return 0;
    }
    List<Lane> deeper = searcher.getTaskExecutor().invokeAll(tasks);
    if (timeout.reached() == false) { // or some may have found less than before
      for (int i = 0; i < deeper.size(); i++) {
        lanes.set(repeated.get(i), deeper.get(i));
      }
    }
    return comparisons(deeper);
  }

  /** How many documents lanes look for first, by segment. */
  private int[] parts(List<Leaf> leaves) {
    double all = leaves.stream().mapToDouble(Leaf::cost).sum();
    return leaves.stream().mapToInt(leaf -> part(leaf, leaf.cost / all)).toArray();
  }

  /**
   * @param share of all segments' documents
   */
  private int part(Leaf leaf, double share) {
    if (leaf.filtered || leaf.listed == false || leaf.cost <= depth) {
      return Math.min(depth, leaf.cost);
    }
    double deviation = Math.sqrt(depth * share * (1 - share));
    return (int) Math.min(depth, Math.ceil(depth * share + DEVIATIONS * deviation));
  }

  private Callable<Lane> lane(Leaf leaf, LaneTarget target, int wanted) {
    return () -> searchLane(leaf, target, wanted);
  }

  private static long comparisons(List<Lane> lanes) {
    return lanes.stream().mapToLong(Lane::comparisons).sum();
  }

  /** The lowest similarity of the best documents of one view's lanes, if they found enough. */
  private float competitive(List<Lane> lanes) {
    float[] similarities = new float[lanes.stream().mapToInt(lane -> lane.hits.length).sum()];
    if (similarities.length < depth) {
      return Float.NEGATIVE_INFINITY;
    }
    int count = 0;
    for (Lane lane : lanes) {
      for (ScoreDoc hit : lane.hits) {
        similarities[count++] = hit.score;
      }
    }
    Arrays.sort(similarities);
    return similarities[count - depth];
  }

  /** The segments that have vectors in the field, their filters executed. */
  private List<Leaf> leaves() throws IOException {
    List<Callable<Leaf>> tasks = new ArrayList<>();
    for (LeafReaderContext context : searcher.getIndexReader().leaves()) {
      FieldInfo info = context.reader().getFieldInfos().fieldInfo(field);
      if (info != null && info.hasVectorValues()) {
        tasks.add(() -> leaf(context));
      }
    }
    return searcher.getTaskExecutor().invokeAll(tasks);
  }

  private Leaf leaf(LeafReaderContext context) throws IOException {
    LeafReader reader = context.reader();
    MultiVectorValues values = MultiVectorValues.get(reader, field);
    boolean listed = values != null;
    if (filter == null) {
      int most = listed ? Math.max(1, Math.min(values.size(), reader.numDocs())) : reader.maxDoc();
      return new Leaf(context, null, most, false, listed, Integer.MAX_VALUE);
    }
    AcceptDocs accepted =
        AcceptDocs.fromIteratorSupplier(
            () -> {
              Scorer scorer = filter.scorer(context);
              return scorer == null ? DocIdSetIterator.empty() : scorer.iterator();
            },
            reader.getLiveDocs(),
            reader.maxDoc());
    // Asking for the cost collects the accepted documents; from then on several lanes may read
    // them at a time.
    int cost = accepted.cost();
    // A graph gives up after as many comparisons as scoring all would take.
    int visitLimit = listed ? Integer.MAX_VALUE : cost + 1;
    return new Leaf(context, accepted, cost, true, listed, visitLimit);
  }

  private Lane searchLane(Leaf leaf, LaneTarget target, int wanted) throws IOException {
    if (leaf.filtered && reranked == false && leaf.cost <= depth) {
      return scoreAccepted(leaf, target);
    }
    LeafReader reader = leaf.context.reader();
    int k = Math.min(wanted, leaf.cost);
    KnnCollector collector =
        new TimeLimitingKnnCollectorManager(
                (limit, unused, context) -> new TopKnnCollector(k, limit, strategy), timeout)
            .newCollector(leaf.visitLimit, strategy, leaf.context);
    AcceptDocs accepted =
        leaf.filtered
            ? leaf.accepted
            : AcceptDocs.fromLiveDocs(reader.getLiveDocs(), reader.maxDoc());
    target.search(reader, field, collector, accepted);
    TopDocs found = collector.topDocs();
    boolean gaveUp =
        found.totalHits.relation() != TotalHits.Relation.EQUAL_TO || found.scoreDocs.length < k;
    if (leaf.filtered && gaveUp && timeout.reached() == false) {
      Lane exact = scoreAccepted(leaf, target);
      return new Lane(exact.hits, found.totalHits.value() + exact.comparisons);
    }
    for (ScoreDoc hit : found.scoreDocs) {
      hit.doc += leaf.context.docBase;
    }
    return new Lane(found.scoreDocs, found.totalHits.value());
  }

  /** Scores every accepted document by its best head and keeps the best ones. */
  private Lane scoreAccepted(Leaf leaf, LaneTarget target) throws IOException {
    if (leaf.cost == 0) {
      return new Lane(new ScoreDoc[0], 0);
    }
    LeafReader reader = leaf.context.reader();
    FieldInfo info = reader.getFieldInfos().fieldInfo(field);
    MaxSim.Scorer scorer = target.best(info.getVectorSimilarityFunction()).scorer();
    DocumentTokens heads = DocumentTokens.ofHeads(reader, field);
    DocIdSetIterator accepted = leaf.accepted.iterator();
    TopKnnCollector best = new TopKnnCollector(Math.min(depth, leaf.cost), Integer.MAX_VALUE);
    long comparisons = 0;
    for (int doc = accepted.nextDoc();
        doc != DocIdSetIterator.NO_MORE_DOCS && timeout.shouldExit() == false;
        doc = accepted.nextDoc()) {
      if (heads.advanceExact(doc) == false) {
        throw new IllegalStateException(
            "filtered document " + doc + " has no vector in field [" + field + "]");
      }
      best.collect(doc, scorer.score(heads.vectors(), heads.count()));
      comparisons += heads.count();
    }
    ScoreDoc[] hits = best.topDocs().scoreDocs;
    for (ScoreDoc hit : hits) {
      hit.doc += leaf.context.docBase;
    }
    return new Lane(hits, comparisons);
  }
}
