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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A text with some of its words marked. Tokens may be parts of words; whole words are marked. */
final class MarkedText {
  /** Weights are whole numbers, for sums of floats would depend on the order of words. */
  private static final double WEIGHT_UNIT = 0x1p-30;

  /**
   * A marked word.
   *
   * @param start in the text
   * @param end in the text
   * @param lower the word in lower case
   * @param weight the sum of the matches that fall on the word, in units of {@link #WEIGHT_UNIT}
   */
  record Word(int start, int end, String lower, long weight) {}

  private final String text;
  private final List<Word> words;

  private MarkedText(String text, List<Word> words) {
    this.text = text;
    this.words = words;
  }

  /**
   * The words of {@code text} that matches fall on, wherever they occur in what was encoded. A
   * match of or on {@linkplain FunctionWords function words} marks nothing, nor does one on
   * punctuation alone.
   */
  static MarkedText of(String text, Matches matches) {
    Map<String, Long> weights = new HashMap<>();
    for (Match match : matches.list()) {
      int end = Math.min(match.end(), text.length());
      int start = match.start();
      while (start < end && !Character.isLetterOrDigit(text.charAt(start))) {
        start++;
      }
      if (start < end && !FunctionWords.contains(match.queryToken())) {
        String word = text.substring(wordStart(text, start), wordEnd(text, start));
        if (!FunctionWords.contains(word)) {
          long weight = Math.round(match.similarity() / WEIGHT_UNIT);
          weights.merge(word.toLowerCase(Locale.ROOT), weight, Long::sum);
        }
      }
    }
    List<Word> words = new ArrayList<>();
    int encodedEnd = Math.min(matches.encodedEnd(), text.length());
    for (int start = 0, end; start < encodedEnd; start = end) {
      end = Math.max(start + 1, wordEnd(text, start));
      String word = text.substring(start, end).toLowerCase(Locale.ROOT);
      if (weights.containsKey(word)) {
        words.add(new Word(start, end, word, weights.get(word)));
      }
    }
    return new MarkedText(text, words);
  }

  private static int wordStart(String text, int position) {
    int start = position;
    while (start > 0 && Character.isLetterOrDigit(text.charAt(start - 1))) {
      start--;
    }
    return start;
  }

  private static int wordEnd(String text, int position) {
    int end = position;
    while (end < text.length() && Character.isLetterOrDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /** The {@linkplain Printable printable} part from start to end of the text, its words marked. */
  String render(int start, int end, TextStyle style) {
    StringBuilder out = new StringBuilder();
    int position = start;
    for (Word word : words) {
      if (word.start() >= position && word.end() <= end) {
        out.append(Printable.of(text.substring(position, word.start())));
        out.append(style.mark(text.substring(word.start(), word.end())));
        position = word.end();
      }
    }
    return out.append(Printable.of(text.substring(position, end))).toString().stripTrailing();
  }

  /**
   * The stretch of the text from {@code from} on that has most of the matched weight, cut at
   * blanks, with an ellipsis where something is left out.
   *
   * @param width characters at most, marks and ellipses not counted
   */
  String snippet(int from, int width, TextStyle style) {
    if (text.length() - from <= width) {
      return render(from, text.length(), style);
    }
    WordWindow window = new WordWindow(words);
    int start = from;
    long bestWeight = window.moveTo(from, from + width);
    int candidate = from;
    int scanned = from;
    for (Word word : words) {
      if (word.start() < from) {
        continue;
      }
      // A window is best begun a little before a marked word, after a blank.
      for (int wanted = word.start() - width / 6; scanned < wanted; scanned++) {
        if (Character.isWhitespace(text.charAt(scanned))) {
          candidate = scanned + 1;
        }
      }
      long weight = window.moveTo(candidate, candidate + width);
      if (weight > bestWeight) { // ties go to the earlier one
        bestWeight = weight;
        start = candidate;
      }
    }
    int end = Math.min(text.length(), start + width);
    if (end < text.length()) {
      int blank = text.lastIndexOf(' ', end);
      end = blank > start ? blank : end;
    }
    return (start > from ? "… " : "")
        + render(start, end, style)
        + (end < text.length() ? " …" : "");
  }
}
