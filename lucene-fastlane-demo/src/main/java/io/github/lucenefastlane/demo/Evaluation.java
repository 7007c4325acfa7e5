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

import io.github.lucenefastlane.encoder.TokenEncoder;
import io.github.lucenefastlane.query.FastLaneQuery;
import io.github.lucenefastlane.query.FastLaneStats;
import io.github.lucenefastlane.query.QueryRouter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;

/**
 * Measures methods of search over one index with the same judged queries. Each method searches all
 * queries one after the other in one thread; only the search is timed, not the encoding of the
 * query, and the first queries are searched once before the clock counts.
 */
final class Evaluation {
  /** Rankings are cut here. */
  static final int DEPTH = 10;

  private static final int WARM_UP = 50;

  /** One query, encoded. */
  private record Judged(Question question, float[][] tokens, Map<String, Integer> grades) {}

  /** What one search found, and the comparisons it made. */
  private record Found(TopDocs topDocs, long comparisons) {}

  @FunctionalInterface
  private interface Method {
    Found search(Judged query) throws IOException;
  }

  private final String data;
  private final PassageIndex index;
  private final List<Judged> queries = new ArrayList<>();
  private final double bytesPerToken;
  private List<List<String>> oracle;

  /**
   * @param questions those without a relevant document or without tokens are left out
   */
  Evaluation(
      String data,
      PassageIndex index,
      TokenEncoder encoder,
      List<Question> questions,
      Judgements judgements)
      throws IOException {
    this.data = data;
    this.index = index;
    this.bytesPerToken = IndexFiles.vectorBytesPerToken(index);
    for (Question question : questions) {
      Map<String, Integer> grades = judgements.of(question.id());
      if (grades.values().stream().anyMatch(grade -> grade > 0)) {
        float[][] tokens = encoder.encodeQuery(question.text()).vectors();
        if (tokens.length > 0) {
          queries.add(new Judged(question, tokens, grades));
        }
      }
    }
    if (queries.isEmpty()) {
      throw new CommandFailure("no query of " + data + " has a relevant document in qrels.tsv");
    }
  }

  int queryCount() {
    return queries.size();
  }

  /** Exhaustive MaxSim: the ranking that the other methods are compared with. Run it first. */
  EvalRow maxSim() throws IOException {
    ExhaustiveMaxSim exhaustive = new ExhaustiveMaxSim(index);
    Method method =
        query ->
            new Found(
                exhaustive.search(query.tokens(), DEPTH),
                exhaustive.comparisons(query.tokens().length));
    oracle = new ArrayList<>();
    for (Judged query : queries) {
      oracle.add(ids(method.search(query).topDocs()));
    }
    return measure("maxsim", null, null, null, bytesPerToken, method);
  }

  EvalRow bm25() throws IOException {
    Bm25 bm25 = new Bm25();
    return measure(
        "bm25",
        null,
        null,
        null,
        null,
        query -> new Found(index.searcher().search(bm25.query(query.question().text()), DEPTH), 0));
  }

  /**
   * FastLane with rerank.
   *
   * @param views number of views; null for a router that chooses their number itself
   */
  EvalRow fastLane(String routerName, QueryRouter router, Integer views, int candidates)
      throws IOException {
    return measure(
        "fastlane",
        routerName,
        views == null ? "all" : views.toString(),
        candidates,
        bytesPerToken,
        query -> {
          FastLaneStats[] stats = new FastLaneStats[1];
          FastLaneQuery fastLane =
              FastLaneQuery.builder(IndexFields.TOKENS, query.tokens())
                  .router(router)
                  .views(views == null ? 1 : views)
                  .k(DEPTH)
                  .candidates(candidates)
                  .stats(figures -> stats[0] = figures)
                  .build();
          TopDocs topDocs = index.searcher().search(fastLane, DEPTH);
          return new Found(topDocs, stats[0].comparisons());
        });
  }

  private EvalRow measure(
      String name, String router, String views, Integer candidates, Double bytes, Method method)
      throws IOException {
    for (Judged query : queries.subList(0, Math.min(WARM_UP, queries.size()))) {
      method.search(query);
    }
    int count = queries.size();
    double[] millis = new double[count];
    double ndcg = 0;
    double mrr = 0;
    double recall = 0;
    double recovered = 0;
    double comparisons = 0;
    for (int i = 0; i < count; i++) {
      Judged query = queries.get(i);
      long start = System.nanoTime();
      Found found = method.search(query);
      millis[i] = (System.nanoTime() - start) / 1e6;
      List<String> ranking = ids(found.topDocs());
      ndcg += RankingMetrics.ndcg(ranking, query.grades(), DEPTH);
      mrr += RankingMetrics.reciprocalRank(ranking, query.grades(), DEPTH);
      recall += RankingMetrics.recall(ranking, query.grades(), DEPTH);
      recovered += RankingMetrics.overlap(oracle.get(i), ranking);
      comparisons += found.comparisons();
    }
    return new EvalRow(
        data,
        name,
        router,
        views,
        candidates,
        ndcg / count,
        mrr / count,
        recall / count,
        recovered / count,
        name.equals("bm25") ? null : comparisons / count,
        new Times(millis),
        bytes);
  }

  private List<String> ids(TopDocs topDocs) throws IOException {
    List<String> ids = new ArrayList<>(topDocs.scoreDocs.length);
    for (ScoreDoc hit : topDocs.scoreDocs) {
      ids.add(index.passage(hit.doc).id());
    }
    return ids;
  }
}
