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

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.github.lucenefastlane.encoder.TokenEncoder;
import io.github.lucenefastlane.encoder.TokenIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Token states computed by an encoder that is trained together with what is put on it.
 *
 * <p>A step computes them without a record, takes the gradients of the loss by the states, and then
 * computes some texts at a time again, with a record, to pass the gradients on (as GradCache does,
 * Gao et al., 2021). That costs a third more time; in return memory depends neither on the batch
 * nor on the number of negatives.
 */
final class TunedEncoder implements StateReader {
  /** Tokens computed at a time, filling included: about 1 GB with MiniLM and a record. */
  private static final int TOKENS = 2048;

  /** The largest difference of a component from what ONNX Runtime computes. */
  private static final double TOLERANCE = 1e-3;

  private static final List<String> PROBES =
      List.of("What does a router choose?", "It chooses, of all views of a question, a few.");

  private final EncoderGraph graph;
  private final TrainingConfig config;
  private final int tokensAtATime;

  TunedEncoder(EncoderGraph graph, TrainingConfig config) {
    this(graph, config, TOKENS);
  }

  /**
   * @param tokensAtATime computed together, filling included; a single text may have more
   */
  TunedEncoder(EncoderGraph graph, TrainingConfig config, int tokensAtATime) {
    this.graph = graph;
    this.config = config;
    this.tokensAtATime = tokensAtATime;
  }

  /**
   * Checks that PyTorch computes what ONNX Runtime does, before the work.
   *
   * @throws IllegalArgumentException if not
   */
  void check(Torch torch, TokenEncoder encoder) {
    Weights weights = new Weights();
    graph.putWeights(weights);
    List<TokenIds> probes = PROBES.stream().map(encoder::documentIds).toList();
    float[][][] found;
    try (NDManager manager = torch.newManager()) {
      found = states(manager, weights.toArrays(manager, false), probes, config.documentTokens());
    } catch (IllegalArgumentException | EngineException e) {
      throw EncoderGraph.refused(e.getMessage());
    }
    double largest = 0;
    for (int i = 0; i < found.length; i++) {
      float[][] expected = encoder.encodeDocument(PROBES.get(i)).vectors();
      for (int token = 0; token < found[i].length; token++) {
        for (int j = 0; j < found[i][token].length; j++) {
          double difference = Math.abs(expected[token][j] - found[i][token][j]);
          largest =
              Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
        }
      }
    }
    if (largest > TOLERANCE) {
      throw EncoderGraph.refused(
          "PyTorch computes other states than ONNX Runtime, the difference is " + largest);
    }
  }

  @Override
  public TokenBlock queries(
      NDManager manager, Map<String, NDArray> weights, TrainingSet set, int[] texts) {
    return block(manager, weights, set.queryIds(), texts, config.queryTokens());
  }

  @Override
  public TokenBlock documents(
      NDManager manager, Map<String, NDArray> weights, TrainingSet set, int[] texts) {
    return block(manager, weights, set.documentIds(), texts, config.documentTokens());
  }

  @Override
  public void backward(
      GradientCollector collector, Map<String, NDArray> weights, TrainingSet set, Batch batch) {
    backward(collector, weights, set.queryIds(), batch.queries(), config.queryTokens());
    backward(collector, weights, set.documentIds(), batch.documents(), config.documentTokens());
  }

  private TokenBlock block(
      NDManager manager,
      Map<String, NDArray> weights,
      List<TokenIds> source,
      int[] texts,
      int limit) {
    List<TokenIds> inputs = Arrays.stream(texts).mapToObj(source::get).toList();
    TokenBlock block = TokenBlock.of(manager, texts, states(manager, weights, inputs, limit));
    boolean learns = weights.values().stream().anyMatch(NDArray::hasGradient);
    block.vectors().setRequiresGradient(learns);
    return block;
  }

  /** The states of texts, of length 1. */
  private float[][][] states(
      NDManager manager, Map<String, NDArray> weights, List<TokenIds> inputs, int limit) {
    Map<String, NDArray> constant = new HashMap<>();
    float[][][] states = new float[inputs.size()][][];
    try (NDManager copies = manager.newSubManager()) {
      weights.forEach((name, weight) -> constant.put(name, withoutGradient(copies, weight)));
      for (int[] chunk : chunks(inputs)) {
        try (NDManager part = manager.newSubManager()) {
          float[] rows = rows(part, constant, inputs, chunk, limit).toFloatArray();
          int[] counts = counts(inputs, chunk, limit);
          int width = rows.length / Arrays.stream(counts).sum();
          int from = 0;
          for (int i = 0; i < chunk.length; i++) {
            states[chunk[i]] = new float[counts[i]][];
            for (int token = 0; token < counts[i]; token++) {
              states[chunk[i]][token] = Arrays.copyOfRange(rows, from, from + width);
              from += width;
            }
          }
        }
      }
    }
    return states;
  }

  private static NDArray withoutGradient(NDManager manager, NDArray weight) {
    NDArray constant = weight.stopGradient();
    constant.attach(manager);
    return constant;
  }

  private void backward(
      GradientCollector collector,
      Map<String, NDArray> weights,
      List<TokenIds> source,
      TokenBlock block,
      int limit) {
    List<TokenIds> inputs = Arrays.stream(block.texts()).mapToObj(source::get).toList();
    NDManager manager = block.vectors().getManager();
    float[][] gradients = block.gradients();
    for (int[] chunk : chunks(inputs)) {
      try (NDManager part = manager.newSubManager()) {
        NDArray rows = rows(part, weights, inputs, chunk, limit);
        float[] wanted = new float[Math.toIntExact(rows.size())];
        int to = 0;
        for (int text : chunk) {
          System.arraycopy(gradients[text], 0, wanted, to, gradients[text].length);
          to += gradients[text].length;
        }
        // Whose gradient is that of the loss.
        collector.backward(rows.mul(part.create(wanted, rows.getShape())).sum());
      }
    }
  }

  /** The kept states of some texts, one below the other, of length 1. */
  private NDArray rows(
      NDManager manager,
      Map<String, NDArray> weights,
      List<TokenIds> inputs,
      int[] chunk,
      int limit) {
    int longest =
        Arrays.stream(chunk).map(text -> inputs.get(text).ids().length).max().orElseThrow();
    long[] ids = new long[chunk.length * longest];
    long[] attention = new long[ids.length];
    long[] kept = new long[Arrays.stream(counts(inputs, chunk, limit)).sum()];
    int to = 0;
    for (int i = 0; i < chunk.length; i++) {
      TokenIds input = inputs.get(chunk[i]);
      System.arraycopy(input.ids(), 0, ids, i * longest, input.ids().length);
      System.arraycopy(input.attention(), 0, attention, i * longest, input.ids().length);
      for (int token = 0; token < Math.min(limit, input.kept().length); token++) {
        kept[to++] = (long) i * longest + input.kept()[token];
      }
    }
    long[] shape = {chunk.length, longest};
    NDArray states =
        graph.run(manager, weights, new IntTensor(shape, ids), new IntTensor(shape, attention));
    NDArray flat = states.reshape(-1, states.getShape().get(2));
    return TorchAlgebra.unit(GraphRun.rows(manager, flat, IntTensor.vector(kept)), 1);
  }

  private static int[] counts(List<TokenIds> inputs, int[] chunk, int limit) {
    return Arrays.stream(chunk)
        .map(text -> Math.min(limit, inputs.get(text).kept().length))
        .toArray();
  }

  /** Texts to compute together, of similar lengths; of equal ones if filling would be seen. */
  private List<int[]> chunks(List<TokenIds> inputs) {
    int[] byLength =
        IntStream.range(0, inputs.size())
            .boxed()
            .sorted(Comparator.comparingInt(text -> -inputs.get(text).ids().length))
            .mapToInt(Integer::intValue)
            .toArray();
    List<int[]> chunks = new ArrayList<>();
    for (int from = 0, to; from < byLength.length; from = to) {
      int longest = inputs.get(byLength[from]).ids().length;
      to = from + 1;
      while (to < byLength.length
          && (to + 1 - from) * longest <= tokensAtATime
          && (graph.masked() || inputs.get(byLength[to]).ids().length == longest)) {
        to++;
      }
      chunks.add(Arrays.copyOfRange(byLength, from, to));
    }
    return chunks;
  }
}
