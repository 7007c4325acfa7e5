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

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tells, in one line, what of a data folder is of no use; nothing if all of it is. */
public final class Omissions {
  private Omissions() {}

  /**
   * Tells it.
   *
   * @param data name of the folder
   * @param ids number of documents that are judged and not in the corpus
   * @param queries number of judged queries that are left out
   * @param lacking what these do not have
   */
  public static void tell(Console console, String data, long ids, long queries, String lacking) {
    List<String> parts = new ArrayList<>();
    if (ids > 0) {
      parts.add(String.format(Locale.ROOT, "judged ids that are not in the corpus: %,d", ids));
    }
    if (queries > 0) {
      parts.add(
          String.format(Locale.ROOT, "queries left out, without a %s: %,d", lacking, queries));
    }
    if (!parts.isEmpty()) {
      console.err().println(data + ": " + String.join("; ", parts));
      console.err().flush();
    }
  }
}
