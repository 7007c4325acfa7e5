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
package io.github.lucenefastlane.tests;

import java.util.List;
import org.apache.lucene.index.VectorSimilarityFunction;

/** What vector must stand for the tokens of a route. */
final class HeadOracle {

  private HeadOracle() {}

  /**
   * The sum of the tokens at their mean length, or under Euclidean distance their mean; the first
   * token where the sum has no direction and needs one.
   */
  static float[] head(List<float[]> tokens, VectorSimilarityFunction similarity) {
    double[] sum = new double[tokens.get(0).length];
    double lengths = 0;
    for (float[] token : tokens) {
      double squares = 0;
      for (int d = 0; d < sum.length; d++) {
        sum[d] += token[d];
        squares += (double) token[d] * token[d];
      }
      lengths += Math.sqrt(squares);
    }
    double scale = 1.0 / tokens.size();
    if (similarity != VectorSimilarityFunction.EUCLIDEAN) {
      double squares = 0;
      for (double s : sum) {
        squares += s * s;
      }
      if (squares == 0 && similarity == VectorSimilarityFunction.COSINE) {
        return tokens.get(0);
      }
      scale = squares == 0 ? 0 : scale * lengths / Math.sqrt(squares);
    }
    float[] head = new float[sum.length];
    for (int d = 0; d < head.length; d++) {
      head[d] = (float) (scale * sum[d]);
    }
    return head;
  }
}
