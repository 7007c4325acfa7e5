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
package io.github.lucenefastlane.tests;

import io.github.lucenefastlane.codec.MultiVectorField;
import java.util.Random;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;

/**
 * A vector field of a test index. Its token vectors are floats {@code [tokens][dimension]}
 * throughout the tests; those of a byte field are whole numbers from -128 to 127.
 */
record VectorField(
    String name, VectorEncoding encoding, int dimension, VectorSimilarityFunction similarity) {

  static VectorField random(Random random, String name, VectorEncoding encoding) {
    VectorSimilarityFunction[] similarities = VectorSimilarityFunction.values();
    // Now and then enough for whole rounds of the loops that take many components at a time.
    int mostComponents = random.nextInt(8) == 0 ? 80 : 24;
    return new VectorField(
        name,
        encoding,
        1 + random.nextInt(mostComponents),
        similarities[random.nextInt(similarities.length)]);
  }

  static VectorField random(Random random, String name) {
    VectorEncoding[] encodings = VectorEncoding.values();
    return random(random, name, encodings[random.nextInt(encodings.length)]);
  }

  void addTo(Document document, float[][] tokens) {
    switch (encoding) {
      case FLOAT32 -> MultiVectorField.add(document, name, tokens, similarity);
      case BYTE -> MultiVectorField.add(document, name, toBytes(tokens), similarity);
    }
  }

  float compare(float[] a, float[] b) {
    return switch (encoding) {
      case FLOAT32 -> similarity.compare(a, b);
      case BYTE -> similarity.compare(toBytes(a), toBytes(b));
    };
  }

  /** The best similarity of a target among a document's tokens. */
  float best(float[] target, float[][] tokens) {
    float best = Float.NEGATIVE_INFINITY;
    for (float[] token : tokens) {
      best = Math.max(best, compare(target, token));
    }
    return best;
  }

  static byte[] toBytes(float[] vector) {
    byte[] bytes = new byte[vector.length];
    for (int d = 0; d < vector.length; d++) {
      bytes[d] = (byte) vector[d];
    }
    return bytes;
  }

  static byte[][] toBytes(float[][] vectors) {
    byte[][] bytes = new byte[vectors.length][];
    for (int i = 0; i < vectors.length; i++) {
      bytes[i] = toBytes(vectors[i]);
    }
    return bytes;
  }

  static float[] toFloats(byte[] vector) {
    float[] floats = new float[vector.length];
    for (int d = 0; d < vector.length; d++) {
      floats[d] = vector[d];
    }
    return floats;
  }
}
