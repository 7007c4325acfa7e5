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
package io.github.lucenefastlane.tests.bench;

import java.io.PrintWriter;
import java.util.Locale;

/** Tells how far a long step is: a line at its start and about every ten seconds. Thread-safe. */
final class Progress {

  private static final long INTERVAL_NANOS = 10_000_000_000L;

  private final PrintWriter out;
  private String step;
  private long total;
  private long done;
  private long started;
  private long told;

  /**
   * @param out takes the lines, flushed
   */
  Progress(PrintWriter out) {
    this.out = out;
  }

  /** Begins a step of so many pieces of work. */
  synchronized void start(String step, long total) {
    this.step = step;
    this.total = total;
    this.done = 0;
    this.started = System.nanoTime();
    this.told = started;
    out.println(step + "...");
    out.flush();
  }

  /** One piece of work is done. */
  synchronized void advance() {
    done++;
    long now = System.nanoTime();
    if (now - told >= INTERVAL_NANOS) {
      told = now;
      double seconds = (now - started) / 1e9;
      out.printf(
          Locale.ROOT,
          "  %s: %,d of %,d, %.0f s, about %.0f s to go%n",
          step,
          done,
          total,
          seconds,
          seconds * (total - done) / done);
      out.flush();
    }
  }
}
