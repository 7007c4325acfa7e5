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

import static org.apache.lucene.tests.util.LuceneTestCase.random;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A transformer of the BERT family with random weights and few components, written down node by
 * node as PyTorch exports it: in the way of older operator sets, as MiniLM is, or of newer ones.
 */
final class TinyBert {
  /** That of MiniLM's tokenizer. */
  static final int VOCABULARY = 30522;

  static final int POSITIONS = 300;

  private static final double SPREAD = 0.3;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("bert");
  private final int vocabulary;
  private final int heads;
  private final int width;
  private final boolean modern;
  private int values;

  private TinyBert(int vocabulary, int heads, int width, boolean modern) {
    this.vocabulary = vocabulary;
    this.heads = heads;
    this.width = width;
    this.modern = modern;
  }

  /** A model folder, of vectors of 12 components. */
  static Path write(Path folder) throws IOException {
    return TinyModel.write(folder, onnx(VOCABULARY, 2, 12, 1, random().nextBoolean()));
  }

  /**
   * An ONNX file.
   *
   * @param width components of a state, a multiple of the heads
   * @param modern whether it is written as newer operator sets demand, with other operators
   */
  static byte[] onnx(int vocabulary, int heads, int width, int layers, boolean modern) {
    return new TinyBert(vocabulary, heads, width, modern).build(layers);
  }

  private byte[] build(int layers) {
    for (String input : List.of("input_ids", "attention_mask", "token_type_ids")) {
      graph.addInput(TinyModel.value(input, TensorProto.DataType.INT64, 2));
    }
    String mask = modern ? modernMask() : mask();
    String x = embeddings();
    for (int layer = 0; layer < layers; layer++) {
      String prefix = "encoder.layer." + layer + ".";
      String mixed = linear(prefix + "output", attention(prefix, x, mask), width, width);
      x = layerNorm(prefix + "norm1", node("Add", mixed, x));
      String inner = activation(linear(prefix + "expand", x, width, 2 * width));
      x =
          layerNorm(
              prefix + "norm2",
              node("Add", linear(prefix + "contract", inner, 2 * width, width), x));
    }
    graph.addNode(
        NodeProto.newBuilder().setOpType("Identity").addInput(x).addOutput("last_hidden_state"));
    node("Relu", x); // an operator that is not known, and not needed for the states
    graph.addOutput(TinyModel.value("last_hidden_state", TensorProto.DataType.FLOAT, 3));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(modern ? 18 : 11))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private String mask() {
    String ones = unsqueeze(unsqueeze("attention_mask", 1), 2);
    String hidden = node("Sub", scalar(1), cast(ones, TensorProto.DataType.FLOAT));
    return node("Mul", hidden, scalar(-Float.MAX_VALUE));
  }

  /** [texts, 1, tokens, tokens], as newer versions of PyTorch write it. */
  private String modernMask() {
    String rows = unsqueeze(unsqueeze("attention_mask", 1), 2);
    String texts = unsqueeze(size("attention_mask", 0), 0);
    String tokens = unsqueeze(size("attention_mask", 1), 0);
    String wanted = concat(texts, longs(1), tokens, tokens);
    // Where the wanted size is -1, the size that is there.
    String ones =
        node(
            "ConstantOfShape",
            List.of(tensor("value", TensorProto.DataType.INT64, bytes(1), 1)),
            longs(4));
    String given = node("Mul", ones, longs(-1));
    String shape = node("Where", node("Equal", wanted, given), ones, wanted);
    String expanded = cast(node("Expand", rows, shape), TensorProto.DataType.FLOAT);
    String hidden = node("Sub", scalar(1), expanded);
    String where = cast(hidden, TensorProto.DataType.BOOL);
    return node("Where", where, scalar(-Float.MAX_VALUE), hidden);
  }

  private String embeddings() {
    long[] positions = LongStream.range(0, POSITIONS).toArray();
    String all =
        initializer("position_ids", bytes(positions), TensorProto.DataType.INT64, 1, POSITIONS);
    String end = unsqueeze(size("input_ids", 1), 0);
    String used = node("Slice", all, longs(0), end, longs(1), longs(1));
    String words = node("Gather", weight("words", vocabulary, width), "input_ids");
    String types = node("Gather", weight("types", 2, width), "token_type_ids");
    String places = node("Gather", weight("positions", POSITIONS, width), used);
    if (modern) {
      // There and back.
      places = node("Squeeze", unsqueeze(places, 0), longs(0));
      places = node("Expand", places, node("Shape", words));
    }
    return layerNorm("embeddings", node("Add", node("Add", words, types), places));
  }

  private String attention(String prefix, String x, String mask) {
    String query = byHead(linear(prefix + "query", x, width, width), 0, 2, 1, 3);
    String key = byHead(linear(prefix + "key", x, width, width), 0, 2, 3, 1);
    String value = byHead(linear(prefix + "value", x, width, width), 0, 2, 1, 3);
    double size = (double) width / heads;
    String scores = node("Div", node("MatMul", query, key), scalar((float) Math.sqrt(size)));
    String shares =
        node("Softmax", List.of(integer("axis", modern ? -1 : 3)), node("Add", scores, mask));
    String mixed =
        node("Transpose", List.of(integers("perm", 0, 2, 1, 3)), node("MatMul", shares, value));
    String joined =
        concat(unsqueeze(size(mixed, 0), 0), unsqueeze(size(mixed, 1), 0), longs(width));
    return node("Reshape", mixed, joined);
  }

  private String byHead(String x, long... order) {
    return node(
        "Transpose",
        List.of(integers("perm", order)),
        node("Reshape", x, longs(0, -1, heads, width / heads)));
  }

  private String activation(String x) {
    if (!modern) {
      String erf = node("Erf", node("Div", x, scalar((float) Math.sqrt(2))));
      return node("Mul", node("Mul", x, node("Add", erf, scalar(1))), scalar(0.5f));
    }
    String cubed = node("Mul", node("Pow", x, scalar(3)), scalar(0.044715f));
    String inner = node("Mul", node("Add", x, cubed), scalar((float) Math.sqrt(2 / Math.PI)));
    return node("Mul", node("Mul", x, scalar(0.5f)), node("Add", node("Tanh", inner), scalar(1)));
  }

  private String layerNorm(String name, String x) {
    String scale = weight(name + ".scale", width);
    String shift = weight(name + ".shift", width);
    if (modern && name.endsWith("1")) {
      AttributeProto epsilon =
          AttributeProto.newBuilder()
              .setName("epsilon")
              .setType(AttributeProto.AttributeType.FLOAT)
              .setF(1e-3f)
              .build();
      return node("LayerNormalization", List.of(epsilon), x, scale, shift);
    }
    String centred = node("Sub", x, mean(x));
    String variance = mean(node("Pow", centred, scalar(2)));
    String deviation = node("Sqrt", node("Add", variance, scalar(1e-2f)));
    return node("Add", node("Mul", node("Div", centred, deviation), scale), shift);
  }

  private String mean(String x) {
    return modern
        ? node("ReduceMean", x, longs(-1))
        : node("ReduceMean", List.of(integers("axes", -1)), x);
  }

  private String linear(String name, String x, int inputs, int outputs) {
    String product = node("MatMul", x, weight(name, inputs, outputs));
    return node("Add", weight(name + ".bias", outputs), product); // as PyTorch puts it
  }

  private String unsqueeze(String x, long axis) {
    return modern
        ? node("Unsqueeze", x, longs(axis))
        : node("Unsqueeze", List.of(integers("axes", axis)), x);
  }

  private String size(String x, long axis) {
    String index = constant(TensorProto.DataType.INT64, bytes(axis));
    return node("Gather", List.of(integer("axis", 0)), node("Shape", x), index);
  }

  private String concat(String... parts) {
    return node("Concat", List.of(integer("axis", 0)), parts);
  }

  private String cast(String x, TensorProto.DataType to) {
    return node("Cast", List.of(integer("to", to.getNumber())), x);
  }

  private String scalar(float value) {
    return constant(TensorProto.DataType.FLOAT, OnnxTensors.raw(new float[] {value}));
  }

  private String longs(long... numbers) {
    return constant(TensorProto.DataType.INT64, bytes(numbers), numbers.length);
  }

  /** In a node, or beside the weights, as optimisers put them. */
  private String constant(TensorProto.DataType type, ByteString raw, long... shape) {
    if (random().nextBoolean()) {
      return initializer("constant" + values++, raw, type, shape);
    }
    return node("Constant", List.of(tensor("value", type, raw, shape)));
  }

  private String weight(String name, long... shape) {
    float[] numbers = new float[IntTensor.size(shape)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (SPREAD * random().nextGaussian()) + (name.endsWith("scale") ? 1 : 0);
    }
    return initializer(name, OnnxTensors.raw(numbers), TensorProto.DataType.FLOAT, shape);
  }

  private String initializer(
      String name, ByteString raw, TensorProto.DataType type, long... shape) {
    graph.addInitializer(tensor(name, type, raw, shape).getT().toBuilder().setName(name));
    return name;
  }

  private String node(String operator, String... inputs) {
    return node(operator, List.of(), inputs);
  }

  private String node(String operator, List<AttributeProto> attributes, String... inputs) {
    String output = "value" + values++;
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .addAllInput(List.of(inputs))
            .addAllAttribute(attributes)
            .addOutput(output));
    return output;
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static AttributeProto integers(String name, long... numbers) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(LongStream.of(numbers).boxed().toList())
        .build();
  }

  private static AttributeProto tensor(
      String name, TensorProto.DataType type, ByteString raw, long... shape) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.TENSOR)
        .setT(
            TensorProto.newBuilder()
                .setDataType(type.getNumber())
                .setRawData(raw)
                .addAllDims(LongStream.of(shape).boxed().toList()))
        .build();
  }

  private static ByteString bytes(long... numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(numbers);
    return ByteString.copyFrom(bytes.array());
  }
}
