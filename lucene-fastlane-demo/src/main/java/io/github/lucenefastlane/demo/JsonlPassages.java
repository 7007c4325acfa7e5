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

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Passages of a JSONL file whose lines have {@code _id}, {@code text} and maybe {@code title}. */
final class JsonlPassages implements PassageSource {
  private final Path file;

  JsonlPassages(Path file) {
    this.file = file;
  }

  @Override
  public void forEach(Consumer consumer) throws IOException {
    Map<String, Long> seen = new HashMap<>();
    JsonLines.read(
        file,
        line -> {
          String id = line.id();
          Long first = seen.putIfAbsent(id, line.number());
          if (first != null) {
            throw line.failure("\"_id\" \"" + id + "\" was used before, in line " + first);
          }
          consumer.accept(
              new Passage(id, line.optionalString("title", ""), line.requiredString("text")));
        });
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
