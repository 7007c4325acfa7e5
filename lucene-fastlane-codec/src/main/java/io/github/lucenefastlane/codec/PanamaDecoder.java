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

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** As many bytes as there are floats in a vector; null if a vector of them would be too short. */
  private static final VectorSpecies<Byte> BYTES =
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
      store(ByteVector.fromArray(BYTES, code, offset + i), scale, vector, at + i);
    }
    return end;
  }

  /**
   * Decodes bytes, each to scale times twice its nibble less {@code levels}: the low nibbles to
   * {@code low} and after it, the high ones to {@code high} and after it.
   *
   * @return how many were decoded, the first of them
   */
  static int nibbles(
      float scale,
      int levels,
      byte[] code,
      int offset,
      int count,
      float[] vector,
      int low,
      int high) {
    if (BYTES == null) {
      return 0;
    }
    int end = BYTES.loopBound(count);
    for (int i = 0; i < end; i += BYTES.length()) {
      ByteVector both = ByteVector.fromArray(BYTES, code, offset + i);
      ByteVector lower = both.and((byte) 0x0F);
      ByteVector upper = both.lanewise(VectorOperators.LSHR, 4).and((byte) 0x0F);
      store(lower.add(lower).sub((byte) levels), scale, vector, low + i);
      store(upper.add(upper).sub((byte) levels), scale, vector, high + i);
    }
    return end;
  }

  private static void store(ByteVector bytes, float scale, float[] vector, int at) {
    FloatVector floats = (FloatVector) bytes.convertShape(VectorOperators.B2F, FLOATS, 0);
    floats.mul(scale).intoArray(vector, at);
  }
}
