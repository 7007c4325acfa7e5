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
package io.github.lucenefastlane.encoder;

/**
 * Turns places counted in code points, as the native tokenizer counts, into chars. Meant for rising
 * places, for which it walks a text once.
 */
final class CodePointOffsets {
  private final String text;
  private int codePoints;
  private int chars;

  CodePointOffsets(String text) {
    this.text = text;
  }

  /** The char index of the {@code place}-th code point. */
  int toChar(int place) {
    chars = text.offsetByCodePoints(chars, place - codePoints);
    codePoints = place;
    return chars;
  }
}
