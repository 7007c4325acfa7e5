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

import ai.djl.ndarray.NDManager;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.github.lucenefastlane.encoder.TokenEncoder;
import java.io.InputStream;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** PyTorch computes of an encoder's file what ONNX Runtime computes, and what cannot be is told. */
public class TestEncoderGraph extends TrainerTestCase {
  private static final float DELTA = 1e-4f;

  public void testTinyBert() throws Exception {
    for (boolean modern : new boolean[] {false, true}) {
      int heads = 1 + random().nextInt(3);
      int vocabulary = 20 + random().nextInt(30);
      int width = heads * (6 + random().nextInt(6));
      byte[] onnx = TinyBert.onnx(vocabulary, heads, width, 1 + random().nextInt(3), modern);
      assertSameStates(onnx, vocabulary, 20);
    }
  }

  public void testMiniLm() throws Exception {
    try (InputStream file = TokenEncoder.miniLmBuilder().openOnnx()) {
      assertSameStates(file.readAllBytes(), TinyBert.VOCABULARY, 40);
    }
  }

  /** On random texts of many lengths, with filling. */
  private static void assertSameStates(byte[] onnx, int vocabulary, int most) throws Exception {
    EncoderGraph graph = EncoderGraph.read(onnx);
    assertTrue(graph.masked());
    Weights weights = new Weights();
    graph.putWeights(weights);
    assertSameStates(onnx, graph, weights, vocabulary, most);
    // The same, of other weights.
    weights.tensors().values().forEach(tensor -> change(tensor.values()));
    assertSameStates(graph.withWeights(weights), graph, weights, vocabulary, most);
  }

  private static void change(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= (float) (1 + 0.1 * random().nextGaussian());
    }
  }

  private static void assertSameStates(
      byte[] onnx, EncoderGraph graph, Weights weights, int vocabulary, int most) throws Exception {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session = OrtEnvironment.getEnvironment().createSession(onnx, options);
          NDManager manager = torch.newManager()) {
        for (int round = 0; round < 3; round++) {
          long[] shape = {1 + random().nextInt(4), 1 + random().nextInt(most)};
          int tokens = (int) shape[1];
          long[] ids = random().longs(shape[0] * tokens, 0, vocabulary).toArray();
          long[] attention = new long[ids.length];
          for (int text = 0; text < shape[0]; text++) {
            int length = 1 + random().nextInt(tokens);
            Arrays.fill(attention, text * tokens, text * tokens + length, 1);
          }
          float[] expected = run(session, shape, ids, attention);
          float[] actual =
              graph
                  .run(
                      manager,
                      weights.toArrays(manager, random().nextBoolean()),
                      new IntTensor(shape, ids),
                      new IntTensor(shape, attention))
                  .toFloatArray();
          assertArrayEquals(expected, actual, DELTA);
        }
      }
    }
  }

  private static float[] run(OrtSession session, long[] shape, long[] ids, long[] attention)
      throws Exception {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      inputs.put("input_ids", tensor(ids, shape));
      inputs.put("attention_mask", tensor(attention, shape));
      inputs.put("token_type_ids", tensor(new long[ids.length], shape));
      try (OrtSession.Result result = session.run(inputs)) {
        OnnxTensor states = (OnnxTensor) result.get("last_hidden_state").orElseThrow();
        float[] values = new float[states.getFloatBuffer().remaining()];
        states.getFloatBuffer().get(values);
        return values;
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(long[] values, long[] shape) throws Exception {
    return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), LongBuffer.wrap(values), shape);
  }

  public void testWhatIsTrained() throws Exception {
    byte[] onnx = TinyBert.onnx(30, 2, 12, 1, random().nextBoolean());
    Weights weights = new Weights();
    EncoderGraph.read(onnx).putWeights(weights);
    ModelProto model = ModelProto.parseFrom(onnx);
    List<String> expected =
        model.getGraph().getInitializerList().stream()
            .map(TensorProto::getName)
            .filter(name -> !name.startsWith("constant") && !name.equals("position_ids"))
            .map(name -> EncoderGraph.PREFIX + name)
            .toList();
    assertEquals(3 + 2 * 3 + 2 * 6, expected.size());
    assertEquals(expected, List.copyOf(weights.tensors().keySet()));
    assertArrayEquals(new long[] {30, 12}, weights.get("encoder/words").shape());
    assertArrayEquals(
        "the weights that it had are written back",
        onnx,
        EncoderGraph.read(onnx).withWeights(weights));
  }

  public void testWhatCannotBeTrained() throws Exception {
    assertRefused(
        "the operators [DynamicQuantizeLinear]",
        model -> node(model, "MatMul").setOpType("DynamicQuantizeLinear"));
    assertRefused(
        "the operators [com.microsoft.Add]",
        model -> node(model, "Add").setDomain("com.microsoft"));
    assertRefused(
        "the input other",
        model -> {
          node(model, "Gather", "token_type_ids").setInput(1, "other");
          model.getGraphBuilder().getInputBuilder(2).setName("other");
        });
    ModelProto.Builder noWeights = ModelProto.newBuilder();
    IllegalArgumentException refused =
        expectThrows(
            IllegalArgumentException.class,
            () -> EncoderGraph.read(noWeights.build().toByteArray()));
    assertTrue(refused.getMessage(), refused.getMessage().contains("no weights"));
  }

  /** Seen only when it is computed. */
  public void testWhatIsNotComputed() throws Exception {
    assertNotComputed(
        "Softmax): the axis must be the last",
        model -> node(model, "Softmax").setAttribute(0, integer("axis", 1)));
    assertNotComputed(
        "FLOAT16 is not supported",
        model ->
            model
                .getGraphBuilder()
                .getInitializerBuilder(0)
                .setDataType(TensorProto.DataType.FLOAT16_VALUE));
    assertNotComputed(
        "(Gather): only rows of a matrix",
        model -> node(model, "Gather", "input_ids").addAttribute(integer("axis", 1)));
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setI(value).build();
  }

  private static NodeProto.Builder node(ModelProto.Builder model, String operator) {
    return model.getGraphBuilder().getNodeBuilderList().stream()
        .filter(node -> node.getOpType().equals(operator))
        .findFirst()
        .orElseThrow();
  }

  private static NodeProto.Builder node(ModelProto.Builder model, String operator, String input) {
    return model.getGraphBuilder().getNodeBuilderList().stream()
        .filter(node -> node.getOpType().equals(operator) && node.getInputList().contains(input))
        .findFirst()
        .orElseThrow();
  }

  private static byte[] changed(Consumer<ModelProto.Builder> change) throws Exception {
    ModelProto.Builder model =
        ModelProto.parseFrom(TinyBert.onnx(30, 2, 12, 1, random().nextBoolean())).toBuilder();
    change.accept(model);
    return model.build().toByteArray();
  }

  private static void assertRefused(String why, Consumer<ModelProto.Builder> change)
      throws Exception {
    byte[] onnx = changed(change);
    IllegalArgumentException refused =
        expectThrows(IllegalArgumentException.class, () -> EncoderGraph.read(onnx));
    assertTrue(refused.getMessage(), refused.getMessage().contains("cannot be trained"));
    assertTrue(refused.getMessage(), refused.getMessage().contains(why));
  }

  private static void assertNotComputed(String why, Consumer<ModelProto.Builder> change)
      throws Exception {
    byte[] onnx = changed(change);
    try (NDManager manager = torch.newManager()) {
      IllegalArgumentException refused =
          expectThrows(
              IllegalArgumentException.class,
              () -> {
                EncoderGraph graph = EncoderGraph.read(onnx);
                Weights weights = new Weights();
                graph.putWeights(weights);
                IntTensor ones = new IntTensor(new long[] {1, 2}, new long[] {1, 1});
                graph.run(manager, weights.toArrays(manager, false), ones, ones);
              });
      assertTrue(refused.getMessage(), refused.getMessage().contains(why));
    }
  }
}
