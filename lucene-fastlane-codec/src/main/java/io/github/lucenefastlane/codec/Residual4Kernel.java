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
import jdk.incubator.vector.VectorSpecies;

/**
 * Dot products with codes of {@link Residual4Coder} where they lie, four of them at a time as in
 * {@link PanamaRows}. Needs {@link Simd#PRESENT}.
 */
final class Residual4Kernel extends CodeKernel {

  private static final VectorSpecies<Float> FLOATS = PanamaDecoder.FLOATS;
  private static final VectorSpecies<Integer> INTS = PanamaDecoder.INTS;
  private static final VectorSpecies<Byte> BYTES = PanamaDecoder.BYTES;

  /** Codes at a time. */
  private static final int TILE = 4;

  private final int half;

  /** Bytes of which both nibbles are components; one less than {@link #half} if it is odd. */
  private final int both;

  private final int end;

  Residual4Kernel(VectorCoder coder) {
    super(coder);
    this.half = Residual4Coder.lowNibbles(coder.dimension);
    this.both = coder.dimension - half;
    this.end = FLOATS.loopBound(PanamaDecoder.reach(both));
  }

  @Override
  void dots(float[] target, byte[] codes, int count, float[] products) {
    levelDots(target, codes, count, products);
    int bytes = coder.bytes();
    for (int i = 0, code = 0; i < count; i++, code += bytes) {
      int first = ResidualCoder.firstNumber(code);
      float sum = products[i];
      for (int b = end; b < half; b++) {
        sum += target[b] * Residual4Coder.lowLevel(codes[first + b]);
      }
      for (int b = end; b < both; b++) {
        sum += target[half + b] * Residual4Coder.highLevel(codes[first + b]);
      }
      products[i] = ResidualCoder.scale(codes, code) * sum;
    }
  }

  /** Dot products with the levels of the nibbles that fill vectors. */
  private void levelDots(float[] target, byte[] codes, int count, float[] products) {
    int bytes = coder.bytes();
    int last = count - 1;
    int first = ResidualCoder.firstNumber(0);
    for (int i = 0; i < count; i += TILE) {
      int first0 = first + i * bytes;
      int first1 = first + Math.min(i + 1, last) * bytes;
      int first2 = first + Math.min(i + 2, last) * bytes;
      int first3 = first + Math.min(i + 3, last) * bytes;
      FloatVector sum0 = FloatVector.zero(FLOATS);
      FloatVector sum1 = sum0;
      FloatVector sum2 = sum0;
      FloatVector sum3 = sum0;
      for (int b = 0; b < end; b += FLOATS.length()) {
        IntVector pairs0 =
            (IntVector)
                ByteVector.fromArray(BYTES, codes, first0 + b)
                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
        IntVector pairs1 =
            (IntVector)
                ByteVector.fromArray(BYTES, codes, first1 + b)
                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
        IntVector pairs2 =
            (IntVector)
                ByteVector.fromArray(BYTES, codes, first2 + b)
                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
        IntVector pairs3 =
            (IntVector)
                ByteVector.fromArray(BYTES, codes, first3 + b)
                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0);
        for (int nibble = 0, t = b; nibble < 2; nibble++, t += half) {
          FloatVector components = FloatVector.fromArray(FLOATS, target, t);
          sum0 = components.fma(PanamaDecoder.nibbleLevels(pairs0), sum0);
          pairs0 = pairs0.lanewise(VectorOperators.LSHR, 4);
          sum1 = components.fma(PanamaDecoder.nibbleLevels(pairs1), sum1);
          pairs1 = pairs1.lanewise(VectorOperators.LSHR, 4);
          sum2 = components.fma(PanamaDecoder.nibbleLevels(pairs2), sum2);
          pairs2 = pairs2.lanewise(VectorOperators.LSHR, 4);
          sum3 = components.fma(PanamaDecoder.nibbleLevels(pairs3), sum3);
          pairs3 = pairs3.lanewise(VectorOperators.LSHR, 4);
        }
      }
      products[i] = sum0.reduceLanes(VectorOperators.ADD);
      products[Math.min(i + 1, last)] = sum1.reduceLanes(VectorOperators.ADD);
      products[Math.min(i + 2, last)] = sum2.reduceLanes(VectorOperators.ADD);
      products[Math.min(i + 3, last)] = sum3.reduceLanes(VectorOperators.ADD);
    }
  }
}
