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
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

public class TestMeansKernel extends LuceneTestCase {

  private static float[][] randomVectors(int count, int dimension) {
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      for (int d = 0; d < dimension; d++) {
        vector[d] = (float) random().nextGaussian();
      }
    }
    return vectors;
  }

  /** Half of what the squared length of the vector has more than the squared distance. */
  private static double closeness(float[] vector, float[] mean) {
    double closeness = 0;
    for (int d = 0; d < vector.length; d++) {
      double difference = vector[d] - mean[d];
      closeness += ((double) vector[d] * vector[d] - difference * difference) / 2;
    }
    return closeness;
  }

  private static void assertCloseness(MeansKernel kernel, float[][] means, float[][] vectors) {
    assertTrue(kernel.width() >= means.length);
    int from = random().nextInt(vectors.length);
    int count = TestUtil.nextInt(random(), 1, vectors.length - from);
    float[] closeness = new float[count * kernel.width()];
    Arrays.fill(closeness, Float.NaN);
    kernel.compare(vectors, from, count, closeness);
    for (int v = 0; v < count; v++) {
      for (int m = 0; m < means.length; m++) {
        double expected = closeness(vectors[from + v], means[m]);
        assertEquals(expected, closeness[v * kernel.width() + m], 1e-4 * (1 + means[m].length));
      }
    }
  }

  public void testRandom() {
    int dimension = TestUtil.nextInt(random(), 1, 200);
    float[][] means = randomVectors(TestUtil.nextInt(random(), 1, 100), dimension);
    float[][] vectors = randomVectors(TestUtil.nextInt(random(), 1, 40), dimension);
    assertCloseness(MeansKernel.of(means), means, vectors);
    assertCloseness(new VectorUtilMeansKernel(means), means, vectors);
  }

  /** However many vectors are compared at once, the result is the same to the bit. */
  public void testOneByOne() {
    assumeTrue("needs the vector module", Simd.PRESENT);
    int dimension = TestUtil.nextInt(random(), 1, 50);
    float[][] means = randomVectors(TestUtil.nextInt(random(), 1, 70), dimension);
    float[][] vectors = randomVectors(TestUtil.nextInt(random(), 1, 20), dimension);
    MeansKernel kernel = new PanamaMeansKernel(means);
    float[] together = new float[vectors.length * kernel.width()];
    kernel.compare(vectors, 0, vectors.length, together);
    float[] alone = new float[kernel.width()];
    for (int v = 0; v < vectors.length; v++) {
      kernel.compare(vectors, v, 1, alone);
      int start = v * kernel.width();
      for (int m = 0; m < means.length; m++) {
        assertEquals(alone[m], together[start + m], 0f);
      }
    }
  }
}
