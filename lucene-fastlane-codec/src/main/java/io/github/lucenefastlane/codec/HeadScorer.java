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
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;

/**
 * Compares heads of a float field by their codes: with a target while searching, with one of them
 * while a graph is built. Belongs to one thread.
 */
final class HeadScorer extends UpdateableRandomVectorScorer.AbstractUpdateableRandomVectorScorer {

  /**
   * Codes that are read before they are compared. The processor then waits for several of them,
   * anywhere in memory, at a time. Lucene's graph builder scores as many at once.
   */
  private static final int BATCH = 8;

  private final HeadCodes heads;
  private final CodeComparer comparer;
  private final int codeBytes;
  private final byte[] codes;

  private HeadScorer(KnnVectorValues values, HeadCodes heads, VectorSimilarityFunction similarity) {
    super(values);
    this.heads = heads;
    this.comparer = CodeComparer.of(heads.coder(), similarity);
    this.codeBytes = heads.coder().bytes();
    this.codes = new byte[BATCH * codeBytes];
  }

  /** Scores heads against a target. */
  static HeadScorer of(
      HeadCodes.Floats values, VectorSimilarityFunction similarity, float[] target) {
    HeadScorer scorer = new HeadScorer(values, values.heads, similarity);
    scorer.comparer.setTarget(target);
    return scorer;
  }

  /** Scores heads against each other. */
  static RandomVectorScorerSupplier supplier(
      HeadCodes.Floats values, VectorSimilarityFunction similarity) {
    return new RandomVectorScorerSupplier() {
      @Override
      public UpdateableRandomVectorScorer scorer() {
        return new HeadScorer(values, values.heads, similarity);
      }

      @Override
      public RandomVectorScorerSupplier copy() throws IOException {
        return supplier(values.copy(), similarity);
      }
    };
  }

  @Override
  public void setScoringOrdinal(int head) throws IOException {
    heads.read(head, codes, 0);
    comparer.setTarget(codes, 0);
  }

  @Override
  public float score(int head) throws IOException {
    heads.read(head, codes, 0);
    return comparer.compare(codes, 0);
  }

  @Override
  public float bulkScore(int[] nodes, float[] scores, int count) throws IOException {
    float best = Float.NEGATIVE_INFINITY;
    for (int from = 0; from < count; from += BATCH) {
      int to = Math.min(count, from + BATCH);
      for (int i = from; i < to; i++) {
        heads.read(nodes[i], codes, (i - from) * codeBytes);
      }
      for (int i = from; i < to; i++) {
        scores[i] = comparer.compare(codes, (i - from) * codeBytes);
        best = Math.max(best, scores[i]);
      }
    }
    return best;
  }
}
