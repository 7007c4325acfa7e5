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

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A window over the marked words of a text. It only ever moves on, so that to slide it over the
 * whole text takes a time proportional to the number of words.
 */
final class WordWindow {
  private final List<MarkedText.Word> words;
  private final Map<String, Integer> counts = new HashMap<>();
  private int first; // of the words inside
  private int next; // the first word behind the window
  private long weight;

  /**
   * @param words in the order of the text
   */
  WordWindow(List<MarkedText.Word> words) {
    this.words = words;
  }

  /**
   * Moves both ends on, or leaves them where they are.
   *
   * @return what the words that are wholly inside weigh; a word that is repeated counts once
   */
  long moveTo(int start, int end) {
    for (; next < words.size() && words.get(next).end() <= end; next++) {
      MarkedText.Word word = words.get(next);
      if (counts.merge(word.lower(), 1, Integer::sum) == 1) {
        weight += word.weight();
      }
    }
    for (; first < next && words.get(first).start() < start; first++) {
      MarkedText.Word word = words.get(first);
      if (counts.merge(word.lower(), -1, Integer::sum) == 0) {
        weight -= word.weight();
      }
    }
    return weight;
  }
}
