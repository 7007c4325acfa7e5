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
import java.util.Comparator;
import java.util.List;

/**
 * A text with some of its words marked. Tokens may be parts of words; whole words are marked, each
 * once.
 */
final class MarkedText {

  /**
   * A marked word.
   *
   * @param start in the text
   * @param end in the text
   * @param weight how much of it matched; the sum of the matches that fall on it
   */
  record Word(int start, int end, float weight) {}

  private final String text;
  private final List<Word> words;

  private MarkedText(String text, List<Word> words) {
    this.text = text;
    this.words = words;
  }

  /**
   * The words of {@code text} that matches fall on. A match of or on {@linkplain FunctionWords
   * function words} marks nothing, nor does one on punctuation alone.
   */
  static MarkedText of(String text, List<Match> matches) {
    List<Word> words = new ArrayList<>();
    for (Match match : matches.stream().sorted(Comparator.comparingInt(Match::start)).toList()) {
      Word word = wordAround(text, match);
      if (word == null || FunctionWords.contains(match.queryToken())) {
        continue;
      }
      Word last = words.isEmpty() ? null : words.get(words.size() - 1);
      if (last != null && word.start() < last.end()) {
        words.set(
            words.size() - 1,
            new Word(
                last.start(),
                Math.max(word.end(), last.end()),
                last.weight() + match.similarity()));
      } else {
        words.add(word);
      }
    }
    return new MarkedText(text, words);
  }

  /** The whole word of a match's token; null if it is not worth marking. */
  private static Word wordAround(String text, Match match) {
    int start = match.start();
    int end = Math.min(match.end(), text.length());
    if (start >= end || text.substring(start, end).chars().noneMatch(Character::isLetterOrDigit)) {
      return null;
    }
    while (start > 0 && Character.isLetterOrDigit(text.charAt(start - 1))) {
      start--;
    }
    while (end < text.length() && Character.isLetterOrDigit(text.charAt(end))) {
      end++;
    }
    return FunctionWords.contains(text.substring(start, end))
        ? null
        : new Word(start, end, match.similarity());
  }

  /** The part of the text from {@code start} to {@code end}, its words marked. */
  String render(int start, int end, TextStyle style) {
    StringBuilder out = new StringBuilder();
    int position = start;
    for (Word word : words) {
      if (word.start() >= position && word.end() <= end) {
        out.append(text, position, word.start());
        out.append(style.mark(text.substring(word.start(), word.end())));
        position = word.end();
      }
    }
    return out.append(text, position, end).toString().replaceAll("\\s+", " ");
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
    int start = from;
    float bestWeight = weight(from, from + width);
    for (Word word : words) {
      // A window is best begun a little before a marked word; ties go to the earlier one.
      int candidate = wordStart(Math.max(from, word.start() - width / 6), from);
      float weight = weight(candidate, candidate + width);
      if (word.start() >= from && weight > bestWeight) {
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

  private float weight(int start, int end) {
    float weight = 0;
    for (Word word : words) {
      if (word.start() >= start && word.end() <= end) {
        weight += word.weight();
      }
    }
    return weight;
  }

  private int wordStart(int position, int from) {
    int start = position;
    while (start > from && !Character.isWhitespace(text.charAt(start - 1))) {
      start--;
    }
    return start;
  }
}
