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
import org.apache.lucene.util.VectorUtil;

/** {@link MaxSimKernel} by one {@link VectorUtil} call a pair of tokens. */
final class VectorUtilMaxSimKernel implements MaxSimKernel {

  private final float[][] query;
  private final boolean distance;

  VectorUtilMaxSimKernel(float[][] query, boolean distance) {
    this.query = query;
    this.distance = distance;
  }

  @Override
  public int width() {
    return query.length;
  }

  @Override
  public void maxima(float[] tokens, int count, float[] row, float[] maxima) {
    Arrays.fill(maxima, 0, query.length, Float.NEGATIVE_INFINITY);
    for (int t = 0; t < count; t++) {
      System.arraycopy(tokens, t * row.length, row, 0, row.length);
      for (int i = 0; i < query.length; i++) {
        float raw =
            distance
                ? -VectorUtil.squareDistance(query[i], row)
                : VectorUtil.dotProduct(query[i], row);
        maxima[i] = Math.max(maxima[i], raw);
      }
    }
  }
}
