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

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Presents the rows of a run. */
final class Report {

  private static final Gson GSON = new GsonBuilder().serializeNulls().setPrettyPrinting().create();

  /** Bytes per token; files of fewer are left out of the printed list. */
  private static final double SMALLEST_SHOWN = 0.05;

  private final List<String> setting;
  private final int threads;
  private final List<Row> rows;

  /**
   * @param setting lines that say what was measured and on what
   * @param threads the most that searched at once
   */
  Report(List<String> setting, int threads, List<Row> rows) {
    this.threads = threads;
    this.setting = setting;
    this.rows = rows;
  }

  /** Prints the setting, a line per row, and the files of each index. */
  void print(PrintWriter out) {
    setting.forEach(out::println);
    out.println();
    out.println(Row.header(threads));
    rows.stream().filter(Row::isOfAll).forEach(out::println);
    out.println();
    if (rows.stream().anyMatch(row -> row.isOfAll() == false)) {
      out.println("With a filter or deletions; slowdown is p50 relative to that without:");
      out.println(Row.scopedHeader());
      rows.stream().filter(row -> row.isOfAll() == false).forEach(r -> out.println(r.scopedLine()));
      out.println();
    }
    out.println("Bytes per token by file:");
    Map<String, BuiltIndex> indexes = new LinkedHashMap<>();
    for (Row row : rows) {
      indexes.putIfAbsent(row.built().index().name(), row.built());
    }
    for (BuiltIndex built : indexes.values()) {
      StringBuilder line = new StringBuilder();
      line.append(
          String.format(Locale.ROOT, "%-24s %8.1f:", built.index().name(), built.bytesPerToken()));
      for (Map.Entry<String, Long> file : built.bytesByFile().entrySet()) {
        double ofFile = built.bytesPerToken() * file.getValue() / built.bytes();
        if (ofFile >= SMALLEST_SHOWN) {
          line.append(String.format(Locale.ROOT, "  %s %.1f", file.getKey(), ofFile));
        }
      }
      out.println(line);
    }
    out.flush();
  }

  /** Writes an array with an object per row and number of threads, each with the setting. */
  void writeJson(Path file) throws IOException {
    JsonArray array = new JsonArray();
    for (Row row : rows) {
      for (JsonObject object : row.toJson()) {
        object.addProperty("setting", String.join("; ", setting));
        array.add(object);
      }
    }
    Files.writeString(file, GSON.toJson(array) + "\n");
  }
}
