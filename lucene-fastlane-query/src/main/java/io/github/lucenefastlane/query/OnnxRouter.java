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
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;
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
 * view whose weight vanishes in float arithmetic is left out. {@link RouterOutputs} reads the
 * outputs of graphs that run elsewhere.
 *
 * <p>A router is used by any number of threads at a time, each running the graph on itself alone.
 * Two routers are equal when their files have the same content. After {@link #close} it throws
 * {@link AlreadyClosedException}.
 */
public final class OnnxRouter implements QueryRouter, Closeable {

  private static final String TOKEN_EMBEDDINGS = "token_embeddings";
  private static final String ATTENTION_MASK = "attention_mask";

  private final String name;
  private final byte[] digest;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final RouterOutputs outputs;
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
      this.outputs = checkOutputs(opened.getOutputInfo());
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
                  Map.of(TOKEN_EMBEDDINGS, embeddingTensor, ATTENTION_MASK, maskTensor),
                  outputs.names())) {
        return outputs
            .read(result, tokens, given)
            .over(queryTokens, IntStream.range(0, tokens).toArray())
            .route(queryTokens, views);
      }
    } catch (OrtException e) {
      throw new IllegalStateException(
          "router file [" + name + "] failed on " + tokens + " tokens of dimension " + given, e);
    } finally {
      lock.readLock().unlock();
    }
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
        RouterOutputs.checkTensor(
            owner(),
            inputs,
            "input",
            TOKEN_EMBEDDINGS,
            OnnxJavaType.FLOAT,
            "batch",
            "tokens",
            "dim");
    RouterOutputs.checkTensor(
        owner(), inputs, "input", ATTENTION_MASK, OnnxJavaType.INT64, "batch", "tokens");
    return Math.toIntExact(embeddings[2]);
  }

  private RouterOutputs checkOutputs(Map<String, NodeInfo> all) {
    RouterOutputs found = RouterOutputs.find(owner(), all, dimension);
    if (found.names().isEmpty()) {
      throw new IllegalArgumentException(
          owner()
              + " must have one of the outputs "
              + List.of(RouterOutputs.ROUTER_LOGITS, RouterOutputs.VIEWS)
              + ", got: "
              + all.keySet());
    }
    return found;
  }

  private String owner() {
    return "router file [" + name + "]";
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
