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
 * What counts as punctuation: Unicode's punctuation categories and every other ASCII sign that is
 * neither letter nor digit, the definition of BERT's tokenizer; white space too, which some
 * tokenizers make tokens of.
 */
final class Punctuation {
  private Punctuation() {}

  /** Whether a piece of text holds nothing else; true for an empty one. */
  static boolean isPunctuation(CharSequence text) {
    return text.codePoints().allMatch(Punctuation::isPunctuation);
  }

  private static boolean isPunctuation(int codePoint) {
    if (codePoint < 128) {
      return !Character.isLetterOrDigit(codePoint);
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
    };
  }
}
