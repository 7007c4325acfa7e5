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
import java.util.Locale;

/**
 * One measured method.
 *
 * @param data name of the data set
 * @param method bm25, maxsim or fastlane
 * @param router of fastlane; else null
 * @param views asked of the router, {@code all} for one a token; null if not fastlane
 * @param candidates of fastlane; else null
 * @param ndcg10 mean nDCG@10
 * @param mrr10 mean reciprocal rank within the first 10
 * @param recall10 mean share of the relevant documents within the first 10
 * @param recovered10 mean share of exhaustive MaxSim's first 10 within the first 10
 * @param comparisons mean comparisons a query; null for bm25
 * @param times of the searches
 * @param bytesPerToken of the vector files; null for bm25
 */
record EvalRow(
    String data,
    String method,
    String router,
    String views,
    Integer candidates,
    double ndcg10,
    double mrr10,
    double recall10,
    double recovered10,
    Double comparisons,
    Times times,
    Double bytesPerToken) {

  private static final String FORMAT =
      "%-12s %-9s %-9s %5s %6s %8s %8s %8s %8s %12s %8s %8s %8s %8s";

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
        "MRR@10",
        "R@10",
        "MaxSim10",
        "comparisons",
        "ms",
        "p50",
        "p95",
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
        share(ndcg10),
        share(mrr10),
        share(recall10),
        share(recovered10),
        comparisons == null ? "-" : String.format(Locale.ROOT, "%,.0f", comparisons),
        millis(times.mean()),
        millis(times.percentile(50)),
        millis(times.percentile(95)),
        bytesPerToken == null ? "-" : String.format(Locale.ROOT, "%.1f", bytesPerToken));
  }

  private static String share(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("data", data);
    object.addProperty("method", method);
    object.addProperty("router", router);
    object.addProperty("views", views);
    object.addProperty("candidates", candidates);
    object.addProperty("ndcg10", Rounding.to5(ndcg10));
    object.addProperty("mrr10", Rounding.to5(mrr10));
    object.addProperty("recall10", Rounding.to5(recall10));
    object.addProperty("recovered10", Rounding.to5(recovered10));
    object.addProperty("comparisons", comparisons == null ? null : Rounding.to3(comparisons));
    object.addProperty("ms", Rounding.to3(times.mean()));
    object.addProperty("ms_p50", Rounding.to3(times.percentile(50)));
    object.addProperty("ms_p95", Rounding.to3(times.percentile(95)));
    object.addProperty(
        "bytes_per_token", bytesPerToken == null ? null : Rounding.to3(bytesPerToken));
    return object;
  }
}
