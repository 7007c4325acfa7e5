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

import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.util.BitUtil;

/**
 * Turns one vector into the bytes that stand for it on disk and back, see {@link TokenEncoding}.
 */
abstract class VectorCoder {

  final int dimension;

  VectorCoder(int dimension) {
    this.dimension = dimension;
  }

  /** The coder of a field's tokens, where float tokens are stored in the given encoding. */
  static VectorCoder of(FieldInfo info, TokenEncoding tokenEncoding) {
    return of(info.getVectorEncoding(), tokenEncoding, info.getVectorDimension());
  }

  /**
   * The coder of that field's heads, centroids, and pooled vectors that are no tokens: that of its
   * tokens, where heads are tokens. Else they stand for several, as references and forecasts, and
   * four bits a component are enough.
   */
  static VectorCoder ofMeans(FieldInfo info, TokenEncoding tokenEncoding, boolean headsAreTokens) {
    boolean asTokens = headsAreTokens || tokenEncoding == TokenEncoding.RESIDUAL3;
    return of(info, asTokens ? tokenEncoding : TokenEncoding.RESIDUAL4);
  }

  static VectorCoder of(VectorEncoding vectorEncoding, TokenEncoding tokenEncoding, int dimension) {
    if (vectorEncoding == VectorEncoding.BYTE) {
      return new Bytes(dimension);
    }
    return switch (tokenEncoding) {
      case FLOAT32 -> new Float32(dimension);
      case INT8 -> new Int8(dimension);
      case RESIDUAL4 -> new Residual4Coder(dimension);
      case RESIDUAL3 -> new Residual3Coder(dimension);
    };
  }

  /** Length of a code; all codes of a field have the same. */
  abstract int bytes();

  /** Encodes a vector on its own. */
  abstract void encode(float[] vector, byte[] code, int offset);

  /** Decodes one vector that was encoded on its own. */
  final void decode(byte[] code, int offset, float[] vector, int vectorOffset) {
    decode(code, offset, 1, vector, vectorOffset);
  }

  /**
   * Decodes vectors that were encoded on their own and follow one another. All at once: what the
   * calls of different coders have in common is to be outside of the loops of {@link
   * PanamaDecoder}, see {@link CodeKernel}. Of tokens of a pool it gives what {@link
   * ResidualCoder#addReferences} adds to.
   *
   * @param vectors out: the vectors, row after row from {@code at} on
   */
  abstract void decode(byte[] codes, int offset, int count, float[] vectors, int at);

  /** Whether the code of a token depends on the vector of its pool, if that has several tokens. */
  boolean isRelative() {
    return false;
  }

  /**
   * Encodes a token of a pool.
   *
   * @param pooled vector of the pool, as decoded; ignored unless {@link #isRelative}
   * @param pool number of the pool in its window, which the code then holds
   */
  void encode(float[] vector, float[] pooled, int pool, byte[] code, int offset) {
    encode(vector, code, offset);
  }

  /** A new one, for one thread, that compares codes with float vectors. */
  CodeKernel kernel() {
    return new CodeKernel(this);
  }

  static void multiply(float[] vector, float factor) {
    for (int d = 0; d < vector.length; d++) {
      vector[d] *= factor;
    }
  }

  static float maxMagnitude(float[] vector) {
    float max = 0f;
    for (float v : vector) {
      max = Math.max(max, Math.abs(v));
    }
    return max;
  }

  /** What a vector's largest component is divided by to become the last level. */
  private static float scale(float[] vector, int levels) {
    float scale = maxMagnitude(vector) / levels;
    // Rounded up, it would decode the largest float to infinity.
    return Float.isInfinite(scale * levels) ? Math.nextDown(scale) : scale;
  }

  private static void putFloat(byte[] code, int offset, float value) {
    BitUtil.VH_LE_INT.set(code, offset, Float.floatToRawIntBits(value));
  }

  static float getFloat(byte[] code, int offset) {
    return Float.intBitsToFloat((int) BitUtil.VH_LE_INT.get(code, offset));
  }

  /** {@link TokenEncoding#FLOAT32}. */
  private static final class Float32 extends VectorCoder {
    Float32(int dimension) {
      super(dimension);
    }

    @Override
    int bytes() {
      return dimension * Float.BYTES;
    }

    @Override
    void encode(float[] vector, byte[] code, int offset) {
      for (int d = 0; d < dimension; d++) {
        putFloat(code, offset + d * Float.BYTES, vector[d]);
      }
    }

    @Override
    void decode(byte[] codes, int offset, int count, float[] vectors, int at) {
      int components = count * dimension;
      int done = Simd.PRESENT ? PanamaDecoder.floats(codes, offset, components, vectors, at) : 0;
      for (int i = done; i < components; i++) {
        vectors[at + i] = getFloat(codes, offset + i * Float.BYTES);
      }
    }
  }

  /** {@link TokenEncoding#INT8}. */
  private static final class Int8 extends VectorCoder {
    private static final int LEVELS = 127;

    Int8(int dimension) {
      super(dimension);
    }

    @Override
    int bytes() {
      return Float.BYTES + dimension;
    }

    @Override
    void encode(float[] vector, byte[] code, int offset) {
      float scale = scale(vector, LEVELS);
      putFloat(code, offset, scale);
      for (int d = 0; d < dimension; d++) {
        // A subnormal scale may divide beyond the last level.
        int level = scale == 0 ? 0 : Math.round(vector[d] / scale);
        code[offset + Float.BYTES + d] = (byte) Math.max(-LEVELS, Math.min(LEVELS, level));
      }
    }

    @Override
    void decode(byte[] codes, int offset, int count, float[] vectors, int at) {
      int done =
          Simd.PRESENT ? PanamaDecoder.bytes(codes, offset, count, dimension, vectors, at) : 0;
      for (int t = 0; t < count && done < dimension; t++) {
        int code = offset + t * bytes();
        float scale = getFloat(codes, code);
        for (int d = done; d < dimension; d++) {
          vectors[at + t * dimension + d] = scale * codes[code + Float.BYTES + d];
        }
      }
    }
  }

  /** Byte vectors, as they are; means are rounded. */
  private static final class Bytes extends VectorCoder {
    Bytes(int dimension) {
      super(dimension);
    }

    @Override
    int bytes() {
      return dimension;
    }

    @Override
    void encode(float[] vector, byte[] code, int offset) {
      for (int d = 0; d < dimension; d++) {
        int level = Math.round(vector[d]);
        code[offset + d] = (byte) Math.max(Byte.MIN_VALUE, Math.min(Byte.MAX_VALUE, level));
      }
    }

    @Override
    void decode(byte[] codes, int offset, int count, float[] vectors, int at) {
      int components = count * dimension;
      for (int i = 0; i < components; i++) {
        vectors[at + i] = codes[offset + i];
      }
    }
  }
}
