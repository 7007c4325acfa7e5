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

import io.github.lucenefastlane.query.FastLaneStats;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What the stages of a search cost: of one search, or the mean of several. A comparison is one
 * vector-vector similarity.
 *
 * @param routing comparisons among the query's tokens
 * @param lanes comparisons of views with vectors of the index, to find documents
 * @param forecast comparisons of query tokens with pooled vectors of found documents, to choose
 *     candidates
 * @param rerank comparisons of query tokens with document tokens
 * @param routingMillis milliseconds of routing
 * @param laneMillis milliseconds of finding documents
 * @param rerankMillis milliseconds of choosing candidates and of scoring them exactly
 */
record StageCosts(
    double routing,
    double lanes,
    double forecast,
    double rerank,
    double routingMillis,
    double laneMillis,
    double rerankMillis) {

  /** Of a method without comparisons of vectors. */
  static final StageCosts NONE = new StageCosts(0, 0, 0, 0, 0, 0, 0);

  private static final double NANOS_PER_MILLI = 1e6;

  static StageCosts of(FastLaneStats stats) {
    return new StageCosts(
        stats.routingComparisons(),
        stats.laneComparisons(),
        stats.forecastComparisons(),
        stats.rerankComparisons(),
        stats.routingNanos() / NANOS_PER_MILLI,
        stats.laneNanos() / NANOS_PER_MILLI,
        stats.rerankNanos() / NANOS_PER_MILLI);
  }

  /** The mean of each. */
  static StageCosts mean(List<StageCosts> all) {
    return new StageCosts(
        mean(all, StageCosts::routing),
        mean(all, StageCosts::lanes),
        mean(all, StageCosts::forecast),
        mean(all, StageCosts::rerank),
        mean(all, StageCosts::routingMillis),
        mean(all, StageCosts::laneMillis),
        mean(all, StageCosts::rerankMillis));
  }

  private static double mean(List<StageCosts> all, ToDoubleFunction<StageCosts> figure) {
    return all.stream().mapToDouble(figure).average().orElse(0);
  }

  /** Of all stages. */
  double comparisons() {
    return routing + lanes + forecast + rerank;
  }
}
