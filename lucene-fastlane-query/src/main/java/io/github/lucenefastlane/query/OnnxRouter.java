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
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.lucene.store.AlreadyClosedException;

/**
 * A learned router: an ONNX file, run by ONNX Runtime on the processor.
 *
 * <p>The file's graph has two inputs:
 *
 * <table>
 * <caption>Inputs</caption>
 * <tr><th>name<th>type<th>shape<th>given
 * <tr><td>{@code token_embeddings}<td>float32<td>[batch, tokens, dim]<td>the query's token vectors
 * <tr><td>{@code attention_mask}<td>int64<td>[batch, tokens]<td>1 for every token
 * </table>
 *
 * <p>and at least one of two outputs: {@code views} counts where both are there, the logits then
 * being information for people. Other outputs are ignored:
 *
 * <table>
 * <caption>Outputs</caption>
 * <tr><th>name<th>type<th>shape<th>views
 * <tr><td>{@code router_logits}<td>float32<td>[batch, tokens]<td>the tokens of the highest logits,
 *     the earlier of equals first; their weights are the softmax over the chosen ones' logits
 * <tr><td>{@code views}<td>float32<td>[batch, V, dim]<td>the vectors in their order, with equal
 *     weights; or, with an optional output {@code view_weights}, float32 [batch, V], finite and not
 *     negative, those of the highest weights, the earlier of equals first, the weights being scaled
 *     to sum 1
 * </table>
 *
 * <p>Batch has to be a free dimension or 1, tokens a free dimension; dim may be fixed or free. A
 * view whose weight vanishes in float arithmetic is left out. {@link RoutedViews} is what the
 * outputs mean, for graphs that run elsewhere.
 *
 * <p>A router is used by any number of threads at a time, each running the graph on itself alone.
 * Two routers are equal when their files have the same content. After {@link #close} it throws
 * {@link AlreadyClosedException}.
 */
public final class OnnxRouter implements QueryRouter, Closeable {

  private static final String TOKEN_EMBEDDINGS = "token_embeddings";
  private static final String ATTENTION_MASK = "attention_mask";
  private static final String ROUTER_LOGITS = "router_logits";
  private static final String VIEWS = "views";
  private static final String VIEW_WEIGHTS = "view_weights";

  private final String name;
  private final byte[] digest;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Set<String> outputs;
  private final int dimension;

  /** Runs hold the read lock, so that closing waits for them and none begins afterwards. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  /**
   * Loads a router.
   *
   * @throws IllegalArgumentException if the file is no ONNX model that ONNX Runtime can run, or its
   *     inputs and outputs are not those of a router
   * @throws IOException if the file cannot be read
   */
  public static OnnxRouter load(Path file) throws IOException {
    return new OnnxRouter(file.toString(), Files.readAllBytes(file));
  }

  private OnnxRouter(String name, byte[] model) {
    this.name = name;
    this.digest = sha256(model);
    this.environment = OrtEnvironment.getEnvironment();
    OrtSession opened = null;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      // A query's graph is too small to share out; searches already run side by side.
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      opened = environment.createSession(model, options);
      this.dimension = checkInputs(opened.getInputInfo());
      this.outputs = checkOutputs(opened.getOutputInfo(), dimension);
    } catch (OrtException e) {
      closeAfter(e, opened);
      throw new IllegalArgumentException(
          "router file [" + name + "] cannot be loaded: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      closeAfter(e, opened);
      throw e;
    }
    this.session = opened;
  }

  /** The dimension of token vectors that the file expects, or -1 if it takes any. */
  public int dimension() {
    return dimension;
  }

  /**
   * @throws IllegalArgumentException if the tokens' dimension is not the file's
   * @throws IllegalStateException if the graph fails on this input, or gives logits, views or
   *     weights that are not finite
   * @throws AlreadyClosedException if the router is closed
   */
  @Override
  public List<View> route(float[][] queryTokens, int views) {
    int tokens = queryTokens.length;
    int given = queryTokens[0].length;
    if (dimension != -1 && given != dimension) {
      throw new IllegalArgumentException(
          "router file [" + name + "] expects dimension " + dimension + ", got: " + given);
    }
    FloatBuffer embeddings = FloatBuffer.allocate(tokens * given);
    for (float[] token : queryTokens) {
      embeddings.put(token);
    }
    embeddings.flip();
    long[] mask = new long[tokens];
    Arrays.fill(mask, 1L);

    lock.readLock().lock();
    try {
      if (closed) {
        throw new AlreadyClosedException("router file [" + name + "] is closed");
      }
      try (OnnxTensor embeddingTensor =
              OnnxTensor.createTensor(environment, embeddings, new long[] {1, tokens, given});
          OnnxTensor maskTensor =
              OnnxTensor.createTensor(environment, LongBuffer.wrap(mask), new long[] {1, tokens});
          OrtSession.Result result =
              session.run(
                  Map.of(TOKEN_EMBEDDINGS, embeddingTensor, ATTENTION_MASK, maskTensor), outputs)) {
        return decided(result, queryTokens).route(queryTokens, views);
      }
    } catch (OrtException e) {
      throw new IllegalStateException(
          "router file [" + name + "] failed on " + tokens + " tokens of dimension " + given, e);
    } finally {
      lock.readLock().unlock();
    }
  }

  private RoutedViews decided(OrtSession.Result result, float[][] queryTokens) {
    try {
      if (outputs.contains(VIEWS) == false) {
        return RoutedViews.ofLogits(
            queryTokens, values(result, ROUTER_LOGITS, 1, queryTokens.length));
      }
      float[][] vectors = vectors(result, queryTokens[0].length);
      return outputs.contains(VIEW_WEIGHTS)
          ? RoutedViews.of(vectors, values(result, VIEW_WEIGHTS, 1, vectors.length))
          : RoutedViews.of(vectors);
    } catch (IllegalArgumentException e) { // the graph's fault, not the caller's
      throw new IllegalStateException("router file [" + name + "]: " + e.getMessage(), e);
    }
  }

  private float[][] vectors(OrtSession.Result result, int dimension) {
    OnnxTensor tensor = tensor(result, VIEWS);
    long[] shape = tensor.getInfo().getShape();
    if (shape[0] != 1 || shape[1] < 1 || shape[2] != dimension) {
      throw wrongShape(VIEWS, "[1, 1 or more, " + dimension + "]", shape);
    }
    float[][] vectors = new float[Math.toIntExact(shape[1])][dimension];
    FloatBuffer buffer = tensor.getFloatBuffer();
    for (float[] vector : vectors) {
      buffer.get(vector);
    }
    return vectors;
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
        "router file ["
            + name
            + "]: "
            + output
            + " must have shape "
            + expected
            + ", got: "
            + Arrays.toString(shape));
  }

  /** Checks the inputs and returns the dimension, -1 if free. */
  private int checkInputs(Map<String, NodeInfo> inputs) {
    for (String input : inputs.keySet()) {
      if (input.equals(TOKEN_EMBEDDINGS) == false && input.equals(ATTENTION_MASK) == false) {
        throw new IllegalArgumentException(
            "router file ["
                + name
                + "] must have the inputs "
                + List.of(TOKEN_EMBEDDINGS, ATTENTION_MASK)
                + " and no others, got: "
                + inputs.keySet());
      }
    }
    long[] embeddings =
        checkTensor(
            inputs, "input", TOKEN_EMBEDDINGS, OnnxJavaType.FLOAT, "batch", "tokens", "dim");
    checkTensor(inputs, "input", ATTENTION_MASK, OnnxJavaType.INT64, "batch", "tokens");
    return Math.toIntExact(embeddings[2]);
  }

  /** Checks the outputs and returns the names of those to ask for. */
  private Set<String> checkOutputs(Map<String, NodeInfo> outputs, int dimension) {
    boolean hasViews = outputs.containsKey(VIEWS);
    if (hasViews == false && outputs.containsKey(ROUTER_LOGITS) == false) {
      throw new IllegalArgumentException(
          "router file ["
              + name
              + "] must have one of the outputs "
              + List.of(ROUTER_LOGITS, VIEWS)
              + ", got: "
              + outputs.keySet());
    }
    if (hasViews == false) {
      checkTensor(outputs, "output", ROUTER_LOGITS, OnnxJavaType.FLOAT, "batch", "tokens");
      return Set.of(ROUTER_LOGITS);
    }
    long[] shape =
        checkTensor(outputs, "output", VIEWS, OnnxJavaType.FLOAT, "batch", "views", "dim");
    if (dimension != -1 && shape[2] != -1 && shape[2] != dimension) {
      throw new IllegalArgumentException(
          "router file ["
              + name
              + "] output ["
              + VIEWS
              + "] must have the dimension of the input, "
              + dimension
              + ", got: "
              + shape[2]);
    }
    if (outputs.containsKey(VIEW_WEIGHTS) == false) {
      return Set.of(VIEWS);
    }
    checkTensor(outputs, "output", VIEW_WEIGHTS, OnnxJavaType.FLOAT, "batch", "views");
    return Set.of(VIEWS, VIEW_WEIGHTS);
  }

  /**
   * Checks one input's or output's presence, type and shape, and returns the shape. Batch may be
   * free or 1, tokens only free.
   */
  private long[] checkTensor(
      Map<String, NodeInfo> nodes, String kind, String node, OnnxJavaType type, String... axes) {
    String where = "router file [" + name + "] " + kind + " [" + node + "]";
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

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static void closeAfter(Exception cause, OrtSession session) {
    if (session != null) {
      try {
        session.close();
      } catch (OrtException e) {
        cause.addSuppressed(e);
      }
    }
  }

  /** Frees the model after the runs in progress; closing again does nothing. */
  @Override
  public void close() throws IOException {
    lock.writeLock().lock();
    try {
      if (closed == false) {
        closed = true;
        session.close();
      }
    } catch (OrtException e) {
      throw new IOException("router file [" + name + "] cannot be closed", e);
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof OnnxRouter that && Arrays.equals(digest, that.digest);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(digest);
  }

  /** The file and the first digits of its content's SHA-256. */
  @Override
  public String toString() {
    return "OnnxRouter(" + name + ", sha256=" + HexFormat.of().formatHex(digest, 0, 4) + ")";
  }
}
