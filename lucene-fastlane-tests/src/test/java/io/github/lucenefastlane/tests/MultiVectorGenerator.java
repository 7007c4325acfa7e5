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

import java.util.Random;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.VectorUtil;

/**
 * Makes token vectors for a field, clustered as those of text are: a document speaks of a few of
 * the generator's topics, and each token lies near one of them.
 */
final class MultiVectorGenerator {

  private static final float BYTE_SCALE = 40f;

  private final Random random;
  private final VectorField field;
  private final float[][] topics;
  private final float noise;

  MultiVectorGenerator(Random random, VectorField field) {
    this.random = random;
    this.field = field;
    this.topics = new float[1 + random.nextInt(12)][field.dimension()];
    for (float[] topic : topics) {
      for (int d = 0; d < topic.length; d++) {
        topic[d] = (float) random.nextGaussian();
      }
    }
    this.noise = 0.05f + random.nextFloat();
  }

  VectorField field() {
    return field;
  }

  /** Tokens around one to three topics, some of them repeated. */
  float[][] tokens(int count) {
    int first = random.nextInt(topics.length);
    int spread = 1 + random.nextInt(3);
    float[][] tokens = new float[count][];
    for (int t = 0; t < count; t++) {
      boolean repeated = t > 0 && random.nextInt(10) == 0;
      tokens[t] =
          repeated
              ? tokens[random.nextInt(t)].clone()
              : near(topics[(first + random.nextInt(spread)) % topics.length]);
    }
    return tokens;
  }

  /** One vector near a topic, of the same kind as a document's tokens. */
  float[] target() {
    return near(topics[random.nextInt(topics.length)]);
  }

  private float[] near(float[] topic) {
    float[] vector = new float[topic.length];
    do {
      for (int d = 0; d < vector.length; d++) {
        vector[d] = topic[d] + noise * (float) random.nextGaussian();
      }
      if (field.encoding() == VectorEncoding.BYTE) {
        for (int d = 0; d < vector.length; d++) {
          vector[d] = Math.max(-128, Math.min(127, Math.round(BYTE_SCALE * vector[d])));
        }
      }
    } while (VectorUtil.isZeroVector(vector));
    if (field.encoding() == VectorEncoding.FLOAT32
        && field.similarity() == VectorSimilarityFunction.DOT_PRODUCT) {
      VectorUtil.l2normalize(vector);
    }
    return vector;
  }
}
