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

import com.google.gson.JsonObject;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was measured of one contender.
 *
 * @param latencies for each number of threads, of which the first is one
 * @param timedQueries queries of one timed pass
 * @param ofAll of the same search of all documents; null if this is that
 */
record Row(
    Contender contender,
    BuiltIndex built,
    Quality quality,
    List<LatencySummary> latencies,
    int timedQueries,
    Row ofAll) {

  private static final double MB = 1024 * 1024;

  private static final String FORMAT =
      "%-20s %9s %5s %10s %9s %10s %11s %11s %9s %9s %9s %9s %9s %9s %14s %8s %9s %15s %8s";

  private static final String SCOPED_FORMAT =
      "%-20s %9s %5s %10s %7s %7s %9s %10s %11s %11s %9s %9s %9s";

  /**
   * The columns' names, aligned with {@link #toString}: luceneutil's where it has the column.
   *
   * @param threads of the last column of queries per second
   */
  static String header(int threads) {
    return String.format(
        Locale.ROOT,
        FORMAT,
        "contender",
        "quantized",
        "views",
        "candidates",
        "recall@10",
        "recall@100",
        "visited",
        "latency(ms)",
        "p50(ms)",
        "p95(ms)",
        "QPS",
        "QPS@" + threads,
        "alloc(KB)",
        "index(s)",
        "force_merge(s)",
        "B/token",
        "heap(MB)",
        "merge_heap(MB)",
        "queries");
  }

  @Override
  public String toString() {
    LatencySummary latency = latencies.getFirst();
    return String.format(
        Locale.ROOT,
        FORMAT,
        contender.method().name(),
        contender.index().encoding(),
        contender.method().views(),
        contender.method().candidates() == 0 ? "all" : contender.method().candidates(),
        decimals(3, quality.recall10()),
        decimals(3, quality.recall100()),
        String.format(Locale.ROOT, "%,.0f", quality.comparisons()),
        decimals(3, latency.meanMillis()),
        decimals(3, latency.p50Millis()),
        decimals(3, latency.p95Millis()),
        decimals(1, latency.queriesPerSecond()),
        decimals(1, latencies.getLast().queriesPerSecond()),
        decimals(0, latency.allocatedBytes() / 1024),
        decimals(2, built.indexSeconds()),
        decimals(2, built.mergeSeconds()),
        decimals(1, built.bytesPerToken()),
        decimals(1, built.heapBytes() / MB),
        decimals(1, built.mergeHeapBytes() / MB),
        timedQueries);
  }

  /** The columns' names, aligned with {@link #scopedLine}. */
  static String scopedHeader() {
    return String.format(
        Locale.ROOT,
        SCOPED_FORMAT,
        "contender",
        "quantized",
        "views",
        "candidates",
        "filter",
        "deleted",
        "recall@10",
        "recall@100",
        "visited",
        "latency(ms)",
        "p50(ms)",
        "p95(ms)",
        "slowdown");
  }

  /** The line of a row with a filter or deletions. */
  String scopedLine() {
    LatencySummary latency = latencies.getFirst();
    return String.format(
        Locale.ROOT,
        SCOPED_FORMAT,
        contender.method().name(),
        contender.index().encoding(),
        contender.method().views(),
        contender.method().candidates(),
        contender.scope().accepted(),
        contender.scope().deleted(),
        decimals(3, quality.recall10()),
        decimals(3, quality.recall100()),
        String.format(Locale.ROOT, "%,.0f", quality.comparisons()),
        decimals(3, latency.meanMillis()),
        decimals(3, latency.p50Millis()),
        decimals(3, latency.p95Millis()),
        decimals(2, slowdown(latency)));
  }

  /** Whether all documents were to be found. */
  boolean isOfAll() {
    return contender.scope().equals(Scope.ALL);
  }

  /** The median latency in a scope relative to that of the same search of all documents. */
  private double slowdown(LatencySummary latency) {
    LatencySummary all =
        ofAll.latencies.stream()
            .filter(other -> other.threads() == latency.threads())
            .findFirst()
            .orElseThrow();
    return latency.p50Millis() / all.p50Millis();
  }

  private static String decimals(int decimals, double value) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /**
   * An object per number of threads. {@code views} is a number, "all" for one per query token, or
   * "-" where no vector is searched with; {@code candidates} is null where all documents are
   * scored. {@code slowdown} is the median latency relative to that of the search of all documents;
   * null where that was searched.
   */
  List<JsonObject> toJson() {
    return latencies.stream().map(this::toJson).toList();
  }

  private JsonObject toJson(LatencySummary latency) {
    JsonObject json = new JsonObject();
    json.addProperty("contender", contender.method().name());
    json.addProperty("encoding", contender.index().encoding());
    json.addProperty("views", contender.method().views());
    int candidates = contender.method().candidates();
    json.addProperty("candidates", candidates == 0 ? null : candidates);
    json.addProperty("recall10", rounded(quality.recall10()));
    json.addProperty("recall100", rounded(quality.recall100()));
    json.addProperty("comparisons", rounded(quality.comparisons()));
    json.addProperty("mean_ms", rounded(latency.meanMillis()));
    json.addProperty("p50_ms", rounded(latency.p50Millis()));
    json.addProperty("p95_ms", rounded(latency.p95Millis()));
    json.addProperty("qps", rounded(latency.queriesPerSecond()));
    json.addProperty("threads", latency.threads());
    json.addProperty("build_s", rounded(built.buildSeconds()));
    json.addProperty("bytes_per_token", rounded(built.bytesPerToken()));
    json.addProperty("heap_mb", rounded(built.heapBytes() / MB));
    json.addProperty("merge_heap_mb", rounded(built.mergeHeapBytes() / MB));
    json.addProperty("index_s", rounded(built.indexSeconds()));
    json.addProperty("merge_s", rounded(built.mergeSeconds()));
    json.addProperty("allocated_kb", rounded(latency.allocatedBytes() / 1024));
    json.addProperty("timed_queries", timedQueries);
    json.addProperty("filter", contender.scope().accepted());
    json.addProperty("deleted", contender.scope().deleted());
    json.addProperty("slowdown", isOfAll() ? null : rounded(slowdown(latency)));
    JsonObject files = new JsonObject();
    for (Map.Entry<String, Long> file : built.bytesByFile().entrySet()) {
      files.addProperty(file.getKey(), file.getValue());
    }
    json.add("bytes_by_file", files);
    return json;
  }

  private static BigDecimal rounded(double value) {
    return new BigDecimal(value).round(new MathContext(6));
  }
}
