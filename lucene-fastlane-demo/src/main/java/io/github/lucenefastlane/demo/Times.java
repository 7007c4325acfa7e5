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

import java.util.Arrays;

/** Times of repeated searches, in milliseconds. */
final class Times {
  private final double[] sorted;

  Times(double[] millis) {
    sorted = millis.clone();
    Arrays.sort(sorted);
  }

  double mean() {
    return Arrays.stream(sorted).average().orElse(0);
  }

  /** The nearest-rank percentile, for {@code percent} in (0, 100]; 0 if nothing was timed. */
  double percentile(double percent) {
    if (sorted.length == 0) {
      return 0;
    }
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.max(rank, 1) - 1];
  }
}
