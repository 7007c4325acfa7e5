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

import java.util.SplittableRandom;

/**
 * Fisher's paired randomisation test, two-sided: if two methods were equally good, each query's two
 * figures could as well have come the other way round. Of that many random assignments of signs to
 * the queries' differences, it counts those whose sum is at least as far from 0 as the observed one
 * (Smucker, Allan and Carterette, CIKM 2007). The observed assignment is one more, so that p is
 * never 0.
 */
final class PairedRandomization {
  private static final int PERMUTATIONS = 10_000;
  private static final long SEED = 20_260_114;

  /** Relative: sums of the same differences in another order are not farther from 0. */
  private static final double ROUNDING = 1e-9;

  private PairedRandomization() {}

  /**
   * The probability of a mean difference at least as large if there were none: in (0, 1], and the
   * same each time.
   *
   * @param a a figure of each query
   * @param b the other method's figure of the same queries
   */
  static double pValue(double[] a, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "both need a figure of each query, got " + a.length + " and " + b.length);
    }
    double[] differences = new double[a.length];
    int count = 0;
    double observed = 0;
    double magnitude = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = a[i] - b[i];
      if (difference != 0) {
        differences[count++] = difference;
        observed += difference;
        magnitude += Math.abs(difference);
      }
    }
    double threshold = Math.abs(observed) - ROUNDING * magnitude;
    SplittableRandom random = new SplittableRandom(SEED);
    int asFar = 1;
    for (int permutation = 0; permutation < PERMUTATIONS; permutation++) {
      double sum = 0;
      long signs = 0;
      for (int i = 0; i < count; i++) {
        if (i % Long.SIZE == 0) {
          signs = random.nextLong();
        }
        sum += (signs & 1) == 0 ? differences[i] : -differences[i];
        signs >>>= 1;
      }
      if (Math.abs(sum) >= threshold) {
        asFar++;
      }
    }
    return (double) asFar / (PERMUTATIONS + 1);
  }
}
