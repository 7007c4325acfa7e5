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
import org.apache.lucene.util.RamUsageEstimator;

/**
 * Means of short runs of a document's neighbouring tokens, of which larger groups are made: of the
 * directions of these, or, where the similarity is a distance, of the tokens as they are, but for a
 * scale at which nothing overflows.
 *
 * <p>Belongs to one thread.
 */
final class TokenRuns {

  private final boolean directions;

  /** Tokens of a run, but for the last. */
  private final int runTokens;

  private float[][] means = new float[0][];
  private int tokenCount;

  TokenRuns(VectorSimilarityFunction similarity, int runTokens) {
    this.directions = similarity != VectorSimilarityFunction.EUCLIDEAN;
    this.runTokens = runTokens;
  }

  /** How many runs can be held without growing. */
  int capacity() {
    return means.length;
  }

  /** Makes space for more runs. */
  void grow(int runs, int dimension) {
    int before = means.length;
    means = Arrays.copyOf(means, runs);
    for (int run = before; run < runs; run++) {
      means[run] = new float[dimension];
    }
  }

  /** How many runs so many tokens are. */
  int count(int tokens) {
    return Math.ceilDiv(tokens, runTokens);
  }

  /** The run of a token, both counted from the same start. */
  int runOf(int token) {
    return token / runTokens;
  }

  /**
   * The first token of a run of those that were {@linkplain #set set}, counted from their start; of
   * what follows the last run, their number.
   */
  int start(int run) {
    return Math.min(run * runTokens, tokenCount);
  }

  /** Tokens of a run, which all have alike but for the last. */
  int size(int run) {
    return start(run + 1) - start(run);
  }

  /** The mean of the tokens of a run, scaled so that none is longer than 1. Shared. */
  float[] mean(int run) {
    return means[run];
  }

  /** Sets the means of all runs of some tokens, for which there must be space. */
  void set(float[][] tokens, int start, int end) {
    tokenCount = end - start;
    double longest = 0;
    if (directions == false) {
      // The same groups are best at any scale, and at this one no distance overflows.
      for (int t = start; t < end; t++) {
        longest = Math.max(longest, length(tokens[t]));
      }
    }
    int from = start;
    for (int run = 0; from < end; run++) {
      int to = from + size(run);
      float[] mean = means[run];
      Arrays.fill(mean, 0);
      for (int t = from; t < to; t++) {
        double length = directions ? length(tokens[t]) : longest;
        if (length > 0) {
          add(tokens[t], 1 / (length * (to - from)), mean);
        }
      }
      from = to;
    }
  }

  private static double length(float[] vector) {
    // Four sums at a time, since each addition waits for the one before; not by VectorUtil, whose
    // sums overflow, and differ in their last bits from one machine to another.
    double squares0 = 0;
    double squares1 = 0;
    double squares2 = 0;
    double squares3 = 0;
    int d = 0;
    for (; d < vector.length - 3; d += 4) {
      squares0 += (double) vector[d] * vector[d];
      squares1 += (double) vector[d + 1] * vector[d + 1];
      squares2 += (double) vector[d + 2] * vector[d + 2];
      squares3 += (double) vector[d + 3] * vector[d + 3];
    }
    for (; d < vector.length; d++) {
      squares0 += (double) vector[d] * vector[d];
    }
    return Math.sqrt(squares0 + squares1 + squares2 + squares3);
  }

  private static void add(float[] vector, double scale, float[] sum) {
    for (int d = 0; d < sum.length; d++) {
      sum[d] += (float) (scale * vector[d]);
    }
  }

  long ramBytesUsed() {
    long bytes = RamUsageEstimator.shallowSizeOf(means);
    for (float[] mean : means) {
      bytes += RamUsageEstimator.sizeOf(mean);
    }
    return bytes;
  }
}
