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
import java.util.List;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

/** Codes are compared as the vectors that they are decoded to. */
public class TestCodeComparer extends LuceneTestCase {

  private static float[] randomVector(int dimension, float magnitude) {
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] = magnitude * (float) random().nextGaussian();
    }
    return vector;
  }

  private static void check(int dimension, float magnitude) {
    for (TokenEncoding encoding : TokenEncoding.values()) {
      VectorCoder coder = VectorCoder.of(VectorEncoding.FLOAT32, encoding, dimension);
      int count = TestUtil.nextInt(random(), 1, 20);
      byte[] codes = new byte[count * coder.bytes() + random().nextInt(20)];
      random().nextBytes(codes);
      float[][] decoded = new float[count][dimension];
      for (int i = 0; i < count; i++) {
        int offset = i * coder.bytes();
        coder.encode(randomVector(dimension, magnitude), codes, offset);
        coder.decode(codes, offset, decoded[i], 0);
      }
      float[] target = randomVector(dimension, magnitude);
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        if (similarity == VectorSimilarityFunction.COSINE
            && (VectorUtil.isZeroVector(target)
                || Arrays.stream(decoded).anyMatch(VectorUtil::isZeroVector))) {
          continue;
        }
        String what = encoding + ", " + similarity + ", " + dimension + " components";
        for (CodeKernel kernel : List.of(coder.kernel(), new CodeKernel(coder))) {
          CodeComparer comparer = CodeComparer.of(kernel, similarity, target);
          float[] similarities = new float[count + 1];
          similarities[count] = -77f;
          comparer.compare(codes, count, similarities);
          assertEquals("compared more than there is", -77f, similarities[count], 0f);
          int best = 0;
          for (int i = 0; i < count; i++) {
            assertClose(what, similarity, target, decoded[i], similarities[i]);
            best = similarities[i] > similarities[best] ? i : best;
          }
          assertClose(what, similarity, target, decoded[best], comparer.best(codes, count));
        }
      }
    }
  }

  private static void assertClose(
      String what, VectorSimilarityFunction similarity, float[] a, float[] b, float actual) {
    float expected = similarity.compare(a, b);
    double size =
        switch (similarity) {
          case EUCLIDEAN -> expected;
          case COSINE -> 1;
          // What rounding does to a sum grows with the sizes of its terms, not with the sum.
          case DOT_PRODUCT, MAXIMUM_INNER_PRODUCT -> 1 + sumOfSizes(a, b);
        };
    assertEquals(what, expected, actual, 1e-5 * size);
  }

  private static double sumOfSizes(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += Math.abs((double) a[d] * b[d]);
    }
    return sum;
  }

  public void testRandom() {
    for (int i = atLeast(50); i > 0; i--) {
      check(TestUtil.nextInt(random(), 1, 200), 1f);
    }
    check(384, 0.05f);
    check(FastLaneVectorsFormat.MAX_DIMENSIONS, 0.01f);
  }

  public void testMagnitudes() {
    for (int i = atLeast(50); i > 0; i--) {
      check(
          TestUtil.nextInt(random(), 1, 70), (float) Math.pow(10, 20 * random().nextDouble() - 10));
    }
  }

  public void testBytes() {
    int dimension = TestUtil.nextInt(random(), 1, 70);
    byte[] target = new byte[dimension];
    random().nextBytes(target);
    byte[] codes = new byte[3 * dimension];
    random().nextBytes(codes);
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      float[] similarities = new float[3];
      CodeComparer.ofBytes(similarity, target).compare(codes, 3, similarities);
      for (int i = 0; i < 3; i++) {
        byte[] vector = Arrays.copyOfRange(codes, i * dimension, (i + 1) * dimension);
        assertEquals(similarity.compare(target, vector), similarities[i], 0f);
      }
    }
  }
}
