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
 * <p>Every lane is as deep as the whole search wants it, so that it does not matter how the best
 * documents are spread over segments. A filter is executed once per segment. Where it leaves few
 * documents, these are not searched for, but either all taken (for the rerank) or all scored. A
 * lane through the graph of another format that would cost more than scoring every accepted
 * document, or that the graph ended early, is replaced by just that; one of ours sees to it itself.
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
   * @param visitLimit comparisons after which a lane gives up
   */
  private record Leaf(
      LeafReaderContext context, AcceptDocs accepted, int cost, boolean filtered, int visitLimit) {}

  /** One lane's hits, by global document, and comparisons. */
  private record Lane(ScoreDoc[] hits, long comparisons) {}

  private final IndexSearcher searcher;
  private final String field;
  private final Weight filter; // null: every live document is accepted
  private final int candidates;
  private final int depth;
  private final boolean reranked;
  private final StickyTimeout timeout;

  /**
   * @param filter accepts documents that have the field, or null
   * @param candidates number of documents wanted from the search
   * @param depth number of documents that each lane looks for
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
    List<Callable<Lane>> tasks = new ArrayList<>();
    for (LaneTarget target : targets) {
      for (Leaf leaf : searched) {
        tasks.add(() -> searchLane(leaf, target));
      }
    }
    List<Lane> lanes = searcher.getTaskExecutor().invokeAll(tasks);
    List<ScoreDoc[]> hits = new ArrayList<>();
    for (int view = 0; view < targets.size(); view++) {
      int from = view * searched.size();
      hits.add(
          lanes.subList(from, from + searched.size()).stream()
              .flatMap(lane -> Arrays.stream(lane.hits))
              .toArray(ScoreDoc[]::new));
    }
    return new Result(
        hits,
        unsearched.stream().mapToInt(Integer::intValue).toArray(),
        lanes.size(),
        lanes.stream().mapToLong(Lane::comparisons).sum());
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
    if (filter == null) {
      AcceptDocs live = AcceptDocs.fromLiveDocs(reader.getLiveDocs(), reader.maxDoc());
      return new Leaf(context, live, reader.maxDoc(), false, Integer.MAX_VALUE);
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
    return new Leaf(context, accepted, accepted.cost(), true, visitLimit(reader, accepted.cost()));
  }

  private Lane searchLane(Leaf leaf, LaneTarget target) throws IOException {
    if (leaf.filtered && reranked == false && leaf.cost <= depth) {
      return scoreAccepted(leaf, target);
    }
    LeafReader reader = leaf.context.reader();
    KnnSearchStrategy strategy = HeadSearchStrategy.DEFAULT;
    int k = Math.min(depth, leaf.cost);
    KnnCollector collector =
        new TimeLimitingKnnCollectorManager(
                (limit, unused, context) -> new TopKnnCollector(k, limit, strategy), timeout)
            .newCollector(leaf.visitLimit, strategy, leaf.context);
    target.search(reader, field, collector, leaf.accepted);
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

  /** The comparisons after which a filtered lane gives up: as many as scoring all would take. */
  private int visitLimit(LeafReader reader, int accepted) throws IOException {
    return MultiVectorValues.get(reader, field) == null ? accepted + 1 : Integer.MAX_VALUE;
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
