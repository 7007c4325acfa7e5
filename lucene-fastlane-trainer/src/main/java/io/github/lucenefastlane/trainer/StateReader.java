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

/** Where the token states come from that projection and router are put on. */
interface StateReader {
  /**
   * The states of some queries of a set, each of which has a token.
   *
   * @param manager owns the result
   * @param weights all that is trained, by name
   */
  TokenBlock queries(NDManager manager, Map<String, NDArray> weights, TrainingSet set, int[] texts)
      throws IOException;

  /** The states of some documents, as above. */
  TokenBlock documents(
      NDManager manager, Map<String, NDArray> weights, TrainingSet set, int[] texts)
      throws IOException;

  /**
   * Passes the gradients of a batch's states on to the weights that made them.
   *
   * @param weights with gradients, which are added to
   */
  void backward(
      GradientCollector collector, Map<String, NDArray> weights, TrainingSet set, Batch batch);
}
