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

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Answers as people see them. */
public class TestAnswerPrinter extends LuceneTestCase {

  /** Whatever a passage or a question holds, a terminal gets no control characters from it. */
  public void testNoControlCharacters() {
    String evil = "a\u001b[2J\u0007b\u0000\u009bc\rd";
    List<Hit> hits =
        List.of(
            new Hit(0, new Passage(evil, "", evil), 2),
            new Hit(1, new Passage(evil, evil, evil), 1));
    Match match = new Match(evil, 0, evil.length(), 1);
    List<Matches> matches =
        List.of(new Matches(List.of(match), evil.length()), new Matches(List.of(), 0));
    ChosenView view = new ChosenView(1, List.of(new ChosenView.Likeness(evil, 1)));
    Answer answer =
        new Answer(Question.of(evil), hits, matches, "mean", List.of(view), 1, 2, 4, .5, .5);
    StringWriter out = new StringWriter();
    Console console = new Console(new PrintWriter(out), new PrintWriter(out), false, false);
    AnswerPrinter printer = new AnswerPrinter(console);
    printer.print(answer);
    printer.printWords(new OtherAnswer(hits, .5));
    console.out().flush();
    String text = out.toString();
    assertTrue(text, text.contains("1. a\ufffd[2J\ufffdb\ufffd\ufffdc d  2.000"));
    assertEquals(
        text, 0, text.lines().flatMapToInt(String::chars).filter(Character::isISOControl).count());
  }
}
