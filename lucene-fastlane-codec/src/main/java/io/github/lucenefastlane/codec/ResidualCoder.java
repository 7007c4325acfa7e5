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

import org.apache.lucene.util.BitUtil;

/**
 * {@link TokenEncoding#RESIDUAL3}. Encoding belongs to one thread, decoding is thread-safe.
 *
 * <p>Of real tokens (MiniLM, projected to 128 components, 8 a route), the square of the error was
 * 1.75 times as large without the head, and 1.06 times as large by levels of equal distance. A
 * random rotation before changed nothing.
 */
final class ResidualCoder extends VectorCoder {

  /** Bits of a component. */
  static final int BITS = 3;

  /** Components of a word of three bytes. */
  static final int WORD_COMPONENTS = 8;

  /** Added to the square of an odd number to make a level of it. */
  static final int LEVEL_OFFSET = 128;

  /** The largest level. */
  private static final int LAST_LEVEL = 1239;

  /** What a standard deviation of Gaussian numbers is divided by to become the best scale. */
  private static final double DEVIATION_LEVELS = 550;

  /**
   * How often levels are chosen, each time for the scale that was best for the last ones. Gaussian
   * numbers, 128 at a time, lose .0341, .0335, .0331 and .0329 of their square then.
   */
  private static final int FITS = 2;

  /** Sizes half way between a level and the next. */
  private static final int[] BETWEEN_LEVELS = {270, 588, 1002};

  /** Divides those. */
  private static final int STEP = 6;

  /** Of a size in steps, the last one's being all larger: how many levels are nearer to zero. */
  private static final byte[] LEVELS_BELOW = levelsBelow();

  private static final int COEFFICIENT_UNIT = 128;
  private static final int HEADER_BYTES = Short.BYTES + Byte.BYTES;

  private final int words;
  private final float[] rest;
  private final byte[] numbers;

  ResidualCoder(int dimension) {
    super(dimension);
    this.words = words(dimension);
    this.rest = new float[dimension];
    this.numbers = new byte[dimension];
  }

  /** A table, as components would mislead a processor that guesses which way they compare. */
  private static byte[] levelsBelow() {
    byte[] below = new byte[BETWEEN_LEVELS[2] / STEP + 1];
    for (int size : BETWEEN_LEVELS) {
      for (int step = size / STEP; step < below.length; step++) {
        below[step]++;
      }
    }
    return below;
  }

  static int words(int dimension) {
    return Math.ceilDiv(dimension, WORD_COMPONENTS);
  }

  /** Where the words begin, after the beginning of a code. */
  static int firstWord(int offset) {
    return offset + HEADER_BYTES;
  }

  static float scale(byte[] code, int offset) {
    int bits = (short) BitUtil.VH_LE_SHORT.get(code, offset);
    return Float.intBitsToFloat(bits << Short.SIZE);
  }

  static int word(byte[] code, int firstWord, int words, int i) {
    int low = code[firstWord + i] & 0xFF;
    int middle = code[firstWord + words + i] & 0xFF;
    int high = code[firstWord + 2 * words + i] & 0xFF;
    return low | middle << Byte.SIZE | high << 2 * Byte.SIZE;
  }

  /** The level of a component of a word. */
  static int level(int word, int component) {
    return level(word >>> BITS * component & (1 << BITS) - 1);
  }

  private static int level(int number) {
    int odd = 2 * number - (1 << BITS) + 1;
    return odd * (odd * odd + LEVEL_OFFSET);
  }

  @Override
  int bytes() {
    return HEADER_BYTES + BITS * words;
  }

  @Override
  boolean needsHead() {
    return true;
  }

  @Override
  CodeKernel kernel() {
    return panamaKernel(TokenEncoding.RESIDUAL3, dimension);
  }

  // Decoding

  @Override
  void decode(byte[] code, int offset, float[] vector, int vectorOffset) {
    float scale = scale(code, offset);
    int first = firstWord(offset);
    int i =
        Simd.PRESENT ? PanamaDecoder.words(scale, code, first, dimension, vector, vectorOffset) : 0;
    for (; i < words; i++) {
      int word = word(code, first, words, i);
      for (int j = 0, d = i; d < dimension; j++, d += words) {
        vector[vectorOffset + d] = scale * level(word, j);
      }
    }
  }

  @Override
  void decode(
      byte[] code, int offset, float[] heads, int headOffset, float[] vector, int vectorOffset) {
    float scale = scale(code, offset);
    float coefficient = coefficient(code, offset);
    int first = firstWord(offset);
    int i =
        Simd.PRESENT
            ? PanamaDecoder.words(
                scale, code, first, dimension, coefficient, heads, headOffset, vector, vectorOffset)
            : 0;
    for (; i < words; i++) {
      int word = word(code, first, words, i);
      for (int j = 0, d = i; d < dimension; j++, d += words) {
        vector[vectorOffset + d] = scale * level(word, j) + coefficient * heads[headOffset + d];
      }
    }
  }

  private static float coefficient(byte[] code, int offset) {
    return code[offset + Short.BYTES] / (float) COEFFICIENT_UNIT;
  }

  // Encoding

  @Override
  void encode(float[] vector, byte[] code, int offset) {
    encode(vector, null, code, offset);
  }

  @Override
  void encode(float[] vector, float[] head, byte[] code, int offset) {
    int coefficient = head == null ? 0 : coefficient(vector, head);
    subtract(vector, head, coefficient);
    float scale = fit(vector, deviation(rest) / DEVIATION_LEVELS);
    if (isWithinBound(vector, head, coefficient, scale) == false) {
      // The largest component becomes the last level: none is off by as much as the bound then.
      coefficient = 0;
      subtract(vector, head, coefficient);
      scale = bfloat16(maxMagnitude(vector) / LAST_LEVEL);
      setNumbers(scale);
    }
    BitUtil.VH_LE_SHORT.set(code, offset, (short) (Float.floatToRawIntBits(scale) >>> Short.SIZE));
    code[offset + Short.BYTES] = (byte) coefficient;
    pack(code, firstWord(offset));
  }

  /** Of the multiple of the head that is nearest to the vector. */
  private int coefficient(float[] vector, float[] head) {
    double product = 0;
    double squares = 0;
    for (int d = 0; d < dimension; d++) {
      product += (double) vector[d] * head[d];
      squares += (double) head[d] * head[d];
    }
    return squares == 0
        ? 0
        : Math.clamp(
            Math.round(COEFFICIENT_UNIT * product / squares), Byte.MIN_VALUE, Byte.MAX_VALUE);
  }

  private void subtract(float[] vector, float[] head, int coefficient) {
    float factor = coefficient / (float) COEFFICIENT_UNIT;
    for (int d = 0; d < dimension; d++) {
      rest[d] = factor == 0 ? vector[d] : vector[d] - factor * head[d];
    }
  }

  private static double deviation(float[] vector) {
    double squares = 0;
    for (float v : vector) {
      squares += (double) v * v;
    }
    return Math.sqrt(squares / vector.length);
  }

  /** Sets the numbers of the levels of the rest, and returns their scale. */
  private float fit(float[] vector, double start) {
    double scale = start;
    for (int i = 0; i < FITS; i++) {
      scale = setNumbers(scale);
    }
    return bfloat16(scale > 0 ? keepingLength(vector, scale) : 0);
  }

  /**
   * Gives each component of the rest the nearest level.
   *
   * @return the scale of these levels that is nearest to the rest
   */
  private double setNumbers(double scale) {
    double steps = 1 / (scale * STEP);
    double product = 0;
    long squares = 0;
    for (int d = 0; d < dimension; d++) {
      // The cast makes 0 of what is not a number, zero times an infinity.
      int step = (int) Math.min(Math.abs(rest[d]) * steps, LEVELS_BELOW.length - 1);
      int belowZero = Float.floatToRawIntBits(rest[d]) >> Integer.SIZE - 1;
      int number = (1 << BITS - 1) + LEVELS_BELOW[step] ^ belowZero & (1 << BITS) - 1;
      numbers[d] = (byte) number;
      int level = level(number);
      product += (double) rest[d] * level;
      squares += (long) level * level;
    }
    return product / squares;
  }

  /**
   * The scale by which the decoded vector is as long as the vector, if there is one that does not
   * double the square of the error.
   */
  private double keepingLength(float[] vector, double best) {
    double levels = 0;
    double mixed = 0;
    double lack = 0;
    double error = 0;
    for (int d = 0; d < dimension; d++) {
      double base = (double) vector[d] - rest[d];
      double level = level(numbers[d]);
      double difference = rest[d] - best * level;
      levels += level * level;
      mixed += base * level;
      lack += (double) vector[d] * vector[d] - base * base;
      error += difference * difference;
    }
    double square = mixed * mixed + levels * lack;
    if (square < 0) {
      return best;
    }
    double scale = (Math.sqrt(square) - mixed) / levels;
    // The error grows from the best scale as the square of the distance from it.
    double more = (scale - best) * (scale - best) * levels;
    return scale > 0 && more <= error ? scale : best;
  }

  /** Whether the error is within what {@link TokenEncoding#RESIDUAL3} states. */
  private boolean isWithinBound(float[] vector, float[] head, int coefficient, float scale) {
    float factor = coefficient / (float) COEFFICIENT_UNIT;
    double error = 0;
    for (int d = 0; d < dimension; d++) {
      float decoded = scale * level(numbers[d]);
      if (head != null) {
        decoded += factor * head[d];
      }
      double difference = (double) vector[d] - decoded;
      error += difference * difference;
    }
    double bound = maxMagnitude(vector) / 4.0;
    return error <= dimension * bound * bound;
  }

  private static float bfloat16(double value) {
    float nearest = (float) value;
    int bits = Float.floatToRawIntBits(nearest);
    // Half of the last bit kept is added, and one less for an even one.
    int rounded = bits + 0x7FFF + (bits >>> Short.SIZE & 1) & 0xFFFF0000;
    float scale = Float.intBitsToFloat(rounded);
    // Rounded up, it would decode the largest float to infinity.
    return Float.isFinite(scale * LAST_LEVEL) ? scale : Float.intBitsToFloat(bits & 0xFFFF0000);
  }

  private void pack(byte[] code, int first) {
    for (int i = 0; i < words; i++) {
      int word = 0;
      for (int j = 0, d = i; d < dimension; j++, d += words) {
        word |= numbers[d] << BITS * j;
      }
      code[first + i] = (byte) word;
      code[first + words + i] = (byte) (word >>> Byte.SIZE);
      code[first + 2 * words + i] = (byte) (word >>> 2 * Byte.SIZE);
    }
  }
}
