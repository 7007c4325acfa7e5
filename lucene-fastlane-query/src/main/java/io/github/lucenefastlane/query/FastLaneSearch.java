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

import io.github.lucenefastlane.codec.MaxSim;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Weight;

/** One execution of a {@link FastLaneQuery}: route, search the lanes, rerank. */
final class FastLaneSearch {

  /**
   * How many documents a lane looks for per candidate of the rerank, if there are several views. A
   * document's routed score needs its similarity to every view, also to those it is not among the
   * best of. Lanes are cheap beside the rerank: on 1,065 SQuAD paragraphs (MiniLM, 384 dimensions,
   * mean of 135 tokens) with 8 views and 20 candidates, recall of the exact top 10 is .77 at a
   * depth of 20 (3,000 lane comparisons, 34,000 of rerank), .83 at 40, .86 at 80. Reserving a part
   * of the candidates for each view's own best did not help at any depth.
   */
  private static final int DEPTH_PER_CANDIDATE = 2;

  private final FastLaneQuery query;
  private final IndexSearcher searcher;
  private final VectorSimilarityFunction similarity;
  private final StickyTimeout timeout;

  FastLaneSearch(FastLaneQuery query, IndexSearcher searcher, VectorSimilarityFunction similarity) {
    this.query = query;
    this.searcher = searcher;
    this.similarity = similarity;
    this.timeout = new StickyTimeout(searcher.getTimeout());
  }

  /**
   * @param filter accepts documents that have the field, or null
   */
  Query run(Weight filter) throws IOException {
    long start = System.nanoTime();
    QueryTokens tokens = query.tokens();
    List<View> views = route(tokens);
    long routed = System.nanoTime();
    int candidates = query.candidates();
    int depth = query.rerank() && views.size() > 1 ? DEPTH_PER_CANDIDATE * candidates : candidates;
    LaneSearch.Result lanes =
        new LaneSearch(searcher, query.field(), filter, candidates, depth, query.rerank(), timeout)
            .search(views.stream().map(view -> tokens.target(view.vector(), similarity)).toList());
    CandidatePool pool = new CandidatePool(lanes.hits(), views, depth);
    int[] docs;
    float[] scores;
    long rerankComparisons = 0;
    long searched = System.nanoTime();
    if (query.rerank()) {
      docs =
          IntStream.concat(Arrays.stream(pool.best(candidates)), Arrays.stream(lanes.unsearched()))
              .sorted()
              .toArray();
      MaxSim maxSim = tokens.maxSim(similarity);
      Reranker.Result reranked =
          new Reranker(searcher, query.tokenSource(), maxSim, timeout).score(docs);
      scores = reranked.scores();
      rerankComparisons = reranked.comparisons();
    } else {
      docs = pool.docs();
      scores = pool.scores();
    }
    RankedDocs best = RankedDocs.best(docs, scores, query.k());
    query.report(
        new FastLaneStats(
            views.size(),
            lanes.lanes(),
            docs.length,
            query.router().comparisons(tokens.count(), query.views()),
            lanes.comparisons(),
            rerankComparisons,
            routed - start,
            searched - routed,
            System.nanoTime() - searched,
            timeout.reached()));
    if (best.docs().length == 0) {
      return new MatchNoDocsQuery("no document of field [" + query.field() + "] was found");
    }
    RankedDocsExplainer explainer = new RankedDocsExplainer(query, similarity, views, pool, best);
    return new RankedDocsQuery(searcher.getIndexReader(), query, best, explainer);
  }

  /** Routes the query and holds the router to its contract. */
  private List<View> route(QueryTokens tokens) {
    List<View> views = query.router().route(tokens.floats(), query.views());
    int most = Math.max(query.views(), tokens.count());
    if (views.isEmpty() || views.size() > most) {
      throw new IllegalArgumentException(
          "router ["
              + query.router()
              + "] must give 1 to "
              + most
              + " views, got: "
              + views.size());
    }
    double weights = 0;
    for (View view : views) {
      weights += view.weight();
      if (view.vector().length != tokens.dimension()) {
        throw new IllegalArgumentException(
            "router ["
                + query.router()
                + "] must give views of dimension "
                + tokens.dimension()
                + ", got: "
                + view.vector().length);
      }
      if (similarity == VectorSimilarityFunction.COSINE && QueryTokens.isZero(view.vector())) {
        throw new IllegalArgumentException(
            "router ["
                + query.router()
                + "] must give views that are no zero vectors for field ["
                + query.field()
                + "] of similarity "
                + similarity);
      }
    }
    if (Math.abs(weights - 1) > 1e-3) {
      throw new IllegalArgumentException(
          "router [" + query.router() + "] must give weights that sum to 1, got: " + weights);
    }
    return views;
  }
}
