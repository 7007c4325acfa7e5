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
 * {@link TokenEncoding#RESIDUAL4}. The first half of the components are the low nibbles, the second
 * half the high ones, so that both halves decode from a run of bytes.
 */
final class Residual4Coder extends ResidualCoder {

  /**
   * Of Gaussian numbers, 128 at a time, 1 to 4 lose .0094, .0092, .0090 and .0089 of the square.
   */
  private static final int FITS = 2;

  private final int half;
  private final byte[] numbers;

  Residual4Coder(int dimension) {
    super(dimension, Residual4Levels.COUNT, Residual4Levels.LAST, Residual4Levels.DEVIATION, FITS);
    this.half = lowNibbles(dimension);
    this.numbers = new byte[dimension];
  }

  /** How many components are low nibbles, which are the first. */
  static int lowNibbles(int dimension) {
    return (dimension + 1) / 2;
  }

  /** The level of the low nibble. */
  static int lowLevel(byte both) {
    return Residual4Levels.level(both & 0x0F);
  }

  /** The level of the high nibble. */
  static int highLevel(byte both) {
    return Residual4Levels.level(both >> 4 & 0x0F);
  }

  @Override
  int numberBytes() {
    return half;
  }

  @Override
  CodeKernel kernel() {
    return Simd.PRESENT ? new Residual4Kernel(this) : super.kernel();
  }

  @Override
  void decode(byte[] codes, int offset, int count, float[] vectors, int at) {
    int done =
        Simd.PRESENT ? PanamaDecoder.nibbles(codes, offset, count, dimension, vectors, at) : 0;
    for (int t = 0; t < count && done < half; t++) {
      int code = offset + t * bytes();
      float scale = scale(codes, code);
      int low = at + t * dimension;
      for (int i = done; i < half; i++) {
        byte both = codes[firstNumber(code) + i];
        vectors[low + i] = scale * lowLevel(both);
        if (half + i < dimension) {
          vectors[low + half + i] = scale * highLevel(both);
        }
      }
    }
  }

  @Override
  void choose(float[] rest, double scale, int[] levels) {
    double stepsPerUnit = Residual4Levels.stepsPerUnit(scale);
    for (int d = 0; d < dimension; d++) {
      int number = Residual4Levels.number(rest[d], stepsPerUnit);
      numbers[d] = (byte) number;
      levels[d] = Residual4Levels.level(number);
    }
  }

  @Override
  void pack(byte[] code, int first) {
    for (int i = 0; i < half; i++) {
      int high = half + i < dimension ? numbers[half + i] : 0;
      code[first + i] = (byte) (high << 4 | numbers[i]);
    }
  }
}
