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
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.DataOutput;

/**
 * Named tensors: what is trained, its gradients, or the moments of its gradients. They live on the
 * Java heap and become arrays of PyTorch for one step at a time, so that a step leaves nothing
 * behind and a checkpoint is a copy.
 */
final class Weights {
  private static final double SPREAD = 0.02; // of the initial weights, as in BERT

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /**
   * One tensor.
   *
   * @param values row-major; changed in place while training
   */
  record Tensor(long[] shape, float[] values) {}

  /**
   * What training starts from: random numbers so small that all slots begin near the mean of the
   * query's tokens.
   *
   * @param projection [stateDimension, dimension], row-major; null if the shape has none
   */
  static Weights initial(RouterShape shape, float[] projection, long seed) {
    Weights weights = new Weights();
    Random random = new Random(seed);
    int d = shape.dimension();
    if (shape.projects()) {
      weights.put("projection", projection, shape.stateDimension(), d);
    }
    for (int layer = 0; layer < shape.layers(); layer++) {
      String prefix = "layer" + layer + ".";
      weights.putNorm(prefix + "norm1", d);
      for (String part : new String[] {"query", "key", "value", "output"}) {
        weights.putLinear(prefix + part, d, d, random);
      }
      weights.putNorm(prefix + "norm2", d);
      weights.putLinear(prefix + "expand", d, 2 * d, random);
      weights.putLinear(prefix + "contract", 2 * d, d, random);
    }
    weights.putNorm("norm", d);
    weights.putRandom("slots", d, shape.views(), random);
    return weights;
  }

  private void putNorm(String name, int size) {
    float[] ones = new float[size];
    Arrays.fill(ones, 1);
    put(name + ".scale", ones, size);
    put(name + ".shift", new float[size], size);
  }

  private void putLinear(String name, int inputs, int outputs, Random random) {
    putRandom(name, inputs, outputs, random);
    put(name + ".bias", new float[outputs], outputs);
  }

  private void putRandom(String name, int rows, int columns, Random random) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (SPREAD * random.nextGaussian());
    }
    put(name, values, rows, columns);
  }

  /** Adds a tensor, which keeps the array. */
  void put(String name, float[] values, long... shape) {
    long size = 1;
    for (long axis : shape) {
      size *= axis;
    }
    if (size != values.length) {
      throw new IllegalArgumentException(
          name
              + " of shape "
              + Arrays.toString(shape)
              + " must have "
              + size
              + " values, got "
              + values.length);
    }
    tensors.put(name, new Tensor(shape.clone(), values));
  }

  Map<String, Tensor> tensors() {
    return tensors;
  }

  Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor " + name + ", there are " + tensors.keySet());
    }
    return tensor;
  }

  /** Tensors of the same names and shapes, all 0. */
  Weights zeros() {
    Weights zeros = new Weights();
    tensors.forEach(
        (name, tensor) -> zeros.put(name, new float[tensor.values().length], tensor.shape()));
    return zeros;
  }

  Weights copy() {
    Weights copy = new Weights();
    tensors.forEach((name, tensor) -> copy.put(name, tensor.values().clone(), tensor.shape()));
    return copy;
  }

  /** As arrays of PyTorch. */
  Map<String, NDArray> toArrays(NDManager manager, boolean withGradients) {
    Map<String, NDArray> arrays = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          NDArray array = manager.create(tensor.values(), new Shape(tensor.shape()));
          array.setRequiresGradient(withGradients);
          arrays.put(name, array);
        });
    return arrays;
  }

  void write(DataOutput out) throws IOException {
    out.writeVInt(tensors.size());
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      out.writeString(entry.getKey());
      out.writeVInt(tensor.shape().length);
      for (long axis : tensor.shape()) {
        out.writeVLong(axis);
      }
      for (float value : tensor.values()) {
        out.writeInt(Float.floatToRawIntBits(value));
      }
    }
  }

  static Weights read(DataInput in) throws IOException {
    Weights weights = new Weights();
    int count = in.readVInt();
    for (int i = 0; i < count; i++) {
      String name = in.readString();
      long[] shape = new long[in.readVInt()];
      long size = 1;
      for (int axis = 0; axis < shape.length; axis++) {
        shape[axis] = in.readVLong();
        size *= shape[axis];
      }
      float[] values = new float[Math.toIntExact(size)];
      for (int j = 0; j < values.length; j++) {
        values[j] = Float.intBitsToFloat(in.readInt());
      }
      weights.put(name, values, shape);
    }
    return weights;
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Weights that) || !tensors.keySet().equals(that.tensors.keySet())) {
      return false;
    }
    return tensors.entrySet().stream()
        .allMatch(
            entry -> {
              Tensor tensor = that.tensors.get(entry.getKey());
              return Arrays.equals(entry.getValue().shape(), tensor.shape())
                  && Arrays.equals(entry.getValue().values(), tensor.values());
            });
  }

  @Override
  public int hashCode() {
    return tensors.keySet().hashCode();
  }
}
