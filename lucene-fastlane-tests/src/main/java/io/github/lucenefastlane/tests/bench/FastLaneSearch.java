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
package io.github.lucenefastlane.tests.bench;

import io.github.lucenefastlane.query.AllTokensRouter;
import io.github.lucenefastlane.query.CoverageRouter;
import io.github.lucenefastlane.query.FastLaneQuery;
import io.github.lucenefastlane.query.FastLaneStats;
import io.github.lucenefastlane.query.MeanRouter;
import io.github.lucenefastlane.query.QueryRouter;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;

/** {@link FastLaneQuery}, over one of our indexes or over one of Lucene's. */
final class FastLaneSearch implements SearchMethod {

  private final String name;
  private final String field;
  private final String rerankFrom;
  private final int views;
  private final int candidates;
  private final QueryRouter router;

  private final Query filter;

  private FastLaneSearch(
      String name, String field, String rerankFrom, int views, int candidates, Query filter) {
    this.filter = filter;
    this.name = name;
    this.field = field;
    this.rerankFrom = rerankFrom;
    this.views = views;
    this.candidates = candidates;
    this.router =
        views == ALL_VIEWS
            ? AllTokensRouter.INSTANCE
            : views == 1 ? MeanRouter.INSTANCE : CoverageRouter.INSTANCE;
  }

  /** Stands for one view per query token. */
  static final int ALL_VIEWS = 0;

  /**
   * Over a {@link FastLaneIndex}.
   *
   * @param views 1 for the mean of the query, more for a cover of it, or {@link #ALL_VIEWS}
   * @param tokensPerRoute of that index, for the name
   */
  static FastLaneSearch routed(int views, int candidates, int tokensPerRoute) {
    String name = "fastlane-" + tokensPerRoute;
    return new FastLaneSearch(name, VectorIndex.TOKENS, null, views, candidates, null);
  }

  /** Over a {@link PooledIndex}: its candidates, reranked by our kernel. */
  static FastLaneSearch pooled(int candidates) {
    return new FastLaneSearch(
        "pooled-fastlane", PooledIndex.MEAN, VectorIndex.TOKENS, 1, candidates, null);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String views() {
    return views == ALL_VIEWS ? "all" : Integer.toString(views);
  }

  @Override
  public int candidates() {
    return candidates;
  }

  @Override
  public Optional<SearchMethod> within(Scope scope) {
    return Optional.of(
        new FastLaneSearch(name, field, rerankFrom, views, candidates, scope.filter()));
  }

  @Override
  public Answer search(IndexSearcher searcher, float[][] query, int k) throws IOException {
    int hits = Math.min(k, candidates);
    AtomicReference<FastLaneStats> stats = new AtomicReference<>();
    FastLaneQuery.Builder builder =
        FastLaneQuery.builder(field, query)
            .router(router)
            .k(hits)
            .candidates(candidates)
            .rerankFrom(rerankFrom)
            .filter(filter)
            .stats(stats::set);
    if (views != ALL_VIEWS) {
      builder.views(views);
    }
    int[] documents = Answer.documents(searcher.search(builder.build(), hits));
    return new Answer(documents, stats.get().comparisons());
  }
}
