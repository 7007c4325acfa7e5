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

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Medians over several passes, each of them interleaved with those of the other contenders, so that
 * a disturbance of the machine meets all alike.
 *
 * @param threads that searched at the same time
 * @param allocatedBytes heap that a query allocated
 */
record LatencySummary(
    int threads,
    double meanMillis,
    double p50Millis,
    double p95Millis,
    double queriesPerSecond,
    double allocatedBytes) {

  static LatencySummary of(int threads, List<Latencies> passes) {
    return new LatencySummary(
        threads,
        median(passes, Latencies::meanMillis),
        median(passes, pass -> pass.percentileMillis(50)),
        median(passes, pass -> pass.percentileMillis(95)),
        median(passes, Latencies::queriesPerSecond),
        median(passes, Latencies::allocatedBytes));
  }

  private static double median(List<Latencies> passes, ToDoubleFunction<Latencies> figure) {
    double[] sorted = passes.stream().mapToDouble(figure).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
