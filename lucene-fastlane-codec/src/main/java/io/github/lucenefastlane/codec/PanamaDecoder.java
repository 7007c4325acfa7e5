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

import java.util.function.IntUnaryOperator;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Decodes codes that follow one another, a vector at a time, to the same bits as the loops of
 * {@link VectorCoder}s, which finish what is left over of each. Needs {@link Simd#PRESENT}.
 */
final class PanamaDecoder {

  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);

  /**
   * Bytes that are read to make a vector of floats: as many as it has, or twice as many, of which
   * the first half is taken, where vectors of so few are not to be had.
   */
  static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class, VectorShape.forBitSize(Math.max(64, FLOATS.vectorBitSize() / 4)));

  private static final VectorSpecies<Byte> FLOAT_BYTES = FLOATS.withLanes(byte.class);

  /** Floats that are decoded from as many words of {@link Residual3Coder}. */
  private static final VectorSpecies<Float> WORD_FLOATS = FloatVector.SPECIES_256;

  /** Whether a vector is long enough for {@link #WORD_FLOATS}. */
  private static final boolean WORDS = FLOATS.vectorBitSize() >= WORD_FLOATS.vectorBitSize();

  private static final VectorSpecies<Integer> WORD_INTS = IntVector.SPECIES_256;
  private static final VectorSpecies<Byte> WORD_BYTES = ByteVector.SPECIES_64;
  private static final int WORD_LANES = WORD_FLOATS.length();

  /** Whether a vector holds all levels of a nibble. */
  private static final boolean NIBBLE_TABLE = INTS.length() == Residual4Levels.COUNT;

  private static final IntVector NIBBLE_LEVELS = table(INTS, Residual4Levels::level);
  private static final IntVector NIBBLE = IntVector.broadcast(INTS, Residual4Levels.COUNT - 1);
  private static final FloatVector TWO = FloatVector.broadcast(FLOATS, 2);
  private static final FloatVector ONE_LESS_THAN_NIBBLES =
      FloatVector.broadcast(FLOATS, 1 - Residual4Levels.COUNT);
  private static final FloatVector NIBBLE_LEVEL_OFFSETS =
      FloatVector.broadcast(FLOATS, Residual4Levels.OFFSET);
  private static final IntVector WORD_NUMBER =
      IntVector.broadcast(WORD_INTS, Residual3Coder.NUMBERS - 1);
  private static final IntVector ALL_BUT_FIRST_WORD =
      IntVector.broadcast(WORD_INTS, -1).withLane(0, 0);
  private static final IntVector WORD_LEVELS = table(WORD_INTS, Residual3Coder::level);

  private PanamaDecoder() {}

  /** The bits of the levels, as floats; the first of them, if they are too many. */
  private static IntVector table(VectorSpecies<Integer> species, IntUnaryOperator level) {
    int[] bits = new int[species.length()];
    for (int number = 0; number < bits.length; number++) {
      bits[number] = Float.floatToRawIntBits(level.applyAsInt(number));
    }
    return IntVector.fromArray(species, bits, 0);
  }

  /** How many of some bytes can be made floats by vectors, the first of them. */
  static int reach(int bytes) {
    return bytes < BYTES.length() ? 0 : bytes - BYTES.length() + FLOATS.length();
  }

  /**
   * Decodes floats as they are.
   *
   * @return how many were decoded, the first of them
   */
  static int floats(byte[] codes, int offset, int count, float[] vectors, int at) {
    int end = FLOATS.loopBound(count);
    for (int i = 0; i < end; i += FLOATS.length()) {
      ByteVector.fromArray(FLOAT_BYTES, codes, offset + i * Float.BYTES)
          .reinterpretAsFloats()
          .intoArray(vectors, at + i);
    }
    return end;
  }

  /**
   * Decodes codes of {@link TokenEncoding#INT8}: each byte to scale times it.
   *
   * @return how many components of each were decoded, the first of them
   */
  static int bytes(byte[] codes, int offset, int count, int dimension, float[] vectors, int at) {
    // The compiler makes short vectors itself, and better ones.
    int end = BYTES.length() == FLOATS.length() ? BYTES.loopBound(dimension) : 0;
    for (int t = 0; t < count && end > 0; t++) {
      float scale = VectorCoder.getFloat(codes, offset + t * (Float.BYTES + dimension));
      int from = offset + t * (Float.BYTES + dimension) + Float.BYTES;
      int to = at + t * dimension;
      for (int d = 0; d < end; d += BYTES.length()) {
        FloatVector levels =
            (FloatVector)
                ByteVector.fromArray(BYTES, codes, from + d)
                    .convertShape(VectorOperators.B2F, FLOATS, 0);
        levels.mul(scale).intoArray(vectors, to + d);
      }
    }
    return end;
  }

  /**
   * Decodes codes of {@link Residual4Coder}: each nibble to scale times its level. The last vector
   * of pairs of nibbles steps back to be full; those seen twice decode to the same.
   *
   * @return how many bytes of each were decoded, both nibbles of the first of them
   */
  static int nibbles(byte[] codes, int offset, int count, int dimension, float[] vectors, int at) {
    int half = Residual4Coder.lowNibbles(dimension);
    int reach = reach(dimension - half);
    int bytes = ResidualCoder.firstNumber(half);
    for (int t = 0; t < count; t++) {
      int code = offset + t * bytes;
      int first = ResidualCoder.firstNumber(code);
      int to = at + t * dimension;
      float scale = ResidualCoder.scale(codes, code);
      for (int i = 0; i < reach; i += FLOATS.length()) {
        int low = Math.min(i, reach - FLOATS.length());
        IntVector both =
            (IntVector)
                ByteVector.fromArray(BYTES, codes, first + low)
                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
        nibbleLevels(both).mul(scale).intoArray(vectors, to + low);
        both = both.lanewise(VectorOperators.LSHR, 4);
        nibbleLevels(both).mul(scale).intoArray(vectors, to + half + low);
      }
    }
    return reach;
  }

  /** The levels of the low nibbles of numbers, which are whole: no sum or product rounds. */
  static FloatVector nibbleLevels(IntVector numbers) {
    IntVector nibbles = numbers.and(NIBBLE);
    if (NIBBLE_TABLE) {
      return nibbles.selectFrom(NIBBLE_LEVELS).reinterpretAsFloats();
    }
    FloatVector odd =
        ((FloatVector) nibbles.convertShape(VectorOperators.I2F, FLOATS, 0))
            .fma(TWO, ONE_LESS_THAN_NIBBLES);
    return odd.mul(odd.fma(odd, NIBBLE_LEVEL_OFFSETS));
  }

  /**
   * Decodes the whole words of codes of {@link Residual3Coder}: each component to scale times its
   * level. The last vector of words steps back to be full; those seen twice decode to the same.
   *
   * @return how many words of each were decoded, the first of them
   */
  static int words(byte[] codes, int offset, int count, int dimension, float[] vectors, int at) {
    int words = Residual3Coder.words(dimension);
    int whole = dimension - (Residual3Coder.WORD_COMPONENTS - 1) * words;
    if (WORDS == false || whole < WORD_LANES) {
      return 0;
    }
    int bytes = ResidualCoder.firstNumber(3 * words);
    for (int t = 0; t < count; t++) {
      int code = offset + t * bytes;
      float scale = ResidualCoder.scale(codes, code);
      for (int i = 0; i < whole; i += WORD_LANES) {
        int from = Math.min(i, whole - WORD_LANES);
        int first = ResidualCoder.firstNumber(code) + from;
        IntVector word = wordNumbers(codes, first, words);
        IntVector last = wordNumbers(codes, first - 1, words);
        if (from == 0) {
          last = last.and(ALL_BUT_FIRST_WORD);
        }
        IntVector negative =
            word.lanewise(VectorOperators.LSHL, Residual3Coder.BITS)
                .or(last.lanewise(VectorOperators.LSHR, Residual3Coder.BITS * 7))
                .and(Residual3Coder.LOWEST_BITS);
        IntVector indexes =
            word.lanewise(VectorOperators.LSHL, Residual3Coder.BITS * 2)
                .or(last.lanewise(VectorOperators.LSHR, Residual3Coder.BITS * 6))
                .and(Residual3Coder.LOWEST_BITS)
                .lanewise(VectorOperators.XOR, word)
                .lanewise(VectorOperators.XOR, negative);
        int to = at + t * dimension + from;
        for (int j = 0; j < Residual3Coder.WORD_COMPONENTS; j++) {
          IntVector sign =
              negative
                  .lanewise(VectorOperators.LSHL, Integer.SIZE - 1 - Residual3Coder.BITS * j)
                  .and(Integer.MIN_VALUE);
          indexes
              .lanewise(VectorOperators.LSHR, Residual3Coder.BITS * j)
              .and(WORD_NUMBER)
              .selectFrom(WORD_LEVELS)
              .lanewise(VectorOperators.XOR, sign)
              .reinterpretAsFloats()
              .mul(scale)
              .intoArray(vectors, to + j * words);
        }
      }
    }
    return whole;
  }

  /** Words whose lowest bytes are at {@code first} and after. */
  private static IntVector wordNumbers(byte[] codes, int first, int words) {
    IntVector low =
        (IntVector)
            ByteVector.fromArray(WORD_BYTES, codes, first)
                .convertShape(VectorOperators.ZERO_EXTEND_B2I, WORD_INTS, 0);
    IntVector middle =
        (IntVector)
            ByteVector.fromArray(WORD_BYTES, codes, first + words)
                .convertShape(VectorOperators.ZERO_EXTEND_B2I, WORD_INTS, 0);
    IntVector high =
        (IntVector)
            ByteVector.fromArray(WORD_BYTES, codes, first + 2 * words)
                .convertShape(VectorOperators.ZERO_EXTEND_B2I, WORD_INTS, 0);
    return low.or(middle.lanewise(VectorOperators.LSHL, Byte.SIZE))
        .or(high.lanewise(VectorOperators.LSHL, 2 * Byte.SIZE));
  }

  /**
   * Adds a multiple of a row to another.
   *
   * @return how many components were added, the first of them
   */
  static int addMultiple(
      float factor, float[] rows, int row, int dimension, float[] vectors, int at) {
    int end = FLOATS.loopBound(dimension);
    for (int d = 0; d < end; d += FLOATS.length()) {
      FloatVector.fromArray(FLOATS, rows, row + d)
          .mul(factor)
          .add(FloatVector.fromArray(FLOATS, vectors, at + d))
          .intoArray(vectors, at + d);
    }
    return end;
  }
}
