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
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.BitSet;
import java.util.Map;

/** ONNX Runtime computes from the exported files what PyTorch computes. */
public class TestOnnxGraphs extends TrainerTestCase {
  private static final float DELTA = 1e-4f;
  private static final int VOCABULARY = 50;

  public void testRouterAlone() throws Exception {
    for (int round = 0; round < 8; round++) {
      RouterShape shape = randomShape(false);
      Weights weights = randomWeights(shape);
      byte[] file = new OnnxGraphs(shape, weights).router();
      for (int inputs = 0; inputs < 4; inputs++) {
        int batch = 1 + random().nextInt(4);
        int tokens = 1 + random().nextInt(20);
        float[] vectors = randomVectors(batch * tokens * shape.dimension());
        float[] content = randomContent(batch, tokens);
        try (OrtSession session = open(file);
            OnnxTensor vectorTensor =
                tensor(FloatBuffer.wrap(vectors), batch, tokens, shape.dimension());
            OnnxTensor maskTensor = tensor(longs(content), batch, tokens);
            OrtSession.Result result =
                session.run(
                    Map.of("token_embeddings", vectorTensor, "attention_mask", maskTensor))) {
          assertSameAsTorch(shape, weights, batch, tokens, vectors, content, result);
        }
      }
    }
  }

  public void testBehindABaseModel() throws Exception {
    for (int round = 0; round < 8; round++) {
      RouterShape shape = randomShape(true);
      Weights weights = randomWeights(shape);
      boolean masked = random().nextBoolean();
      float[] embeddings = randomVectors(VOCABULARY * shape.stateDimension());
      BitSet content = new BitSet();
      for (int id = 0; id < VOCABULARY; id++) {
        content.set(id, random().nextInt(3) > 0);
      }
      OnnxGraphs graphs = new OnnxGraphs(shape, weights);
      byte[] base = TinyModel.onnx(embeddings, shape.stateDimension(), masked);
      byte[] file = OnnxGraphs.combine(base, graphs.head(base, content, VOCABULARY));
      for (int inputs = 0; inputs < 4; inputs++) {
        int batch = 1 + random().nextInt(4);
        int tokens = 1 + random().nextInt(20);
        int width = shape.stateDimension();
        float[] mask = randomContent(batch, tokens);
        long[] ids = new long[batch * tokens];
        float[] states = new float[ids.length * width];
        float[] kept = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
          ids[i] = random().nextInt(VOCABULARY);
          System.arraycopy(embeddings, (int) ids[i] * width, states, i * width, width);
          kept[i] = content.get((int) ids[i]) && (mask[i] == 1 || !masked) ? 1 : 0;
        }
        try (OrtSession session = open(file);
            OnnxTensor idTensor = tensor(LongBuffer.wrap(ids), batch, tokens);
            OnnxTensor maskTensor = tensor(longs(mask), batch, tokens);
            OrtSession.Result result =
                session.run(
                    masked
                        ? Map.of("input_ids", idTensor, "attention_mask", maskTensor)
                        : Map.of("input_ids", idTensor))) {
          assertSameAsTorch(shape, weights, batch, tokens, states, kept, result);
        }
      }
    }
  }

  public void testWhatIsNoBaseModel() throws Exception {
    RouterShape shape = new RouterShape(4, 2, 1, 1, 1, Selection.COMBINATION);
    OnnxGraphs graphs = new OnnxGraphs(shape, randomWeights(shape));
    byte[] good = TinyModel.onnx(randomVectors(VOCABULARY * 4), 4, true);
    ModelProto model = ModelProto.parseFrom(good);
    graphs.head(good, new BitSet(), VOCABULARY);
    assertRefused(graphs, new byte[] {1, 2, 3}, "not an ONNX file");
    assertRefused(graphs, model.toBuilder().setIrVersion(3).build().toByteArray(), "ir_version");
    assertRefused(
        graphs,
        model.toBuilder()
            .setOpsetImport(0, OperatorSetIdProto.newBuilder().setVersion(10))
            .build()
            .toByteArray(),
        "operator set");
    ModelProto.Builder otherInput = model.toBuilder();
    otherInput.getGraphBuilder().getInputBuilder(0).setName("ids");
    assertRefused(graphs, otherInput.build().toByteArray(), "input_ids");
    ModelProto.Builder otherOutput = model.toBuilder();
    otherOutput.getGraphBuilder().getOutputBuilder(0).setName("pooled");
    assertRefused(graphs, otherOutput.build().toByteArray(), "last_hidden_state");
    ModelProto.Builder wider = model.toBuilder();
    wider
        .getGraphBuilder()
        .getOutputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .getDimBuilder(2)
        .setDimValue(5);
    assertRefused(graphs, wider.build().toByteArray(), "4, it has 5");
    ModelProto.Builder elsewhere = model.toBuilder();
    elsewhere
        .getGraphBuilder()
        .getInitializerBuilder(0)
        .setDataLocation(TensorProto.DataLocation.EXTERNAL);
    assertRefused(graphs, elsewhere.build().toByteArray(), "other files");
    RouterShape alone = new RouterShape(0, 2, 1, 1, 1, Selection.COMBINATION);
    assertRefused(new OnnxGraphs(alone, randomWeights(alone)), good, "without projection");
  }

  private static void assertRefused(OnnxGraphs graphs, byte[] base, String why) {
    IllegalArgumentException refused =
        expectThrows(
            IllegalArgumentException.class, () -> graphs.head(base, new BitSet(), VOCABULARY));
    assertTrue(refused.getMessage(), refused.getMessage().contains(why));
  }

  /** Compares tokens, views and, where there is content, logits. */
  private static void assertSameAsTorch(
      RouterShape shape,
      Weights weights,
      int batch,
      int tokens,
      float[] vectors,
      float[] content,
      OrtSession.Result result)
      throws Exception {
    try (NDManager manager = torch.newManager()) {
      RouterNetwork<NDArray> network =
          new RouterNetwork<>(shape, new TorchAlgebra(manager, weights.toArrays(manager, false)));
      int width = shape.projects() ? shape.stateDimension() : shape.dimension();
      NDArray projected = manager.create(vectors, new Shape(batch, tokens, width));
      if (shape.projects()) {
        projected = network.project(projected);
        assertArrayEquals(projected.toFloatArray(), floats(result, "token_embeddings"), DELTA);
      }
      NDArray mask = manager.create(content, new Shape(batch, tokens));
      NDArray logits = network.logits(projected, mask);
      float[] expected = logits.get(":,0,:").toFloatArray();
      float[] actual = floats(result, "router_logits");
      for (int i = 0; i < expected.length; i++) {
        if (content[i] == 1) {
          assertEquals(expected[i], actual[i], DELTA * Math.max(1, Math.abs(expected[i])));
        } else {
          assertEquals(-1e4f, actual[i], 0);
        }
      }
      NDArray views = network.views(network.selection(logits), projected);
      assertArrayEquals(views.toFloatArray(), floats(result, "views"), DELTA);
    }
  }

  /** At least one 1 in each row. */
  private static float[] randomContent(int batch, int tokens) {
    float[] content = new float[batch * tokens];
    for (int i = 0; i < content.length; i++) {
      content[i] = random().nextInt(4) > 0 ? 1 : 0;
    }
    for (int i = 0; i < batch; i++) {
      content[i * tokens + random().nextInt(tokens)] = 1;
    }
    return content;
  }

  private static LongBuffer longs(float[] values) {
    LongBuffer longs = LongBuffer.allocate(values.length);
    for (float value : values) {
      longs.put((long) value);
    }
    return longs.flip();
  }

  private static OrtSession open(byte[] file) throws Exception {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      return OrtEnvironment.getEnvironment().createSession(file, options);
    }
  }

  private static OnnxTensor tensor(FloatBuffer values, long... shape) throws Exception {
    return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), values, shape);
  }

  private static OnnxTensor tensor(LongBuffer values, long... shape) throws Exception {
    return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), values, shape);
  }

  private static float[] floats(OrtSession.Result result, String output) {
    FloatBuffer buffer = ((OnnxTensor) result.get(output).orElseThrow()).getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }
}
