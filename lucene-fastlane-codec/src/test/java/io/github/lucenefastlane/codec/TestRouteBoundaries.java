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
import org.apache.lucene.tests.util.RamUsageTester;
import org.apache.lucene.tests.util.TestUtil;

public class TestRouteBoundaries extends LuceneTestCase {

  /** Of passages of a few topics, one after the other. */
  private static float[][] randomTokens(int count) {
    int dimension = TestUtil.nextInt(random(), 1, 24);
    float[][] topics =
        RandomVectors.gaussian(random(), TestUtil.nextInt(random(), 1, 12), dimension, 1);
    float[][] tokens =
        RandomVectors.gaussian(random(), count, dimension, 0.2f + random().nextFloat());
    float[] topic = topics[0];
    for (float[] token : tokens) {
      if (random().nextInt(10) == 0) {
        topic = topics[random().nextInt(topics.length)];
      }
      for (int d = 0; d < dimension; d++) {
        token[d] += topic[d];
      }
    }
    return tokens;
  }

  /** Routes of the window that begins with one: 16, but as many in the last two windows. */
  private static int windowRoutes(int first, int routes) {
    int left = routes - first;
    return left > 16 && left < 32 ? (left + 1) / 2 : Math.min(16, left);
  }

  /** Ends of the routes of a document, checked for what those of all have in common. */
  private static int[] find(RouteBoundaries boundaries, int size, float[][] tokens) {
    int count = tokens.length;
    int routes = Math.ceilDiv(count, size);
    assertEquals(routes, boundaries.count(count));
    int[] ends = new int[routes + 1];
    Arrays.fill(ends, Integer.MIN_VALUE);
    boundaries.find(tokens, count, ends);
    assertEquals("beyond the routes", Integer.MIN_VALUE, ends[routes]);
    int run = Math.ceilDiv(size, 16);
    int start = 0;
    for (int first = 0; first < routes; first += windowRoutes(first, routes)) {
      int ofWindow = windowRoutes(first, routes);
      int startOfWindow = first * size;
      int endOfWindow = (int) Math.min(count, (first + (long) ofWindow) * size);
      assertEquals("start of a window", startOfWindow, start);
      int runs = Math.ceilDiv(endOfWindow - startOfWindow, run);
      int fewest = Math.min(Math.ceilDiv(3 * size, 4 * run), runs / ofWindow);
      assertTrue(routes < 8 || size < 4 || 4 * run * fewest >= 3 * size);
      for (int r = first; r < first + ofWindow; r++) {
        assertEquals("start of a run", 0, (start - startOfWindow) % run);
        int runsOfRoute = Math.ceilDiv(ends[r] - start, run);
        assertTrue(
            runsOfRoute + " runs of " + run + ", of routes of " + size,
            runsOfRoute >= fewest && runsOfRoute <= 2 * size / run);
        start = ends[r];
      }
      assertEquals("end of a window", endOfWindow, start);
    }
    return Arrays.copyOf(ends, routes);
  }

  private static int[] find(VectorSimilarityFunction similarity, int size, float[][] tokens) {
    return find(new RouteBoundaries(similarity, size), size, tokens);
  }

  /** Tries all ways to cut a window, in the whole numbers that its tokens are compared in. */
  private static final class Oracle {
    private final double[][] codes;
    private final int[] sizes;
    private final int least;
    private final int most;
    private final double[][] known;

    Oracle(VectorSimilarityFunction similarity, int size, float[][] tokens) {
      int run = Math.ceilDiv(size, 16);
      int runs = Math.ceilDiv(tokens.length, run);
      int routes = Math.ceilDiv(tokens.length, size);
      least = Math.min(Math.ceilDiv(3 * size, 4 * run), runs / routes);
      most = 2 * size / run;
      double longest = 0;
      for (float[] token : tokens) {
        longest = Math.max(longest, length(token));
      }
      int dimension = tokens[0].length;
      float[][] means = new float[runs][dimension];
      sizes = new int[runs];
      for (int r = 0; r < runs; r++) {
        int end = Math.min(tokens.length, r * run + run);
        sizes[r] = end - r * run;
        for (int t = r * run; t < end; t++) {
          boolean distance = similarity == VectorSimilarityFunction.EUCLIDEAN;
          double scale = 1 / ((distance ? longest : length(tokens[t])) * sizes[r]);
          for (int d = 0; d < dimension; d++) {
            means[r][d] += (float) (scale * tokens[t][d]);
          }
        }
      }
      codes = new double[runs][dimension];
      for (int r = 0; r < runs; r++) {
        float largest = 0;
        for (float v : means[r]) {
          largest = Math.max(largest, Math.abs(v));
        }
        for (int d = 0; d < dimension; d++) {
          codes[r][d] = Math.round(127.0 / largest * means[r][d]) * (largest / 127.0);
        }
      }
      known = new double[runs + 1][routes + 1];
      for (double[] row : known) {
        Arrays.fill(row, Double.NaN);
      }
    }

    private static double length(float[] vector) {
      double squares = 0;
      for (double v : vector) {
        squares += v * v;
      }
      return Math.sqrt(squares);
    }

    /** The square of the sum of some tokens, over how many they are. */
    double kept(int from, int to) {
      double squares = 0;
      int count = 0;
      for (int r = from; r < to; r++) {
        count += sizes[r];
      }
      for (int d = 0; d < codes[0].length; d++) {
        double sum = 0;
        for (int r = from; r < to; r++) {
          sum += sizes[r] * codes[r][d];
        }
        squares += sum * sum;
      }
      return squares / count;
    }

    /** The most that so many routes keep of the runs from one on. */
    double best(int from, int routes) {
      if (routes == 0) {
        return from == codes.length ? 0 : Double.NEGATIVE_INFINITY;
      }
      if (Double.isNaN(known[from][routes])) {
        double best = Double.NEGATIVE_INFINITY;
        for (int to = from + least; to <= Math.min(codes.length, from + most); to++) {
          best = Math.max(best, kept(from, to) + best(to, routes - 1));
        }
        known[from][routes] = best;
      }
      return known[from][routes];
    }
  }

  private static void assertBest(int size, int count) {
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    float[][] tokens = randomTokens(count);
    int[] ends = find(similarity, size, tokens);
    Oracle oracle = new Oracle(similarity, size, tokens);
    int run = Math.ceilDiv(size, 16);
    double kept = 0;
    int start = 0;
    for (int end : ends) {
      kept += oracle.kept(Math.ceilDiv(start, run), Math.ceilDiv(end, run));
      start = end;
    }
    double best = oracle.best(0, ends.length);
    assertEquals(best, kept, 1e-9 * best);
  }

  public void testBest() {
    for (int document = 0; document < 10; document++) {
      int size = TestUtil.nextInt(random(), 1, 16);
      assertBest(size, TestUtil.nextInt(random(), size + 1, Math.max(size + 1, 16 * size)));
    }
  }

  public void testBestOfRuns() {
    for (int document = 0; document < 5; document++) {
      int size = TestUtil.nextInt(random(), 17, 100);
      assertBest(size, TestUtil.nextInt(random(), size + 1, 16 * size));
    }
  }

  /** Whatever the scale, which is that of each token alone unless the similarity is Euclidean. */
  public void testTopics() {
    int size = TestUtil.nextInt(random(), 4, 16);
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    int routes = TestUtil.nextInt(random(), 2, 16);
    int[] expected = new int[routes];
    int end;
    do {
      end = 0;
      for (int r = 0; r < routes; r++) {
        end += TestUtil.nextInt(random(), Math.ceilDiv(3 * size, 4), 5 * size / 4);
        expected[r] = end;
      }
    } while (Math.ceilDiv(end, size) != routes);
    float[] scales = {Float.MAX_VALUE, 1e25f, 1, 1e-25f, 1e-36f};
    float common = scales[random().nextInt(scales.length)];
    float[][] tokens = new float[end][routes];
    for (int r = 0, t = 0; r < routes; r++) {
      for (; t < expected[r]; t++) {
        float scale =
            similarity == VectorSimilarityFunction.EUCLIDEAN
                ? common
                : scales[random().nextInt(scales.length)];
        for (int d = 0; d < routes; d++) {
          tokens[t][d] = scale * 0.01f * random().nextFloat() / routes;
        }
        tokens[t][r] = scale;
      }
    }
    assertArrayEquals(expected, find(similarity, size, tokens));
  }

  public void testWindowsAreIndependent() {
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    int size = TestUtil.nextInt(random(), 1, 20);
    float[][] tokens = randomTokens(TestUtil.nextInt(random(), 16 * size + 1, 60 * size));
    int[] ends = find(similarity, size, tokens);
    int routes = ends.length;
    for (int first = 0; first < routes; first += windowRoutes(first, routes)) {
      int start = first * size;
      int end = ends[first + windowRoutes(first, routes) - 1];
      int[] ofWindow = find(similarity, size, Arrays.copyOfRange(tokens, start, end));
      for (int r = 0; r < ofWindow.length; r++) {
        assertEquals(start + ofWindow[r], ends[first + r]);
      }
    }
  }

  public void testLongRoutes() {
    int size = 1 << TestUtil.nextInt(random(), 7, 17);
    float[][] few = randomTokens(100);
    float[][] tokens = new float[TestUtil.nextInt(random(), size, 40 << 14)][];
    Arrays.setAll(tokens, t -> few[random().nextInt(few.length)]);
    find(RandomVectors.similarity(random()), size, tokens);
  }

  public void testReuse() {
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    int size = TestUtil.nextInt(random(), 1, 20);
    RouteBoundaries boundaries = new RouteBoundaries(similarity, size);
    float[][] tokens = randomTokens(TestUtil.nextInt(random(), 1, 400));
    for (int document = 0; document < 5; document++) {
      int count = TestUtil.nextInt(random(), 1, tokens.length);
      int from = random().nextInt(tokens.length - count + 1);
      float[][] some = Arrays.copyOfRange(tokens, from, from + count);
      assertArrayEquals(find(similarity, size, some), find(boundaries, size, some));
    }
  }

  /** Tokens that are all alike, or have no direction, are cut somewhere. */
  public void testNothingToCutBy() {
    for (float component : new float[] {0, 1, Float.MAX_VALUE, Float.MIN_VALUE}) {
      float[][] tokens = new float[TestUtil.nextInt(random(), 1, 500)][3];
      for (float[] token : tokens) {
        Arrays.fill(token, component);
      }
      find(RandomVectors.similarity(random()), TestUtil.nextInt(random(), 1, 100), tokens);
    }
  }

  public void testOneTokenARoute() {
    float[][] tokens = randomTokens(TestUtil.nextInt(random(), 1, 300));
    int[] ends = find(RandomVectors.similarity(random()), 1, tokens);
    for (int t = 0; t < tokens.length; t++) {
      assertEquals(t + 1, ends[t]);
    }
  }

  public void testOneRoute() {
    int size = TestUtil.nextInt(random(), 1, 1 << 20);
    float[][] tokens = randomTokens(TestUtil.nextInt(random(), 1, Math.min(size, 300)));
    assertArrayEquals(
        new int[] {tokens.length}, find(RandomVectors.similarity(random()), size, tokens));
  }

  public void testSize() {
    for (int size : new int[] {Integer.MIN_VALUE, 0, (1 << 20) + 1}) {
      IllegalArgumentException e =
          expectThrows(
              IllegalArgumentException.class,
              () -> new RouteBoundaries(VectorSimilarityFunction.COSINE, size));
      assertEquals("tokensPerRoute must be in [1, 1048576], got " + size, e.getMessage());
    }
  }

  public void testRamBytesUsed() {
    int size = TestUtil.nextInt(random(), 1, 20);
    RouteBoundaries boundaries = new RouteBoundaries(RandomVectors.similarity(random()), size);
    assertEquals(RamUsageTester.ramUsed(boundaries), boundaries.ramBytesUsed(), 256);
    float[][] tokens = randomTokens(TestUtil.nextInt(random(), 1, 40 * size));
    find(boundaries, size, tokens);
    assertEquals(RamUsageTester.ramUsed(boundaries), boundaries.ramBytesUsed(), 256);
  }
}
