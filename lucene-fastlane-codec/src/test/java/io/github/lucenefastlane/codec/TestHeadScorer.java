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

import java.io.IOException;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;

public class TestHeadScorer extends LuceneTestCase {

  /** Heads in an array. */
  private static final class ArrayHeads extends HeadCodes {
    final VectorCoder coder;
    final byte[][] codes;

    ArrayHeads(VectorCoder coder, int count) {
      this.coder = coder;
      this.codes = new byte[count][coder.bytes()];
      for (byte[] code : codes) {
        coder.encode(randomVector(coder.dimension), code, 0);
      }
    }

    @Override
    int size() {
      return codes.length;
    }

    @Override
    void read(int head, byte[] to, int offset) {
      System.arraycopy(codes[head], 0, to, offset, coder.bytes());
    }

    @Override
    VectorCoder coder() {
      return coder;
    }

    @Override
    HeadCodes copy() {
      return this;
    }
  }

  private static float[] randomVector(int dimension) {
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] = (float) random().nextGaussian();
    }
    return vector;
  }

  private static FloatVectorValues randomHeads() {
    TokenEncoding[] encodings = TokenEncoding.values();
    TokenEncoding encoding = encodings[random().nextInt(encodings.length)];
    int dimension = TestUtil.nextInt(random(), 1, 100);
    VectorCoder coder = VectorCoder.of(VectorEncoding.FLOAT32, encoding, dimension);
    return (FloatVectorValues)
        new ArrayHeads(coder, TestUtil.nextInt(random(), 1, 60)).values(VectorEncoding.FLOAT32);
  }

  private static VectorSimilarityFunction randomSimilarity() {
    VectorSimilarityFunction[] all = VectorSimilarityFunction.values();
    return all[random().nextInt(all.length)];
  }

  private static void check(
      RandomVectorScorer scorer,
      FloatVectorValues heads,
      VectorSimilarityFunction similarity,
      float[] target)
      throws IOException {
    assertEquals(heads.size(), scorer.maxOrd());
    int[] nodes = random().ints(random().nextInt(40), 0, heads.size()).toArray();
    float[] scores = new float[nodes.length + random().nextInt(3)];
    float best = Float.NEGATIVE_INFINITY;
    float told = scorer.bulkScore(nodes, scores, nodes.length);
    for (int i = 0; i < nodes.length; i++) {
      float expected = similarity.compare(target, heads.vectorValue(nodes[i]));
      float tolerance = 1e-4f * Math.max(1, expected);
      assertEquals(expected, scores[i], tolerance);
      assertEquals(expected, scorer.score(nodes[i]), tolerance);
      best = Math.max(best, scores[i]);
    }
    assertEquals(best, told, 0f);
  }

  public void testTargets() throws IOException {
    FloatVectorValues heads = randomHeads();
    VectorSimilarityFunction similarity = randomSimilarity();
    for (int i = 0; i < 10; i++) {
      float[] target = randomVector(heads.dimension());
      check(
          HeadScoring.INSTANCE.getRandomVectorScorer(similarity, heads, target),
          heads,
          similarity,
          target);
    }
  }

  /** Several scorers of one supplier, and of its copies, each have a head of their own. */
  public void testHeadsAgainstHeads() throws IOException {
    FloatVectorValues heads = randomHeads();
    VectorSimilarityFunction similarity = randomSimilarity();
    RandomVectorScorerSupplier supplier =
        HeadScoring.INSTANCE.getRandomVectorScorerSupplier(similarity, heads);
    UpdateableRandomVectorScorer[] scorers = {
      supplier.scorer(), supplier.scorer(), supplier.copy().scorer()
    };
    float[][] targets = new float[scorers.length][];
    for (int i = 0; i < 30; i++) {
      int s = random().nextInt(scorers.length);
      if (targets[s] == null || random().nextBoolean()) {
        int head = random().nextInt(heads.size());
        scorers[s].setScoringOrdinal(head);
        targets[s] = heads.vectorValue(head).clone();
      }
      check(scorers[s], heads, similarity, targets[s]);
    }
  }

  public void testWrongDimension() {
    FloatVectorValues heads = randomHeads();
    expectThrows(
        IllegalArgumentException.class,
        () ->
            HeadScoring.INSTANCE.getRandomVectorScorer(
                VectorSimilarityFunction.DOT_PRODUCT, heads, new float[heads.dimension() + 1]));
  }
}
