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
package io.github.lucenefastlane.query;

import io.github.lucenefastlane.codec.MaxSim;
import java.util.Arrays;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;

/** A query's token vectors, checked and copied; of floats or of bytes. */
final class QueryTokens {

  private final float[][] floats; // of byte tokens, the same values
  private final byte[][] bytes; // null for float tokens

  private QueryTokens(float[][] floats, byte[][] bytes) {
    this.floats = floats;
    this.bytes = bytes;
  }

  static QueryTokens of(String field, float[][] tokens) {
    checkCount(field, tokens.length);
    float[][] copy = new float[tokens.length][];
    for (int i = 0; i < tokens.length; i++) {
      checkDimension(field, i, tokens[i].length, tokens[0].length);
      copy[i] = tokens[i].clone();
      for (int d = 0; d < copy[i].length; d++) {
        if (Float.isFinite(copy[i][d]) == false) {
          throw new IllegalArgumentException(
              prefix(field)
                  + "must be finite, got token "
                  + i
                  + " component "
                  + d
                  + " = "
                  + copy[i][d]);
        }
      }
    }
    return new QueryTokens(copy, null);
  }

  static QueryTokens of(String field, byte[][] tokens) {
    checkCount(field, tokens.length);
    byte[][] copy = new byte[tokens.length][];
    float[][] floats = new float[tokens.length][tokens[0].length];
    for (int i = 0; i < tokens.length; i++) {
      checkDimension(field, i, tokens[i].length, tokens[0].length);
      copy[i] = tokens[i].clone();
      for (int d = 0; d < copy[i].length; d++) {
        floats[i][d] = copy[i][d];
      }
    }
    return new QueryTokens(floats, copy);
  }

  private static void checkCount(String field, int count) {
    if (count < 1) {
      throw new IllegalArgumentException(prefix(field) + "must be at least 1, got: " + count);
    }
  }

  private static void checkDimension(String field, int token, int dimension, int expected) {
    if (dimension < 1) {
      throw new IllegalArgumentException(
          prefix(field)
              + "must have a dimension of at least 1, got token "
              + token
              + " with "
              + dimension);
    }
    if (dimension != expected) {
      throw new IllegalArgumentException(
          prefix(field)
              + "must all have one dimension, got token 0 with "
              + expected
              + " and token "
              + token
              + " with "
              + dimension);
    }
  }

  private static String prefix(String field) {
    return "query tokens for field [" + field + "] ";
  }

  int count() {
    return floats.length;
  }

  int dimension() {
    return floats[0].length;
  }

  VectorEncoding encoding() {
    return bytes == null ? VectorEncoding.FLOAT32 : VectorEncoding.BYTE;
  }

  /** The tokens as floats, whatever they were given as; not to be written to. */
  float[][] floats() {
    return floats;
  }

  MaxSim maxSim(VectorSimilarityFunction similarity) {
    return bytes == null ? MaxSim.of(floats, similarity) : MaxSim.of(bytes, similarity);
  }

  /** The first token that is a zero vector, or -1. */
  int zeroToken() {
    for (int i = 0; i < floats.length; i++) {
      if (isZero(floats[i])) {
        return i;
      }
    }
    return -1;
  }

  static boolean isZero(float[] vector) {
    for (float component : vector) {
      if (component != 0) {
        return false;
      }
    }
    return true;
  }

  /** The first token that has these components, or -1 for a vector that is none of the tokens. */
  int indexOf(float[] vector) {
    for (int i = 0; i < floats.length; i++) {
      if (Arrays.equals(floats[i], vector)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * What a lane searches for a view: its vector as it is or, for byte tokens, rounded to bytes.
   *
   * <p>A view that is one of the byte tokens stays that token. Any other is a direction whose
   * length may mean nothing (a learned router's, or a unit vector that would round to zeros): it is
   * first scaled to the tokens' length (the root of their mean square) or, under COSINE, which
   * ignores length, to the largest components a byte can hold.
   */
  LaneTarget target(float[] vector, VectorSimilarityFunction similarity) {
    if (bytes == null) {
      return new LaneTarget.OfFloats(vector);
    }
    int token = indexOf(vector);
    if (token >= 0) {
      return new LaneTarget.OfBytes(bytes[token]);
    }
    double scale = 0;
    if (similarity == VectorSimilarityFunction.COSINE) {
      for (float component : vector) {
        scale = Math.max(scale, Math.abs(component));
      }
      scale = Byte.MAX_VALUE / scale;
    } else if (isZero(vector) == false) {
      double squares = 0;
      for (float[] each : floats) {
        squares += squaredLength(each);
      }
      scale = Math.sqrt(squares / floats.length / squaredLength(vector));
    }
    byte[] rounded = new byte[vector.length];
    for (int d = 0; d < rounded.length; d++) {
      long component = Math.round(vector[d] * scale);
      rounded[d] = (byte) Math.max(Byte.MIN_VALUE, Math.min(Byte.MAX_VALUE, component));
    }
    return new LaneTarget.OfBytes(rounded);
  }

  private static double squaredLength(float[] vector) {
    double squares = 0;
    for (float component : vector) {
      squares += (double) component * component;
    }
    return squares;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QueryTokens that
        && encoding() == that.encoding()
        && Arrays.deepEquals(floats, that.floats);
  }

  @Override
  public int hashCode() {
    return 31 * encoding().hashCode() + Arrays.deepHashCode(floats);
  }
}
