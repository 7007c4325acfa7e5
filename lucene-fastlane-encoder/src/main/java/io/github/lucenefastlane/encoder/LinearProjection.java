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
package io.github.lucenefastlane.encoder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.apache.lucene.util.VectorUtil;

/** A linear layer: {@code y = W x + b}. Immutable. */
final class LinearProjection {
  private final float[][] weight; // one row per output component
  private final float[] bias; // null for none

  LinearProjection(float[][] weight, float[] bias) {
    this.weight = weight;
    this.bias = bias;
  }

  /**
   * Reads a layer as sentence-transformers saves it: {@code config.json} with its activation and
   * {@code model.safetensors} with {@code linear.weight} and perhaps {@code linear.bias}.
   */
  static LinearProjection read(Path folder) throws IOException {
    Path configFile = folder.resolve("config.json");
    Optional<JsonFields> config = JsonFields.read(configFile);
    if (config.isPresent()) {
      String activation = config.get().string("activation_function", "Identity");
      if (!activation.endsWith("Identity")) {
        throw new IllegalArgumentException(
            configFile + ": activation_function must be Identity, got " + activation);
      }
    }
    Path file = folder.resolve("model.safetensors");
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "the linear layer in " + folder + " has no " + file.getFileName());
    }
    Safetensors tensors = Safetensors.open(file);
    Safetensors.Tensor weight =
        tensors
            .read("linear.weight")
            .orElseThrow(() -> new IllegalArgumentException(file + " has no linear.weight"));
    if (weight.shape().length != 2) {
      throw new IllegalArgumentException(
          file + ": linear.weight must have 2 axes, got " + Arrays.toString(weight.shape()));
    }
    int out = (int) weight.shape()[0];
    int in = (int) weight.shape()[1];
    float[][] rows = new float[out][];
    for (int row = 0; row < out; row++) {
      rows[row] = Arrays.copyOfRange(weight.values(), row * in, (row + 1) * in);
    }
    Optional<Safetensors.Tensor> bias = tensors.read("linear.bias");
    if (bias.isPresent() && bias.get().values().length != out) {
      throw new IllegalArgumentException(
          file + ": linear.bias must have " + out + " values, got " + bias.get().values().length);
    }
    return new LinearProjection(rows, bias.map(Safetensors.Tensor::values).orElse(null));
  }

  int inputDimension() {
    return weight[0].length;
  }

  int outputDimension() {
    return weight.length;
  }

  float[] apply(float[] vector) {
    float[] projected = new float[weight.length];
    for (int row = 0; row < projected.length; row++) {
      projected[row] = VectorUtil.dotProduct(weight[row], vector);
      if (bias != null) {
        projected[row] += bias[row];
      }
    }
    return projected;
  }
}
