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

/** How emphasis is written. */
enum TextStyle {
  /** Terminal escape sequences. */
  ANSI("\u001b[1m", "\u001b[0m", "\u001b[2m", "\u001b[0m"),
  /** Asterisks around marked words, nothing around dimmed text. */
  PLAIN("*", "*", "", "");

  private final String markStart;
  private final String markEnd;
  private final String dimStart;
  private final String dimEnd;

  TextStyle(String markStart, String markEnd, String dimStart, String dimEnd) {
    this.markStart = markStart;
    this.markEnd = markEnd;
    this.dimStart = dimStart;
    this.dimEnd = dimEnd;
  }

  /** A matching word. */
  String mark(String text) {
    return markStart + text + markEnd;
  }

  /** A heading: marked on a terminal, bare otherwise. */
  String heading(String text) {
    return this == ANSI ? mark(text) : text;
  }

  /** Detail that may recede. */
  String dim(String text) {
    return dimStart + text + dimEnd;
  }
}
