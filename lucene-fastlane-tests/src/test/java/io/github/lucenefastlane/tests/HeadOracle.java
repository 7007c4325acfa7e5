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

import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.VectorSimilarityFunction;

/** What vector must stand for the tokens of a route, or of a pool. */
final class HeadOracle {

  private HeadOracle() {}

  /**
   * The sum of the tokens at their mean length, or under Euclidean distance their mean; the first
   * token where the sum has no direction and needs one.
   */
  static float[] head(List<float[]> tokens, VectorSimilarityFunction similarity) {
    double[] sum = sum(tokens);
    double scale = 1.0 / tokens.size();
    if (similarity != VectorSimilarityFunction.EUCLIDEAN) {
      double length = length(sum);
      if (length == 0 && similarity == VectorSimilarityFunction.COSINE) {
        return tokens.get(0);
      }
      scale = length == 0 ? 0 : scale * lengths(tokens) / length;
    }
    return scaled(sum, scale);
  }

  /**
   * What stands for the tokens of a pool: their head, but longer, where the length counts for a
   * forecast, by the square root of the tokens' lengths over the length of their sum, and at most
   * twice as long.
   */
  static float[] pooled(List<float[]> tokens, VectorSimilarityFunction similarity) {
    float[] head = head(tokens, similarity);
    if (similarity == VectorSimilarityFunction.EUCLIDEAN
        || similarity == VectorSimilarityFunction.COSINE) {
      return head;
    }
    double length = length(sum(tokens));
    double spread = length == 0 ? 1 : Math.min(2, Math.sqrt(lengths(tokens) / length));
    return scaled(doubles(head), spread);
  }

  private static double[] sum(List<float[]> tokens) {
    double[] sum = new double[tokens.get(0).length];
    for (float[] token : tokens) {
      for (int d = 0; d < sum.length; d++) {
        sum[d] += token[d];
      }
    }
    return sum;
  }

  private static double lengths(List<float[]> tokens) {
    double lengths = 0;
    for (float[] token : tokens) {
      lengths += length(doubles(token));
    }
    return lengths;
  }

  private static double[] doubles(float[] vector) {
    double[] doubles = new double[vector.length];
    Arrays.setAll(doubles, d -> vector[d]);
    return doubles;
  }

  private static float[] scaled(double[] vector, double scale) {
    float[] scaled = new float[vector.length];
    for (int d = 0; d < scaled.length; d++) {
      scaled[d] = (float) (scale * vector[d]);
    }
    return scaled;
  }

  private static double length(double[] vector) {
    double squares = 0;
    for (double v : vector) {
      squares += v * v;
    }
    return Math.sqrt(squares);
  }

  static float largestComponent(float[] vector) {
    float largest = 0;
    for (float v : vector) {
      largest = Math.max(largest, Math.abs(v));
    }
    return largest;
  }

  /** As byte fields hold it, but not rounded: so short that no component is above 127. */
  static float[] shortened(float[] vector) {
    float largest = largestComponent(vector);
    return largest <= 127 ? vector : scaled(doubles(vector), 127.0 / largest);
  }
}
