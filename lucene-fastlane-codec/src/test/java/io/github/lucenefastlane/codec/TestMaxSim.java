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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

public class TestMaxSim extends LuceneTestCase {

  private static float[][] randomTokens(int count, int dimension) {
    return RandomVectors.gaussian(random(), count, dimension, 1);
  }

  private static byte[][] randomByteTokens(int count, int dimension) {
    byte[][] tokens = new byte[count][dimension];
    for (byte[] token : tokens) {
      random().nextBytes(token);
      // Not all zero, which has no cosine.
      token[0] |= 1;
    }
    return tokens;
  }

  /** Row after row, in an array that may be longer. */
  private static float[] flatten(float[][] tokens, int dimension) {
    float[] flat = new float[tokens.length * dimension + random().nextInt(5)];
    Arrays.fill(flat, Float.NaN);
    for (int t = 0; t < tokens.length; t++) {
      System.arraycopy(tokens[t], 0, flat, t * dimension, dimension);
    }
    return flat;
  }

  private static float[][] toFloats(byte[][] tokens) {
    float[][] floats = new float[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      floats[t] = new float[tokens[t].length];
      for (int d = 0; d < tokens[t].length; d++) {
        floats[t][d] = tokens[t][d];
      }
    }
    return floats;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (double) a[d] * b[d];
    }
    return sum;
  }

  private static double squareDistance(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += ((double) a[d] - b[d]) * ((double) a[d] - b[d]);
    }
    return sum;
  }

  /** The formulas of {@link VectorSimilarityFunction}'s Javadoc, in double. */
  private static double compare(VectorSimilarityFunction similarity, float[] a, float[] b) {
    return switch (similarity) {
      case EUCLIDEAN -> 1 / (1 + squareDistance(a, b));
      case DOT_PRODUCT -> Math.max((1 + dot(a, b)) / 2, 0);
      case COSINE -> Math.max((1 + dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))) / 2, 0);
      case MAXIMUM_INNER_PRODUCT -> {
        double dot = dot(a, b);
        yield dot < 0 ? 1 / (1 - dot) : dot + 1;
      }
    };
  }

  private static double tolerance(double expected) {
    return 1e-4 * Math.max(1, Math.abs(expected));
  }

  /** Both kernels, or the one that is there, find the same maxima as a plain loop. */
  public void testKernels() {
    for (int i = atLeast(50); i > 0; i--) {
      int dimension = TestUtil.nextInt(random(), 1, 200);
      float[][] query = randomTokens(TestUtil.nextInt(random(), 1, 70), dimension);
      float[][] document = randomTokens(TestUtil.nextInt(random(), 1, 50), dimension);
      boolean distance = random().nextBoolean();
      float[] flat = flatten(document, dimension);
      List<float[]> found = new ArrayList<>();
      MaxSimKernel scalar = new VectorUtilMaxSimKernel(query, distance);
      found.add(maxima(scalar, query, flat, document.length));
      if (Simd.PRESENT) {
        MaxSimKernel simd = new PanamaMaxSimKernel(query, distance);
        found.add(maxima(simd, query, flat, document.length));
      }
      for (int q = 0; q < query.length; q++) {
        double expected = Double.NEGATIVE_INFINITY;
        for (float[] token : document) {
          double raw = distance ? -squareDistance(query[q], token) : dot(query[q], token);
          expected = Math.max(expected, raw);
        }
        String message = "query token " + q + " of " + query.length + ", dimension " + dimension;
        for (float[] maxima : found) {
          assertEquals(message, expected, maxima[q], tolerance(expected));
        }
      }
    }
  }

  /** However many tokens a document has, each counts with what it has alone, to the last bit. */
  public void testTilesOfAllCounts() {
    assumeTrue("needs the vector module", Simd.PRESENT);
    int dimension = TestUtil.nextInt(random(), 1, 50);
    float[][] query = randomTokens(TestUtil.nextInt(random(), 1, 70), dimension);
    float[][] document = randomTokens(20, dimension);
    MaxSimKernel kernel = new PanamaMaxSimKernel(query, random().nextBoolean());
    float[] expected = new float[query.length];
    Arrays.fill(expected, Float.NEGATIVE_INFINITY);
    for (int count = 1; count <= document.length; count++) {
      float[] alone = maxima(kernel, query, document[count - 1], 1);
      for (int q = 0; q < query.length; q++) {
        expected[q] = Math.max(expected[q], alone[q]);
      }
      float[] flat = flatten(Arrays.copyOf(document, count), dimension);
      assertArrayEquals(count + " tokens", expected, maxima(kernel, query, flat, count), 0f);
    }
  }

  private static float[] maxima(MaxSimKernel kernel, float[][] query, float[] flat, int count) {
    float[] maxima = new float[kernel.width()];
    kernel.maxima(flat, count, new float[query[0].length], maxima);
    return Arrays.copyOf(maxima, query.length);
  }

  public void testScores() {
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    int dimension = TestUtil.nextInt(random(), 1, 200);
    float[][] query = randomTokens(TestUtil.nextInt(random(), 1, 70), dimension);
    MaxSim maxSim = MaxSim.of(query, similarity);
    assertEquals(query.length, maxSim.tokenCount());
    assertEquals(dimension, maxSim.dimension());
    MaxSim.Scorer scorer = maxSim.scorer();
    for (int i = atLeast(20); i > 0; i--) {
      float[][] document = randomTokens(TestUtil.nextInt(random(), 0, 50), dimension);
      double expected = 0;
      for (float[] q : query) {
        double best = 0;
        for (float[] token : document) {
          best = Math.max(best, compare(similarity, q, token));
        }
        expected += best;
      }
      float[] flat = flatten(document, dimension);
      assertEquals(expected, scorer.score(flat, document.length), tolerance(expected));
      assertExplains(scorer, query, document, flat, similarity);
    }
  }

  private static void assertExplains(
      MaxSim.Scorer scorer,
      float[][] query,
      float[][] document,
      float[] flat,
      VectorSimilarityFunction similarity) {
    float[] similarities = new float[query.length + 1];
    int[] bestTokens = new int[query.length + 1];
    similarities[query.length] = 42f;
    bestTokens[query.length] = 42;
    float score = scorer.score(flat, document.length, similarities, bestTokens);
    assertEquals(scorer.score(flat, document.length), score, 0f);
    float sum = 0;
    for (int q = 0; q < query.length; q++) {
      sum += similarities[q];
      if (document.length == 0) {
        assertEquals(-1, bestTokens[q]);
        assertEquals(0f, similarities[q], 0f);
        continue;
      }
      double best = Double.NEGATIVE_INFINITY;
      for (float[] token : document) {
        best = Math.max(best, compare(similarity, query[q], token));
      }
      double matched = compare(similarity, query[q], document[bestTokens[q]]);
      assertEquals(best, matched, tolerance(best));
      assertEquals(best, similarities[q], tolerance(best));
    }
    assertEquals(score, sum, 0f);
    assertEquals(42f, similarities[query.length], 0f);
    assertEquals(42, bestTokens[query.length]);
  }

  /** Of equal tokens the first is named. */
  public void testFirstOfEqualTokens() {
    int dimension = TestUtil.nextInt(random(), 1, 40);
    float[][] query = randomTokens(TestUtil.nextInt(random(), 1, 40), dimension);
    float[][] document = new float[TestUtil.nextInt(random(), 1, 30)][];
    Arrays.fill(document, randomTokens(1, dimension)[0]);
    int[] bestTokens = new int[query.length];
    MaxSim.of(query, RandomVectors.similarity(random()))
        .scorer()
        .score(flatten(document, dimension), document.length, new float[query.length], bestTokens);
    assertArrayEquals(new int[query.length], bestTokens);
  }

  /** Bytes are compared as Lucene compares them, and sums of their products are exact. */
  public void testBytes() {
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    int dimension = TestUtil.nextInt(random(), 1, 200);
    byte[][] query = randomByteTokens(TestUtil.nextInt(random(), 1, 70), dimension);
    MaxSim.Scorer scorer = MaxSim.of(query, similarity).scorer();
    for (int i = atLeast(10); i > 0; i--) {
      byte[][] document = randomByteTokens(TestUtil.nextInt(random(), 1, 50), dimension);
      double expected = 0;
      for (byte[] q : query) {
        float best = 0;
        for (byte[] token : document) {
          best = Math.max(best, similarity.compare(q, token));
        }
        expected += best;
      }
      float[] flat = flatten(toFloats(document), dimension);
      assertEquals(expected, scorer.score(flat, document.length), tolerance(expected));
    }
  }

  /** One query and document token is Lucene's own similarity. */
  public void testOneToken() {
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      float[][] tokens = randomTokens(2, TestUtil.nextInt(random(), 1, 100));
      float expected = similarity.compare(tokens[0], tokens[1]);
      float actual = MaxSim.of(new float[][] {tokens[0]}, similarity).scorer().score(tokens[1], 1);
      assertEquals(expected, actual, tolerance(expected));
    }
  }

  /** Callers may change what they gave, and scorers of one query share nothing. */
  public void testCopiesQuery() {
    int dimension = TestUtil.nextInt(random(), 1, 50);
    float[][] query = randomTokens(3, dimension);
    float[][] kept = {query[0].clone(), query[1].clone(), query[2].clone()};
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    float[] document = flatten(randomTokens(4, dimension), dimension);
    MaxSim maxSim = MaxSim.of(query, similarity);
    for (int q = 0; q < query.length; q++) {
      assertArrayEquals(kept[q], query[q], 0f);
      Arrays.fill(query[q], 1f);
    }
    float expected = MaxSim.of(kept, similarity).scorer().score(document, 4);
    assertEquals(expected, maxSim.scorer().score(document, 4), 0f);
    assertEquals(expected, maxSim.scorer().score(document, 4), 0f);
  }

  public void testErrors() {
    VectorSimilarityFunction dot = VectorSimilarityFunction.DOT_PRODUCT;
    assertRefused("got 0", () -> MaxSim.of(new float[0][], dot));
    assertRefused("got 0", () -> MaxSim.of(new byte[0][], dot));
    assertRefused("token 1 has 3", () -> MaxSim.of(new float[][] {{1, 2}, {1, 2, 3}}, dot));
    assertRefused("token 1 has 1", () -> MaxSim.of(new byte[][] {{1, 2}, {1}}, dot));
    assertRefused("token 0 has 0", () -> MaxSim.of(new float[][] {{}}, dot));
    MaxSim.Scorer scorer = MaxSim.of(new float[][] {{1, 2}}, dot).scorer();
    assertRefused("2 tokens of dimension 2 do not fit into 3", () -> scorer.score(new float[3], 2));
  }

  private static void assertRefused(String reason, ThrowingRunnable action) {
    String message = expectThrows(IllegalArgumentException.class, action).getMessage();
    assertTrue(message, message.contains(reason));
  }
}
