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
import io.github.lucenefastlane.codec.MultiVectorValues;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Weight;

/** One execution of a {@link FastLaneQuery}: route, search the lanes, rerank. */
final class FastLaneSearch {

  /**
   * How many documents a view looks for per candidate of the rerank, beside {@link #SPARE_DEPTH}.
   * The candidates are chosen among these by MaxSim over pooled vectors, or by the routed score.
   *
   * <p>One view alone finds the same best ones whatever it looks for, but not in a graph, of which
   * it sees the more the more it looks for: of 20,000 synthetic documents of four passages, the 100
   * of the nearest mean vectors that Lucene's graph finds hold .486 of exact MaxSim's ten, and the
   * best 100 of 392 that it finds .578.
   *
   * <p>MaxSim over pooled vectors has a cost, and several views share many documents: if each of
   * four looked for as many (the same documents, 300 candidates), recall@10 would be .982 for .979,
   * and the time 1.7 times as long; eight find .981 in 1.2 times.
   */
  private static final int DEPTH_PER_CANDIDATE = 2;

  /**
   * And how many more. Of 405 questions on SQuAD paragraphs among twenty times as many passages of
   * other collections (128 dimensions, one learned view), 20 candidates out of 128, 192 and 256
   * more documents kept .976, .984 and .986 of full MaxSim's nDCG@10 when chosen by heads. At 20
   * candidates 192 takes 52,000 comparisons with pooled vectors, which are few and together, beside
   * 34,000 with tokens.
   */
  private static final int SPARE_DEPTH = 192;

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
    boolean forecast = query.rerank() && poolsAreFew();
    int depth = depth(views.size(), forecast);
    LaneSearch.Result lanes =
        new LaneSearch(searcher, query.field(), filter, candidates, depth, query.rerank(), timeout)
            .search(views.stream().map(view -> tokens.target(view.vector(), similarity)).toList());
    CandidatePool pool = new CandidatePool(lanes.hits(), views, depth);
    int[] docs = pool.docs();
    float[] scores = pool.scores();
    long forecastComparisons = 0;
    long rerankComparisons = 0;
    long searched = System.nanoTime();
    if (query.rerank()) {
      MaxSim maxSim = tokens.maxSim(similarity);
      if (docs.length > candidates && forecast) {
        Reranker.Result forecasts =
            new Reranker(
                    searcher,
                    query.field(),
                    reader -> DocumentTokens.ofPools(reader, query.field()),
                    maxSim,
                    timeout)
                .score(docs);
        docs = pool.best(candidates, forecasts.scores());
        forecastComparisons = forecasts.comparisons();
      } else {
        docs = pool.best(candidates);
      }
      docs =
          IntStream.concat(Arrays.stream(docs), Arrays.stream(lanes.unsearched()))
              .sorted()
              .toArray();
      TokenSource tokenSource = query.tokenSource();
      Reranker.Result reranked =
          new Reranker(searcher, tokenSource.tokenField(), tokenSource::open, maxSim, timeout)
              .score(docs);
      scores = reranked.scores();
      rerankComparisons = reranked.comparisons();
    }
    RankedDocs best = RankedDocs.best(docs, scores, query.k());
    query.report(
        new FastLaneStats(
            views.size(),
            lanes.lanes(),
            docs.length,
            query.router().comparisons(tokens.count(), query.views()),
            lanes.comparisons(),
            forecastComparisons,
            rerankComparisons,
            routed - start,
            searched - routed,
            System.nanoTime() - searched,
            timeout.reached()));
    if (best.docs().length == 0 && timeout.reached() == false) {
      return new MatchNoDocsQuery("no document of field [" + query.field() + "] was found");
    }
    RankedDocsExplainer explainer = new RankedDocsExplainer(query, similarity, views, pool, best);
    return new RankedDocsQuery(
        searcher.getIndexReader(), query, best, explainer, timeout.reached());
  }

  /** How many documents each view looks for, in all segments together. */
  private int depth(int views, boolean forecast) {
    int candidates = query.candidates();
    if (query.rerank() == false) {
      return candidates;
    }
    // As many as are wanted in the end, since the lanes may all find the same ones.
    int sharing = forecast ? views : 1;
    int more = Math.ceilDiv(DEPTH_PER_CANDIDATE * candidates, sharing);
    return Math.max(candidates, SPARE_DEPTH + more);
  }

  /**
   * Whether documents have far fewer pools than tokens, so that MaxSim over pooled vectors is a
   * cheap forecast of MaxSim over tokens. Where each vector is a pool, as in a field of another
   * format, it would be the rerank itself.
   */
  private boolean poolsAreFew() throws IOException {
    long pools = 0;
    long tokens = 0;
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      MultiVectorValues values = MultiVectorValues.get(leaf.reader(), query.field());
      if (values != null) {
        pools += values.poolCount();
        tokens += values.tokenCount();
      }
    }
    return 2 * pools <= tokens && tokens > 0;
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
