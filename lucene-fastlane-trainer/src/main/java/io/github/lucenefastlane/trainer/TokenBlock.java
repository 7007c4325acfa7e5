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
package io.github.lucenefastlane.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The token vectors of some texts in one array. A short text is filled with copies of its last
 * token, so that a maximum over tokens needs no mask; what sums over tokens does.
 *
 * @param texts numbers of the texts
 * @param vectors [texts, tokens, dimension]
 * @param lengths tokens of each text, before the filling
 */
record TokenBlock(int[] texts, NDArray vectors, int[] lengths) {

  /**
   * Reads texts, each of which must have a token.
   *
   * @param limit most tokens of a text
   */
  static TokenBlock read(NDManager manager, TokenSource source, int[] texts, int limit)
      throws IOException {
    int[] lengths = new int[texts.length];
    int longest = 0;
    for (int i = 0; i < texts.length; i++) {
      lengths[i] = Math.min(limit, source.tokens(texts[i]));
      longest = Math.max(longest, lengths[i]);
    }
    int bytes = source.dimension() * Short.BYTES;
    ByteBuffer halves =
        ByteBuffer.allocateDirect(Math.multiplyExact(texts.length * longest, bytes))
            .order(ByteOrder.LITTLE_ENDIAN);
    byte[] last = new byte[bytes];
    for (int i = 0; i < texts.length; i++) {
      source.read(texts[i], lengths[i], halves);
      halves.get(halves.position() - bytes, last);
      for (int filled = lengths[i]; filled < longest; filled++) {
        halves.put(last);
      }
    }
    Shape shape = new Shape(texts.length, longest, source.dimension());
    NDArray vectors =
        manager.create(halves.flip(), shape, DataType.FLOAT16).toType(DataType.FLOAT32, false);
    return new TokenBlock(texts, vectors, lengths);
  }

  /**
   * Puts texts together.
   *
   * @param texts their numbers
   * @param states of each text one array of vectors, at least one
   */
  static TokenBlock of(NDManager manager, int[] texts, float[][][] states) {
    int[] lengths = Arrays.stream(states).mapToInt(vectors -> vectors.length).toArray();
    int longest = Arrays.stream(lengths).max().orElseThrow();
    int width = states[0][0].length;
    float[] values = new float[Math.multiplyExact(texts.length * longest, width)];
    for (int i = 0; i < states.length; i++) {
      for (int token = 0; token < longest; token++) {
        float[] vector = states[i][Math.min(token, lengths[i] - 1)];
        System.arraycopy(vector, 0, values, (i * longest + token) * width, width);
      }
    }
    Shape shape = new Shape(texts.length, longest, width);
    return new TokenBlock(texts, manager.create(values, shape), lengths);
  }

  /**
   * The gradients of the vectors of each text, row-major; what the filling has is its last token's.
   */
  float[][] gradients() {
    int longest = Math.toIntExact(vectors.getShape().get(1));
    int width = Math.toIntExact(vectors.getShape().get(2));
    float[] all;
    try (NDArray gradient = vectors.getGradient()) {
      all = gradient.toFloatArray();
    }
    float[][] gradients = new float[lengths.length][];
    for (int i = 0; i < lengths.length; i++) {
      int from = i * longest * width;
      gradients[i] = Arrays.copyOfRange(all, from, from + lengths[i] * width);
      for (int j = lengths[i] * width; j < longest * width; j++) {
        gradients[i][(lengths[i] - 1) * width + j % width] += all[from + j];
      }
    }
    return gradients;
  }

  /** [texts, tokens]: 1 for a token, 0 for the filling. */
  NDArray content(NDManager manager) {
    int longest = Math.toIntExact(vectors.getShape().get(1));
    float[] content = new float[lengths.length * longest];
    for (int i = 0; i < lengths.length; i++) {
      Arrays.fill(content, i * longest, i * longest + lengths[i], 1);
    }
    return manager.create(content, new Shape(lengths.length, longest));
  }
}
