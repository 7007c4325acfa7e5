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
import java.util.concurrent.TimeUnit;
import org.apache.lucene.tests.util.LuceneTestCase;

/** What progress looks like. */
public class TestProgressBar extends LuceneTestCase {
  private final StringWriter text = new StringWriter();
  private long now = random().nextLong();

  private ProgressBar bar(boolean terminal, long total) {
    return new ProgressBar(new PrintWriter(text), terminal, "Work", total, () -> now);
  }

  public void testPlainLines() {
    try (ProgressBar bar = bar(false, 200)) {
      for (int done = 1; done <= 200; done++) {
        now += TimeUnit.MILLISECONDS.toNanos(50);
        bar.update(done, done * 10L);
      }
    }
    String[] lines = text.toString().split("\\R");
    assertEquals(10, lines.length);
    assertEquals("Work  10%  200 tokens  200 tokens/s  ETA 9 s", lines[0]);
    assertEquals("Work 100%  2,000 tokens  200 tokens/s  10 s", lines[9]);
  }

  public void testTerminalRedrawsInPlaceAndNotTooOften() {
    try (ProgressBar bar = bar(true, 1000)) {
      for (int done = 1; done <= 1000; done++) {
        now += TimeUnit.MILLISECONDS.toNanos(1);
        bar.update(done, done);
      }
    }
    String[] drawn = text.toString().split("\r");
    assertTrue("drawn " + drawn.length, drawn.length >= 10 && drawn.length <= 13);
    assertTrue(drawn[drawn.length - 1], drawn[drawn.length - 1].contains("[####"));
    assertTrue(text.toString().endsWith(System.lineSeparator()));
  }

  public void testNothingToDo() {
    try (ProgressBar bar = bar(false, 0)) {
      bar.update(0, 0);
    }
    assertEquals("Work 100%  0 tokens", text.toString().strip().replaceAll("  0 s$", ""));
  }
}
