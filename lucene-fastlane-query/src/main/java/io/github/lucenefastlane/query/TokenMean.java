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
package io.github.lucenefastlane.query;

import java.util.List;

/** The mean of token vectors as a view. */
final class TokenMean {

  /** Relative length below which a mean is rounding error of tokens that cancel out. */
  private static final double NO_DIRECTION = 1e-6;

  private TokenMean() {}

  /**
   * The direction of the mean of tokens, as long as they are: the root of their mean squared
   * length.
   *
   * @param tokens at least one
   * @return null if they cancel each other out, so that their mean has no direction
   */
  static float[] of(List<float[]> tokens) {
    int dimension = tokens.get(0).length;
    double[] sum = new double[dimension];
    double squares = 0;
    for (float[] token : tokens) {
      for (int d = 0; d < dimension; d++) {
        sum[d] += token[d];
        squares += (double) token[d] * token[d];
      }
    }
    double sumSquares = 0;
    for (double component : sum) {
      sumSquares += component * component;
    }
    double tokenLength = Math.sqrt(squares / tokens.size());
    double meanLength = Math.sqrt(sumSquares) / tokens.size();
    if (meanLength <= NO_DIRECTION * tokenLength) {
      return null;
    }
    double scale = tokenLength / Math.sqrt(sumSquares);
    float[] mean = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      mean[d] = (float) (sum[d] * scale);
    }
    return mean;
  }
}
