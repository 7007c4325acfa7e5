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
 * {@link TokenEncoding#RESIDUAL4} and {@link TokenEncoding#RESIDUAL3}. Encoding belongs to one
 * thread, decoding is thread-safe.
 *
 * <p>Of real tokens (MiniLM, projected to 128 components, 8 a route), the square of the error was
 * 1.8 times as large without the mean of its block, of which pooled vectors leave less still. A
 * random rotation before changed nothing.
 */
abstract class ResidualCoder extends VectorCoder {

  private static final int COEFFICIENT_UNIT = 128;
  private static final int HEADER_BYTES = Short.BYTES + 2 * Byte.BYTES;

  /** Levels that a component may have. */
  private final int levelCount;

  private final int largestLevel;
  private final double deviation;
  private final int fits;
  private final float[] rest;

  /** What each component of the rest is, in scales. */
  private final int[] levels;

  /**
   * @param levelCount levels that a component may have
   * @param deviation what a standard deviation of Gaussian numbers is divided by to become the best
   *     scale
   * @param fits how often levels are chosen, each time for the scale that was best for the last
   *     ones
   */
  ResidualCoder(int dimension, int levelCount, int largestLevel, double deviation, int fits) {
    super(dimension);
    this.levelCount = levelCount;
    this.largestLevel = largestLevel;
    this.deviation = deviation;
    this.fits = fits;
    this.rest = new float[dimension];
    this.levels = new int[dimension];
  }

  /** Where the numbers begin, after the beginning of a code. */
  static int firstNumber(int offset) {
    return offset + HEADER_BYTES;
  }

  static float scale(byte[] code, int offset) {
    int bits = (short) BitUtil.VH_LE_SHORT.get(code, offset);
    return Float.intBitsToFloat(bits << Short.SIZE);
  }

  static float coefficient(byte[] code, int offset) {
    return code[offset + Short.BYTES] / (float) COEFFICIENT_UNIT;
  }

  /** Number of the token's pool in its window. */
  static int pool(byte[] code, int offset) {
    return code[offset + Short.BYTES + Byte.BYTES];
  }

  @Override
  final int bytes() {
    return HEADER_BYTES + numberBytes();
  }

  abstract int numberBytes();

  @Override
  final boolean isRelative() {
    return true;
  }

  @Override
  final void encode(float[] vector, byte[] code, int offset) {
    encode(vector, null, 0, code, offset);
  }

  @Override
  final void encode(float[] vector, float[] pooled, int pool, byte[] code, int offset) {
    int coefficient = pooled == null ? 0 : coefficient(vector, pooled);
    subtract(vector, pooled, coefficient);
    float scale = fit(vector, deviation(rest) / deviation);
    if (isWithinBound(vector, pooled, coefficient, scale) == false) {
      // The largest component becomes the largest level. Then each has a level that is nearer than
      // the bound, whatever the others are, and levels chosen together lose no more in all.
      coefficient = 0;
      subtract(vector, pooled, coefficient);
      scale = bfloat16(maxMagnitude(vector) / largestLevel);
      setLevels(scale);
    }
    BitUtil.VH_LE_SHORT.set(code, offset, (short) (Float.floatToRawIntBits(scale) >>> Short.SIZE));
    code[offset + Short.BYTES] = (byte) coefficient;
    code[offset + Short.BYTES + Byte.BYTES] = (byte) pool;
    pack(code, firstNumber(offset));
  }

  /** Of the multiple of the pooled vector that is nearest to the vector. */
  private int coefficient(float[] vector, float[] pooled) {
    double product = 0;
    double squares = 0;
    for (int d = 0; d < dimension; d++) {
      product += (double) vector[d] * pooled[d];
      squares += (double) pooled[d] * pooled[d];
    }
    return squares == 0
        ? 0
        : Math.clamp(
            Math.round(COEFFICIENT_UNIT * product / squares), Byte.MIN_VALUE, Byte.MAX_VALUE);
  }

  private void subtract(float[] vector, float[] pooled, int coefficient) {
    float factor = coefficient / (float) COEFFICIENT_UNIT;
    for (int d = 0; d < dimension; d++) {
      rest[d] = factor == 0 ? vector[d] : vector[d] - factor * pooled[d];
    }
  }

  private static double deviation(float[] vector) {
    double squares = 0;
    for (float v : vector) {
      squares += (double) v * v;
    }
    return Math.sqrt(squares / vector.length);
  }

  /** Sets the levels of the rest, and returns their scale. */
  private float fit(float[] vector, double start) {
    double scale = start;
    for (int i = 0; i < fits; i++) {
      scale = setLevels(scale);
    }
    return bfloat16(scale > 0 ? keepingLength(vector, scale) : 0);
  }

  /**
   * Chooses the levels of the rest.
   *
   * @return the scale of these levels that is nearest to the rest
   */
  private double setLevels(double scale) {
    choose(rest, scale, levels);
    double product = 0;
    long squares = 0;
    for (int d = 0; d < dimension; d++) {
      product += (double) rest[d] * levels[d];
      squares += (long) levels[d] * levels[d];
    }
    return product / squares;
  }

  /**
   * The scale by which the decoded vector is as long as the vector, if there is one that does not
   * double the square of the error.
   */
  private double keepingLength(float[] vector, double best) {
    double squares = 0;
    double mixed = 0;
    double lack = 0;
    double error = 0;
    for (int d = 0; d < dimension; d++) {
      double base = (double) vector[d] - rest[d];
      double level = levels[d];
      double difference = rest[d] - best * level;
      squares += level * level;
      mixed += base * level;
      lack += (double) vector[d] * vector[d] - base * base;
      error += difference * difference;
    }
    double square = mixed * mixed + squares * lack;
    if (square < 0) {
      return best;
    }
    double scale = (Math.sqrt(square) - mixed) / squares;
    // The error grows from the best scale as the square of the distance from it.
    double more = (scale - best) * (scale - best) * squares;
    return scale > 0 && more <= error ? scale : best;
  }

  /** Whether the error is within what {@link TokenEncoding} states. */
  private boolean isWithinBound(float[] vector, float[] pooled, int coefficient, float scale) {
    float factor = coefficient / (float) COEFFICIENT_UNIT;
    double error = 0;
    for (int d = 0; d < dimension; d++) {
      float decoded = scale * levels[d];
      if (pooled != null) {
        decoded += factor * pooled[d];
      }
      double difference = (double) vector[d] - decoded;
      error += difference * difference;
    }
    double bound = 2.0 * maxMagnitude(vector) / levelCount;
    return error <= dimension * bound * bound;
  }

  private float bfloat16(double value) {
    float nearest = (float) value;
    int bits = Float.floatToRawIntBits(nearest);
    // Half of the last bit kept is added, and one less for an even one.
    int rounded = bits + 0x7FFF + (bits >>> Short.SIZE & 1) & 0xFFFF0000;
    float scale = Float.intBitsToFloat(rounded);
    // Rounded up, it would decode the largest float to infinity.
    return Float.isFinite(scale * largestLevel) ? scale : Float.intBitsToFloat(bits & 0xFFFF0000);
  }

  /**
   * Adds to decoded vectors, which are what references left of tokens, their multiples of these.
   *
   * @param references pooled vectors, row after row, as decoded
   * @param referenceOf for each token, its row among these
   * @param vectors in and out: the tokens, row after row from {@code at} on
   */
  final void addReferences(
      byte[] codes,
      int offset,
      int count,
      float[] references,
      int[] referenceOf,
      float[] vectors,
      int at) {
    for (int t = 0; t < count; t++) {
      float coefficient = coefficient(codes, offset + t * bytes());
      int reference = referenceOf[t] * dimension;
      int to = at + t * dimension;
      int done =
          Simd.PRESENT
              ? PanamaDecoder.addMultiple(
                  coefficient, references, reference, dimension, vectors, to)
              : 0;
      for (int d = done; d < dimension; d++) {
        vectors[to + d] += coefficient * references[reference + d];
      }
    }
  }

  /**
   * Chooses a level for each component, near to what it is in scales.
   *
   * @param scale 0 or more
   * @param levels out: level of each component
   */
  abstract void choose(float[] rest, double scale, int[] levels);

  /** Writes the numbers of the levels chosen last. */
  abstract void pack(byte[] code, int first);
}
