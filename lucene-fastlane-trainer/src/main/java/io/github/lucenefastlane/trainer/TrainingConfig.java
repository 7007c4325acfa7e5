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

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/**
 * Everything that decides what is learned from given data: a training repeated with the same values
 * gives the same model. Defaults are in {@link #DEFAULT}.
 *
 * @param epochs most passes over the training queries
 * @param steps most steps; 0 for as many as the epochs have
 * @param batch queries of one step
 * @param negatives hard negatives of each query in a step
 * @param minedEvery epochs between two searches for hard negatives with the model itself; 0 for
 *     never
 * @param queriesPerSet most queries of one data set in an epoch
 * @param learningRate at its highest
 * @param projectionRate learning rate of the projection, as a share of the others'
 * @param encoderRate learning rate of the encoder, as a share of the others'; 0 for an encoder that
 *     stays as it is
 * @param warmUp share of the steps in which the learning rate rises
 * @param weightDecay of matrices, per unit of learning rate
 * @param maxGradientNorm gradients are scaled down to it
 * @param routedWeight of the contrastive loss on the routed score
 * @param fullWeight of the contrastive loss on full MaxSim
 * @param distillationWeight of the divergence of the routed ranking from the teacher's
 * @param fullDistillationWeight of the divergence of full MaxSim's ranking from the teacher's
 * @param routedTemperature divides routed scores (cosines) before the softmax
 * @param fullTemperature divides full scores (means of cosines) before the softmax
 * @param teacherTemperature divides the teacher's scores (means of cosines) before the softmax
 * @param firstSelectionTemperature of the Gumbel-softmax at the first step
 * @param lastSelectionTemperature the same at the last; it falls exponentially
 * @param evaluationsPerEpoch how often the dev queries are searched
 * @param patience evaluations without a better one after which training stops
 * @param queryTokens most tokens of a query
 * @param documentTokens most tokens of a document
 * @param seed of everything random
 */
record TrainingConfig(
    int epochs,
    int steps,
    int batch,
    int negatives,
    int minedEvery,
    int queriesPerSet,
    double learningRate,
    double projectionRate,
    double encoderRate,
    double warmUp,
    double weightDecay,
    double maxGradientNorm,
    double routedWeight,
    double fullWeight,
    double distillationWeight,
    double fullDistillationWeight,
    double routedTemperature,
    double fullTemperature,
    double teacherTemperature,
    double firstSelectionTemperature,
    double lastSelectionTemperature,
    int evaluationsPerEpoch,
    int patience,
    int queryTokens,
    int documentTokens,
    long seed) {

  /** For text with relevance judgements. */
  static final TrainingConfig DEFAULT =
      new TrainingConfig(
          /* epochs= */ 8,
          /* steps= */ 0,
          /* batch= */ 24,
          /* negatives= */ 3,
          /* minedEvery= */ 1,
          /* queriesPerSet= */ 8192,
          /* learningRate= */ 2e-3,
          /* projectionRate= */ 0.1,
          /* encoderRate= */ 0,
          /* warmUp= */ 0.05,
          /* weightDecay= */ 0.01,
          /* maxGradientNorm= */ 1,
          /* routedWeight= */ 1,
          /* fullWeight= */ 0.1,
          /* distillationWeight= */ 1,
          /* fullDistillationWeight= */ 1,
          /* routedTemperature= */ 0.03,
          /* fullTemperature= */ 0.02,
          /* teacherTemperature= */ 0.0125,
          /* firstSelectionTemperature= */ 2,
          /* lastSelectionTemperature= */ 0.3,
          /* evaluationsPerEpoch= */ 2,
          /* patience= */ 4,
          /* queryTokens= */ 64,
          /* documentTokens= */ 180,
          /* seed= */ 42);

  /** The same where the encoder is trained too: steps are dear, and so are searches. */
  static final TrainingConfig FINE_TUNING =
      DEFAULT
          .with("epochs", "1")
          .with("batch", "12")
          .with("minedEvery", "0")
          .with("encoderRate", "0.01")
          .with("evaluationsPerEpoch", "4");

  /** For a log of queries: full MaxSim is given, and its ranking is all there is to learn. */
  static final TrainingConfig LABEL_FREE =
      DEFAULT
          .with("epochs", "16")
          .with("batch", "16")
          .with("negatives", "7")
          .with("minedEvery", "0")
          .with("routedWeight", "0")
          .with("fullWeight", "0")
          .with("fullDistillationWeight", "0")
          .with("evaluationsPerEpoch", "1")
          .with("documentTokens", "512");

  TrainingConfig {
    atLeast("epochs", 1, epochs);
    atLeast("steps", 0, steps);
    atLeast("batch", 1, batch);
    atLeast("negatives", 0, negatives);
    atLeast("minedEvery", 0, minedEvery);
    atLeast("queriesPerSet", 1, queriesPerSet);
    positive("learningRate", learningRate);
    notNegative("projectionRate", projectionRate);
    notNegative("encoderRate", encoderRate);
    notNegative("weightDecay", weightDecay);
    positive("maxGradientNorm", maxGradientNorm);
    notNegative("routedWeight", routedWeight);
    notNegative("fullWeight", fullWeight);
    notNegative("distillationWeight", distillationWeight);
    notNegative("fullDistillationWeight", fullDistillationWeight);
    positive("routedTemperature", routedTemperature);
    positive("fullTemperature", fullTemperature);
    positive("teacherTemperature", teacherTemperature);
    positive("firstSelectionTemperature", firstSelectionTemperature);
    positive("lastSelectionTemperature", lastSelectionTemperature);
    atLeast("evaluationsPerEpoch", 1, evaluationsPerEpoch);
    atLeast("patience", 1, patience);
    atLeast("queryTokens", 1, queryTokens);
    atLeast("documentTokens", 1, documentTokens);
    if (!(warmUp >= 0 && warmUp < 1)) {
      throw new IllegalArgumentException("warmUp must be in [0, 1), got " + warmUp);
    }
    if (batch == 1 && negatives == 0) {
      throw new IllegalArgumentException("batch must be at least 2 without negatives, got 1");
    }
    if (routedWeight + distillationWeight == 0) {
      throw new IllegalArgumentException(
          "routedWeight or distillationWeight must be above 0, else no router is learned");
    }
  }

  private static void atLeast(String name, int minimum, int value) {
    if (value < minimum) {
      throw new IllegalArgumentException(name + " must be at least " + minimum + ", got " + value);
    }
  }

  private static void positive(String name, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(name + " must be above 0 and finite, got " + value);
    }
  }

  private static void notNegative(String name, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(name + " must be at least 0 and finite, got " + value);
    }
  }

  /**
   * This configuration with another value of a component.
   *
   * @param name of the component
   * @throws IllegalArgumentException if there is no such component, or the value is none for it
   */
  TrainingConfig with(String name, String value) {
    RecordComponent[] components = TrainingConfig.class.getRecordComponents();
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    boolean found = false;
    try {
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        values[i] = components[i].getAccessor().invoke(this);
        if (components[i].getName().equals(name)) {
          found = true;
          values[i] = parse(name, types[i], value);
        }
      }
      if (!found) {
        throw new IllegalArgumentException(
            "no setting "
                + name
                + ", there are "
                + Arrays.stream(components).map(RecordComponent::getName).toList());
      }
      return TrainingConfig.class.getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException outOfRange) {
        throw outOfRange;
      }
      throw new AssertionError(e);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("a record has its accessors and its constructor", e);
    }
  }

  private static Object parse(String name, Class<?> type, String value) {
    try {
      if (type == int.class) {
        return Integer.valueOf(value);
      }
      return type == long.class ? (Object) Long.valueOf(value) : (Object) Double.valueOf(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          name + " must be a number (" + type + "), got \"" + value + "\"", e);
    }
  }

  /** Whether the encoder is trained too. */
  boolean tunesEncoder() {
    return encoderRate > 0;
  }

  /** The learning rate of a step: rises linearly, then falls as half a cosine to 0. */
  double learningRate(int step, int steps) {
    int warm = (int) Math.ceil(warmUp * steps);
    if (step < warm) {
      return learningRate * (step + 1) / warm;
    }
    double progress = (double) (step - warm) / Math.max(1, steps - warm);
    return learningRate * 0.5 * (1 + Math.cos(Math.PI * progress));
  }

  /** The temperature of the Gumbel-softmax at a step. */
  double selectionTemperature(int step, int steps) {
    double progress = (double) step / Math.max(1, steps - 1);
    return firstSelectionTemperature
        * Math.pow(lastSelectionTemperature / firstSelectionTemperature, progress);
  }
}
