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
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * The loss of a batch. Change the loss here, and its settings in {@link TrainingConfig}.
 *
 * <p>The sum of four, each weighted: contrastive loss (InfoNCE, van den Oord et al., 2018) on the
 * routed score, the same on full MaxSim, and the Kullback-Leibler divergences of both rankings from
 * the teacher's, which is full MaxSim over the untrained encoder's states, before projection. The
 * routed score of n views is their mean similarity with the document's best head; losses on it are
 * means over n = 1, 2, 4... so that the first views are the best ones (Matryoshka learning,
 * Kusupati et al., 2022).
 */
final class Objective {
  private final RouterShape shape;
  private final TrainingConfig config;
  private final UnaryOperator<NDArray> throughSelection;

  /**
   * What a step tells about itself.
   *
   * @param loss the loss, with gradients
   * @param routed its part on the routed score, not weighted
   * @param full its part on full MaxSim, not weighted
   * @param distillation the routed ranking's divergence, not weighted
   * @param entropy of the first view's softmax over tokens, in nats, a mean over queries
   */
  record Losses(
      NDArray loss, NDArray routed, NDArray full, NDArray distillation, NDArray entropy) {}

  Objective(RouterShape shape, TrainingConfig config) {
    this(shape, config, UnaryOperator.identity());
  }

  /**
   * Shows what the gradient through the selection is good for.
   *
   * @param throughSelection what becomes of the selection on its way to the views
   */
  Objective(RouterShape shape, TrainingConfig config, UnaryOperator<NDArray> throughSelection) {
    this.shape = shape;
    this.config = config;
    this.throughSelection = throughSelection;
  }

  /**
   * The loss.
   *
   * @param weights with gradients
   * @param temperature of the Gumbel-softmax, where tokens are selected
   * @param random its noise
   */
  Losses evaluate(
      NDManager manager,
      Map<String, NDArray> weights,
      Batch batch,
      double temperature,
      Random random) {
    RouterNetwork<NDArray> network = new RouterNetwork<>(shape, new TorchAlgebra(manager, weights));
    NDArray queries = batch.queries().vectors();
    NDArray documents = batch.documents().vectors();
    NDArray maxSim = batch.teacher(); // what is not projected stays as it is
    if (shape.projects()) {
      queries = network.project(queries);
      documents = network.project(documents);
      maxSim = Scores.maxSim(queries, batch.content(), documents);
    }
    NDArray logits = network.logits(queries, batch.content());
    NDArray selection = throughSelection.apply(select(network, logits, temperature, random));
    NDArray views = network.views(selection, queries);
    NDArray heads = Scores.heads(manager, documents, batch.documents().lengths());
    NDArray ofViews = Scores.ofViews(views, heads);
    NDArray cosines = nesting(manager).matMul(ofViews);
    NDArray routed = TorchAlgebra.times(cosines, 1 / config.routedTemperature());
    NDArray full = single(TorchAlgebra.times(maxSim, 1 / config.fullTemperature()));
    NDArray wanted = single(batch.teacher().div((float) config.teacherTemperature())).logSoftmax(2);
    NDArray routedLoss = contrastive(routed, batch);
    NDArray fullLoss = contrastive(full, batch);
    NDArray distillation = divergence(wanted, routed);
    NDArray loss =
        TorchAlgebra.times(routedLoss, config.routedWeight())
            .add(TorchAlgebra.times(fullLoss, config.fullWeight()))
            .add(TorchAlgebra.times(distillation, config.distillationWeight()))
            .add(TorchAlgebra.times(divergence(wanted, full), config.fullDistillationWeight()));
    return new Losses(loss, routedLoss, fullLoss, distillation, entropy(logits));
  }

  /**
   * What each view takes of each token. Where one token is taken, the gradient is that of the
   * softmax with Gumbel noise.
   */
  private NDArray select(
      RouterNetwork<NDArray> network, NDArray logits, double temperature, Random random) {
    if (shape.selection() == Selection.COMBINATION) {
      return network.selection(logits);
    }
    float[] noise = new float[Math.toIntExact(logits.getShape().size())];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) -Math.log(-Math.log(Math.max(random.nextDouble(), Double.MIN_NORMAL)));
    }
    NDArray noisy = logits.add(logits.getManager().create(noise, logits.getShape()));
    NDArray soft = TorchAlgebra.times(noisy, 1 / temperature).softmax(2);
    NDArray hard = network.selection(noisy.stopGradient());
    return hard.add(soft.sub(soft.stopGradient()));
  }

  /** [numbers of views, views]: row i takes the mean of the first 2^i views; the last all. */
  private NDArray nesting(NDManager manager) {
    int[] sizes =
        IntStream.concat(
                IntStream.iterate(1, n -> n < shape.views(), n -> 2 * n),
                IntStream.of(shape.views()))
            .toArray();
    float[] rows = new float[sizes.length * shape.views()];
    for (int i = 0; i < sizes.length; i++) {
      for (int view = 0; view < sizes[i]; view++) {
        rows[i * shape.views() + view] = 1f / sizes[i];
      }
    }
    return manager.create(rows, new Shape(sizes.length, shape.views()));
  }

  /** [queries, 1, documents] of [queries, documents]. */
  private static NDArray single(NDArray scores) {
    return scores.expandDims(1);
  }

  /**
   * Minus the log-probability of the target among the documents that are not excluded, a mean over
   * queries and rankings.
   *
   * @param scores [queries, rankings, documents], divided by their temperature
   */
  private static NDArray contrastive(NDArray scores, Batch batch) {
    Shape shape = scores.getShape();
    NDArray logProbabilities = scores.add(single(batch.excluded())).logSoftmax(2);
    return TorchAlgebra.times(
        logProbabilities.mul(single(batch.targets())).sum(), -1.0 / (shape.get(0) * shape.get(1)));
  }

  /**
   * How far rankings are from the teacher's: Kullback-Leibler, a mean as above.
   *
   * @param wanted the teacher's log-probabilities, [queries, 1, documents]
   */
  private static NDArray divergence(NDArray wanted, NDArray scores) {
    Shape shape = scores.getShape();
    return TorchAlgebra.times(
        wanted.exp().mul(wanted.sub(scores.logSoftmax(2))).sum(),
        1.0 / (shape.get(0) * shape.get(1)));
  }

  private static NDArray entropy(NDArray logits) {
    NDArray first = logits.stopGradient().get(":,0,:");
    NDArray log = first.logSoftmax(1);
    return log.exp().mul(log).sum().div((float) -first.getShape().get(0));
  }
}
