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

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.util.Map;

/** Token states of an encoder that stays as it is, computed before. */
record CachedStates(TrainingConfig config) implements StateReader {
  @Override
  public TokenBlock queries(
      NDManager manager, Map<String, NDArray> weights, TrainingSet set, int[] texts)
      throws IOException {
    return TokenBlock.read(manager, set.queries(), texts, config.queryTokens());
  }

  @Override
  public TokenBlock documents(
      NDManager manager, Map<String, NDArray> weights, TrainingSet set, int[] texts)
      throws IOException {
    return TokenBlock.read(manager, set.documents(), texts, config.documentTokens());
  }

  /** No weights made them. */
  @Override
  public void backward(
      GradientCollector collector, Map<String, NDArray> weights, TrainingSet set, Batch batch) {}
}
