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
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.github.lucenefastlane.encoder.TokenEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An encoder that knows one vector for each token of MiniLM's vocabulary. */
final class TinyModel {
  static final int DIMENSION = 12;

  private static final int VOCABULARY = 30522;

  private TinyModel() {}

  /** A model folder. */
  static Path write(Path folder) throws IOException {
    float[] vectors = TrainerTestCase.randomVectors(VOCABULARY * DIMENSION);
    return write(folder, onnx(vectors, DIMENSION, random().nextBoolean()));
  }

  /** A model folder with MiniLM's tokenizer. */
  static Path write(Path folder, byte[] onnx) throws IOException {
    Files.write(folder.resolve("model.onnx"), onnx);
    try (InputStream tokenizer = TokenEncoder.miniLmBuilder().openTokenizer()) {
      Files.copy(tokenizer, folder.resolve("tokenizer.json"));
    }
    return folder;
  }

  /** A model that looks the states of ids up. */
  static byte[] onnx(float[] embeddings, int width, boolean masked) {
    GraphProto.Builder graph = GraphProto.newBuilder().setName("base");
    TensorProto.Builder table =
        TensorProto.newBuilder()
            .setName("embeddings.word_embeddings.weight")
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .addDims(embeddings.length / width)
            .addDims(width);
    for (float value : embeddings) {
      table.addFloatData(value);
    }
    graph.addInitializer(table);
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Gather")
            .addInput(table.getName())
            .addInput("input_ids")
            .addOutput("last_hidden_state")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("axis")
                    .setType(AttributeProto.AttributeType.INT)
                    .setI(0)));
    graph.addInput(value("input_ids", TensorProto.DataType.INT64, 2));
    if (masked) {
      graph.addInput(value("attention_mask", TensorProto.DataType.INT64, 2));
    }
    graph.addOutput(value("last_hidden_state", TensorProto.DataType.FLOAT, 3));
    return ModelProto.newBuilder()
        .setIrVersion(6)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(11 + random().nextInt(7)))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  /** An input or output whose axes are free. */
  static ValueInfoProto value(String name, TensorProto.DataType type, int axes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (String axis : List.of("batch", "tokens", "states").subList(0, axes)) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(axis));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }
}
