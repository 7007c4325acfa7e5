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

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.util.Random;
import org.apache.lucene.index.VectorSimilarityFunction;

/** Vectors and similarities for tests. */
final class RandomVectors {

  private RandomVectors() {}

  static VectorSimilarityFunction similarity(Random random) {
    return RandomPicks.randomFrom(random, VectorSimilarityFunction.values());
  }

  /** Independent, Gaussian. */
  static float[][] gaussian(Random random, int count, int dimension, float deviation) {
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      for (int d = 0; d < dimension; d++) {
        vector[d] = deviation * (float) random.nextGaussian();
      }
    }
    return vectors;
  }
}
