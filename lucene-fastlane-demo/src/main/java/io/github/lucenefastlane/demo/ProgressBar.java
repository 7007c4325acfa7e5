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
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Progress of a long encoding: a bar that is redrawn in place on a terminal, a line per tenth
 * elsewhere. Used by one thread.
 */
public final class ProgressBar implements AutoCloseable {
  private static final int WIDTH = 28;
  private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final PrintWriter out;
  private final boolean terminal;
  private final String label;
  private final long total;
  private final LongSupplier nanoTime;
  private final long start;
  private long lastDrawn;
  private long lastTenth;
  private boolean drawn;

  /**
   * @param total amount of work in whatever unit {@link #update} is called with; may be 0
   * @param nanoTime clock, as {@link System#nanoTime}
   */
  public ProgressBar(
      PrintWriter out, boolean terminal, String label, long total, LongSupplier nanoTime) {
    this.out = out;
    this.terminal = terminal;
    this.label = label;
    this.total = total;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.lastDrawn = start - REDRAW_NANOS;
  }

  /**
   * Tells how far the work is.
   *
   * @param done amount of work done, 0 to the total
   * @param tokens token vectors made so far, for the rate
   */
  public void update(long done, long tokens) {
    long now = nanoTime.getAsLong();
    if (terminal) {
      if (now - lastDrawn >= REDRAW_NANOS || done >= total) {
        lastDrawn = now;
        drawn = true;
        out.print("\r" + line(done, tokens, now) + "\u001b[K");
        out.flush();
      }
    } else {
      long tenth = total == 0 ? 10 : 10 * done / total;
      if (tenth > lastTenth) {
        lastTenth = tenth;
        out.println(line(done, tokens, now));
        out.flush();
      }
    }
  }

  private String line(long done, long tokens, long now) {
    double fraction = total == 0 ? 1 : (double) done / total;
    double seconds = (now - start) / 1e9;
    StringBuilder line = new StringBuilder(label);
    if (terminal) {
      int filled = (int) Math.round(fraction * WIDTH);
      line.append(" [").append("#".repeat(filled)).append(".".repeat(WIDTH - filled)).append(']');
    }
    line.append(String.format(Locale.ROOT, " %3.0f%%", 100 * fraction));
    line.append(String.format(Locale.ROOT, "  %,d tokens", tokens));
    if (seconds > 0) {
      line.append(String.format(Locale.ROOT, "  %,.0f tokens/s", tokens / seconds));
    }
    if (fraction >= 1) {
      line.append(String.format(Locale.ROOT, "  %.0f s", seconds));
    } else if (fraction > 0) {
      line.append(String.format(Locale.ROOT, "  ETA %.0f s", seconds * (1 - fraction) / fraction));
    }
    return line.toString();
  }

  /** Leaves the terminal's cursor on a fresh line, also when the work failed half-way. */
  @Override
  public void close() {
    if (drawn) {
      out.println();
      out.flush();
    }
  }
}
