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

/**
 * Projection and router, as operations of an {@link Algebra}. Change the model here, and its
 * tensors in {@link Weights#initial}.
 *
 * <p>The router is a stack of pre-norm self-attention blocks over a query's token vectors (Xiong et
 * al., 2020) and a linear layer that gives each token one logit per slot. It has no notion of
 * position: token vectors of a transformer carry theirs.
 *
 * @param <T> a tensor
 */
final class RouterNetwork<T> {
  /** Added to the logits of what is no content token: its softmax is 0 in float arithmetic. */
  private static final float EXCLUDED = 1e4f;

  private static final float EPSILON = 1e-5f;

  private final RouterShape shape;
  private final Algebra<T> algebra;

  RouterNetwork(RouterShape shape, Algebra<T> algebra) {
    this.shape = shape;
    this.algebra = algebra;
  }

  /**
   * Token vectors of an encoder's states.
   *
   * @param states [texts, tokens, stateDimension]
   * @return [texts, tokens, dimension], of length 1
   */
  T project(T states) {
    return algebra.normalize(algebra.matMul(states, algebra.weight("projection")), 3);
  }

  /**
   * What the router thinks of each token.
   *
   * @param tokens [queries, tokens, dimension]
   * @param content [queries, tokens], 1 for a content token, 0 for others and padding
   * @return [queries, views, tokens]; -1e4 where there is no content token
   */
  T logits(T tokens, T content) {
    T excluded =
        algebra.multiply(
            algebra.subtract(content, algebra.constant(1)), algebra.constant(EXCLUDED));
    // Unit vectors have small components; the blocks expect them to be around 1.
    T x = algebra.multiply(tokens, algebra.constant((float) Math.sqrt(shape.dimension())));
    T attentionBias = algebra.reshape(excluded, 0, 1, 1, -1);
    for (int layer = 0; layer < shape.layers(); layer++) {
      String prefix = "layer" + layer + ".";
      x = algebra.add(x, attention(prefix, layerNorm(prefix + "norm1", x), attentionBias));
      x = algebra.add(x, feedForward(prefix, layerNorm(prefix + "norm2", x)));
    }
    T slots = algebra.matMul(layerNorm("norm", x), algebra.weight("slots"));
    T bySlot = algebra.transpose(slots, 0, 2, 1);
    return algebra.add(
        algebra.multiply(bySlot, algebra.reshape(content, 0, 1, -1)),
        algebra.reshape(excluded, 0, 1, -1));
  }

  /**
   * How much of each token a view takes.
   *
   * @param logits [queries, views, tokens]
   * @return the same shape; a view's weights sum to 1
   */
  T selection(T logits) {
    return switch (shape.selection()) {
      case COMBINATION -> algebra.softmax(logits, 3);
      case TOKEN -> algebra.oneHotOfLargest(logits);
    };
  }

  /**
   * The views of a query.
   *
   * @param selection [queries, views, tokens]
   * @param tokens [queries, tokens, dimension]
   * @return [queries, views, dimension], of length 1
   */
  T views(T selection, T tokens) {
    return algebra.normalize(algebra.matMul(selection, tokens), 3);
  }

  /** Multi-head scaled dot-product attention (Vaswani et al., 2017). */
  private T attention(String prefix, T x, T bias) {
    int size = shape.dimension() / shape.heads();
    T query = heads(linear(prefix + "query", x), size, 0, 2, 1, 3);
    T key = heads(linear(prefix + "key", x), size, 0, 2, 3, 1);
    T value = heads(linear(prefix + "value", x), size, 0, 2, 1, 3);
    T scores =
        algebra.multiply(
            algebra.matMul(query, key), algebra.constant((float) (1 / Math.sqrt(size))));
    T mixed = algebra.matMul(algebra.softmax(algebra.add(scores, bias), 4), value);
    T joined = algebra.reshape(algebra.transpose(mixed, 0, 2, 1, 3), 0, 0, shape.dimension());
    return linear(prefix + "output", joined);
  }

  private T heads(T x, int size, int... axes) {
    return algebra.transpose(algebra.reshape(x, 0, 0, shape.heads(), size), axes);
  }

  private T feedForward(String prefix, T x) {
    return linear(prefix + "contract", gelu(linear(prefix + "expand", x)));
  }

  /** The exact Gaussian error linear unit (Hendrycks and Gimpel, 2016). */
  private T gelu(T x) {
    T erf = algebra.erf(algebra.divide(x, algebra.constant((float) Math.sqrt(2))));
    T half = algebra.multiply(x, algebra.constant(0.5f));
    return algebra.multiply(half, algebra.add(erf, algebra.constant(1)));
  }

  private T linear(String name, T x) {
    return algebra.add(algebra.matMul(x, algebra.weight(name)), algebra.weight(name + ".bias"));
  }

  private T layerNorm(String name, T x) {
    T centred = algebra.subtract(x, algebra.mean(x, shape.dimension()));
    T variance = algebra.mean(algebra.multiply(centred, centred), shape.dimension());
    T scaled =
        algebra.divide(
            centred, algebra.squareRoot(algebra.add(variance, algebra.constant(EPSILON))));
    return algebra.add(
        algebra.multiply(scaled, algebra.weight(name + ".scale")), algebra.weight(name + ".shift"));
  }
}
