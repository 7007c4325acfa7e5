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

/** Computes with PyTorch, and so records what gradients need where they are collected. */
final class TorchAlgebra implements Algebra<NDArray> {
  /** Under the root of a squared norm, so that a vector of zeros stays one, as in ONNX Runtime. */
  private static final float TINY = 1e-20f;

  private final NDManager manager;
  private final Map<String, NDArray> weights;

  /**
   * @param manager owns constants; results belong to the manager of their operands
   */
  TorchAlgebra(NDManager manager, Map<String, NDArray> weights) {
    this.manager = manager;
    this.weights = weights;
  }

  @Override
  public NDArray weight(String name) {
    return weights.get(name);
  }

  @Override
  public NDArray constant(float value) {
    return manager.create(value);
  }

  @Override
  public NDArray add(NDArray a, NDArray b) {
    return a.add(b);
  }

  @Override
  public NDArray subtract(NDArray a, NDArray b) {
    return a.sub(b);
  }

  @Override
  public NDArray multiply(NDArray a, NDArray b) {
    return a.mul(b);
  }

  @Override
  public NDArray divide(NDArray a, NDArray b) {
    return a.div(b);
  }

  @Override
  public NDArray squareRoot(NDArray a) {
    return a.sqrt();
  }

  @Override
  public NDArray erf(NDArray a) {
    return a.erf();
  }

  @Override
  public NDArray matMul(NDArray a, NDArray b) {
    return a.matMul(b);
  }

  @Override
  public NDArray mean(NDArray a, int lastSize) {
    return a.mean(new int[] {a.getShape().dimension() - 1}, true);
  }

  @Override
  public NDArray softmax(NDArray a, int axes) {
    return a.softmax(axes - 1);
  }

  @Override
  public NDArray oneHotOfLargest(NDArray a) {
    Shape shape = a.getShape();
    return a.argMax(shape.dimension() - 1)
        .oneHot(Math.toIntExact(shape.get(shape.dimension() - 1)));
  }

  @Override
  public NDArray normalize(NDArray a, int axes) {
    return unit(a, axes - 1);
  }

  /** Scales an axis to L2 norm 1. */
  static NDArray unit(NDArray a, int axis) {
    return a.div(a.mul(a).sum(new int[] {axis}, true).add(TINY).sqrt());
  }

  /**
   * A product with a number. DJL's own frees the number's buffer at once, though the gradient reads
   * it later; here it belongs to the operand's manager.
   */
  static NDArray times(NDArray a, double factor) {
    return a.mul(a.getManager().create((float) factor));
  }

  @Override
  public NDArray reshape(NDArray a, long... shape) {
    long[] resolved = shape.clone();
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] == 0) {
        resolved[axis] = a.getShape().get(axis);
      }
    }
    return a.reshape(resolved);
  }

  @Override
  public NDArray transpose(NDArray a, int... axes) {
    return a.transpose(axes);
  }

  @Override
  public NDArray select(NDArray a, int axis, int index) {
    String before = ":,".repeat(axis);
    return a.get(before + index + ",...");
  }
}
