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

import java.util.Locale;
import java.util.Set;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.en.EnglishAnalyzer;

/**
 * English words that hold sentences together and say little by themselves. They take part in every
 * score, but marking them would hide what a passage was found for.
 */
final class FunctionWords {
  private static final CharArraySet ARTICLES_AND_PREPOSITIONS = EnglishAnalyzer.getDefaultStopSet();

  private static final Set<String> QUESTIONS_AND_PRONOUNS =
      Set.of(
          "how", "what", "which", "who", "whose", "when", "where", "why", "do", "does", "did",
          "has", "have", "had", "can", "could", "may", "might", "shall", "should", "would", "must",
          "am", "were", "been", "i", "me", "my", "we", "us", "our", "you", "your", "he", "she",
          "its", "from", "than", "so", "too", "while", "also", "any", "each", "all", "some",
          "about", "s");

  private FunctionWords() {}

  static boolean contains(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    return ARTICLES_AND_PREPOSITIONS.contains(lower) || QUESTIONS_AND_PRONOUNS.contains(lower);
  }
}
