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
 * Finds the head of a route: the sum of its tokens, scaled to their mean length, which for unit
 * vectors is the normalised mean; under Euclidean distance it is the mean.
 *
 * <p>Belongs to one thread.
 */
final class RouteHead {

  private final VectorSimilarityFunction similarity;
  private final double[] sums;

  RouteHead(VectorSimilarityFunction similarity, int dimension) {
    this.similarity = similarity;
    this.sums = new double[dimension];
  }

  /**
   * The vector that stands for some neighbouring tokens.
   *
   * @param tokens {@code [count][dimension]}
   * @param from first token
   * @param to the token after the last
   * @param head out: {@code [dimension]}
   */
  void compute(float[][] tokens, int from, int to, float[] head) {
    Arrays.fill(sums, 0);
    double length = 0;
    for (int t = from; t < to; t++) {
      double squares = 0;
      for (int d = 0; d < sums.length; d++) {
        double component = tokens[t][d];
        sums[d] += component;
        squares += component * component;
      }
      length += Math.sqrt(squares);
    }
    double scale = 1.0 / (to - from);
    if (similarity != VectorSimilarityFunction.EUCLIDEAN) {
      double squares = 0;
      for (double sum : sums) {
        squares += sum * sum;
      }
      scale = squares == 0 ? 0 : scale * length / Math.sqrt(squares);
    }
    for (int d = 0; d < sums.length; d++) {
      // As long as the tokens together, a component may be larger than any of theirs.
      head[d] = (float) Math.clamp(scale * sums[d], -Float.MAX_VALUE, Float.MAX_VALUE);
    }
  }

  long ramBytesUsed() {
    return RamUsageEstimator.sizeOf(sums);
  }
}
