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

public class TestTokenPooling extends LuceneTestCase {

  /** Around a few topics, as tokens of text are. */
  private static float[][] randomTokens(int count) {
    int dimension = TestUtil.nextInt(random(), 4, 24);
    float[][] topics =
        RandomVectors.gaussian(random(), TestUtil.nextInt(random(), 1, 12), dimension, 1);
    float[][] tokens =
        RandomVectors.gaussian(random(), count, dimension, 0.2f + random().nextFloat());
    for (float[] token : tokens) {
      float[] topic = topics[random().nextInt(topics.length)];
      for (int d = 0; d < dimension; d++) {
        token[d] += topic[d];
      }
    }
    return tokens;
  }

  /** Pools of a document, checked for what those of all have in common. */
  private static int[] assign(TokenPooling pooling, TokenBlocks blocks, float[][] tokens) {
    int count = tokens.length;
    int[] pools = new int[count + 1];
    Arrays.fill(pools, Integer.MIN_VALUE);
    pooling.assign(tokens, count, pools);
    assertEquals("beyond the tokens", Integer.MIN_VALUE, pools[count]);
    int next = 0;
    for (int t = 0; t < count; t++) {
      int firstPool = Math.toIntExact(t / (64L * blocks.size()) * 64);
      assertEquals(firstPool, TokenPooling.firstPool(blocks, t));
      if (t % (64L * blocks.size()) == 0) {
        assertEquals("pools of the windows before token " + t, firstPool, next);
      }
      assertTrue("pool " + pools[t] + " of token " + t, pools[t] >= firstPool && pools[t] <= next);
      if (pools[t] == next) {
        next++;
      }
    }
    assertEquals(blocks.count(count), next);
    return Arrays.copyOf(pools, count);
  }

  private static int[] assign(
      VectorSimilarityFunction similarity, TokenBlocks blocks, float[][] tokens) {
    return assign(new TokenPooling(similarity, blocks), blocks, tokens);
  }

  /**
   * Merges the two clusters that Ward's criterion names, all pairs compared by their means each
   * time.
   */
  private static final class Oracle {

    /** Costs that differ by a smaller share may be in another order by floats. */
    private static final double TIE = 1e-5;

    private final double[][] vectors;

    /** Cluster of each token, named by its first. */
    private final int[] clusters;

    private final double[][] means;
    private final int[] sizes;
    private int count;
    private int low;
    private int high;

    /** Whether two floats that are nearly the same decided. */
    private boolean tied;

    Oracle(VectorSimilarityFunction similarity, float[][] tokens, int run, int pools) {
      vectors = new double[tokens.length][tokens[0].length];
      clusters = new int[tokens.length];
      means = new double[tokens.length][];
      sizes = new int[tokens.length];
      for (int t = 0; t < tokens.length; t++) {
        double squares = 0;
        for (double component : tokens[t]) {
          squares += component * component;
        }
        boolean scaled = similarity != VectorSimilarityFunction.EUCLIDEAN && squares > 0;
        for (int d = 0; d < vectors[t].length; d++) {
          vectors[t][d] = tokens[t][d] / (scaled ? Math.sqrt(squares) : 1);
        }
        clusters[t] = t - t % run;
      }
      for (int t = 0; t < tokens.length; t += run) {
        update(t);
        count++;
      }
      double last = 0;
      while (count > pools) {
        last = findBest();
        merge(last);
      }
      if (count > 1) {
        tied |= findBest() <= last * (1 + TIE);
      }
    }

    private void update(int cluster) {
      double[] mean = new double[vectors[0].length];
      int size = 0;
      for (int t = 0; t < clusters.length; t++) {
        if (clusters[t] == cluster) {
          for (int d = 0; d < mean.length; d++) {
            mean[d] += vectors[t][d];
          }
          size++;
        }
      }
      for (int d = 0; d < mean.length; d++) {
        mean[d] /= size;
      }
      means[cluster] = mean;
      sizes[cluster] = size;
    }

    private double cost(int a, int b) {
      double squares = 0;
      for (int d = 0; d < means[a].length; d++) {
        double difference = means[a][d] - means[b][d];
        squares += difference * difference;
      }
      return (double) sizes[a] * sizes[b] / (sizes[a] + sizes[b]) * squares;
    }

    /** Sets the two clusters to merge next, and returns the cost. */
    private double findBest() {
      double best = Double.POSITIVE_INFINITY;
      for (int a = 0; a < means.length; a++) {
        for (int b = a + 1; means[a] != null && b < means.length; b++) {
          if (means[b] != null) {
            double cost = cost(a, b);
            if (cost < best) {
              low = a;
              high = b;
              best = cost;
            }
          }
        }
      }
      return best;
    }

    private void merge(double cost) {
      for (int c = 0; c < means.length; c++) {
        if (means[c] != null && c != low && c != high) {
          tied |= Math.min(cost(low, c), cost(high, c)) <= cost * (1 + TIE);
        }
      }
      for (int t = 0; t < clusters.length; t++) {
        if (clusters[t] == high) {
          clusters[t] = low;
        }
      }
      means[high] = null;
      update(low);
      count--;
    }

    /** Numbered by their first tokens. */
    int[] pools() {
      int[] pools = new int[clusters.length];
      int next = 0;
      for (int t = 0; t < pools.length; t++) {
        pools[t] = clusters[t] == t ? next++ : pools[clusters[t]];
      }
      return pools;
    }
  }

  private static void assertLikeOracle(int size, int run, int count) {
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    TokenBlocks blocks = new TokenBlocks(size);
    float[][] tokens;
    Oracle oracle;
    do {
      tokens = randomTokens(count);
      oracle = new Oracle(similarity, tokens, run, blocks.count(count));
    } while (oracle.tied);
    assertArrayEquals(oracle.pools(), assign(similarity, blocks, tokens));
  }

  public void testWard() {
    for (int document = 0; document < 5; document++) {
      int size = TestUtil.nextInt(random(), 2, 8);
      assertLikeOracle(size, 1, TestUtil.nextInt(random(), 1, Math.min(64 * size, 150)));
    }
  }

  public void testWardOfRuns() {
    for (int document = 0; document < 5; document++) {
      int size = TestUtil.nextInt(random(), 9, 40);
      assertLikeOracle(size, Math.ceilDiv(size, 8), TestUtil.nextInt(random(), 1, 16 * size));
    }
  }

  /** The last run is farther from the one before it than that from the first, but is one token. */
  public void testShortRun() {
    TokenBlocks blocks = new TokenBlocks(9);
    float[][] tokens = new float[11][];
    Arrays.fill(tokens, 0, 10, new float[] {0, 0});
    Arrays.fill(tokens, 8, 10, new float[] {1, 0});
    tokens[10] = new float[] {2.4f, 0};
    int[] pools = assign(VectorSimilarityFunction.EUCLIDEAN, blocks, tokens);
    assertArrayEquals(new int[] {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1}, pools);
  }

  /** Whatever the scale, which is that of each token alone unless the similarity is Euclidean. */
  public void testTopics() {
    int size = TestUtil.nextInt(random(), 2, 8);
    int count = TestUtil.nextInt(random(), size + 1, 64 * size);
    TokenBlocks blocks = new TokenBlocks(size);
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    int topics = blocks.count(count);
    float[] scales = {Float.MAX_VALUE, 1e25f, 1, 1e-25f, 1e-36f};
    float common = scales[random().nextInt(scales.length)];
    int[] expected = new int[count];
    float[][] tokens = new float[count][topics];
    for (int t = 0; t < count; t++) {
      expected[t] = t < topics ? t : random().nextInt(topics);
      float scale =
          similarity == VectorSimilarityFunction.EUCLIDEAN
              ? common
              : scales[random().nextInt(scales.length)];
      for (int d = 0; d < topics; d++) {
        tokens[t][d] = scale * 0.01f * random().nextFloat() / topics;
      }
      tokens[t][expected[t]] = scale;
    }
    assertArrayEquals(expected, assign(similarity, blocks, tokens));
  }

  public void testWindowsAreIndependent() {
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    TokenBlocks blocks = new TokenBlocks(TestUtil.nextInt(random(), 1, 12));
    int window = 64 * blocks.size();
    float[][] tokens = randomTokens(window + TestUtil.nextInt(random(), 1, window));
    int[] pools = assign(similarity, blocks, tokens);
    float[][] first = Arrays.copyOf(tokens, window);
    assertArrayEquals(Arrays.copyOf(pools, window), assign(similarity, blocks, first));
    float[][] second = Arrays.copyOfRange(tokens, window, tokens.length);
    int[] ofSecond = assign(similarity, blocks, second);
    for (int t = 0; t < second.length; t++) {
      assertEquals(64 + ofSecond[t], pools[window + t]);
    }
  }

  public void testReuse() {
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    TokenBlocks blocks = new TokenBlocks(TestUtil.nextInt(random(), 1, 20));
    TokenPooling pooling = new TokenPooling(similarity, blocks);
    float[][] tokens = randomTokens(TestUtil.nextInt(random(), 1, 400));
    for (int document = 0; document < 5; document++) {
      int count = TestUtil.nextInt(random(), 1, tokens.length);
      int from = random().nextInt(tokens.length - count + 1);
      float[][] some = Arrays.copyOfRange(tokens, from, from + count);
      assertArrayEquals(assign(similarity, blocks, some), assign(pooling, blocks, some));
    }
  }

  public void testOneTokenAPool() {
    float[][] tokens = randomTokens(TestUtil.nextInt(random(), 1, 300));
    int[] pools = assign(RandomVectors.similarity(random()), new TokenBlocks(1), tokens);
    for (int t = 0; t < tokens.length; t++) {
      assertEquals(t, pools[t]);
    }
  }

  public void testOnePool() {
    int size = TestUtil.nextInt(random(), 2, 100);
    float[][] tokens = randomTokens(TestUtil.nextInt(random(), 1, size));
    int[] pools = assign(RandomVectors.similarity(random()), new TokenBlocks(size), tokens);
    assertArrayEquals(new int[tokens.length], pools);
  }

  public void testLargePools() {
    TokenBlocks blocks = new TokenBlocks(TestUtil.nextInt(random(), 41, 300));
    assign(
        RandomVectors.similarity(random()),
        blocks,
        randomTokens(TestUtil.nextInt(random(), 1, 40_000)));
  }

  public void testLargestPools() {
    int size = FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE;
    TokenBlocks blocks = new TokenBlocks(size);
    float[][] tokens = new float[3 * size - random().nextInt(size)][];
    Arrays.fill(tokens, 0, size, new float[] {1, 2});
    Arrays.fill(tokens, size, 2 * size, new float[] {-2, 1});
    Arrays.fill(tokens, 2 * size, tokens.length, new float[] {1, 2.5f});
    int[] pools = assign(RandomVectors.similarity(random()), blocks, tokens);
    assertEquals(0, pools[size - 1]);
    assertEquals(1, pools[2 * size - 1]);
    assertEquals(1984, TokenPooling.firstPool(blocks, Integer.MAX_VALUE));
    assertEquals(
        Integer.MAX_VALUE - 63, TokenPooling.firstPool(new TokenBlocks(1), Integer.MAX_VALUE));
  }

  /** With no more values than pools, no pool has two of them. */
  public void testDuplicates() {
    TokenBlocks blocks = new TokenBlocks(TestUtil.nextInt(random(), 2, 8));
    int count = TestUtil.nextInt(random(), 1, 64 * blocks.size());
    float[][] values = randomTokens(TestUtil.nextInt(random(), 1, blocks.count(count)));
    if (random().nextBoolean()) {
      Arrays.fill(values[random().nextInt(values.length)], 0);
    }
    float[][] tokens = new float[count][];
    Arrays.setAll(tokens, t -> values[random().nextInt(values.length)]);
    int[] pools = assign(RandomVectors.similarity(random()), blocks, tokens);
    float[][] ofPool = new float[blocks.count(count)][];
    for (int t = 0; t < count; t++) {
      if (ofPool[pools[t]] != null) {
        assertSame(ofPool[pools[t]], tokens[t]);
      }
      ofPool[pools[t]] = tokens[t];
    }
  }

  public void testZeroVectors() {
    TokenBlocks blocks = new TokenBlocks(TestUtil.nextInt(random(), 1, 20));
    float[][] tokens = new float[TestUtil.nextInt(random(), 1, 1000)][3];
    assign(RandomVectors.similarity(random()), blocks, tokens);
  }

  public void testExtremeComponents() {
    float[] components = {Float.MAX_VALUE, -Float.MAX_VALUE, 1e19f, 1, Float.MIN_VALUE, 0};
    TokenBlocks blocks = new TokenBlocks(TestUtil.nextInt(random(), 1, 20));
    float[][] tokens = new float[TestUtil.nextInt(random(), 1, 1000)][5];
    for (float[] token : tokens) {
      for (int d = 0; d < token.length; d++) {
        token[d] = components[random().nextInt(components.length)];
      }
    }
    assign(RandomVectors.similarity(random()), blocks, tokens);
  }

  public void testRamBytesUsed() {
    TokenBlocks blocks = new TokenBlocks(TestUtil.nextInt(random(), 1, 20));
    TokenPooling pooling = new TokenPooling(RandomVectors.similarity(random()), blocks);
    assign(pooling, blocks, randomTokens(TestUtil.nextInt(random(), 1, 1000)));
    assertEquals(RamUsageTester.ramUsed(pooling), pooling.ramBytesUsed(), 256);
  }
}
