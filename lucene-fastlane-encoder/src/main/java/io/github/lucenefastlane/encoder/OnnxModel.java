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

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.github.lucenefastlane.query.RouterOutputs;
import java.io.Closeable;
import java.io.IOException;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * A transformer in ONNX Runtime: token ids in, one vector per token out. Inputs are {@code
 * input_ids} and, where the file has them, {@code attention_mask} and {@code token_type_ids}, int64
 * {@code [batch, tokens]}, with the tokens free and the batch free or 1; the output is float {@code
 * [batch, tokens, dimension]}. The outputs of a router are asked for a query that is to be routed;
 * others (pooled vectors) never, so they are not computed.
 */
final class OnnxModel implements Closeable {
  private static final String INPUT_IDS = "input_ids";
  private static final String ATTENTION_MASK = "attention_mask";
  private static final String TOKEN_TYPE_IDS = "token_type_ids";
  private static final Set<String> KNOWN_INPUTS = Set.of(INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS);

  /** What a shape has for an axis of any length. */
  private static final long FREE = -1;

  /** Names of the token vectors, the first that a file has is taken. */
  private static final List<String> OUTPUTS = List.of("token_embeddings", "last_hidden_state");

  private final String name;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Set<String> inputs;
  private final boolean singleTexts;
  private final NodeInfo output;
  private final RouterOutputs router;

  /**
   * A run of one text.
   *
   * @param rows row-major {@code [tokens][dimension]}
   * @param router what the router made of them
   */
  record RoutedRows(float[] rows, RouterOutputs.Values router) {}

  private OnnxModel(String name, OrtEnvironment environment, OrtSession session)
      throws OrtException {
    this.name = name;
    this.environment = environment;
    this.session = session;
    this.inputs = session.getInputNames();
    Map<String, NodeInfo> inputInfos = session.getInputInfo();
    checkInputs(inputInfos);
    this.singleTexts =
        inputInfos.values().stream()
            .anyMatch(info -> ((TensorInfo) info.getInfo()).getShape()[0] == 1);
    this.output = findOutput(session.getOutputInfo());
    long dimension = ((TensorInfo) output.getInfo()).getShape()[2];
    this.router = RouterOutputs.find("model " + name, session.getOutputInfo(), dimension);
  }

  /** Opens the model's ONNX file; {@code threads} compute one call. */
  static OnnxModel open(ModelFiles files, int threads) throws IOException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      // Threads that wait by spinning take the processor from searches and from other encoders.
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      OrtSession session = files.openSession(environment, options);
      try {
        return new OnnxModel(files.name(), environment, session);
      } catch (OrtException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      throw new IllegalArgumentException(
          "ONNX Runtime cannot open model " + files.name() + ": " + e.getMessage(), e);
    }
  }

  private void checkInputs(Map<String, NodeInfo> infos) {
    if (!infos.containsKey(INPUT_IDS)) {
      throw new IllegalArgumentException(
          "model " + name + " must have an input " + INPUT_IDS + ", it has " + infos.keySet());
    }
    for (NodeInfo info : infos.values()) {
      if (!KNOWN_INPUTS.contains(info.getName())) {
        throw new IllegalArgumentException(
            "model "
                + name
                + " may have the inputs "
                + KNOWN_INPUTS.stream().sorted().toList()
                + " only, it has "
                + info.getName());
      }
      if (!(info.getInfo() instanceof TensorInfo tensor)
          || tensor.type != OnnxJavaType.INT64
          || tensor.getShape().length != 2) {
        throw new IllegalArgumentException(
            "model "
                + name
                + ": input "
                + info.getName()
                + " must be int64 [batch, tokens], it is "
                + info.getInfo());
      }
      long[] shape = tensor.getShape();
      if (shape[0] != FREE && shape[0] != 1 || shape[1] != FREE) {
        throw new IllegalArgumentException(
            "model "
                + name
                + ": input "
                + info.getName()
                + " must have shape [batch, tokens] with batch free or 1 and tokens free (-1), it"
                + " has "
                + Arrays.toString(shape));
      }
    }
  }

  private NodeInfo findOutput(Map<String, NodeInfo> infos) {
    for (String candidate : OUTPUTS) {
      if (infos.containsKey(candidate)) {
        return checkOutput(infos.get(candidate));
      }
    }
    if (infos.size() == 1) { // some exports number their outputs instead of naming them
      return checkOutput(infos.values().iterator().next());
    }
    throw new IllegalArgumentException(
        "model "
            + name
            + " must have one of the outputs "
            + OUTPUTS
            + ", it has "
            + infos.keySet());
  }

  private NodeInfo checkOutput(NodeInfo info) {
    if (!(info.getInfo() instanceof TensorInfo tensor)
        || tensor.type != OnnxJavaType.FLOAT
        || tensor.getShape().length != 3) {
      throw new IllegalArgumentException(
          "model "
              + name
              + ": output "
              + info.getName()
              + " must be float [batch, tokens, dimension], it is "
              + info.getInfo());
    }
    return info;
  }

  /** Whether the file fixes the batch to 1, so that each text runs alone. */
  boolean singleTexts() {
    return singleTexts;
  }

  /**
   * Runs a batch.
   *
   * @param batch inputs of equal length, so that nothing is padded
   * @return row-major {@code [batch][tokens][dimension]}
   */
  float[] run(List<ModelInput> batch) {
    return run(batch, Set.of(output.getName()), (result, rows) -> rows);
  }

  /** The router's outputs that the model has; none if it has no router. */
  Set<String> routerOutputs() {
    return router.names();
  }

  /** Runs one text and its router, which the model must have. */
  RoutedRows runRouted(ModelInput text) {
    Set<String> asked = new HashSet<>(router.names());
    asked.add(output.getName());
    int length = text.ids().length;
    return run(
        List.of(text),
        asked,
        (result, rows) -> new RoutedRows(rows, router.read(result, length, rows.length / length)));
  }

  private <T> T run(
      List<ModelInput> batch, Set<String> asked, BiFunction<OrtSession.Result, float[], T> reader) {
    int length = batch.get(0).ids().length;
    long[] shape = {batch.size(), length};
    LongBuffer ids = LongBuffer.allocate(batch.size() * length);
    LongBuffer mask = LongBuffer.allocate(batch.size() * length);
    for (ModelInput input : batch) {
      ids.put(input.ids());
      mask.put(input.attention());
    }
    Map<String, OnnxTensor> tensors = new HashMap<>();
    try {
      tensors.put(INPUT_IDS, OnnxTensor.createTensor(environment, ids.flip(), shape));
      if (inputs.contains(ATTENTION_MASK)) {
        tensors.put(ATTENTION_MASK, OnnxTensor.createTensor(environment, mask.flip(), shape));
      }
      if (inputs.contains(TOKEN_TYPE_IDS)) {
        LongBuffer zeros = LongBuffer.allocate(batch.size() * length);
        tensors.put(TOKEN_TYPE_IDS, OnnxTensor.createTensor(environment, zeros, shape));
      }
      try (OrtSession.Result result = session.run(tensors, asked)) {
        OnnxTensor vectors = (OnnxTensor) result.get(output.getName()).orElseThrow();
        long[] found = vectors.getInfo().getShape();
        if (found[0] != batch.size() || found[1] != length || found[2] < 1) {
          throw new IllegalStateException(
              "model "
                  + name
                  + " must give vectors of shape ["
                  + batch.size()
                  + ", "
                  + length
                  + ", dimension], it gave "
                  + Arrays.toString(found));
        }
        return reader.apply(result, vectors.getFloatBuffer().array());
      }
    } catch (OrtException e) {
      throw new IllegalStateException(
          "model "
              + name
              + " failed on a batch of "
              + batch.size()
              + " texts of "
              + length
              + " tokens: "
              + e.getMessage(),
          e);
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IOException("ONNX Runtime cannot close model " + name, e);
    }
  }
}
