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

import java.io.IOException;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TopDocs;

/**
 * The documents whose one vector is nearest to the query's, by one of Lucene's vector fields, and
 * an exact rerank of them. A graph finds more of the nearest if it looks for more: it looks for as
 * many as {@link io.github.lucenefastlane.query.FastLaneQuery} does.
 */
abstract class RerankedVectorSearch implements SearchMethod {

  /** Documents looked for beside two for each that is reranked. */
  private static final int SPARE_DEPTH = 192;

  private final String field;
  private final int candidates;
  private final Query filter;

  /**
   * @param field of the documents' vectors
   * @param candidates documents that are reranked
   * @param filter accepts documents; null for all
   */
  RerankedVectorSearch(String field, int candidates, Query filter) {
    this.field = field;
    this.candidates = candidates;
    this.filter = filter;
  }

  @Override
  public final String views() {
    return "1";
  }

  @Override
  public final int candidates() {
    return candidates;
  }

  @Override
  public final Answer search(IndexSearcher searcher, float[][] query, int k) throws IOException {
    VisitedCount visited = new VisitedCount();
    int depth = SPARE_DEPTH + 2 * candidates;
    TopDocs nearest =
        searcher.search(
            new CountedVectorQuery(field, vector(query), depth, filter, visited), candidates);
    return new Answer(
        rerank(searcher, query, nearest, Math.min(k, candidates)),
        visited.visited(),
        Answer.documents(nearest));
  }

  /** The one vector of a query's tokens. */
  abstract float[] vector(float[][] query);

  /** The best {@code k} of some documents, best first. */
  abstract int[] rerank(IndexSearcher searcher, float[][] query, TopDocs nearest, int k)
      throws IOException;
}
