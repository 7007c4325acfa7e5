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
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.stream.IntStream;

/**
 * The nodes of an ONNX graph, computed one after the other with PyTorch, which records what
 * gradients need. The operators that transformer encoders of the BERT family are exported with are
 * known; what integers are reckoned with stays on the Java heap.
 */
final class GraphRun {
  /** How to compute the nodes of each operator that is known, in the default domain. */
  private static final Map<String, BiConsumer<GraphRun, NodeProto>> COMPUTATIONS =
      Map.ofEntries(
          Map.entry("Add", (run, node) -> run.combine(node, NDArray::add, Math::addExact)),
          Map.entry("Cast", (run, node) -> run.cast(node)),
          Map.entry("Concat", (run, node) -> run.concat(node)),
          Map.entry(
              "Constant",
              (run, node) -> run.put(node.getOutput(0), required(node, "value").getT())),
          Map.entry("ConstantOfShape", (run, node) -> run.constantOfShape(node)),
          Map.entry("Div", (run, node) -> run.combine(node, NDArray::div, (a, b) -> a / b)),
          Map.entry(
              "Equal",
              (run, node) ->
                  run.result(
                      node, run.left(node).combine(run.right(node), (a, b) -> a == b ? 1 : 0))),
          Map.entry("Erf", (run, node) -> run.result(node, run.first(node).erf())),
          Map.entry("Expand", (run, node) -> run.expand(node)),
          Map.entry("Gather", (run, node) -> run.gather(node)),
          Map.entry("Identity", (run, node) -> run.withShape(node, run.shape(node))),
          Map.entry("LayerNormalization", (run, node) -> run.layerNormalization(node)),
          Map.entry(
              "MatMul",
              (run, node) ->
                  run.result(node, run.first(node).matMul(run.floats(node.getInput(1))))),
          Map.entry("Mul", (run, node) -> run.combine(node, NDArray::mul, Math::multiplyExact)),
          Map.entry(
              "Pow",
              (run, node) ->
                  run.result(node, power(run.first(node), run.floats(node.getInput(1))))),
          Map.entry("ReduceMean", (run, node) -> run.mean(node)),
          Map.entry(
              "Reshape",
              (run, node) ->
                  run.withShape(
                      node,
                      IntTensor.reshape(run.shape(node), run.integers(node.getInput(1)).values()))),
          Map.entry("Shape", (run, node) -> run.shapeOf(node)),
          Map.entry("Slice", (run, node) -> run.slice(node)),
          Map.entry("Softmax", (run, node) -> run.softmax(node)),
          Map.entry("Sqrt", (run, node) -> run.result(node, run.first(node).sqrt())),
          Map.entry(
              "Squeeze",
              (run, node) ->
                  run.withShape(node, IntTensor.squeeze(run.shape(node), run.axes(node)))),
          Map.entry("Sub", (run, node) -> run.combine(node, NDArray::sub, Math::subtractExact)),
          Map.entry("Tanh", (run, node) -> run.result(node, run.first(node).tanh())),
          Map.entry("Transpose", (run, node) -> run.transpose(node)),
          Map.entry(
              "Unsqueeze",
              (run, node) ->
                  run.withShape(node, IntTensor.unsqueeze(run.shape(node), run.axes(node)))),
          Map.entry("Where", (run, node) -> run.where(node)));

  /** The operators that are known. */
  static final Set<String> OPERATORS = COMPUTATIONS.keySet();

  private final NDManager manager;
  private final Map<String, NDArray> floats = new HashMap<>();
  private final Map<String, IntTensor> integers = new HashMap<>();
  private final Set<String> computed = new HashSet<>(); // names of floats that nodes gave

  /**
   * @param manager owns all results
   */
  GraphRun(NDManager manager) {
    this.manager = manager;
  }

  void put(String name, NDArray value) {
    floats.put(name, value);
  }

  void put(String name, IntTensor value) {
    integers.put(name, value);
  }

  /** Puts a constant of the graph. */
  void put(String name, TensorProto constant) {
    if (OnnxTensors.isFloat(constant)) {
      long[] shape = OnnxTensors.shape(constant);
      put(name, manager.create(OnnxTensors.floats(constant), new Shape(shape)));
    } else {
      put(name, OnnxTensors.integers(constant));
    }
  }

  /** A tensor of floats, by its name. */
  NDArray floats(String name) {
    NDArray value = floats.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + " must be a tensor of floats");
    }
    return value;
  }

  private IntTensor integers(String name) {
    IntTensor value = integers.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + " must be a tensor of integers");
    }
    return value;
  }

  /**
   * Frees a value that no more node reads. Gradients keep what they need of what PyTorch computed,
   * but know nothing of the buffers of Java that constants lie in: those stay.
   */
  void free(String name) {
    integers.remove(name);
    NDArray value = floats.remove(name);
    if (computed.remove(name)) {
      value.close();
    }
  }

  /**
   * Computes a node.
   *
   * @throws IllegalArgumentException if it does what is not supported
   */
  void run(NodeProto node) {
    try {
      BiConsumer<GraphRun, NodeProto> computation = COMPUTATIONS.get(node.getOpType());
      if (computation == null) {
        throw new IllegalArgumentException("this operator is not supported");
      }
      computation.accept(this, node);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the node " + node.getOutput(0) + " (" + node.getOpType() + "): " + e.getMessage(), e);
    }
  }

  private NDArray first(NodeProto node) {
    return floats(node.getInput(0));
  }

  private IntTensor left(NodeProto node) {
    return integers(node.getInput(0));
  }

  private IntTensor right(NodeProto node) {
    return integers(node.getInput(1));
  }

  /** Results would belong to the manager of their first operand, which may be a weight's. */
  private void result(NodeProto node, NDArray value) {
    value.attach(manager);
    put(node.getOutput(0), value);
    computed.add(node.getOutput(0));
  }

  private void result(NodeProto node, IntTensor value) {
    put(node.getOutput(0), value);
  }

  private void combine(
      NodeProto node, BinaryOperator<NDArray> ofFloats, LongBinaryOperator ofIntegers) {
    if (floats.containsKey(node.getInput(0))) {
      result(node, ofFloats.apply(first(node), floats(node.getInput(1))));
    } else {
      result(node, left(node).combine(right(node), ofIntegers));
    }
  }

  /** The square is a product: that is many times faster, forward and backward. */
  private static NDArray power(NDArray base, NDArray exponent) {
    boolean square = exponent.size() == 1 && exponent.toFloatArray()[0] == 2;
    return square ? base.mul(base) : base.pow(exponent);
  }

  private void softmax(NodeProto node) {
    int axes = shape(node).length;
    // Without the attribute, the axis and what it means depend on the operator set.
    if (IntTensor.axis(required(node, "axis").getI(), axes) != axes - 1) {
      throw new IllegalArgumentException("the axis must be the last");
    }
    result(node, first(node).softmax(axes - 1));
  }

  private void mean(NodeProto node) {
    int count = shape(node).length;
    int[] axes = Arrays.stream(axes(node)).mapToInt(axis -> IntTensor.axis(axis, count)).toArray();
    AttributeProto keeps = attribute(node, "keepdims");
    result(node, first(node).mean(axes, keeps == null || keeps.getI() == 1));
  }

  private void layerNormalization(NodeProto node) {
    AttributeProto axis = attribute(node, "axis");
    int axes = shape(node).length;
    if (axis != null && IntTensor.axis(axis.getI(), axes) != axes - 1) {
      throw new IllegalArgumentException("the axis must be the last");
    }
    if (node.getInputCount() != 3) {
      throw new IllegalArgumentException("there must be a scale and a bias");
    }
    AttributeProto epsilon = attribute(node, "epsilon");
    NDArray x = first(node);
    NDArray scale = floats(node.getInput(1));
    result(
        node,
        x.getNDArrayInternal()
            .layerNorm(
                x,
                scale.getShape(),
                scale,
                floats(node.getInput(2)),
                epsilon == null ? 1e-5f : epsilon.getF())
            .singletonOrThrow());
  }

  private void transpose(NodeProto node) {
    int[] order = required(node, "perm").getIntsList().stream().mapToInt(Long::intValue).toArray();
    result(node, first(node).transpose(order));
  }

  private long[] shape(NodeProto node) {
    String name = node.getInput(0);
    return floats.containsKey(name)
        ? floats.get(name).getShape().getShape()
        : integers(name).shape();
  }

  private void withShape(NodeProto node, long[] shape) {
    String name = node.getInput(0);
    if (floats.containsKey(name)) {
      result(node, floats.get(name).reshape(shape));
    } else {
      result(node, integers(name).withShape(shape));
    }
  }

  private void shapeOf(NodeProto node) {
    if (attribute(node, "start") != null || attribute(node, "end") != null) {
      throw new IllegalArgumentException("a part of a shape is not supported");
    }
    result(node, IntTensor.vector(shape(node)));
  }

  private void constantOfShape(NodeProto node) {
    AttributeProto value = attribute(node, "value");
    if (value == null || OnnxTensors.isFloat(value.getT())) {
      throw new IllegalArgumentException("only integers are supported");
    }
    result(node, OnnxTensors.integers(value.getT()).withShape().expand(left(node).values()));
  }

  private void concat(NodeProto node) {
    List<IntTensor> parts = node.getInputList().stream().map(this::integers).toList();
    if (parts.stream().anyMatch(part -> part.shape().length != 1)) {
      throw new IllegalArgumentException("only vectors are supported");
    }
    result(node, IntTensor.concat(parts));
  }

  private void slice(NodeProto node) {
    IntTensor value = left(node);
    long[] starts = right(node).values();
    long[] ends = integers(node.getInput(2)).values();
    long[] axes =
        node.getInputCount() > 3
            ? integers(node.getInput(3)).values()
            : IntStream.range(0, starts.length).asLongStream().toArray();
    if (node.getInputCount() > 4
        && Arrays.stream(integers(node.getInput(4)).values()).anyMatch(step -> step != 1)) {
      throw new IllegalArgumentException("only steps of 1 are supported");
    }
    for (int i = 0; i < starts.length; i++) {
      int axis = IntTensor.axis(axes[i], value.shape().length);
      value = value.slice(axis, starts[i], ends[i]);
    }
    result(node, value);
  }

  private void gather(NodeProto node) {
    AttributeProto given = attribute(node, "axis");
    IntTensor indices = right(node);
    int axis = IntTensor.axis(given == null ? 0 : given.getI(), shape(node).length);
    if (integers.containsKey(node.getInput(0))) {
      result(node, left(node).gather(axis, indices));
      return;
    }
    NDArray table = first(node);
    if (axis != 0 || table.getShape().dimension() != 2) {
      throw new IllegalArgumentException("only rows of a matrix are supported");
    }
    result(node, rows(manager, table, indices));
  }

  /**
   * Rows of a matrix. Unlike PyTorch's other ways, the gradient adds in the same order each time.
   */
  static NDArray rows(NDManager manager, NDArray table, IntTensor indices) {
    NDArray array = manager.create(indices.values(), new Shape(indices.shape()));
    return array
        .getNDArrayInternal()
        .embedding(array, table, SparseFormat.DENSE)
        .singletonOrThrow();
  }

  private void expand(NodeProto node) {
    long[] wanted = right(node).values();
    if (integers.containsKey(node.getInput(0))) {
      result(node, left(node).expand(wanted));
    } else {
      long[] target = IntTensor.broadcast(shape(node), wanted);
      result(node, first(node).broadcast(new Shape(target)));
    }
  }

  private void where(NodeProto node) {
    IntTensor condition = left(node);
    String yes = node.getInput(1);
    String no = node.getInput(2);
    if (floats.containsKey(yes)) {
      NDArray x = floats(yes);
      NDArray y = floats(no);
      // DJL does not broadcast here.
      long[] target =
          IntTensor.broadcast(
              condition.shape(),
              IntTensor.broadcast(x.getShape().getShape(), y.getShape().getShape()));
      IntTensor expanded = condition.expand(target);
      boolean[] values = new boolean[expanded.values().length];
      for (int i = 0; i < values.length; i++) {
        values[i] = expanded.values()[i] != 0;
      }
      Shape shape = new Shape(target);
      NDArray array = manager.create(values, shape);
      result(node, NDArrays.where(array, x.broadcast(shape), y.broadcast(shape)));
      return;
    }
    IntTensor kept = condition.combine(integers(yes), (c, x) -> c == 0 ? 0 : x);
    IntTensor other = condition.combine(integers(no), (c, x) -> c == 0 ? x : 0);
    result(node, kept.combine(other, (a, b) -> a + b));
  }

  private void cast(NodeProto node) {
    String name = node.getInput(0);
    int to = (int) required(node, "to").getI();
    if (to == TensorProto.DataType.FLOAT_VALUE) {
      if (floats.containsKey(name)) {
        withShape(node, shape(node));
      } else {
        IntTensor value = integers(name);
        float[] converted = new float[value.values().length];
        for (int i = 0; i < converted.length; i++) {
          converted[i] = value.values()[i];
        }
        put(node.getOutput(0), manager.create(converted, new Shape(value.shape())));
      }
      return;
    }
    IntTensor value = asIntegers(name);
    switch (to) {
      case TensorProto.DataType.INT64_VALUE, TensorProto.DataType.INT32_VALUE ->
          result(node, value);
      case TensorProto.DataType.BOOL_VALUE ->
          result(node, value.combine(value, (a, b) -> a == 0 ? 0 : 1));
      default -> throw OnnxTensors.unsupported(to);
    }
  }

  /** Only masks are turned from floats into anything else, so nothing is lost. */
  private IntTensor asIntegers(String name) {
    if (integers.containsKey(name)) {
      return integers.get(name);
    }
    NDArray value = floats(name);
    float[] numbers = value.toFloatArray();
    long[] converted = new long[numbers.length];
    for (int i = 0; i < converted.length; i++) {
      converted[i] = (long) numbers[i];
      if (converted[i] != numbers[i]) {
        throw new IllegalArgumentException("only whole numbers can become integers");
      }
    }
    return new IntTensor(value.getShape().getShape(), converted);
  }

  /** Of the attribute, or of the second input, which newer operator sets have instead. */
  private long[] axes(NodeProto node) {
    AttributeProto attribute = attribute(node, "axes");
    if (attribute != null) {
      return attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
    }
    if (node.getInputCount() < 2) {
      throw new IllegalArgumentException("axes must be given");
    }
    return right(node).values();
  }

  private static AttributeProto required(NodeProto node, String name) {
    AttributeProto attribute = attribute(node, name);
    if (attribute == null) {
      throw new IllegalArgumentException("the attribute " + name + " must be given");
    }
    return attribute;
  }

  /** Null if there is none. */
  private static AttributeProto attribute(NodeProto node, String name) {
    return node.getAttributeList().stream()
        .filter(attribute -> attribute.getName().equals(name))
        .findFirst()
        .orElse(null);
  }
}
