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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Learns a projection and a router, or a router alone. What is learned depends on the data, the
 * shape and the configuration only, also when a training is killed and goes on; between machines,
 * or numbers of threads, additions of floats may differ in order.
 */
final class Trainer {
  /** Steps between two writings of the state, beside those after an evaluation. */
  static final int STEPS_PER_CHECKPOINT = 100;

  /** Negatives that the model finds for each query. */
  private static final int MINED = 30;

  private final Torch torch;
  private final RouterShape shape;
  private final TrainingConfig config;
  private final StateReader states;
  private final List<TrainingSet> sets;
  private final Checkpoints checkpoints;
  private final TrainingProgress progress;
  private final Schedule schedule;
  private final BatchReader batches;
  private final Objective objective;
  private final DevEvaluation evaluation;

  /**
   * @param states where the states come from
   * @param sets data, each with at least one training and one dev query
   * @param checkpoints where the state is kept
   */
  Trainer(
      Torch torch,
      RouterShape shape,
      TrainingConfig config,
      StateReader states,
      Objective objective,
      List<TrainingSet> sets,
      Checkpoints checkpoints,
      TrainingProgress progress) {
    this.torch = torch;
    this.shape = shape;
    this.config = config;
    this.states = states;
    this.sets = sets;
    this.checkpoints = checkpoints;
    this.progress = progress;
    this.schedule = new Schedule(sets, config);
    this.batches = new BatchReader(config, states);
    this.objective = objective;
    this.evaluation = new DevEvaluation(torch, shape, config, states, sets);
  }

  /**
   * Trains until it is done or stops getting better, from where a former call was interrupted.
   *
   * @param initial weights to start from
   * @return the state at the end, with the best weights
   */
  TrainingState train(Weights initial) throws IOException {
    int stepsPerEpoch = schedule.stepsPerEpoch();
    int most = config.steps() > 0 ? config.steps() : Integer.MAX_VALUE;
    int steps = (int) Math.min(most, (long) config.epochs() * stepsPerEpoch);
    int evaluationGap = Math.max(1, stepsPerEpoch / config.evaluationsPerEpoch());
    TrainingState state = checkpoints.read();
    if (state == null) {
      state = TrainingState.start(initial.copy());
      evaluate(state, steps);
      checkpoints.write(state);
    } else {
      progress.resumed(state.step, steps);
    }
    List<Schedule.Step> epochSteps = null;
    while (state.step < steps && !state.stopped) {
      int epoch = state.step / stepsPerEpoch;
      int inEpoch = state.step % stepsPerEpoch;
      if (epochSteps == null || inEpoch == 0) {
        epochSteps = schedule.epoch(epoch);
      }
      if (inEpoch == 0
          && epoch > 0
          && config.minedEvery() > 0
          && epoch % config.minedEvery() == 0) {
        mine(state, epochSteps);
      }
      step(state, epochSteps.get(inEpoch), steps);
      state.step++;
      boolean evaluates = state.step % evaluationGap == 0 || state.step == steps;
      if (evaluates) {
        evaluate(state, steps);
        state.stopped = state.worse >= config.patience();
      }
      if (evaluates || state.step % STEPS_PER_CHECKPOINT == 0) {
        checkpoints.write(state);
      }
    }
    return state;
  }

  private void evaluate(TrainingState state, int steps) throws IOException {
    DevScores scores = evaluation.evaluate(state.weights);
    if (state.best == null || scores.criterion() > state.bestScores.criterion()) {
      state.best = state.weights.copy();
      state.bestScores = scores;
      state.bestStep = state.step;
      state.worse = 0;
    } else {
      state.worse++;
    }
    progress.evaluated(state.step, steps, scores, state.bestStep == state.step);
  }

  private void mine(TrainingState state, List<Schedule.Step> epochSteps) throws IOException {
    ModelNegatives negatives = new ModelNegatives(torch, shape, states, MINED);
    state.mined = new int[sets.size()][][];
    for (int i = 0; i < sets.size(); i++) {
      int set = i;
      int[] queries =
          epochSteps.stream()
              .filter(step -> step.set() == set)
              .flatMapToInt(step -> IntStream.of(step.queries()))
              .toArray();
      progress.mining(sets.get(set).name());
      state.mined[set] = negatives.mine(state.weights, sets.get(set), queries);
    }
  }

  private void step(TrainingState state, Schedule.Step step, int steps) throws IOException {
    double learningRate = config.learningRate(state.step, steps);
    Map<String, float[]> gradients = new HashMap<>();
    // All arrays of a step belong to its manager, so that nothing is left of it.
    try (NDManager manager = torch.newManager();
        GradientCollector collector = torch.newGradientCollector()) {
      Map<String, NDArray> weights = state.weights.toArrays(manager, true);
      TrainingSet set = sets.get(step.set());
      Batch batch =
          batches.read(
              manager,
              weights,
              set,
              step.queries(),
              state.mined == null ? null : state.mined[step.set()],
              Schedule.random(config.seed(), state.step, 0));
      Objective.Losses losses =
          objective.evaluate(
              manager,
              weights,
              batch,
              config.selectionTemperature(state.step, steps),
              Schedule.random(config.seed(), state.step, 1));
      collector.backward(losses.loss());
      states.backward(collector, weights, set, batch);
      weights.forEach(
          (name, weight) -> {
            try (NDArray gradient = weight.getGradient()) {
              gradients.put(name, gradient.toFloatArray());
            }
          });
      progress.stepped(
          state.step + 1, steps, losses.loss().getFloat(), losses.entropy().getFloat());
    }
    new AdamW(
            config.weightDecay(),
            config.maxGradientNorm(),
            config.projectionRate(),
            config.encoderRate(),
            state.first,
            state.second)
        .update(state.weights, gradients, state.step, learningRate);
  }
}
