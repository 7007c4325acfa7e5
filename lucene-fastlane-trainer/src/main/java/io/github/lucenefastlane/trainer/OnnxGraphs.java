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

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A trained projection and router as ONNX files: alone, and as a <em>head</em>, a fragment that
 * makes a base encoder's file one with token vectors and views. Serialised protobuf messages are
 * merged by putting one behind the other, so the base's bytes followed by the head's are that file.
 */
final class OnnxGraphs {
  /** Of the router's own file; MiniLM's ONNX export has the same. */
  private static final int OPSET = OnnxAlgebra.MIN_OPSET;

  /** The first whose initializers need not be inputs too. */
  private static final int MIN_IR = 4;

  private static final int IR = 6; // the first to go with operator set 11

  private static final String PREFIX = "fastlane/";
  private static final String TOKEN_EMBEDDINGS = "token_embeddings";
  private static final String ATTENTION_MASK = "attention_mask";
  private static final String INPUT_IDS = "input_ids";
  private static final String STATES = "last_hidden_state";

  private final RouterShape shape;
  private final Weights weights;

  OnnxGraphs(RouterShape shape, Weights weights) {
    this.shape = shape;
    this.weights = weights;
  }

  /**
   * The router's own file: {@code token_embeddings} [batch, tokens, dimension] and {@code
   * attention_mask} [batch, tokens] to {@code router_logits} [batch, tokens] and {@code views}
   * [batch, views, dimension].
   */
  byte[] router() {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("fastlane-router");
    graph.addInput(value(TOKEN_EMBEDDINGS, TensorProto.DataType.FLOAT, shape.dimension()));
    graph.addInput(value(ATTENTION_MASK, TensorProto.DataType.INT64));
    OnnxAlgebra algebra = new OnnxAlgebra(graph, PREFIX, weights);
    addRouter(graph, algebra, TOKEN_EMBEDDINGS, algebra.toFloat(ATTENTION_MASK));
    return ModelProto.newBuilder()
        .setIrVersion(IR)
        .setProducerName("fastlane")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  /**
   * What a base encoder's file lacks: to be put behind it.
   *
   * @param base an ONNX file with the input {@code input_ids} and the output {@code
   *     last_hidden_state}; token vectors and views are made of that
   * @param queryContent ids of the tokens whose vectors a query keeps
   * @param vocabulary how many ids there are
   * @throws IllegalArgumentException if the base is no such file
   */
  byte[] head(byte[] base, BitSet queryContent, int vocabulary) {
    if (!shape.projects()) {
      throw new IllegalArgumentException("a router without projection has no head, only a router");
    }
    ModelProto model = checkBase(base, shape);
    GraphProto.Builder graph = GraphProto.newBuilder();
    OnnxAlgebra algebra = new OnnxAlgebra(graph, PREFIX, weights);
    RouterNetwork<String> network = new RouterNetwork<>(shape, algebra);
    String tokens = network.project(STATES);
    algebra.name(tokens, TOKEN_EMBEDDINGS);
    graph.addOutput(value(TOKEN_EMBEDDINGS, TensorProto.DataType.FLOAT, shape.dimension()));
    float[] table = new float[Math.max(vocabulary, queryContent.length())];
    queryContent.stream().forEach(id -> table[id] = 1);
    String content = algebra.look(table, INPUT_IDS);
    if (model.getGraph().getInputList().stream()
        .anyMatch(input -> input.getName().equals(ATTENTION_MASK))) {
      content = algebra.multiply(content, algebra.toFloat(ATTENTION_MASK));
    }
    addRouter(graph, algebra, TOKEN_EMBEDDINGS, content);
    return ModelProto.newBuilder().setGraph(graph).build().toByteArray();
  }

  /** The base's file and a head as one file. */
  static byte[] combine(byte[] base, byte[] head) {
    byte[] combined = Arrays.copyOf(base, base.length + head.length);
    System.arraycopy(head, 0, combined, base.length, head.length);
    return combined;
  }

  private void addRouter(
      GraphProto.Builder graph, OnnxAlgebra algebra, String tokens, String content) {
    RouterNetwork<String> network = new RouterNetwork<>(shape, algebra);
    String logits = network.logits(tokens, content);
    algebra.name(algebra.select(logits, 1, 0), "router_logits");
    algebra.name(network.views(network.selection(logits), tokens), "views");
    graph.addOutput(value("router_logits", TensorProto.DataType.FLOAT));
    graph.addOutput(
        ValueInfoProto.newBuilder()
            .setName("views")
            .setType(
                type(
                    TensorProto.DataType.FLOAT,
                    dimension("batch"),
                    dimension(shape.views()),
                    dimension(shape.dimension()))));
  }

  /**
   * Checks that a head can be put behind a base encoder's file, before it is trained.
   *
   * @return the file
   * @throws IllegalArgumentException if not
   */
  static ModelProto checkBase(byte[] base, RouterShape shape) {
    ModelProto model = parse(base);
    if (model.getIrVersion() < MIN_IR) {
      throw new IllegalArgumentException(
          "the base model's ir_version must be at least "
              + MIN_IR
              + ", got "
              + model.getIrVersion());
    }
    long opset =
        model.getOpsetImportList().stream()
            .filter(entry -> entry.getDomain().isEmpty() || entry.getDomain().equals("ai.onnx"))
            .mapToLong(OperatorSetIdProto::getVersion)
            .findFirst()
            .orElse(0);
    if (opset < OnnxAlgebra.MIN_OPSET) {
      throw new IllegalArgumentException(
          "the base model's operator set must be at least "
              + OnnxAlgebra.MIN_OPSET
              + ", got "
              + opset);
    }
    GraphProto graph = model.getGraph();
    if (graph.getInputList().stream().noneMatch(input -> input.getName().equals(INPUT_IDS))) {
      throw new IllegalArgumentException("the base model has no input " + INPUT_IDS);
    }
    List<String> outputs = graph.getOutputList().stream().map(ValueInfoProto::getName).toList();
    if (outputs.contains(TOKEN_EMBEDDINGS) || !outputs.contains(STATES)) {
      throw new IllegalArgumentException(
          "the base model must have the output "
              + STATES
              + " and none that is called "
              + TOKEN_EMBEDDINGS
              + ", it has "
              + outputs);
    }
    graph.getOutputList().stream()
        .filter(output -> output.getName().equals(STATES))
        .forEach(states -> checkStates(states, shape));
    if (graph.getInitializerList().stream()
        .anyMatch(tensor -> tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL)) {
      throw new IllegalArgumentException(
          "the base model must hold its weights itself, it has them in other files");
    }
    return model;
  }

  /** An encoder may have more layers than its file. */
  private static void checkStates(ValueInfoProto states, RouterShape shape) {
    TensorShapeProto axes = states.getType().getTensorType().getShape();
    long last = axes.getDimCount() == 3 ? axes.getDim(2).getDimValue() : 0; // 0 for a free one
    if (last != 0 && last != shape.stateDimension()) {
      throw new IllegalArgumentException(
          "the base model's "
              + STATES
              + " must have the dimension of the states that were trained on, "
              + shape.stateDimension()
              + ", it has "
              + last);
    }
  }

  static ModelProto parse(byte[] model) {
    try {
      return ModelProto.parseFrom(model);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not an ONNX file: " + e.getMessage(), e);
    }
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(type(type, dimension("batch"), dimension("tokens")))
        .build();
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type, int components) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(type(type, dimension("batch"), dimension("tokens"), dimension(components)))
        .build();
  }

  private static TypeProto type(
      TensorProto.DataType type, TensorShapeProto.Dimension... dimensions) {
    return TypeProto.newBuilder()
        .setTensorType(
            TypeProto.Tensor.newBuilder()
                .setElemType(type.getNumber())
                .setShape(TensorShapeProto.newBuilder().addAllDim(List.of(dimensions))))
        .build();
  }

  private static TensorShapeProto.Dimension dimension(String free) {
    return TensorShapeProto.Dimension.newBuilder().setDimParam(free).build();
  }

  private static TensorShapeProto.Dimension dimension(int fixed) {
    return TensorShapeProto.Dimension.newBuilder().setDimValue(fixed).build();
  }
}
