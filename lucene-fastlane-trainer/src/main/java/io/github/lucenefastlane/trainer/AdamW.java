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

import java.util.Map;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019). DJL has one too, but does not
 * give its moments away, and a training that resumes needs them.
 */
final class AdamW {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final double decay;
  private final double maxNorm;
  private final double projectionRate;
  private final double encoderRate;
  private final Weights first;
  private final Weights second;

  /**
   * @param decay of weight matrices per unit of learning rate; vectors and the projection, which
   *     has no scale, do not decay
   * @param maxNorm gradients are scaled down to this L2 norm over all tensors
   * @param projectionRate learning rate of the projection, as a share of the others'
   * @param encoderRate learning rate of the encoder, as above
   * @param first moments so far, changed in place
   * @param second moments so far, changed in place
   */
  AdamW(
      double decay,
      double maxNorm,
      double projectionRate,
      double encoderRate,
      Weights first,
      Weights second) {
    this.decay = decay;
    this.maxNorm = maxNorm;
    this.projectionRate = projectionRate;
    this.encoderRate = encoderRate;
    this.first = first;
    this.second = second;
  }

  /**
   * Changes weights against their gradients.
   *
   * @param step how many steps were made before, from 0
   */
  void update(Weights weights, Map<String, float[]> gradients, int step, double learningRate) {
    double squares = 0;
    for (float[] gradient : gradients.values()) {
      for (float component : gradient) {
        squares += (double) component * component;
      }
    }
    if (!Double.isFinite(squares)) {
      throw new IllegalStateException("the gradient of step " + step + " is not finite");
    }
    double clip = Math.min(1, maxNorm / Math.max(Math.sqrt(squares), Double.MIN_NORMAL));
    double correction1 = 1 - Math.pow(BETA1, step + 1);
    double correction2 = 1 - Math.pow(BETA2, step + 1);
    gradients.forEach(
        (name, gradient) -> {
          Weights.Tensor tensor = weights.get(name);
          float[] values = tensor.values();
          float[] m = first.get(name).values();
          float[] v = second.get(name).values();
          boolean projection = name.equals("projection");
          boolean decays = tensor.shape().length > 1 && !projection;
          double rate = share(name) * learningRate;
          double shrink = decays ? 1 - rate * decay : 1;
          for (int i = 0; i < values.length; i++) {
            double g = gradient[i] * clip;
            m[i] = (float) (BETA1 * m[i] + (1 - BETA1) * g);
            v[i] = (float) (BETA2 * v[i] + (1 - BETA2) * g * g);
            double move = m[i] / correction1 / (Math.sqrt(v[i] / correction2) + EPSILON);
            values[i] = (float) (shrink * values[i] - rate * move);
          }
        });
  }

  /** Of the learning rate that a tensor has. */
  private double share(String name) {
    if (name.startsWith(EncoderGraph.PREFIX)) {
      return encoderRate;
    }
    return name.equals("projection") ? projectionRate : 1;
  }
}
