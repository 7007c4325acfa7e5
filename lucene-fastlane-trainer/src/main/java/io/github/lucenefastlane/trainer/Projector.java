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
import java.io.IOException;
import java.util.Map;

/** A trained model at work, without gradients: token vectors, heads and views of texts. */
final class Projector {
  /** A product of two blocks should not have more numbers than that: 32 MB. */
  private static final int PRODUCT = 1 << 23;

  private final RouterShape shape;
  private final RouterNetwork<NDArray> network;
  private final Map<String, NDArray> weights;
  private final StateReader states;

  Projector(NDManager manager, RouterShape shape, Weights weights, StateReader states) {
    this.shape = shape;
    this.weights = weights.toArrays(manager, false);
    this.network = new RouterNetwork<>(shape, new TorchAlgebra(manager, this.weights));
    this.states = states;
  }

  /**
   * Queries, seen in three ways.
   *
   * @param tokens [queries, tokens, dimension]
   * @param content [queries, tokens]
   * @param firstView [queries, 1, dimension]
   */
  record Queries(NDArray tokens, NDArray content, NDArray firstView) {}

  Queries queries(NDManager manager, TrainingSet set, int[] texts) throws IOException {
    TokenBlock block = states.queries(manager, weights, set, texts);
    NDArray content = block.content(manager);
    NDArray tokens = project(block);
    NDArray views = network.views(network.selection(network.logits(tokens, content)), tokens);
    return new Queries(tokens, content, views.get(":,0:1,:"));
  }

  /**
   * Documents, seen in two ways.
   *
   * @param tokens [documents, tokens, dimension]
   * @param heads [documents, routes, dimension]
   */
  record Documents(NDArray tokens, NDArray heads) {}

  Documents documents(NDManager manager, TrainingSet set, int[] texts) throws IOException {
    TokenBlock block = states.documents(manager, weights, set, texts);
    NDArray tokens = project(block);
    return new Documents(tokens, Scores.heads(manager, tokens, block.lengths()));
  }

  private NDArray project(TokenBlock block) {
    return shape.projects() ? network.project(block.vectors()) : block.vectors();
  }

  /** How many documents to compare with so many query vectors at a time. */
  int documentsAtATime(long queryVectors, int vectorsPerDocument) {
    return (int) Math.max(1, PRODUCT / (queryVectors * vectorsPerDocument));
  }
}
