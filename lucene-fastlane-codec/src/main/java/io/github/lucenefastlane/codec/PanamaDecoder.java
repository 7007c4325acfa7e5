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
   * Decodes bytes, each to scale times twice its nibble less {@link VectorCoder#INT4_LEVELS}: the
   * low nibbles to {@code low} and after it, the high ones to {@code high} and after it.
   *
   * @return how many were decoded, the first of them
   */
  static int nibbles(
      float scale, byte[] code, int offset, int count, float[] vector, int low, int high) {
    if (BYTES == null) {
      return 0;
    }
    int end = BYTES.loopBound(count);
    for (int i = 0; i < end; i += BYTES.length()) {
      ByteVector both = ByteVector.fromArray(BYTES, code, offset + i);
      lowNibbles(both, scale).intoArray(vector, low + i);
      highNibbles(both, scale).intoArray(vector, high + i);
    }
    return end;
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

  private static FloatVector nibbles(ByteVector nibbles, float scale) {
    return floats(nibbles.add(nibbles).sub((byte) VectorCoder.INT4_LEVELS), scale);
  }
}
