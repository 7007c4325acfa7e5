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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Which words of a text are marked, and which part of it is shown. */
public class TestMarkedText extends LuceneTestCase {

  private static Match match(String text, String part, float similarity) {
    int start = text.indexOf(part);
    return new Match("query", start, start + part.length(), similarity);
  }

  /** Of a text that was encoded to its end. */
  private static MarkedText marked(String text, List<Match> matches) {
    return MarkedText.of(text, new Matches(matches, text.length()));
  }

  public void testWholeWordsOnce() {
    String text = "Snapshotting keeps commits, twice.";
    MarkedText marked =
        marked(
            text,
            List.of(
                match(text, "commit", .9f),
                match(text, "shot", .8f),
                match(text, "Snap", .7f),
                match(text, ",", .9f)));
    assertEquals(
        "*Snapshotting* keeps *commits*, twice.", marked.render(0, text.length(), TextStyle.PLAIN));
    assertEquals(
        "\u001b[1mSnapshotting\u001b[0m keeps \u001b[1mcommits\u001b[0m, twice.",
        marked.render(0, text.length(), TextStyle.ANSI));
  }

  public void testSnippetShowsWhereMatchesAre() {
    String text = "filler ".repeat(40) + "the needle and the pin " + "filler ".repeat(40).strip();
    MarkedText marked = marked(text, List.of(match(text, "needle", .9f), match(text, "pin", .9f)));
    String snippet = marked.snippet(0, 60, TextStyle.PLAIN);
    assertTrue(snippet, snippet.contains("the *needle* and the *pin*"));
    assertTrue(snippet, snippet.startsWith("\u2026 filler ") && snippet.endsWith(" filler \u2026"));
    assertTrue(snippet, snippet.length() <= 60 + 4 + 4);
  }

  public void testShortTextIsShownWhole() {
    assertEquals(
        "a *b* c", marked("a b c", List.of(match("a b c", "b", 1))).snippet(0, 5, TextStyle.PLAIN));
    assertEquals("c", marked("a b c", List.of()).snippet(4, 5, TextStyle.PLAIN));
    assertEquals("", marked("", List.of()).snippet(0, 5, TextStyle.PLAIN));
  }

  public void testNothingIsMarkedBehindTheEncodedPart() {
    String text = "One pin, one pincushion, one pin.";
    List<Match> matches = List.of(match(text, "pin", .9f), match(text, "cushion", .9f));
    Matches truncated = new Matches(matches, text.indexOf("cushion") + 1);
    assertEquals(
        "One *pin*, one *pincushion*, one pin.",
        MarkedText.of(text, truncated).render(0, text.length(), TextStyle.PLAIN));
  }

  /** A stored text must not turn a terminal's colours, rewrite its lines or ring. */
  public void testControlCharactersAreReplaced() {
    String text = "\u001b]0;title\u0007 the\tred\u0000\r\npin\u007f \u009b31m";
    MarkedText marked = marked(text, List.of(match(text, "pin", 1), match(text, "red", 1)));
    assertEquals(
        "\ufffd]0;title\ufffd the *red*\ufffd *pin*\ufffd \ufffd31m",
        marked.render(0, text.length(), TextStyle.PLAIN));
    assertEquals(
        "\u001b[1mred\u001b[0m\ufffd \u001b[1mpin\u001b[0m",
        marked.render(text.indexOf("red"), text.indexOf("pin") + 3, TextStyle.ANSI));
  }

  /** Whatever is matched, a snippet is made of the text and has at most its width. */
  public void testRandom() {
    StringBuilder text = new StringBuilder();
    int words = 1 + random().nextInt(60);
    for (int i = 0; i < words; i++) {
      text.append(i == 0 ? "" : " ").append("abcdefghij", 0, 1 + random().nextInt(10));
    }
    List<Match> matches = new ArrayList<>();
    for (int i = random().nextInt(8); i > 0; i--) {
      int start = random().nextInt(text.length());
      int end = start + 1 + random().nextInt(Math.min(4, text.length() - start));
      matches.add(new Match("q", start, end, random().nextFloat()));
    }
    int from = random().nextInt(text.length());
    int width = 1 + random().nextInt(80);
    String snippet = marked(text.toString(), matches).snippet(from, width, TextStyle.PLAIN);
    String plain = snippet.replace("*", "").replace("\u2026 ", "").replace(" \u2026", "");
    assertTrue(plain, text.toString().contains(plain));
    assertTrue(plain, plain.length() <= width);
  }

  /** A snippet begins where one is found by weighing every window anew. */
  public void testBestWindow() {
    StringBuilder builder = new StringBuilder();
    String[] separators = {" ", " ", "  ", ", ", "-", "\n"};
    for (int i = random().nextInt(80); i >= 0; i--) {
      builder.append("xyzxyzxyz", 0, 1 + random().nextInt(random().nextBoolean() ? 3 : 9));
      builder.append(separators[random().nextInt(separators.length)]);
    }
    String text = builder.toString();
    List<MatchResult> words = Pattern.compile("[xyz]+").matcher(text).results().toList();
    Map<String, Float> weights = new HashMap<>();
    List<Match> matches = new ArrayList<>();
    for (int i = random().nextInt(6); i > 0; i--) {
      MatchResult word = words.get(random().nextInt(words.size()));
      float similarity = random().nextInt(8) / 4f; // there will be ties
      matches.add(new Match("query", word.start(), word.end(), similarity));
      weights.merge(word.group(), similarity, Float::sum);
    }
    int from = random().nextInt(1 + text.length() / 2);
    int width = 1 + random().nextInt(40);

    int start = from;
    float best = weight(words, weights, from, from + width);
    for (MatchResult word : words) {
      int candidate = Math.max(from, word.start() - width / 6);
      while (candidate > from && !Character.isWhitespace(text.charAt(candidate - 1))) {
        candidate--;
      }
      float weight = weight(words, weights, candidate, candidate + width);
      if (weights.containsKey(word.group()) && word.start() >= from && weight > best) {
        best = weight;
        start = candidate;
      }
    }
    int end = Math.min(text.length(), start + width);
    if (text.length() - from <= width) {
      start = from;
      end = text.length();
    } else if (end < text.length() && text.lastIndexOf(' ', end) > start) {
      end = text.lastIndexOf(' ', end);
    }
    MarkedText marked = marked(text, matches);
    assertEquals(
        (start > from ? "\u2026 " : "")
            + marked.render(start, end, TextStyle.PLAIN)
            + (end < text.length() ? " \u2026" : ""),
        marked.snippet(from, width, TextStyle.PLAIN));
  }

  private static float weight(
      List<MatchResult> words, Map<String, Float> weights, int start, int end) {
    Set<String> seen = new HashSet<>();
    float weight = 0;
    for (MatchResult word : words) {
      if (word.start() >= start && word.end() <= end && seen.add(word.group())) {
        weight += weights.getOrDefault(word.group(), 0f);
      }
    }
    return weight;
  }

  /** Takes hours if each marked word looks at all others, or back to the last blank. */
  public void testLongText() {
    String text = ("pin" + (random().nextBoolean() ? " " : ",")).repeat(500_000) + " the needle";
    MarkedText marked = marked(text, List.of(match(text, "pin", .5f), match(text, "needle", .5f)));
    String snippet = marked.snippet(0, 60, TextStyle.PLAIN);
    assertTrue(snippet, snippet.contains("*pin*"));
  }
}
