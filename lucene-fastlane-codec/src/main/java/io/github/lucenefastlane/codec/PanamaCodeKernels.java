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
 * The {@link CodeKernel}s of {@link TokenEncoding}s, a vector at a time. Need {@link Simd#PRESENT}.
 *
 * <p>Each walks the two halves of a vector side by side, as {@link TokenEncoding#RESIDUAL4} stores
 * them, so that two independent sums hide half of the latency of the fused multiply-add; the other
 * half hides behind the next code.
 */
final class PanamaCodeKernels {

  private static final VectorSpecies<Float> FLOATS = PanamaDecoder.FLOATS;
  private static final int LANES = FLOATS.length();

  /** Bytes of as many floats as a vector holds. */
  private static final VectorSpecies<Byte> FLOAT_BYTES =
      VectorSpecies.of(byte.class, FLOATS.vectorShape());

  private static final VectorSpecies<Byte> BYTES = PanamaDecoder.BYTES;

  private PanamaCodeKernels() {}

  /** The kernel of an encoding, or null if this machine's vectors are too short for it. */
  static CodeKernel of(TokenEncoding encoding, int dimension) {
    return switch (encoding) {
      case FLOAT32 -> new Float32(dimension);
      case INT8 -> BYTES == null ? null : new Int8(dimension);
      case RESIDUAL4 -> BYTES == null ? null : new Residual4(dimension);
      case RESIDUAL3 -> PanamaDecoder.WORDS ? new Residual3(dimension) : null;
    };
  }

  private static FloatVector target(float[] target, int at) {
    return FloatVector.fromArray(FLOATS, target, at);
  }

  private static float sum(FloatVector low, FloatVector high) {
    return low.add(high).reduceLanes(VectorOperators.ADD);
  }

  /** {@link TokenEncoding#FLOAT32}. */
  private static final class Float32 implements CodeKernel {
    private final int dimension;
    private final int half;

    Float32(int dimension) {
      this.dimension = dimension;
      this.half = FLOATS.loopBound(dimension / 2);
    }

    private static FloatVector vector(byte[] code, int offset, int d) {
      return ByteVector.fromArray(FLOAT_BYTES, code, offset + d * Float.BYTES)
          .reinterpretAsFloats();
    }

    private static float component(byte[] code, int offset, int d) {
      return VectorCoder.getFloat(code, offset + d * Float.BYTES);
    }

    @Override
    public float dot(float[] target, byte[] code, int offset) {
      FloatVector low = FloatVector.zero(FLOATS);
      FloatVector high = low;
      for (int d = 0; d < half; d += LANES) {
        low = target(target, d).fma(vector(code, offset, d), low);
        high = target(target, half + d).fma(vector(code, offset, half + d), high);
      }
      float sum = sum(low, high);
      for (int d = 2 * half; d < dimension; d++) {
        sum += target[d] * component(code, offset, d);
      }
      return sum;
    }

    @Override
    public float squareDistance(float[] target, byte[] code, int offset) {
      FloatVector low = FloatVector.zero(FLOATS);
      FloatVector high = low;
      for (int d = 0; d < half; d += LANES) {
        FloatVector a = target(target, d).sub(vector(code, offset, d));
        FloatVector b = target(target, half + d).sub(vector(code, offset, half + d));
        low = a.fma(a, low);
        high = b.fma(b, high);
      }
      float sum = sum(low, high);
      for (int d = 2 * half; d < dimension; d++) {
        float difference = target[d] - component(code, offset, d);
        sum += difference * difference;
      }
      return sum;
    }
  }

  /** {@link TokenEncoding#INT8}. */
  private static final class Int8 implements CodeKernel {
    private final int dimension;
    private final int half;

    Int8(int dimension) {
      this.dimension = dimension;
      this.half = FLOATS.loopBound(dimension / 2);
    }

    private static FloatVector vector(float scale, byte[] code, int at) {
      return PanamaDecoder.floats(ByteVector.fromArray(BYTES, code, at), scale);
    }

    @Override
    public float dot(float[] target, byte[] code, int offset) {
      float scale = VectorCoder.getFloat(code, offset);
      int levels = offset + Float.BYTES;
      FloatVector low = FloatVector.zero(FLOATS);
      FloatVector high = low;
      for (int d = 0; d < half; d += LANES) {
        low = target(target, d).fma(vector(scale, code, levels + d), low);
        high = target(target, half + d).fma(vector(scale, code, levels + half + d), high);
      }
      float sum = sum(low, high);
      for (int d = 2 * half; d < dimension; d++) {
        sum += target[d] * (scale * code[levels + d]);
      }
      return sum;
    }

    @Override
    public float squareDistance(float[] target, byte[] code, int offset) {
      float scale = VectorCoder.getFloat(code, offset);
      int levels = offset + Float.BYTES;
      FloatVector low = FloatVector.zero(FLOATS);
      FloatVector high = low;
      for (int d = 0; d < half; d += LANES) {
        FloatVector a = target(target, d).sub(vector(scale, code, levels + d));
        FloatVector b = target(target, half + d).sub(vector(scale, code, levels + half + d));
        low = a.fma(a, low);
        high = b.fma(b, high);
      }
      float sum = sum(low, high);
      for (int d = 2 * half; d < dimension; d++) {
        float difference = target[d] - scale * code[levels + d];
        sum += difference * difference;
      }
      return sum;
    }
  }

  /** {@link TokenEncoding#RESIDUAL4} of a head, or of a token that is its own. */
  private static final class Residual4 implements CodeKernel {
    private final int half;

    /** Bytes of which both nibbles are components; one less than {@link #half} if it is odd. */
    private final int both;

    private final int end;

    Residual4(int dimension) {
      this.half = Residual4Coder.lowNibbles(dimension);
      this.both = dimension - half;
      this.end = FLOATS.loopBound(both);
    }

    @Override
    public float dot(float[] target, byte[] code, int offset) {
      float scale = ResidualCoder.scale(code, offset);
      int nibbles = ResidualCoder.firstNumber(offset);
      FloatVector low = FloatVector.zero(FLOATS);
      FloatVector high = low;
      for (int b = 0; b < end; b += LANES) {
        IntVector pairs = PanamaDecoder.pairs(code, nibbles + b);
        low = target(target, b).fma(PanamaDecoder.lowNibbles(pairs, scale), low);
        high = target(target, half + b).fma(PanamaDecoder.highNibbles(pairs, scale), high);
      }
      float sum = sum(low, high);
      for (int b = end; b < half; b++) {
        sum += target[b] * (scale * Residual4Coder.lowLevel(code[nibbles + b]));
      }
      for (int b = end; b < both; b++) {
        sum += target[half + b] * (scale * Residual4Coder.highLevel(code[nibbles + b]));
      }
      return sum;
    }

    @Override
    public float squareDistance(float[] target, byte[] code, int offset) {
      float scale = ResidualCoder.scale(code, offset);
      int nibbles = ResidualCoder.firstNumber(offset);
      FloatVector low = FloatVector.zero(FLOATS);
      FloatVector high = low;
      for (int b = 0; b < end; b += LANES) {
        IntVector pairs = PanamaDecoder.pairs(code, nibbles + b);
        FloatVector a = target(target, b).sub(PanamaDecoder.lowNibbles(pairs, scale));
        FloatVector c = target(target, half + b).sub(PanamaDecoder.highNibbles(pairs, scale));
        low = a.fma(a, low);
        high = c.fma(c, high);
      }
      float sum = sum(low, high);
      for (int b = end; b < half; b++) {
        float difference = target[b] - scale * Residual4Coder.lowLevel(code[nibbles + b]);
        sum += difference * difference;
      }
      for (int b = end; b < both; b++) {
        float difference = target[half + b] - scale * Residual4Coder.highLevel(code[nibbles + b]);
        sum += difference * difference;
      }
      return sum;
    }
  }

  /** {@link TokenEncoding#RESIDUAL3} of a head, or of a token that is its own. */
  private static final class Residual3 implements CodeKernel {
    private static final VectorSpecies<Float> FLOATS = PanamaDecoder.WORD_FLOATS;
    private static final int COMPONENTS = Residual3Coder.WORD_COMPONENTS;

    private final int dimension;
    private final int words;

    /** Words of which all components are there, as many as are whole vectors. */
    private final int end;

    Residual3(int dimension) {
      this.dimension = dimension;
      this.words = Residual3Coder.words(dimension);
      this.end = FLOATS.loopBound(Math.max(0, dimension - (COMPONENTS - 1) * words));
    }

    @Override
    public float dot(float[] target, byte[] code, int offset) {
      float scale = ResidualCoder.scale(code, offset);
      int first = ResidualCoder.firstNumber(offset);
      FloatVector even = FloatVector.zero(FLOATS);
      FloatVector odd = even;
      for (int i = 0; i < end; i += FLOATS.length()) {
        IntVector word = PanamaDecoder.words(code, first, words, i);
        for (int j = 0, d = i; j < COMPONENTS; j += 2, d += 2 * words) {
          FloatVector a = PanamaDecoder.levels(word, j).mul(scale);
          FloatVector b = PanamaDecoder.levels(word, j + 1).mul(scale);
          even = FloatVector.fromArray(FLOATS, target, d).fma(a, even);
          odd = FloatVector.fromArray(FLOATS, target, d + words).fma(b, odd);
        }
      }
      float sum = sum(even, odd);
      for (int i = end; i < words; i++) {
        int word = Residual3Coder.word(code, first, words, i);
        for (int j = 0, d = i; d < dimension; j++, d += words) {
          sum += target[d] * (scale * Residual3Coder.level(word, j));
        }
      }
      return sum;
    }

    @Override
    public float squareDistance(float[] target, byte[] code, int offset) {
      float scale = ResidualCoder.scale(code, offset);
      int first = ResidualCoder.firstNumber(offset);
      FloatVector even = FloatVector.zero(FLOATS);
      FloatVector odd = even;
      for (int i = 0; i < end; i += FLOATS.length()) {
        IntVector word = PanamaDecoder.words(code, first, words, i);
        for (int j = 0, d = i; j < COMPONENTS; j += 2, d += 2 * words) {
          FloatVector a = PanamaDecoder.levels(word, j).mul(scale);
          FloatVector b = PanamaDecoder.levels(word, j + 1).mul(scale);
          a = FloatVector.fromArray(FLOATS, target, d).sub(a);
          b = FloatVector.fromArray(FLOATS, target, d + words).sub(b);
          even = a.fma(a, even);
          odd = b.fma(b, odd);
        }
      }
      float sum = sum(even, odd);
      for (int i = end; i < words; i++) {
        int word = Residual3Coder.word(code, first, words, i);
        for (int j = 0, d = i; d < dimension; j++, d += words) {
          float difference = target[d] - scale * Residual3Coder.level(word, j);
          sum += difference * difference;
        }
      }
      return sum;
    }
  }
}
