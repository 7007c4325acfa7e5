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

import java.util.regex.Pattern;

/** Text of files and indexes, made fit for a terminal. */
final class Printable {
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final Pattern CONTROLS = Pattern.compile("\\p{Cc}");

  private Printable() {}

  /**
   * The text in one line: a blank for each run of blanks and line breaks, and U+FFFD for every
   * other control character, for a terminal would obey those.
   */
  static String of(String text) {
    return CONTROLS.matcher(BLANKS.matcher(text).replaceAll(" ")).replaceAll("\uFFFD");
  }
}
