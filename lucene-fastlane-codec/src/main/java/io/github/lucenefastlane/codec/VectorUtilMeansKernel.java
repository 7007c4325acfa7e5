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

import org.apache.lucene.util.VectorUtil;

/** {@link MeansKernel} by one {@link VectorUtil} call a pair. */
final class VectorUtilMeansKernel implements MeansKernel {

  private final float[][] means;
  private final float[] halfSquares;

  VectorUtilMeansKernel(float[][] means) {
    this.means = means;
    this.halfSquares = new float[means.length];
    for (int m = 0; m < means.length; m++) {
      halfSquares[m] = MeansKernel.halfSquare(means[m]);
    }
  }

  @Override
  public int width() {
    return means.length;
  }

  @Override
  public void compare(float[][] vectors, int from, int count, float[] closeness) {
    for (int m = 0; m < means.length; m++) {
      for (int v = 0; v < count; v++) {
        closeness[v * means.length + m] =
            VectorUtil.dotProduct(means[m], vectors[from + v]) - halfSquares[m];
      }
    }
  }
}
