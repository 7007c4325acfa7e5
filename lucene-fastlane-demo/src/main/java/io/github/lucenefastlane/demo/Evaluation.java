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
package io.github.lucenefastlane.demo;

import io.github.lucenefastlane.query.FastLaneQuery;
import io.github.lucenefastlane.query.FastLaneStats;
import io.github.lucenefastlane.query.QueryRouter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.ScoreDoc;

/**
 * Measures methods of search over one index with the same judged queries. Each method searches all
 * queries one after the other in one thread; only the search is timed, not the encoding of the
 * query, and the first queries are searched once before the clock counts.
 */
final class Evaluation {
  /** Quality is told of this many first ranks. */
  static final int DEPTH = 10;

  /** Rankings are no longer than this. */
  static final int RANKING = 100;

  /** No more queries than this are searched before the clock counts, nor for longer than this. */
  private static final int WARM_UP_QUERIES = 20;

  private static final double WARM_UP_MILLIS = 2_000;

  /** What one search found, best first, and what it cost. */
  private record Found(ScoreDoc[] hits, StageCosts costs) {}

  @FunctionalInterface
  private interface Method {
    Found search(EvalQuery query) throws IOException;
  }

  private final String data;
  private final PassageIndex index;
  private final List<EvalQuery> queries;
  private final String[] ids; // of the judged corpus
  private final double indexBytesPerToken;
  private final double tokenBytesPerToken;
  private List<List<String>> oracle;
  private double[] oracleNdcg;
  private PooledSearch pooled;

  /**
   * @param judged number of documents that judgements are about: the first ones of the index
   * @param queries at least one
   */
  Evaluation(String data, PassageIndex index, int judged, List<EvalQuery> queries)
      throws IOException {
    this.data = data;
    this.index = index;
    this.queries = queries;
    this.indexBytesPerToken = IndexFiles.vectorBytesPerToken(index);
    this.tokenBytesPerToken = IndexFiles.tokenBytesPerToken(index);
    this.ids = new String[judged];
    StoredFields stored = index.reader().storedFields();
    for (int doc = 0; doc < judged; doc++) {
      ids[doc] = stored.document(doc, Set.of(IndexFields.ID)).get(IndexFields.ID);
    }
  }

  /** How many of the documents that judgements are about are none of the index. */
  long missingDocuments() {
    Set<String> there = new HashSet<>(Arrays.asList(ids));
    return queries.stream()
        .flatMap(query -> query.grades().keySet().stream())
        .distinct()
        .filter(id -> !there.contains(id))
        .count();
  }

  /** Exhaustive MaxSim: the ranking that the other methods are compared with. Run it first. */
  EvalRow maxSim() throws IOException {
    ExhaustiveMaxSim exhaustive = new ExhaustiveMaxSim(index);
    return measure(
        "maxsim",
        null,
        null,
        null,
        tokenBytesPerToken,
        query -> {
          long start = System.nanoTime();
          ScoreDoc[] hits = exhaustive.search(query.tokens(), RANKING).scoreDocs;
          return new Found(
              hits,
              new StageCosts(
                  0,
                  0,
                  0,
                  exhaustive.comparisons(query.tokens().length),
                  0,
                  0,
                  millisSince(start)));
        });
  }

  EvalRow bm25() throws IOException {
    Bm25 bm25 = new Bm25();
    return measure(
        "bm25",
        null,
        null,
        null,
        null,
        query ->
            new Found(
                index.searcher().search(bm25.query(query.text()), RANKING).scoreDocs,
                StageCosts.NONE));
  }

  /**
   * One vector a document.
   *
   * @param candidates how many of the best are scored by MaxSim; 0 for none
   */
  EvalRow pooled(int candidates) throws IOException {
    if (pooled == null) {
      pooled = new PooledSearch(index);
    }
    double bytes = (double) pooled.bytes() / Math.max(1, index.tokenCount());
    if (candidates == 0) {
      return measure("pooled", null, null, null, bytes, query -> searchPooled(query, RANKING));
    }
    return measure(
        "pooled+rerank",
        null,
        null,
        candidates,
        bytes + tokenBytesPerToken,
        query -> {
          Found found = searchPooled(query, candidates);
          long start = System.nanoTime();
          long comparisons = pooled.rerank(query.tokens(), found.hits);
          StageCosts before = found.costs;
          return new Found(
              Arrays.copyOf(found.hits, Math.min(RANKING, found.hits.length)),
              new StageCosts(
                  0, before.lanes(), 0, comparisons, 0, before.laneMillis(), millisSince(start)));
        });
  }

  private Found searchPooled(EvalQuery query, int k) {
    long start = System.nanoTime();
    ScoreDoc[] hits = pooled.search(query.tokens(), k);
    return new Found(hits, new StageCosts(0, pooled.comparisons(), 0, 0, 0, millisSince(start), 0));
  }

  /**
   * FastLane.
   *
   * @param router gives each query its router
   * @param views number of views; null for a router that chooses their number itself
   * @param candidates scored exactly; 0 for the routed score
   */
  EvalRow fastLane(
      String routerName, Function<EvalQuery, QueryRouter> router, Integer views, int candidates)
      throws IOException {
    boolean rerank = candidates > 0;
    int k = rerank ? Math.min(candidates, RANKING) : RANKING;
    return measure(
        "fastlane",
        routerName,
        views == null ? "all" : views.toString(),
        candidates,
        indexBytesPerToken,
        query -> {
          FastLaneStats[] stats = new FastLaneStats[1];
          FastLaneQuery fastLane =
              FastLaneQuery.builder(IndexFields.TOKENS, query.tokens())
                  .router(router.apply(query))
                  .views(views == null ? 1 : views)
                  .k(k)
                  .candidates(rerank ? candidates : RANKING)
                  .rerank(rerank)
                  .stats(figures -> stats[0] = figures)
                  .build();
          ScoreDoc[] hits = index.searcher().search(fastLane, k).scoreDocs;
          return new Found(hits, StageCosts.of(stats[0]));
        });
  }

  private EvalRow measure(
      String name, String router, String views, Integer candidates, Double bytes, Method method)
      throws IOException {
    int count = queries.size();
    long warmingUp = System.nanoTime();
    for (int i = 0;
        i < Math.min(WARM_UP_QUERIES, count) && millisSince(warmingUp) < WARM_UP_MILLIS;
        i++) {
      method.search(queries.get(i));
    }
    double[] millis = new double[count];
    List<List<String>> rankings = new ArrayList<>(count);
    List<StageCosts> costs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      Found found = method.search(queries.get(i));
      millis[i] = millisSince(start);
      costs.add(found.costs);
      rankings.add(Arrays.stream(found.hits).map(hit -> id(hit.doc)).toList());
    }
    if (oracle == null) {
      oracle = rankings.stream().map(ids -> firstOf(ids, DEPTH)).toList();
      oracleNdcg = ndcg(rankings);
    }
    boolean deep = candidates == null || candidates == 0 || candidates >= RANKING;
    return new EvalRow(
        data,
        name,
        router,
        views,
        candidates,
        quality(rankings, deep),
        name.equals("bm25") ? null : StageCosts.mean(costs),
        EvalRow.Millis.of(new Times(millis)),
        bytes);
  }

  private EvalRow.Quality quality(List<List<String>> rankings, boolean deep) {
    double[] ndcg = ndcg(rankings);
    double mrr = 0;
    double recall10 = 0;
    double recall100 = 0;
    double recovered = 0;
    int count = queries.size();
    for (int i = 0; i < count; i++) {
      List<String> ranking = rankings.get(i);
      EvalQuery query = queries.get(i);
      mrr += RankingMetrics.reciprocalRank(ranking, query.grades(), DEPTH);
      recall10 += RankingMetrics.recall(ranking, query.grades(), DEPTH);
      recall100 += RankingMetrics.recall(ranking, query.grades(), RANKING);
      recovered += RankingMetrics.overlap(oracle.get(i), firstOf(ranking, DEPTH));
    }
    double mean = mean(ndcg);
    double ofOracle = mean(oracleNdcg);
    return new EvalRow.Quality(
        mean,
        mrr / count,
        recall10 / count,
        deep ? recall100 / count : null,
        recovered / count,
        ofOracle == 0 ? 0 : mean / ofOracle,
        PairedRandomization.pValue(ndcg, oracleNdcg));
  }

  private double[] ndcg(List<List<String>> rankings) {
    double[] ndcg = new double[rankings.size()];
    for (int i = 0; i < ndcg.length; i++) {
      ndcg[i] = RankingMetrics.ndcg(rankings.get(i), queries.get(i).grades(), DEPTH);
    }
    return ndcg;
  }

  /**
   * A document's name in a ranking: its id, or for a distractor one that no judgement is about,
   * since judgements are separated by tabs.
   */
  private String id(int doc) {
    return doc < ids.length ? ids[doc] : "distractor\t" + doc;
  }

  private static List<String> firstOf(List<String> ranking, int k) {
    return ranking.subList(0, Math.min(k, ranking.size()));
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(0);
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / 1e6;
  }
}
