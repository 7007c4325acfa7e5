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

import java.util.List;

/**
 * Chooses the few vectors that a query searches with in place of all its token vectors.
 *
 * <p>An implementation
 *
 * <ul>
 *   <li>is called once per search of a {@link FastLaneQuery}, by any number of threads at a time;
 *   <li>gives the same views for the same input, since a query's results may be cached;
 *   <li>has value semantics where two instances route alike: it takes part in the {@code equals}
 *       and {@code hashCode} of the queries that use it.
 * </ul>
 */
public interface QueryRouter {

  /**
   * Routes one query.
   *
   * @param queryTokens the query's token vectors, {@code [tokens][dimension]}: at least one token,
   *     all of one dimension, every component finite. The router neither modifies nor keeps them,
   *     though a view's vector may be one of them. Byte vectors arrive as floats of the same
   *     values.
   * @param views the number of views wanted, at least 1
   * @return at least one view, and no more than {@code views} unless the router says otherwise;
   *     never more than the larger of {@code views} and the number of tokens. Their vectors have
   *     the query's dimension and their weights sum to 1. A query of byte vectors rounds them to
   *     bytes.
   */
  List<View> route(float[][] queryTokens, int views);

  /**
   * The number of vector-vector similarities that {@link #route} computes for a query, for the
   * {@link FastLaneStats}. The default is 0: a router that compares no vectors, or whose work has
   * another shape (a neural network's).
   *
   * @param tokens number of the query's tokens
   * @param views number of views wanted
   */
  default long comparisons(int tokens, int views) {
    return 0;
  }
}
