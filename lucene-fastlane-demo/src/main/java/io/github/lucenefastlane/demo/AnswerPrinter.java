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

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes answers for people. */
final class AnswerPrinter {
  private static final int SNIPPET_WIDTH = 240;

  private final PrintWriter out;
  private final TextStyle style;

  AnswerPrinter(Console console) {
    this.out = console.out();
    this.style = console.outStyle();
  }

  void print(Answer answer) {
    out.println(style.heading(Printable.of(answer.question().text())));
    out.println(style.dim("  " + cost(answer)));
    for (ChosenView view : answer.views()) {
      out.println(style.dim("  " + answer.router() + " view: " + Printable.of(describe(view))));
    }
    if (answer.hits().isEmpty()) {
      out.println("  nothing found");
    }
    for (int i = 0; i < answer.hits().size(); i++) {
      printHit(i + 1, answer.hits().get(i), answer.matches().get(i));
    }
  }

  private void printHit(int rank, Hit hit, Matches matches) {
    Passage passage = hit.passage();
    MarkedText marked = MarkedText.of(passage.content(), matches);
    String title =
        passage.title().isEmpty()
            ? Printable.of(passage.id())
            : marked.render(0, passage.title().length(), style);
    out.println(String.format(Locale.ROOT, "  %d. %s  %.3f", rank, title, hit.score()));
    out.println("     " + marked.snippet(passage.textStart(), SNIPPET_WIDTH, style));
  }

  /** For each hit the passage's token that each query token matched, and the score's making. */
  void printExplanations(Answer answer, PassageSearch search) throws IOException {
    for (int i = 0; i < answer.hits().size(); i++) {
      Hit hit = answer.hits().get(i);
      out.println(style.heading("  " + (i + 1) + ". " + Printable.of(hit.passage().id())));
      printMatches(hit.passage().content(), answer.matches().get(i).list());
      out.println(search.explain(answer.question(), hit).toString().indent(7).stripTrailing());
    }
  }

  private void printMatches(String content, List<Match> matches) {
    for (Match match : matches) {
      out.println(
          String.format(
              Locale.ROOT,
              "       %-18s %.3f  %s",
              Printable.of(match.queryToken()),
              match.similarity(),
              Printable.of(content.substring(match.start(), match.end()))));
    }
  }

  /** How the answer compares with that of full late interaction. */
  void printComparison(Answer answer, OtherAnswer exhaustive) {
    Set<Integer> found = answer.hits().stream().map(Hit::doc).collect(Collectors.toSet());
    long common = exhaustive.hits().stream().filter(hit -> found.contains(hit.doc())).count();
    out.println(
        style.dim(
            String.format(
                Locale.ROOT,
                "  Exhaustive MaxSim: %.1f ms; %d of its best %d are among the above",
                exhaustive.millis(),
                common,
                exhaustive.hits().size())));
  }

  /** BM25's answer, one line a hit. */
  void printWords(OtherAnswer words) {
    out.println(style.dim(String.format(Locale.ROOT, "  BM25: %.1f ms", words.millis())));
    if (words.hits().isEmpty()) {
      out.println("  nothing found");
    }
    for (int i = 0; i < words.hits().size(); i++) {
      Hit hit = words.hits().get(i);
      String title = hit.passage().title().isEmpty() ? hit.passage().id() : hit.passage().title();
      out.println(
          String.format(Locale.ROOT, "  %d. %s  %.3f", i + 1, Printable.of(title), hit.score()));
    }
  }

  private static String cost(Answer answer) {
    if (answer.queryTokens() == 0) {
      return "the question has no word to search for";
    }
    long tokens = answer.exhaustive() / answer.queryTokens();
    return String.format(
        Locale.ROOT,
        "FastLane: %.1f ms (and %.1f to encode the question), %,d comparisons: %.1f%% of the %,d of"
            + " exhaustive MaxSim (%d query tokens x %,d token vectors)",
        answer.millis(),
        answer.encodeMillis(),
        answer.comparisons(),
        answer.exhaustive() == 0 ? 0 : 100.0 * answer.comparisons() / answer.exhaustive(),
        answer.exhaustive(),
        answer.queryTokens(),
        tokens);
  }

  private static String describe(ChosenView view) {
    if (view.isToken()) {
      return String.format(
          Locale.ROOT,
          "the token \"%s\", weight %.3f",
          view.nearest().get(0).token(),
          view.weight());
    }
    return view.nearest().stream()
        .map(near -> String.format(Locale.ROOT, "%s %.2f", near.token(), near.cosine()))
        .collect(
            Collectors.joining(
                ", ",
                "a blend nearest to ",
                String.format(Locale.ROOT, ", weight %.3f", view.weight())));
  }
}
