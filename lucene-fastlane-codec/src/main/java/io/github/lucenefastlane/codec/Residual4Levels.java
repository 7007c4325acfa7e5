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
package io.github.lucenefastlane.codec;

/**
 * What the numbers stand for that {@link Residual4Coder} stores, {@code u * (u * u + 449)} of odd
 * {@code u}, as many above zero as below it. The offset is near to that by which least is lost of
 * Gaussian numbers, and leaves the sizes half way between two levels multiples of {@link #STEP}.
 */
final class Residual4Levels {

  static final int COUNT = 16;

  /** Added to the square of an odd number to make a level of it. */
  static final int OFFSET = 449;

  /** The largest level. */
  static final int LAST = level(COUNT - 1);

  /** What a standard deviation of Gaussian numbers is divided by to become the best scale. */
  static final double DEVIATION = 3756;

  /** Divides the sizes half way between a level and the next. */
  private static final int STEP = 6;

  /** Of a size in steps, the last one's being all larger: how many levels are nearer to zero. */
  private static final byte[] BELOW = below();

  private Residual4Levels() {}

  /** A table, as components would mislead a processor that guesses which way they compare. */
  private static byte[] below() {
    int largest = (level(COUNT - 2) + LAST) / 2;
    byte[] below = new byte[largest / STEP + 1];
    for (int number = COUNT / 2; number < COUNT - 1; number++) {
      int size = (level(number) + level(number + 1)) / 2;
      for (int step = size / STEP; step < below.length; step++) {
        below[step]++;
      }
    }
    return below;
  }

  static int level(int number) {
    int odd = 2 * number - COUNT + 1;
    return odd * (odd * odd + OFFSET);
  }

  /** What makes steps of components, for {@link #number}. */
  static double stepsPerUnit(double scale) {
    return 1 / (scale * STEP);
  }

  /** The number of the nearest level. */
  static int number(float component, double stepsPerUnit) {
    // The cast makes 0 of what is not a number, zero times an infinity.
    int step = (int) Math.min(Math.abs(component) * stepsPerUnit, BELOW.length - 1);
    int belowZero = Float.floatToRawIntBits(component) >> Integer.SIZE - 1;
    return COUNT / 2 + BELOW[step] ^ belowZero & COUNT - 1;
  }
}
