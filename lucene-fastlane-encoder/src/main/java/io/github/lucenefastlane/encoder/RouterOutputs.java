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
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.github.lucenefastlane.query.RoutedViews;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Those outputs of a model that route a query: {@code views}, float {@code [batch, V, dimension]},
 * and, if there, {@code view_weights}, float {@code [batch, V]}; else {@code router_logits}, float
 * {@code [batch, tokens]}. They mean what they mean to {@link
 * io.github.lucenefastlane.query.OnnxRouter}.
 */
final class RouterOutputs {
  private static final String VIEWS = "views";
  private static final String VIEW_WEIGHTS = "view_weights";
  private static final String ROUTER_LOGITS = "router_logits";

  private final String model;
  private final Set<String> names = new HashSet<>();

  /** Finds and checks the outputs of a model whose token vectors are of an output. */
  RouterOutputs(String model, Map<String, NodeInfo> infos, NodeInfo vectors) {
    this.model = model;
    if (infos.containsKey(VIEWS)) {
      names.add(VIEWS);
      long[] shape = check(infos.get(VIEWS), "[batch, views, dimension]", 3);
      long[] expected = ((TensorInfo) vectors.getInfo()).getShape();
      if (shape[2] != -1 && expected[2] != -1 && shape[2] != expected[2]) {
        throw new IllegalArgumentException(
            "model "
                + model
                + ": output "
                + VIEWS
                + " must have the dimension of "
                + vectors.getName()
                + ", "
                + expected[2]
                + ", it has "
                + shape[2]);
      }
      if (infos.containsKey(VIEW_WEIGHTS)) {
        names.add(VIEW_WEIGHTS);
        check(infos.get(VIEW_WEIGHTS), "[batch, views]", 2);
      }
    } else if (infos.containsKey(ROUTER_LOGITS)) {
      names.add(ROUTER_LOGITS);
      check(infos.get(ROUTER_LOGITS), "[batch, tokens]", 2);
    }
  }

  private long[] check(NodeInfo info, String shape, int axes) {
    if (!(info.getInfo() instanceof TensorInfo tensor)
        || tensor.type != OnnxJavaType.FLOAT
        || tensor.getShape().length != axes) {
      throw new IllegalArgumentException(
          "model "
              + model
              + ": output "
              + info.getName()
              + " must be float "
              + shape
              + ", it is "
              + info.getInfo());
    }
    return tensor.getShape();
  }

  /** What to ask of a run; nothing if the model has no router. */
  Set<String> names() {
    return names;
  }

  /**
   * What a run of one text says.
   *
   * @param tokens how many the run was given
   * @param dimension of the run's token vectors
   */
  RouterOutput read(OrtSession.Result result, int tokens, int dimension) {
    if (names.contains(ROUTER_LOGITS)) {
      return new RouterOutput(values(result, ROUTER_LOGITS, 1, tokens), null, null);
    }
    OnnxTensor tensor = tensor(result, VIEWS);
    long[] shape = tensor.getInfo().getShape();
    if (shape[0] != 1 || shape[1] < 1 || shape[2] != dimension) {
      throw wrongShape(VIEWS, "[1, 1 or more, " + dimension + "]", shape);
    }
    float[][] views = new float[Math.toIntExact(shape[1])][dimension];
    FloatBuffer buffer = tensor.getFloatBuffer();
    for (float[] view : views) {
      buffer.get(view);
    }
    float[] weights =
        names.contains(VIEW_WEIGHTS) ? values(result, VIEW_WEIGHTS, 1, views.length) : null;
    return new RouterOutput(null, views, weights);
  }

  private float[] values(OrtSession.Result result, String output, int batch, int count) {
    OnnxTensor tensor = tensor(result, output);
    long[] shape = tensor.getInfo().getShape();
    if (shape[0] != batch || shape[1] != count) {
      throw wrongShape(output, "[" + batch + ", " + count + "]", shape);
    }
    float[] values = new float[count];
    tensor.getFloatBuffer().get(values);
    return values;
  }

  private static OnnxTensor tensor(OrtSession.Result result, String output) {
    return (OnnxTensor) result.get(output).orElseThrow();
  }

  private IllegalStateException wrongShape(String output, String expected, long[] shape) {
    return new IllegalStateException(
        "model "
            + model
            + ": "
            + output
            + " must have shape "
            + expected
            + ", it gave "
            + Arrays.toString(shape));
  }

  /**
   * What a model said about the views of one text.
   *
   * @param logits one per token that the model was given; null if it gave views
   * @param views null if it gave logits
   * @param weights null if it gave none
   */
  record RouterOutput(float[] logits, float[][] views, float[] weights) {

    /**
     * The views.
     *
     * @param kept the positions of the kept tokens among those that the model was given
     * @param tokens the vectors of the kept tokens
     * @throws IllegalArgumentException if the output makes no views
     */
    RoutedViews over(int[] kept, float[][] tokens) {
      if (logits != null) {
        float[] ofKept = new float[kept.length];
        for (int i = 0; i < kept.length; i++) {
          ofKept[i] = logits[kept[i]];
        }
        return RoutedViews.ofLogits(tokens, ofKept);
      }
      return weights == null ? RoutedViews.of(views) : RoutedViews.of(views, weights);
    }
  }
}
