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
package io.github.lucenefastlane.trainer;

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.junit.BeforeClass;

/** Base of the tests that compute with PyTorch; skipped where there is none for the platform. */
@ThreadLeakFilters(defaultFilters = true, filters = NativeLibraryThreads.class)
public abstract class TrainerTestCase extends LuceneTestCase {
  static Torch torch;

  @BeforeClass
  public static void loadTorch() {
    assumeTrue(Torch.objection(), Torch.objection() == null);
    torch = Torch.load(1);
  }

  /** A shape with a projection or without, of few components. */
  static RouterShape randomShape(boolean projects) {
    int heads = 1 + random().nextInt(3);
    // Of two or three components, layer normalisation leaves little but rounding.
    int dimension = heads * (6 + random().nextInt(6));
    int states = projects ? dimension + random().nextInt(8) : 0;
    Selection selection = Selection.values()[random().nextInt(2)];
    return new RouterShape(
        states, dimension, 1 + random().nextInt(8), random().nextInt(3), heads, selection);
  }

  /** Weights far from their start, so that every one of them matters. */
  static Weights randomWeights(RouterShape shape) {
    Weights weights =
        Weights.initial(shape, new float[shape.stateDimension() * shape.dimension()], 0);
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              for (int i = 0; i < tensor.values().length; i++) {
                tensor.values()[i] += (float) (0.5 * random().nextGaussian());
              }
            });
    return weights;
  }

  static float[] randomVectors(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random().nextGaussian();
    }
    return values;
  }
}
