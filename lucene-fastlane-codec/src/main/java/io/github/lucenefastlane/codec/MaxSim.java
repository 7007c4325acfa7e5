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
import java.util.Objects;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.VectorUtil;

/**
 * A query's token vectors, laid out once for MaxSim against many documents.
 *
 * <p>MaxSim (Khattab and Zaharia, ColBERT, SIGIR 2020) of a query q and a document d is the sum
 * over query tokens i of the maximum over document tokens j of {@code sim(q_i, d_j)}, where {@code
 * sim} is Lucene's {@link VectorSimilarityFunction#compare}, so it is never negative. All four
 * similarity functions grow with a dot product or shrink with a squared distance; the maximum is
 * therefore taken over those, and turned into a similarity once a query token.
 *
 * <p>Immutable and thread-safe; each thread takes its own {@link #scorer()}.
 */
public final class MaxSim {

  private final MaxSimKernel kernel;
  private final int tokenCount;
  private final int dimension;
  private final VectorEncoding encoding;
  private final VectorSimilarityFunction similarity;

  private MaxSim(float[][] query, VectorEncoding encoding, VectorSimilarityFunction similarity) {
    this.encoding = encoding;
    this.similarity = Objects.requireNonNull(similarity, "similarity");
    this.tokenCount = query.length;
    this.dimension = query[0].length;
    if (similarity == VectorSimilarityFunction.COSINE) {
      for (float[] token : query) {
        VectorUtil.l2normalize(token, false);
      }
    }
    this.kernel = MaxSimKernel.of(query, similarity == VectorSimilarityFunction.EUCLIDEAN);
  }

  /**
   * Lays out float token vectors.
   *
   * @param query {@code [queryTokens][dimension]}, at least one token; copied
   * @param similarity of the field
   * @return the query
   * @throws IllegalArgumentException if there is no token, or tokens differ in dimension
   */
  public static MaxSim of(float[][] query, VectorSimilarityFunction similarity) {
    checkCount(query.length);
    float[][] copy = new float[query.length][];
    for (int i = 0; i < query.length; i++) {
      checkDimension(i, query[i].length, query[0].length);
      copy[i] = query[i].clone();
    }
    return new MaxSim(copy, VectorEncoding.FLOAT32, similarity);
  }

  /**
   * Lays out byte token vectors.
   *
   * @param query {@code [queryTokens][dimension]}, at least one token; copied
   * @param similarity of the field
   * @return the query
   * @throws IllegalArgumentException if there is no token, or tokens differ in dimension
   */
  public static MaxSim of(byte[][] query, VectorSimilarityFunction similarity) {
    checkCount(query.length);
    float[][] copy = new float[query.length][];
    for (int i = 0; i < query.length; i++) {
      checkDimension(i, query[i].length, query[0].length);
      copy[i] = new float[query[i].length];
      for (int d = 0; d < query[i].length; d++) {
        copy[i][d] = query[i][d];
      }
    }
    return new MaxSim(copy, VectorEncoding.BYTE, similarity);
  }

  private static void checkCount(int count) {
    if (count == 0) {
      throw new IllegalArgumentException("a query needs at least 1 token vector, got 0");
    }
  }

  private static void checkDimension(int token, int dimension, int expected) {
    if (dimension != expected || dimension == 0) {
      throw new IllegalArgumentException(
          "all query tokens must have the dimension of the first, "
              + expected
              + ", and at least 1, but token "
              + token
              + " has "
              + dimension);
    }
  }

  /**
   * Number of query tokens.
   *
   * @return at least 1
   */
  public int tokenCount() {
    return tokenCount;
  }

  /**
   * Number of components of a token vector.
   *
   * @return at least 1
   */
  public int dimension() {
    return dimension;
  }

  /**
   * A scorer for the calling thread.
   *
   * @return a new one, with scratch memory of its own
   */
  public Scorer scorer() {
    return new Scorer();
  }

  /** Scores documents one after the other. Belongs to one thread. */
  public final class Scorer {

    private final float[] maxima = new float[kernel.width()];
    private final float[] row = new float[dimension];
    private float[] normalized = new float[0];

    private Scorer() {}

    /**
     * Scores one document.
     *
     * @param documentTokens {@code [count][dimension]}, row after row, for example of {@link
     *     MultiVectorValues#tokenVectors}; of a byte field, the byte values
     * @param count document tokens
     * @return the sum over query tokens of the best similarity, 0 if {@code count} is 0
     * @throws IllegalArgumentException if {@code count} is negative, or the array shorter than that
     */
    public float score(float[] documentTokens, int count) {
      if (count == 0) {
        return 0f;
      }
      computeMaxima(documentTokens, count);
      float sum = 0f;
      for (int i = 0; i < tokenCount; i++) {
        sum += similarity(maxima[i]);
      }
      return sum;
    }

    /**
     * Scores one document and tells which tokens matched.
     *
     * @param documentTokens {@code [count][dimension]}, row after row
     * @param count document tokens
     * @param similarities out, {@code [queryTokens]} or more: for each query token its best
     *     similarity; their sum is the score
     * @param bestTokens out, {@code [queryTokens]} or more: for each query token the first document
     *     token of that similarity, -1 if {@code count} is 0
     * @return the same as {@link #score(float[], int)}
     * @throws IllegalArgumentException if {@code count} is negative, or {@code documentTokens}
     *     shorter than that
     */
    public float score(float[] documentTokens, int count, float[] similarities, int[] bestTokens) {
      Arrays.fill(similarities, 0, tokenCount, 0f);
      Arrays.fill(bestTokens, 0, tokenCount, -1);
      if (count == 0) {
        return 0f;
      }
      computeMaxima(documentTokens, count);
      float[] overall = maxima.clone();
      // One document token at a time goes through the same kernel, to tell which gave the maximum.
      float[] bestOfOne = new float[tokenCount];
      Arrays.fill(bestOfOne, Float.NEGATIVE_INFINITY);
      float[] token = new float[dimension];
      for (int t = 0; t < count; t++) {
        System.arraycopy(documentTokens, t * dimension, token, 0, dimension);
        computeMaxima(token, 1);
        for (int i = 0; i < tokenCount; i++) {
          if (bestTokens[i] < 0 || maxima[i] > bestOfOne[i]) {
            bestOfOne[i] = maxima[i];
            bestTokens[i] = t;
          }
        }
      }
      float sum = 0f;
      for (int i = 0; i < tokenCount; i++) {
        similarities[i] = similarity(overall[i]);
        sum += similarities[i];
      }
      return sum;
    }

    private void computeMaxima(float[] tokens, int count) {
      if (count < 0 || (long) count * dimension > tokens.length) {
        throw new IllegalArgumentException(
            count + " tokens of dimension " + dimension + " do not fit into " + tokens.length);
      }
      if (similarity == VectorSimilarityFunction.COSINE) {
        tokens = normalize(tokens, count);
      }
      kernel.maxima(tokens, count, row, maxima);
    }

    private float[] normalize(float[] tokens, int count) {
      if (normalized.length < count * dimension) {
        normalized = new float[count * dimension];
      }
      for (int t = 0; t < count; t++) {
        int at = t * dimension;
        float length = length(tokens, at);
        float scale = length == 0 ? 0 : 1 / length;
        for (int d = 0; d < dimension; d++) {
          normalized[at + d] = scale * tokens[at + d];
        }
      }
      return normalized;
    }

    /**
     * Four sums in a fixed order. {@link VectorUtil}'s are added up in an order that changes when
     * the virtual machine compiles them, and a score must not.
     */
    private float length(float[] tokens, int at) {
      float a = 0;
      float b = 0;
      float c = 0;
      float e = 0;
      int d = 0;
      for (; d + 4 <= dimension; d += 4) {
        a += tokens[at + d] * tokens[at + d];
        b += tokens[at + d + 1] * tokens[at + d + 1];
        c += tokens[at + d + 2] * tokens[at + d + 2];
        e += tokens[at + d + 3] * tokens[at + d + 3];
      }
      for (; d < dimension; d++) {
        a += tokens[at + d] * tokens[at + d];
      }
      return (float) Math.sqrt((double) a + b + c + e);
    }

    /** Formulas of {@link VectorSimilarityFunction#compare}, behind its dot product or distance. */
    private float similarity(float maximum) {
      return switch (similarity) {
        case EUCLIDEAN -> VectorUtil.normalizeDistanceToUnitInterval(-maximum);
        case COSINE -> VectorUtil.normalizeToUnitInterval(maximum);
        case MAXIMUM_INNER_PRODUCT -> VectorUtil.scaleMaxInnerProductScore(maximum);
        case DOT_PRODUCT ->
            encoding == VectorEncoding.BYTE
                ? 0.5f + maximum / (dimension * (float) (1 << 15))
                : VectorUtil.normalizeToUnitInterval(maximum);
      };
    }
  }
}
