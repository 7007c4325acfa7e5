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

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes operations down as nodes of an ONNX graph; a tensor is the name of its value. Only
 * operators are used that mean the same in all operator sets from {@value #MIN_OPSET} on.
 */
final class OnnxAlgebra implements Algebra<String> {
  /** The first set with OneHot and softmax over a last axis that may be negative. */
  static final int MIN_OPSET = 11;

  private final GraphProto.Builder graph;
  private final String prefix;
  private final Weights weights;

  /** Names of the values that stand for trained tensors and constants, by what they stand for. */
  private final Map<Object, String> initializers = new HashMap<>();

  private int values;

  /**
   * @param prefix of every name, which no name of a graph that this is added to has
   */
  OnnxAlgebra(GraphProto.Builder graph, String prefix, Weights weights) {
    this.graph = graph;
    this.prefix = prefix;
    this.weights = weights;
  }

  @Override
  public String weight(String name) {
    return initializers.computeIfAbsent(
        name,
        key -> {
          Weights.Tensor tensor = weights.get(name);
          return initializer(prefix + name, tensor.values(), tensor.shape());
        });
  }

  @Override
  public String constant(float value) {
    return initializers.computeIfAbsent(value, key -> initializer(newName(), new float[] {value}));
  }

  @Override
  public String add(String a, String b) {
    return node("Add", a, b);
  }

  @Override
  public String subtract(String a, String b) {
    return node("Sub", a, b);
  }

  @Override
  public String multiply(String a, String b) {
    return node("Mul", a, b);
  }

  @Override
  public String divide(String a, String b) {
    return node("Div", a, b);
  }

  @Override
  public String squareRoot(String a) {
    return node("Sqrt", a);
  }

  @Override
  public String erf(String a) {
    return node("Erf", a);
  }

  @Override
  public String matMul(String a, String b) {
    return node("MatMul", a, b);
  }

  /** As a product with a column, for ReduceMean's axes moved from an attribute to an input. */
  @Override
  public String mean(String a, int lastSize) {
    String column =
        initializers.computeIfAbsent(
            List.of("mean", lastSize),
            key -> {
              float[] shares = new float[lastSize];
              Arrays.fill(shares, 1f / lastSize);
              return initializer(newName(), shares, lastSize, 1);
            });
    return node("MatMul", a, column);
  }

  @Override
  public String softmax(String a, int axes) {
    return node("Softmax", List.of(integer("axis", axes - 1)), a);
  }

  @Override
  public String oneHotOfLargest(String a) {
    String largest = node("ArgMax", List.of(integer("axis", 2), integer("keepdims", 0)), a);
    String size = node("Gather", node("Shape", a), constant(2L));
    String offAndOn =
        initializers.computeIfAbsent(
            "off and on", key -> initializer(newName(), new float[] {0, 1}, 2));
    return node("OneHot", List.of(integer("axis", -1)), largest, size, offAndOn);
  }

  @Override
  public String normalize(String a, int axes) {
    return node("LpNormalization", List.of(integer("axis", axes - 1), integer("p", 2)), a);
  }

  @Override
  public String reshape(String a, long... shape) {
    String value =
        initializers.computeIfAbsent(
            ByteBuffer.wrap(bytes(shape)), key -> initializer(newName(), shape, shape.length));
    return node("Reshape", a, value);
  }

  @Override
  public String transpose(String a, int... axes) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName("perm").setType(AttributeProto.AttributeType.INTS);
    for (int axis : axes) {
      attribute.addInts(axis);
    }
    return node("Transpose", List.of(attribute.build()), a);
  }

  @Override
  public String select(String a, int axis, int index) {
    return node("Gather", List.of(integer("axis", axis)), a, constant((long) index));
  }

  /** A constant without axes. */
  String constant(long value) {
    return initializers.computeIfAbsent(value, key -> initializer(newName(), new long[] {value}));
  }

  /** 32-bit floats of whole numbers. */
  String toFloat(String a) {
    return node("Cast", List.of(integer("to", TensorProto.DataType.FLOAT_VALUE)), a);
  }

  /** The table's entries at these indexes. */
  String look(float[] table, String indexes) {
    return node("Gather", initializer(newName(), table, table.length), indexes);
  }

  /** Gives a value a name of its own. */
  void name(String value, String name) {
    graph.addNode(
        NodeProto.newBuilder().setOpType("Identity").setName(name).addInput(value).addOutput(name));
  }

  private String node(String operator, String... inputs) {
    return node(operator, List.of(), inputs);
  }

  private String node(String operator, List<AttributeProto> attributes, String... inputs) {
    String output = newName();
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(output)
            .addAllInput(List.of(inputs))
            .addAllAttribute(attributes)
            .addOutput(output));
    return output;
  }

  private String newName() {
    return prefix + values++;
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private String initializer(String name, float[] values, long... shape) {
    return initializer(name, TensorProto.DataType.FLOAT, OnnxTensors.raw(values), shape);
  }

  private String initializer(String name, long[] values, long... shape) {
    return initializer(name, TensorProto.DataType.INT64, ByteString.copyFrom(bytes(values)), shape);
  }

  private String initializer(
      String name, TensorProto.DataType type, ByteString littleEndian, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(littleEndian);
    for (long axis : shape) {
      tensor.addDims(axis);
    }
    graph.addInitializer(tensor);
    return name;
  }

  private static byte[] bytes(long[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return bytes.array();
  }
}
