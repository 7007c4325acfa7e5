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

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Which documents are relevant to which query, from a BEIR file of judgements. */
public final class Judgements {
  private final Map<String, Map<String, Integer>> grades = new HashMap<>();

  private Judgements() {}

  /**
   * Reads a file of tab-separated {@code query-id}, {@code corpus-id}, {@code score} lines. The
   * first is a header unless its last column begins as a number does; blank ones are skipped.
   *
   * @throws CommandFailure if a line is malformed
   */
  public static Judgements read(Path file) throws IOException {
    Judgements judgements = new Judgements();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      int number = 0;
      boolean first = true;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (line.isBlank()) {
          continue;
        }
        String[] parts = line.split("\t");
        boolean header = first && !parts[parts.length - 1].strip().matches("[-+]?[0-9].*");
        first = false;
        if (header) {
          continue;
        }
        if (parts.length != 3 || !parts[2].strip().matches("-?[0-9]{1,9}")) {
          throw new CommandFailure(
              file + ":" + number + ": not \"query-id<tab>corpus-id<tab>score\": " + line);
        }
        judgements
            .grades
            .computeIfAbsent(parts[0], id -> new HashMap<>())
            .put(parts[1], Integer.parseInt(parts[2].strip()));
      }
    }
    return judgements;
  }

  /** Whether a document is relevant to a query. */
  public boolean hasRelevant(String queryId) {
    return of(queryId).values().stream().anyMatch(grade -> grade > 0);
  }

  /** Grades by document id; empty for a query that was not judged. */
  public Map<String, Integer> of(String queryId) {
    return grades.getOrDefault(queryId, Map.of());
  }
}
