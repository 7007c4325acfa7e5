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

import java.util.Arrays;

/** Times of the searches of one pass over the queries, and what the whole pass took. */
final class Latencies {

  private final double[] sortedMillis;
  private final double seconds;
  private final long allocatedBytes;

  /**
   * @param nanos of each search
   * @param wallNanos from the start of the first to the end of the last
   * @param allocatedBytes heap that all of them allocated
   */
  Latencies(long[] nanos, long wallNanos, long allocatedBytes) {
    this.allocatedBytes = allocatedBytes;
    sortedMillis = Arrays.stream(nanos).mapToDouble(n -> n / 1e6).sorted().toArray();
    seconds = wallNanos / 1e9;
  }

  double meanMillis() {
    return Arrays.stream(sortedMillis).average().orElseThrow();
  }

  /** The nearest-rank percentile, for {@code percent} in (0, 100]. */
  double percentileMillis(double percent) {
    int rank = (int) Math.ceil(percent / 100 * sortedMillis.length);
    return sortedMillis[rank - 1];
  }

  /** Heap that a search allocated, on the average. */
  double allocatedBytes() {
    return (double) allocatedBytes / sortedMillis.length;
  }

  double queriesPerSecond() {
    return sortedMillis.length / seconds;
  }
}
