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

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Decodes runs of codes a vector at a time, to the same bits as the loops of {@link VectorCoder},
 * which finish what is left over. Needs {@link Simd#PRESENT}.
 */
final class PanamaDecoder {

  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** As many bytes as there are floats in a vector; null if a vector of them would be too short. */
  static final VectorSpecies<Byte> BYTES =
      FLOATS.vectorBitSize() < 256
          ? null
          : VectorSpecies.of(byte.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 4));

  /** Floats that are decoded from as many words of {@link Residual3Coder}. */
  static final VectorSpecies<Float> WORD_FLOATS = FloatVector.SPECIES_256;

  /** Whether a vector is long enough for {@link #WORD_FLOATS}. */
  static final boolean WORDS = FLOATS.vectorBitSize() >= WORD_FLOATS.vectorBitSize();

  private static final VectorSpecies<Integer> WORD_INTS = IntVector.SPECIES_256;
  private static final VectorSpecies<Byte> WORD_BYTES = ByteVector.SPECIES_64;
  private static final int WORD_LANES = WORD_FLOATS.length();

  // Of what is not static the compiler would not know that it stays.
  private static final int WORD_BITS = Residual3Coder.LEVELS.bits;

  private static final FloatVector TWO = FloatVector.broadcast(WORD_FLOATS, 2);
  private static final FloatVector ONE_LESS_THAN_NUMBERS =
      FloatVector.broadcast(WORD_FLOATS, 1 - (1 << WORD_BITS));
  private static final FloatVector LEVEL_OFFSETS =
      FloatVector.broadcast(WORD_FLOATS, Residual3Coder.LEVELS.offset);

  private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  private static final FloatVector NIBBLE_TWO = FloatVector.broadcast(FLOATS, 2);
  private static final FloatVector ONE_LESS_THAN_NIBBLES =
      FloatVector.broadcast(FLOATS, 1 - Residual4Coder.LEVELS.count());
  private static final FloatVector NIBBLE_LEVEL_OFFSETS =
      FloatVector.broadcast(FLOATS, Residual4Coder.LEVELS.offset);

  private PanamaDecoder() {}

  /**
   * Decodes bytes, each to scale times its value.
   *
   * @return how many were decoded, the first of them
   */
  static int bytes(float scale, byte[] code, int offset, int count, float[] vector, int at) {
    if (BYTES == null) {
      return 0;
    }
    int end = BYTES.loopBound(count);
    for (int i = 0; i < end; i += BYTES.length()) {
      floats(ByteVector.fromArray(BYTES, code, offset + i), scale).intoArray(vector, at + i);
    }
    return end;
  }

  /**
   * Decodes the pairs of nibbles of {@link Residual4Coder}, each nibble to scale times its level,
   * and adds coefficient times the head. The last vector of pairs steps back to be full; those seen
   * twice decode to the same.
   *
   * @param heads null for none
   * @return how many components were decoded, the first of them: half of an odd number of them
   */
  static int nibbles(
      float scale,
      byte[] code,
      int first,
      int dimension,
      float coefficient,
      float[] heads,
      int head,
      float[] vector,
      int at) {
    int half = Residual4Coder.lowNibbles(dimension);
    int pairs = wholePairs(dimension);
    for (int i = 0; i < pairs; i += BYTES.length()) {
      int low = Math.min(i, pairs - BYTES.length());
      int high = half + low;
      IntVector both = pairs(code, first + low);
      put(lowNibbles(both, scale), coefficient, heads, head + low, vector, at + low);
      put(highNibbles(both, scale), coefficient, heads, head + high, vector, at + high);
    }
    return pairs == half ? dimension : pairs;
  }

  /** A vector that was one of two would be allocated, so each of them is stored by itself. */
  private static void put(
      FloatVector rest, float coefficient, float[] heads, int head, float[] vector, int at) {
    if (heads == null) {
      rest.intoArray(vector, at);
    } else {
      rest.add(FloatVector.fromArray(FLOATS, heads, head).mul(coefficient)).intoArray(vector, at);
    }
  }

  /** Pairs of which both components are there; none, if they do not fill a vector. */
  private static int wholePairs(int dimension) {
    int whole = dimension - Residual4Coder.lowNibbles(dimension);
    return BYTES != null && whole >= BYTES.length() ? whole : 0;
  }

  /**
   * Decodes the whole words of {@link Residual3Coder}, each component to scale times its level. The
   * last vector of words steps back to be full; those seen twice decode to the same.
   *
   * @return how many words were decoded, the first of them
   */
  static int words(float scale, byte[] code, int first, int dimension, float[] vector, int at) {
    int words = Residual3Coder.words(dimension);
    int whole = wholeWords(dimension);
    for (int i = 0; i < whole; i += WORD_LANES) {
      int from = Math.min(i, whole - WORD_LANES);
      IntVector word = words(code, first, words, from);
      for (int j = 0, d = from; j < Residual3Coder.WORD_COMPONENTS; j++, d += words) {
        levels(word, j).mul(scale).intoArray(vector, at + d);
      }
    }
    return whole;
  }

  /**
   * The same, and adds the coefficient times the head.
   *
   * @return how many words were decoded, the first of them
   */
  static int words(
      float scale,
      byte[] code,
      int first,
      int dimension,
      float coefficient,
      float[] heads,
      int head,
      float[] vector,
      int at) {
    int words = Residual3Coder.words(dimension);
    int whole = wholeWords(dimension);
    for (int i = 0; i < whole; i += WORD_LANES) {
      int from = Math.min(i, whole - WORD_LANES);
      IntVector word = words(code, first, words, from);
      for (int j = 0, d = from; j < Residual3Coder.WORD_COMPONENTS; j++, d += words) {
        FloatVector base = FloatVector.fromArray(WORD_FLOATS, heads, head + d).mul(coefficient);
        levels(word, j).mul(scale).add(base).intoArray(vector, at + d);
      }
    }
    return whole;
  }

  /** Words of which all components are there; none, if they do not fill a vector. */
  private static int wholeWords(int dimension) {
    int words = Residual3Coder.words(dimension);
    int whole = dimension - (Residual3Coder.WORD_COMPONENTS - 1) * words;
    return WORDS && whole >= WORD_LANES ? whole : 0;
  }

  /** Some words, from their three planes. */
  static IntVector words(byte[] code, int first, int words, int i) {
    return plane(code, first + i)
        .or(plane(code, first + words + i).lanewise(VectorOperators.LSHL, 8))
        .or(plane(code, first + 2 * words + i).lanewise(VectorOperators.LSHL, 16));
  }

  private static IntVector plane(byte[] code, int at) {
    return (IntVector)
        ByteVector.fromArray(WORD_BYTES, code, at)
            .convertShape(VectorOperators.ZERO_EXTEND_B2I, WORD_INTS, 0);
  }

  /** The levels of one component of words, whole numbers, so that no sum or product rounds. */
  static FloatVector levels(IntVector words, int component) {
    IntVector number =
        words.lanewise(VectorOperators.LSHR, WORD_BITS * component).and((1 << WORD_BITS) - 1);
    FloatVector odd =
        ((FloatVector) number.convertShape(VectorOperators.I2F, WORD_FLOATS, 0))
            .fma(TWO, ONE_LESS_THAN_NUMBERS);
    return odd.mul(odd.fma(odd, LEVEL_OFFSETS));
  }

  /** What bytes decode to. */
  static FloatVector floats(ByteVector bytes, float scale) {
    return ((FloatVector) bytes.convertShape(VectorOperators.B2F, FLOATS, 0)).mul(scale);
  }

  /** Pairs of nibbles, from their bytes. */
  static IntVector pairs(byte[] code, int at) {
    return (IntVector)
        ByteVector.fromArray(BYTES, code, at)
            .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
  }

  /** What the low nibbles of pairs decode to. */
  static FloatVector lowNibbles(IntVector pairs, float scale) {
    return nibbles(pairs.and(0x0F), scale);
  }

  /** What the high nibbles of pairs decode to. */
  static FloatVector highNibbles(IntVector pairs, float scale) {
    return nibbles(pairs.lanewise(VectorOperators.LSHR, 4), scale);
  }

  /** A scale has 8 significant bits and a level 14: no product on the way to theirs rounds. */
  private static FloatVector nibbles(IntVector numbers, float scale) {
    FloatVector odd =
        ((FloatVector) numbers.convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(NIBBLE_TWO, ONE_LESS_THAN_NIBBLES);
    return odd.mul(scale).mul(odd.fma(odd, NIBBLE_LEVEL_OFFSETS));
  }
}
