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
package io.github.lucenefastlane.encoder;

import io.github.lucenefastlane.query.FastLaneQuery;
import io.github.lucenefastlane.query.QueryRouter;
import java.util.Objects;

/**
 * A query's token vectors and the views to search it by, from one run of a model that holds a
 * router: what {@link FastLaneQuery} takes as tokens and as router.
 *
 * @param tokens the token vectors
 * @param router gives the views of this query, whatever tokens it is shown; null if, and only if,
 *     the query has no token vectors, for then there is nothing to search
 */
public record RoutedQuery(TokenVectors tokens, QueryRouter router) {

  /** Checks that there is a router where there are vectors. */
  public RoutedQuery {
    Objects.requireNonNull(tokens, "tokens");
    if ((router == null) != (tokens.size() == 0)) {
      throw new IllegalArgumentException(
          "router must be null for a query without token vectors and only for that, got "
              + router
              + " for "
              + tokens.size());
    }
  }
}
