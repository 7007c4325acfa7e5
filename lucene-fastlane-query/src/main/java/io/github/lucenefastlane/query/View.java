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

import java.util.Objects;

/**
 * A query vector that a {@link QueryRouter} chose to search with, and how much it counts.
 *
 * <p>The vector is a query token's vector or a weighted combination of several. The array is not
 * copied: whoever holds a view must not write to it.
 *
 * @param vector the vector to search with, of the query tokens' dimension, every component finite
 * @param weight the share of the routed score that this view's similarity makes, finite and
 *     positive; the weights of one query's views sum to 1
 */
public record View(float[] vector, float weight) {

  /**
   * @throws IllegalArgumentException if a component of the vector is not finite, or the weight is
   *     not finite and positive
   */
  public View {
    Objects.requireNonNull(vector, "vector");
    for (int d = 0; d < vector.length; d++) {
      if (Float.isFinite(vector[d]) == false) {
        throw new IllegalArgumentException(
            "a view's vector must be finite, got component " + d + " = " + vector[d]);
      }
    }
    if (Float.isFinite(weight) == false || weight <= 0) {
      throw new IllegalArgumentException(
          "a view's weight must be finite and greater than 0, got: " + weight);
    }
  }
}
