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
package io.github.lucenefastlane.trainer;

import io.github.lucenefastlane.demo.Console;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Shows a training: a line that is redrawn in place on a terminal, a line now and then elsewhere.
 */
final class TrainingDisplay implements TrainingProgress {
  private static final int WIDTH = 20;
  private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int LINES = 50; // of a training, where it is not redrawn
  private static final double SMOOTHING = 0.05;

  private final Console console;
  private long start = System.nanoTime(); // of the first step
  private long lastDrawn;
  private int firstStep = -1;
  private double loss = Double.NaN;
  private double entropy = Double.NaN;
  private DevScores scores;

  TrainingDisplay(Console console) {
    this.console = console;
  }

  @Override
  public void resumed(int step, int steps) {
    print(String.format(Locale.ROOT, "Going on after step %d of %d.", step, steps));
  }

  @Override
  public void stepped(int step, int steps, float loss, float entropy) {
    if (firstStep < 0) {
      firstStep = step - 1;
    }
    this.loss = smooth(this.loss, loss);
    this.entropy = smooth(this.entropy, entropy);
    long now = System.nanoTime();
    if (console.errIsTerminal()) {
      if (now - lastDrawn >= REDRAW_NANOS) {
        lastDrawn = now;
        console.err().print("\r" + line(step, steps, now) + "\u001b[K");
        console.err().flush();
      }
    } else if (step % Math.max(1, steps / LINES) == 0) {
      print(line(step, steps, now));
    }
  }

  private static double smooth(double before, double value) {
    return Double.isNaN(before) ? value : before + SMOOTHING * (value - before);
  }

  private String line(int step, int steps, long now) {
    double seconds = (now - start) / 1e9;
    int filled = WIDTH * step / steps;
    StringBuilder line = new StringBuilder("Training");
    if (console.errIsTerminal()) {
      line.append(" [").append("#".repeat(filled)).append(".".repeat(WIDTH - filled)).append(']');
    }
    line.append(
        String.format(
            Locale.ROOT, " step %d/%d  loss %.4f  entropy %.2f", step, steps, loss, entropy));
    if (scores != null) {
      line.append(
          String.format(
              Locale.ROOT, "  dev routed %.4f full %.4f", scores.routed(), scores.full()));
    }
    double left = seconds * (steps - step) / Math.max(1, step - firstStep);
    line.append(String.format(Locale.ROOT, "  ETA %.0f s", left));
    return line.toString();
  }

  @Override
  public void mining(String set) {
    print("Looking for the model's mistakes in " + set);
  }

  @Override
  public void evaluated(int step, int steps, DevScores scores, boolean best) {
    this.scores = scores;
    if (firstStep < 0) {
      start = System.nanoTime(); // the first evaluation is none of the steps' time
    }
    print(
        String.format(
            Locale.ROOT, "After step %d: %s%s", step, scores, best ? ", the best so far" : ""));
  }

  private void print(String line) {
    console.err().println((console.errIsTerminal() ? "\r\u001b[K" : "") + line);
    console.err().flush();
  }
}
