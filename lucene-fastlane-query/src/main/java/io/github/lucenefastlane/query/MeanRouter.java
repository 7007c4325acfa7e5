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

/**
 * Routes a query to one view: the direction of its token vectors' mean. The default router, and the
 * best one that needs no training when only one lane is searched.
 *
 * <p>The view is as long as the tokens are (the root of their mean squared length), so that it is
 * of unit length when they are, and has their scale under similarities that depend on length. It is
 * one view whatever number is asked for. Where the tokens cancel each other out, so that their mean
 * has no direction, the view is the token that {@link CoverageRouter} picks first.
 */
public final class MeanRouter implements QueryRouter {

  /** The router; it has no state. */
  public static final MeanRouter INSTANCE = new MeanRouter();

  /** Relative length below which a mean is rounding error of tokens that cancel out. */
  private static final double NO_DIRECTION = 1e-6;

  private MeanRouter() {}

  @Override
  public List<View> route(float[][] queryTokens, int views) {
    int dimension = queryTokens[0].length;
    double[] sum = new double[dimension];
    double squares = 0;
    for (float[] token : queryTokens) {
      for (int d = 0; d < dimension; d++) {
        sum[d] += token[d];
        squares += (double) token[d] * token[d];
      }
    }
    double sumSquares = 0;
    for (double component : sum) {
      sumSquares += component * component;
    }
    double tokenLength = Math.sqrt(squares / queryTokens.length);
    double meanLength = Math.sqrt(sumSquares) / queryTokens.length;
    if (meanLength <= NO_DIRECTION * tokenLength) {
      return CoverageRouter.INSTANCE.route(queryTokens, 1);
    }
    double scale = tokenLength / Math.sqrt(sumSquares);
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] = (float) (sum[d] * scale);
    }
    return List.of(new View(vector, 1f));
  }

  @Override
  public String toString() {
    return "MeanRouter";
  }
}
