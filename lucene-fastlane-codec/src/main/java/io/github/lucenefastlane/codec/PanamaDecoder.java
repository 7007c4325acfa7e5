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
  private static final FloatVector TWO = FloatVector.broadcast(WORD_FLOATS, 2);
  private static final FloatVector ONE_LESS_THAN_NUMBERS =
      FloatVector.broadcast(WORD_FLOATS, 1 - Residual3Coder.LEVELS.count());
  private static final FloatVector LEVEL_OFFSETS =
      FloatVector.broadcast(WORD_FLOATS, Residual3Coder.LEVELS.offset);
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
   * Decodes nibbles of {@link Residual4Coder}, each to scale times its level, and adds coefficient
   * times the head.
   *
   * @param heads null for none
   * @return how many pairs of nibbles were decoded, the first of them
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
    if (BYTES == null) {
      return 0;
    }
    int half = Residual4Coder.lowNibbles(dimension);
    int end = BYTES.loopBound(dimension - half);
    for (int i = 0; i < end; i += BYTES.length()) {
      ByteVector both = ByteVector.fromArray(BYTES, code, first + i);
      FloatVector low = lowNibbles(both, scale);
      FloatVector high = highNibbles(both, scale);
      if (heads != null) {
        low = low.add(FloatVector.fromArray(FLOATS, heads, head + i).mul(coefficient));
        high = high.add(FloatVector.fromArray(FLOATS, heads, head + half + i).mul(coefficient));
      }
      low.intoArray(vector, at + i);
      high.intoArray(vector, at + half + i);
    }
    return end;
  }

  /**
   * The same of the whole words of {@link Residual3Coder}. The last vector of words steps back to
   * be full; those seen twice decode to the same.
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
        FloatVector decoded = levels(word, j).mul(scale);
        if (heads != null) {
          FloatVector base = FloatVector.fromArray(WORD_FLOATS, heads, head + d);
          decoded = decoded.add(base.mul(coefficient));
        }
        decoded.intoArray(vector, at + d);
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
        words
            .lanewise(VectorOperators.LSHR, Residual3Coder.LEVELS.bits * component)
            .and(Residual3Coder.LEVELS.count() - 1);
    FloatVector odd =
        ((FloatVector) number.convertShape(VectorOperators.I2F, WORD_FLOATS, 0))
            .fma(TWO, ONE_LESS_THAN_NUMBERS);
    return odd.mul(odd.fma(odd, LEVEL_OFFSETS));
  }

  /** What bytes decode to. */
  static FloatVector floats(ByteVector bytes, float scale) {
    return ((FloatVector) bytes.convertShape(VectorOperators.B2F, FLOATS, 0)).mul(scale);
  }

  /** What the low nibbles of bytes decode to. */
  static FloatVector lowNibbles(ByteVector bytes, float scale) {
    return nibbles(bytes.and((byte) 0x0F), scale);
  }

  /** What the high nibbles of bytes decode to. */
  static FloatVector highNibbles(ByteVector bytes, float scale) {
    return nibbles(bytes.lanewise(VectorOperators.LSHR, 4).and((byte) 0x0F), scale);
  }

  /** A scale has 8 significant bits and a level 14: no product on the way to theirs rounds. */
  private static FloatVector nibbles(ByteVector numbers, float scale) {
    ByteVector odd = numbers.add(numbers).sub((byte) (Residual4Coder.LEVELS.count() - 1));
    FloatVector floats = (FloatVector) odd.convertShape(VectorOperators.B2F, FLOATS, 0);
    return floats.mul(scale).mul(floats.fma(floats, NIBBLE_LEVEL_OFFSETS));
  }
}
