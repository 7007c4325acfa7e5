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

import java.util.Arrays;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

public class TestMeanVector extends LuceneTestCase {

  private static float[][] randomTokens(int count, int dimension) {
    return RandomVectors.gaussian(random(), count, dimension, 1);
  }

  private static float[][] extremeTokens(int count, float... components) {
    float[][] tokens = new float[count][4];
    for (float[] token : tokens) {
      for (int d = 0; d < token.length; d++) {
        token[d] = components[random().nextInt(components.length)];
      }
    }
    return tokens;
  }

  private static float[] head(
      float[][] tokens, int from, int to, VectorSimilarityFunction similarity) {
    float[] head = new float[tokens[0].length];
    Arrays.fill(head, Float.NaN);
    MeanVector mean = new MeanVector(similarity, head.length);
    if (random().nextBoolean()) {
      // Whatever it was used for before.
      Arrays.stream(tokens).forEach(mean::add);
      mean.clear();
    }
    for (int t = from; t < to; t++) {
      mean.add(tokens[t]);
    }
    mean.get(head);
    return head;
  }

  public void testRandom() {
    int count = TestUtil.nextInt(random(), 1, 30);
    int from = random().nextInt(count);
    int to = TestUtil.nextInt(random(), from + 1, count);
    float[][] tokens = randomTokens(count, TestUtil.nextInt(random(), 1, 20));
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    float[] head = head(tokens, from, to, similarity);
    double[] mean = new double[head.length];
    double meanTokenLength = 0;
    for (int t = from; t < to; t++) {
      meanTokenLength += length(tokens[t]) / (to - from);
      for (int d = 0; d < mean.length; d++) {
        mean[d] += (double) tokens[t][d] / (to - from);
      }
    }
    double meanLength = Math.sqrt(Arrays.stream(mean).map(m -> m * m).sum());
    for (int d = 0; d < mean.length; d++) {
      double expected =
          similarity == VectorSimilarityFunction.EUCLIDEAN
              ? mean[d]
              : mean[d] / meanLength * meanTokenLength;
      assertEquals(expected, head[d], 1e-4);
    }
  }

  /** As long as the head times the root of the lengths over that of the sum, or twice as long. */
  public void testForecast() {
    float[][] tokens = randomTokens(TestUtil.nextInt(random(), 1, 9), 8);
    float shared = random().nextBoolean() ? 0 : 3 * random().nextFloat();
    double lengths = 0;
    double[] sum = new double[8];
    for (float[] token : tokens) {
      for (int d = 0; d < 8; d++) {
        token[d] += shared;
        sum[d] += token[d];
      }
      lengths += length(token);
    }
    double sumLength = Math.sqrt(Arrays.stream(sum).map(c -> c * c).sum());
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    MeanVector mean = new MeanVector(similarity, 8);
    Arrays.stream(tokens).forEach(mean::add);
    float[] head = new float[8];
    mean.get(head);
    float[] forecast = new float[8];
    mean.getForecast(forecast);
    double longer =
        similarity == VectorSimilarityFunction.EUCLIDEAN
                || similarity == VectorSimilarityFunction.COSINE
            ? 1
            : Math.min(2, Math.sqrt(lengths / sumLength));
    for (int d = 0; d < 8; d++) {
      assertEquals(longer * head[d], forecast[d], 1e-5 * Math.max(1, lengths));
    }
  }

  private static double length(float[] vector) {
    double squares = 0;
    for (float v : vector) {
      squares += (double) v * v;
    }
    return Math.sqrt(squares);
  }

  public void testTokensThatCancelOut() {
    float[][] tokens = {{1, -2}, {-1, 2}};
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    assertArrayEquals(new float[2], head(tokens, 0, 2, similarity), 0f);
    MeanVector mean = new MeanVector(similarity, 2);
    Arrays.stream(tokens).forEach(mean::add);
    float[] forecast = {1, 1};
    mean.getForecast(forecast);
    assertArrayEquals(new float[2], forecast, 0f);
  }

  /** Scaled to the mean length of its tokens, a component of a head may exceed all of theirs. */
  public void testLargestTokens() {
    int count = TestUtil.nextInt(random(), 2, 9);
    float[][] tokens =
        random().nextBoolean()
            ? extremeTokens(count, Float.MAX_VALUE, -Float.MAX_VALUE)
            : extremeTokens(count, 4e18f, -4e18f, 1f, Float.MIN_VALUE, 0f);
    for (float component : head(tokens, 0, count, RandomVectors.similarity(random()))) {
      assertTrue("component " + component, Float.isFinite(component));
    }
  }
}
