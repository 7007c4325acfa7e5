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
package io.github.lucenefastlane.query;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The outputs of an ONNX graph that route a query, as {@link OnnxRouter} describes them: found and
 * checked once, then read from each run. For who runs a graph that does more than route, such as an
 * encoder that holds its router.
 */
public final class RouterOutputs {
  static final String ROUTER_LOGITS = "router_logits";
  static final String VIEWS = "views";
  static final String VIEW_WEIGHTS = "view_weights";

  private final String owner;
  private final Set<String> names;

  private RouterOutputs(String owner, Set<String> names) {
    this.owner = owner;
    this.names = Collections.unmodifiableSet(names);
  }

  /**
   * Finds the outputs: {@code views} and, if there, {@code view_weights}; else {@code
   * router_logits}.
   *
   * @param owner what errors call the file, for instance {@code model m}
   * @param outputs of the graph, by name
   * @param dimension of the token vectors, -1 if the graph leaves it open
   * @throws IllegalArgumentException if one of them has another type or shape
   */
  public static RouterOutputs find(String owner, Map<String, NodeInfo> outputs, long dimension) {
    Set<String> names = new TreeSet<>();
    if (outputs.containsKey(VIEWS)) {
      long[] shape = check(owner, outputs, VIEWS, "batch", "views", "dim");
      if (dimension != -1 && shape[2] != -1 && shape[2] != dimension) {
        throw new IllegalArgumentException(
            owner
                + " output ["
                + VIEWS
                + "] must have the dimension of the token vectors, "
                + dimension
                + ", got: "
                + shape[2]);
      }
      names.add(VIEWS);
      if (outputs.containsKey(VIEW_WEIGHTS)) {
        check(owner, outputs, VIEW_WEIGHTS, "batch", "views");
        names.add(VIEW_WEIGHTS);
      }
    } else if (outputs.containsKey(ROUTER_LOGITS)) {
      check(owner, outputs, ROUTER_LOGITS, "batch", "tokens");
      names.add(ROUTER_LOGITS);
    }
    return new RouterOutputs(owner, names);
  }

  private static long[] check(
      String owner, Map<String, NodeInfo> outputs, String output, String... axes) {
    return checkTensor(owner, outputs, "output", output, OnnxJavaType.FLOAT, axes);
  }

  /**
   * Checks one input's or output's presence, type and shape, and returns the shape. Batch may be
   * free or 1, tokens only free.
   */
  static long[] checkTensor(
      String owner,
      Map<String, NodeInfo> nodes,
      String kind,
      String node,
      OnnxJavaType type,
      String... axes) {
    String where = owner + " " + kind + " [" + node + "]";
    NodeInfo info = nodes.get(node);
    if (info == null) {
      throw new IllegalArgumentException(where + " is missing, got: " + nodes.keySet());
    }
    if (info.getInfo() instanceof TensorInfo == false) {
      throw new IllegalArgumentException(where + " must be a tensor, got: " + info.getInfo());
    }
    TensorInfo tensor = (TensorInfo) info.getInfo();
    if (tensor.type != type) {
      throw new IllegalArgumentException(where + " must be " + type + ", got: " + tensor.type);
    }
    long[] shape = tensor.getShape();
    boolean fits = shape.length == axes.length;
    for (int axis = 0; fits && axis < axes.length; axis++) {
      fits =
          switch (axes[axis]) {
            case "batch" -> shape[axis] == -1 || shape[axis] == 1;
            case "tokens" -> shape[axis] == -1;
            default -> shape[axis] == -1 || shape[axis] >= 1;
          };
    }
    if (fits == false) {
      throw new IllegalArgumentException(
          where
              + " must have shape "
              + Arrays.toString(axes)
              + " with batch free or 1 and tokens free (-1), got: "
              + Arrays.toString(shape));
    }
    return shape;
  }

  /** What to ask of a run; empty if the graph does not route. */
  public Set<String> names() {
    return names;
  }

  /**
   * Reads the outputs of a run of one query; the run may be closed afterwards.
   *
   * @param tokens how many tokens the run was given
   * @param dimension of its token vectors
   * @throws IllegalStateException if an output has another shape, or there are no such outputs
   */
  public Values read(OrtSession.Result result, int tokens, int dimension) {
    if (names.isEmpty()) {
      throw new IllegalStateException(owner + " has no router outputs");
    }
    if (names.contains(VIEWS) == false) {
      return new Values(row(result, ROUTER_LOGITS, tokens), null, null);
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
    float[] weights = names.contains(VIEW_WEIGHTS) ? row(result, VIEW_WEIGHTS, views.length) : null;
    return new Values(null, views, weights);
  }

  private float[] row(OrtSession.Result result, String output, int count) {
    OnnxTensor tensor = tensor(result, output);
    long[] shape = tensor.getInfo().getShape();
    if (shape[0] != 1 || shape[1] != count) {
      throw wrongShape(output, "[1, " + count + "]", shape);
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
        owner
            + ": "
            + output
            + " must have shape "
            + expected
            + ", got: "
            + Arrays.toString(shape));
  }

  /** What one run said. */
  public final class Values {
    private final float[] logits; // null where there are views
    private final float[][] views; // null where there are logits
    private final float[] weights; // null for equal ones

    private Values(float[] logits, float[][] views, float[] weights) {
      this.logits = logits;
      this.views = views;
      this.weights = weights;
    }

    /**
     * The views over a query's tokens.
     *
     * @param queryTokens the token vectors that are searched, {@code [tokens][dimension]}
     * @param positions which of the run's tokens each of them is; only their logits count
     * @throws IllegalStateException if the outputs are not finite, or weights are negative or all 0
     */
    public RoutedViews over(float[][] queryTokens, int[] positions) {
      try {
        if (logits == null) {
          return weights == null ? RoutedViews.of(views) : RoutedViews.of(views, weights);
        }
        float[] chosen = new float[positions.length];
        for (int i = 0; i < chosen.length; i++) {
          chosen[i] = logits[positions[i]];
        }
        return RoutedViews.ofLogits(queryTokens, chosen);
      } catch (IllegalArgumentException e) { // the graph's fault, not the caller's
        throw new IllegalStateException(owner + ": " + e.getMessage(), e);
      }
    }
  }
}
