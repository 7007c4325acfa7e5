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
 * The vector that stands for several: their sum, scaled to their mean length, which for unit
 * vectors is the normalised mean; under Euclidean distance it is the mean.
 *
 * <p>Belongs to one thread.
 */
final class MeanVector {

  /** Vectors that nearly cancel out tell little, and are not to outdo others by their length. */
  private static final double MAX_SPREAD = 2;

  private final VectorSimilarityFunction similarity;
  private final double[] sums;
  private double lengths;
  private int count;

  MeanVector(VectorSimilarityFunction similarity, int dimension) {
    this.similarity = similarity;
    this.sums = new double[dimension];
  }

  /** Forgets the vectors so far. */
  void clear() {
    Arrays.fill(sums, 0);
    lengths = 0;
    count = 0;
  }

  void add(float[] vector) {
    double squares = 0;
    for (int d = 0; d < sums.length; d++) {
      double component = vector[d];
      sums[d] += component;
      squares += component * component;
    }
    lengths += Math.sqrt(squares);
    count++;
  }

  /** Writes the vector that stands for those added, of which there must be one. */
  void get(float[] mean) {
    write(mean, scale(sumLength()));
  }

  /**
   * Writes the vector that forecasts, by its inner product with a query's token, the best among
   * those of the vectors added: longer than {@link #get} says, by the square root of how many times
   * the vectors are as long as their sum, since the best of vectors that differ is further from
   * their mean. It is twice as long at most. Under Euclidean distance it is the mean, and under
   * cosine, where length does not count, that of {@link #get}.
   *
   * <p>Of exact MaxSim's best 10, the best 20 by such forecasts hold .845 and .913 (npl, and SQuAD
   * paragraphs among others), without the square root .789 and .905, with the ratio itself .790 and
   * .892.
   */
  void getForecast(float[] forecast) {
    double sumLength = sumLength();
    write(forecast, scale(sumLength) * spread(sumLength));
  }

  private double sumLength() {
    double squares = 0;
    for (double sum : sums) {
      squares += sum * sum;
    }
    return Math.sqrt(squares);
  }

  /** What makes the sum as long as the vectors are, or, under Euclidean distance, their mean. */
  private double scale(double sumLength) {
    if (similarity == VectorSimilarityFunction.EUCLIDEAN) {
      return 1.0 / count;
    }
    return sumLength == 0 ? 0 : 1.0 / count * lengths / sumLength;
  }

  private double spread(double sumLength) {
    return switch (similarity) {
      case EUCLIDEAN, COSINE -> 1;
      case DOT_PRODUCT, MAXIMUM_INNER_PRODUCT ->
          sumLength == 0 ? 1 : Math.min(MAX_SPREAD, Math.sqrt(lengths / sumLength));
    };
  }

  private void write(float[] vector, double scale) {
    for (int d = 0; d < sums.length; d++) {
      // As long as the vectors together, a component may be larger than any of theirs.
      vector[d] = (float) Math.clamp(scale * sums[d], -Float.MAX_VALUE, Float.MAX_VALUE);
    }
  }

  long ramBytesUsed() {
    return RamUsageEstimator.sizeOf(sums);
  }
}
