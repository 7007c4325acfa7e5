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

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/**
 * One measured method.
 *
 * @param data name of the data set
 * @param method bm25, pooled, pooled+rerank, maxsim or fastlane
 * @param router of fastlane; else null
 * @param views asked of the router, {@code all} for one a token; null if not fastlane
 * @param candidates scored exactly, 0 for none; null where there is no such choice
 * @param quality of the rankings
 * @param costs mean costs a query; null for bm25
 * @param times of the searches, milliseconds
 * @param bytesPerToken of the vectors that the method reads; null for bm25
 */
record EvalRow(
    String data,
    String method,
    String router,
    String views,
    Integer candidates,
    Quality quality,
    StageCosts costs,
    Millis times,
    Double bytesPerToken) {

  /** The name of the data set in rows of {@link #average}. */
  static final String AVERAGE = "average";

  /**
   * How good rankings are, each the mean over queries.
   *
   * @param ndcg10 nDCG@10
   * @param mrr10 reciprocal rank within the first 10
   * @param recall10 share of the relevant documents within the first 10
   * @param recall100 the same within the first 100; null if the method does not rank so many
   * @param recovered10 share of exhaustive MaxSim's first 10 within the first 10
   * @param ndcg10OfMaxSim nDCG@10 divided by that of exhaustive MaxSim; 0 if that is 0
   * @param pValue of the difference in nDCG@10 to exhaustive MaxSim; null in an average
   */
  record Quality(
      double ndcg10,
      double mrr10,
      double recall10,
      Double recall100,
      double recovered10,
      double ndcg10OfMaxSim,
      Double pValue) {}

  /** Mean, median and 95th percentile. */
  record Millis(double mean, double p50, double p95) {
    static Millis of(Times times) {
      return new Millis(times.mean(), times.percentile(50), times.percentile(95));
    }
  }

  private static final String FORMAT =
      "%-12s %-13s %-9s %5s %5s %7s %7s %7s %7s %7s %7s %7s %11s %7s %9s %9s %9s %8s %7s %7s %7s"
          + " %8s";

  /** The mean of one method's figures on several data sets, in which each set counts the same. */
  static EvalRow average(List<EvalRow> sets) {
    EvalRow first = sets.getFirst();
    return new EvalRow(
        AVERAGE,
        first.method,
        first.router,
        first.views,
        first.candidates,
        new Quality(
            mean(sets, row -> row.quality.ndcg10),
            mean(sets, row -> row.quality.mrr10),
            mean(sets, row -> row.quality.recall10),
            mean(sets, row -> row.quality.recall100),
            mean(sets, row -> row.quality.recovered10),
            mean(sets, row -> row.quality.ndcg10OfMaxSim),
            null),
        first.costs == null ? null : StageCosts.mean(sets.stream().map(EvalRow::costs).toList()),
        new Millis(
            mean(sets, row -> row.times.mean),
            mean(sets, row -> row.times.p50),
            mean(sets, row -> row.times.p95)),
        mean(sets, EvalRow::bytesPerToken));
  }

  /** Null if the figure of any row is. */
  private static Double mean(List<EvalRow> rows, Function<EvalRow, Double> figure) {
    List<Double> figures = rows.stream().map(figure).filter(Objects::nonNull).toList();
    return figures.size() < rows.size()
        ? null
        : Double.valueOf(figures.stream().mapToDouble(Double::doubleValue).average().orElse(0));
  }

  /** Whether another row is of the same method with the same settings, whatever the data. */
  boolean sameMethod(EvalRow other) {
    return method.equals(other.method)
        && Objects.equals(router, other.router)
        && Objects.equals(views, other.views)
        && Objects.equals(candidates, other.candidates);
  }

  /** The columns' names, aligned with {@link #toString}. */
  static String header() {
    return String.format(
        Locale.ROOT,
        FORMAT,
        "data",
        "method",
        "router",
        "views",
        "cand",
        "nDCG@10",
        "/MaxSim",
        "p",
        "MRR@10",
        "R@10",
        "R@100",
        "MaxSim10",
        "comparisons",
        "routing",
        "lanes",
        "forecast",
        "rerank",
        "ms",
        "route",
        "lanes",
        "rerank",
        "B/token");
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        FORMAT,
        data,
        method,
        router == null ? "-" : router,
        views == null ? "-" : views,
        candidates == null ? "-" : candidates,
        share(quality.ndcg10),
        share(quality.ndcg10OfMaxSim),
        share(quality.pValue),
        share(quality.mrr10),
        share(quality.recall10),
        share(quality.recall100),
        share(quality.recovered10),
        count(StageCosts::comparisons),
        count(StageCosts::routing),
        count(StageCosts::lanes),
        count(StageCosts::forecast),
        count(StageCosts::rerank),
        millis(times.mean),
        costs == null ? "-" : millis(costs.routingMillis()),
        costs == null ? "-" : millis(costs.laneMillis()),
        costs == null ? "-" : millis(costs.rerankMillis()),
        bytesPerToken == null ? "-" : String.format(Locale.ROOT, "%.1f", bytesPerToken));
  }

  private static String share(Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.4f", value);
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private String count(Function<StageCosts, Double> figure) {
    return costs == null ? "-" : String.format(Locale.ROOT, "%,.0f", figure.apply(costs));
  }

  JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("data", data);
    object.addProperty("method", method);
    object.addProperty("router", router);
    object.addProperty("views", views);
    object.addProperty("candidates", candidates);
    object.addProperty("ndcg10", Rounding.to5(quality.ndcg10));
    object.addProperty("mrr10", Rounding.to5(quality.mrr10));
    object.addProperty("recall10", Rounding.to5(quality.recall10));
    object.addProperty(
        "recall100", quality.recall100 == null ? null : Rounding.to5(quality.recall100));
    object.addProperty("recovered10", Rounding.to5(quality.recovered10));
    object.addProperty("comparisons", rounded(StageCosts::comparisons));
    object.addProperty("ms", Rounding.to3(times.mean));
    object.addProperty(
        "bytes_per_token", bytesPerToken == null ? null : Rounding.to3(bytesPerToken));
    object.addProperty("ndcg10_of_maxsim", Rounding.to5(quality.ndcg10OfMaxSim));
    object.addProperty("p_value", quality.pValue == null ? null : Rounding.to5(quality.pValue));
    object.addProperty("routing_comparisons", rounded(StageCosts::routing));
    object.addProperty("lane_comparisons", rounded(StageCosts::lanes));
    object.addProperty("forecast_comparisons", rounded(StageCosts::forecast));
    object.addProperty("rerank_comparisons", rounded(StageCosts::rerank));
    object.addProperty("routing_ms", rounded(StageCosts::routingMillis));
    object.addProperty("lane_ms", rounded(StageCosts::laneMillis));
    object.addProperty("rerank_ms", rounded(StageCosts::rerankMillis));
    object.addProperty("ms_p50", Rounding.to3(times.p50));
    object.addProperty("ms_p95", Rounding.to3(times.p95));
    return object;
  }

  private Double rounded(Function<StageCosts, Double> figure) {
    return costs == null ? null : Rounding.to3(figure.apply(costs));
  }
}
