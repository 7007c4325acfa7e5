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
import java.util.HashSet;
import java.util.Set;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

public class TestDocumentRouter extends LuceneTestCase {

  private static final int WINDOW = 512;

  private static VectorSimilarityFunction randomSimilarity() {
    VectorSimilarityFunction[] all = VectorSimilarityFunction.values();
    return all[random().nextInt(all.length)];
  }

  private static float[][] randomTokens(int count, int dimension) {
    float[][] tokens = new float[count][dimension];
    for (float[] token : tokens) {
      for (int d = 0; d < dimension; d++) {
        token[d] = (float) random().nextGaussian();
      }
    }
    return tokens;
  }

  private static int expectedGroups(int count, int tokensPerRoute) {
    if (count <= tokensPerRoute) {
      return 1;
    }
    int groups = 0;
    for (int left = count; left > 0; left -= WINDOW) {
      groups += Math.ceilDiv(Math.min(left, WINDOW), tokensPerRoute);
    }
    return groups;
  }

  /** Groups tokens, checks what holds of any grouping, and returns it. */
  private static int[] group(float[][] tokens, int tokensPerRoute, DocumentRouter router) {
    // Scratch arrays are longer than what is in them, and full of what was there before.
    int[] routes = new int[tokens.length + random().nextInt(5)];
    Arrays.fill(routes, -7);
    int groups = router.group(tokens, tokens.length, routes);
    assertEquals(expectedGroups(tokens.length, tokensPerRoute), groups);
    int seen = 0;
    for (int t = 0; t < tokens.length; t++) {
      assertTrue("token " + t + " has route " + routes[t], routes[t] >= 0 && routes[t] <= seen);
      seen = Math.max(seen, routes[t] + 1);
    }
    assertEquals(groups, seen);
    for (int t = tokens.length; t < routes.length; t++) {
      assertEquals(-7, routes[t]);
    }
    if (tokens.length > tokensPerRoute) {
      assertNoRouteCrossesWindows(routes, tokens.length);
    }
    return Arrays.copyOf(routes, tokens.length);
  }

  private static void assertNoRouteCrossesWindows(int[] routes, int count) {
    Set<Integer> before = new HashSet<>();
    for (int start = 0; start < count; start += WINDOW) {
      Set<Integer> window = new HashSet<>();
      for (int t = start; t < Math.min(count, start + WINDOW); t++) {
        window.add(routes[t]);
        assertFalse(before.contains(routes[t]));
      }
      before.addAll(window);
    }
  }

  public void testRandom() {
    int tokensPerRoute = TestUtil.nextInt(random(), 1, 20);
    DocumentRouter router = new DocumentRouter(tokensPerRoute, randomSimilarity());
    int dimension = TestUtil.nextInt(random(), 1, 16);
    for (int i = atLeast(30); i > 0; i--) {
      float[][] tokens = randomTokens(TestUtil.nextInt(random(), 1, 100), dimension);
      int[] routes = group(tokens, tokensPerRoute, router);
      // The same again, whatever the router did in between.
      group(randomTokens(TestUtil.nextInt(random(), 1, 100), dimension), tokensPerRoute, router);
      assertArrayEquals(routes, group(tokens, tokensPerRoute, router));
    }
  }

  public void testWindows() {
    for (int count : new int[] {WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW, 2 * WINDOW + 3}) {
      int tokensPerRoute = random().nextBoolean() ? TestUtil.nextInt(random(), 1, 700) : 8;
      group(
          randomTokens(count, 3),
          tokensPerRoute,
          new DocumentRouter(tokensPerRoute, randomSimilarity()));
    }
  }

  /** Tokens of well separated topics are routed by topic. */
  public void testFindsTopics() {
    int topics = TestUtil.nextInt(random(), 2, 8);
    int tokensPerTopic = TestUtil.nextInt(random(), 1, 10);
    int count = topics * tokensPerTopic;
    float[][] tokens = new float[count][topics];
    for (int t = 0; t < count; t++) {
      tokens[t][t % topics] = 1f;
      for (int d = 0; d < topics; d++) {
        tokens[t][d] += 0.01f * (float) random().nextGaussian();
      }
    }
    VectorSimilarityFunction similarity = randomSimilarity();
    int[] routes = group(tokens, tokensPerTopic, new DocumentRouter(tokensPerTopic, similarity));
    for (int t = 0; t < count; t++) {
      assertEquals(tokensPerTopic == 1 ? t : t % topics, routes[t]);
    }
  }

  public void testIdenticalTokens() {
    int count = TestUtil.nextInt(random(), 2, 700);
    float[][] tokens = new float[count][];
    Arrays.fill(tokens, randomTokens(1, 5)[0]);
    int tokensPerRoute = TestUtil.nextInt(random(), 1, 20);
    group(tokens, tokensPerRoute, new DocumentRouter(tokensPerRoute, randomSimilarity()));
  }

  public void testZeroTokens() {
    int tokensPerRoute = TestUtil.nextInt(random(), 1, 8);
    float[][] tokens = randomTokens(TestUtil.nextInt(random(), 2, 60), 4);
    for (float[] token : tokens) {
      if (random().nextInt(3) > 0) {
        Arrays.fill(token, 0f);
      }
    }
    // A zero vector has no cosine, and is refused before it gets here.
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      if (similarity != VectorSimilarityFunction.COSINE) {
        DocumentRouter router = new DocumentRouter(tokensPerRoute, similarity);
        int[] routes = group(tokens, tokensPerRoute, router);
        assertHeadsFinite(tokens, routes, router);
      }
    }
  }

  /** Close to where Lucene's comparisons end, weighted distances overflow. */
  public void testHugeTokens() {
    int tokensPerRoute = TestUtil.nextInt(random(), 1, 8);
    float[][] tokens =
        extremeTokens(TestUtil.nextInt(random(), 2, 60), 4e18f, -4e18f, 1f, Float.MIN_VALUE, 0f);
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      if (similarity != VectorSimilarityFunction.COSINE) {
        DocumentRouter router = new DocumentRouter(tokensPerRoute, similarity);
        int[] routes = group(tokens, tokensPerRoute, router);
        assertHeadsFinite(tokens, routes, router);
      }
    }
  }

  /** Scaled to the mean length of its tokens, a component of a head may exceed all of theirs. */
  public void testHeadsOfLargestTokens() {
    float[][] tokens =
        extremeTokens(TestUtil.nextInt(random(), 2, 9), Float.MAX_VALUE, -Float.MAX_VALUE);
    DocumentRouter router = new DocumentRouter(8, randomSimilarity());
    assertHeadsFinite(tokens, new int[tokens.length], router);
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

  private static void assertHeadsFinite(float[][] tokens, int[] routes, DocumentRouter router) {
    float[] head = new float[tokens[0].length];
    int groups = Arrays.stream(routes).max().orElseThrow() + 1;
    router.sum(tokens, tokens.length, routes, groups);
    for (int route = -1; route < groups; route++) {
      router.head(Math.max(0, route), route < 0 ? groups : route + 1, head);
      for (float component : head) {
        assertTrue("head component " + component, Float.isFinite(component));
      }
    }
  }

  public void testHeads() {
    int dimension = TestUtil.nextInt(random(), 1, 20);
    int count = TestUtil.nextInt(random(), 1, 30);
    float[][] tokens = randomTokens(count, dimension);
    VectorSimilarityFunction similarity = randomSimilarity();
    DocumentRouter router = new DocumentRouter(4, similarity);
    int[] routes = group(tokens, 4, router);
    float[] head = new float[dimension];
    int groups = Arrays.stream(routes).max().orElseThrow() + 1;
    router.sum(tokens, count, routes, groups);
    for (int route = -1; route < groups; route++) {
      router.head(Math.max(0, route), route < 0 ? groups : route + 1, head);
      double[] mean = new double[dimension];
      double lengths = 0;
      int members = 0;
      for (int t = 0; t < count; t++) {
        if (route < 0 || routes[t] == route) {
          members++;
          lengths += length(tokens[t]);
          for (int d = 0; d < dimension; d++) {
            mean[d] += tokens[t][d];
          }
        }
      }
      double meanLength = 0;
      for (int d = 0; d < dimension; d++) {
        mean[d] /= members;
        meanLength += mean[d] * mean[d];
      }
      meanLength = Math.sqrt(meanLength);
      for (int d = 0; d < dimension; d++) {
        double expected =
            similarity == VectorSimilarityFunction.EUCLIDEAN
                ? mean[d]
                : mean[d] / meanLength * lengths / members;
        assertEquals(expected, head[d], 1e-4);
      }
    }
  }

  private static double length(float[] vector) {
    double squares = 0;
    for (float v : vector) {
      squares += (double) v * v;
    }
    return Math.sqrt(squares);
  }
}
