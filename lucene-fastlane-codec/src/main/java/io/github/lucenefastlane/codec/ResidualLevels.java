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
 * What the numbers stand for that {@link ResidualCoder} stores, {@code u * (u * u + offset)} of odd
 * {@code u}, as many above zero as below it. The offsets are near to those by which least is lost
 * of Gaussian numbers, and leave the sizes half way between two levels multiples of {@link #STEP}.
 */
enum ResidualLevels {
  /** {@link TokenEncoding#RESIDUAL3}. */
  THREE_BITS(3, 128, 550),

  /** {@link TokenEncoding#RESIDUAL4}. */
  FOUR_BITS(4, 449, 3756);

  /** Divides the sizes half way between a level and the next. */
  private static final int STEP = 6;

  /** Bits of a number. */
  final int bits;

  /** Added to the square of an odd number to make a level of it. */
  final int offset;

  /** The largest level. */
  final int last;

  /** What a standard deviation of Gaussian numbers is divided by to become the best scale. */
  final double deviation;

  /** Of a size in steps, the last one's being all larger: how many levels are nearer to zero. */
  private final byte[] below;

  ResidualLevels(int bits, int offset, double deviation) {
    this.bits = bits;
    this.offset = offset;
    this.last = level(count() - 1);
    this.deviation = deviation;
    this.below = below();
  }

  /** A table, as components would mislead a processor that guesses which way they compare. */
  private byte[] below() {
    int largest = (level(count() - 2) + last) / 2;
    byte[] below = new byte[largest / STEP + 1];
    for (int number = count() / 2; number < count() - 1; number++) {
      int size = (level(number) + level(number + 1)) / 2;
      for (int step = size / STEP; step < below.length; step++) {
        below[step]++;
      }
    }
    return below;
  }

  /** How many there are. */
  int count() {
    return 1 << bits;
  }

  int level(int number) {
    int odd = 2 * number - count() + 1;
    return odd * (odd * odd + offset);
  }

  /** What makes steps of components, for {@link #number}. */
  static double stepsPerUnit(double scale) {
    return 1 / (scale * STEP);
  }

  /** The number of the nearest level. */
  int number(float component, double stepsPerUnit) {
    // The cast makes 0 of what is not a number, zero times an infinity.
    int step = (int) Math.min(Math.abs(component) * stepsPerUnit, below.length - 1);
    int belowZero = Float.floatToRawIntBits(component) >> Integer.SIZE - 1;
    return count() / 2 + below[step] ^ belowZero & count() - 1;
  }
}
