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
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The graph of an encoder's ONNX file, from token ids to token states, with weights that can be
 * trained. The file itself is what is computed, so nothing of it has to be known by name: not its
 * layers, nor their heads, nor how its normalisations are made.
 *
 * <p>Trained is every tensor of 32-bit floats in the file's initializers that has more than one
 * component and takes part in the states: embeddings, matrices, biases, normalisations. Constants
 * stay as they are.
 */
final class EncoderGraph {
  /** Of the names of the encoder's weights among all that are trained. */
  static final String PREFIX = "encoder/";

  private static final String OUTPUT = "last_hidden_state";
  private static final String INPUT_IDS = "input_ids";
  private static final String ATTENTION_MASK = "attention_mask";
  private static final String TOKEN_TYPE_IDS = "token_type_ids";

  private final ModelProto model;
  private final List<NodeProto> nodes = new ArrayList<>(); // that the output needs, in order
  private final Map<String, TensorProto> trained = new LinkedHashMap<>();
  private final Map<String, TensorProto> fixed = new LinkedHashMap<>();
  private final Set<String> inputs;

  /** For each node, the results that no later node reads. */
  private final List<List<String>> lastReads = new ArrayList<>();

  private EncoderGraph(ModelProto model) {
    this.model = model;
    Set<String> needed = new HashSet<>(Set.of(OUTPUT));
    List<NodeProto> all = model.getGraph().getNodeList();
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).getOutputList().stream().anyMatch(needed::contains)) {
        nodes.add(all.get(i));
        needed.addAll(all.get(i).getInputList());
      }
    }
    Collections.reverse(nodes);
    for (TensorProto tensor : model.getGraph().getInitializerList()) {
      if (needed.contains(tensor.getName())) {
        boolean isWeight =
            OnnxTensors.isFloat(tensor) && IntTensor.size(OnnxTensors.shape(tensor)) > 1;
        (isWeight ? trained : fixed).put(tensor.getName(), tensor);
      }
    }
    inputs =
        model.getGraph().getInputList().stream()
            .map(ValueInfoProto::getName)
            .filter(needed::contains)
            .filter(name -> !trained.containsKey(name) && !fixed.containsKey(name))
            .collect(Collectors.toSet());
    findLastReads();
  }

  private void findLastReads() {
    Set<String> readLater = new HashSet<>(Set.of(OUTPUT));
    readLater.addAll(trained.keySet()); // not the graph's to free
    readLater.addAll(fixed.keySet());
    readLater.addAll(inputs);
    for (int i = nodes.size() - 1; i >= 0; i--) {
      List<String> last = new ArrayList<>();
      for (String name : nodes.get(i).getInputList()) {
        if (readLater.add(name)) {
          last.add(name);
        }
      }
      lastReads.add(last);
    }
    Collections.reverse(lastReads);
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if PyTorch cannot be made to compute it
   */
  static EncoderGraph read(byte[] onnx) {
    EncoderGraph graph = new EncoderGraph(OnnxGraphs.parse(onnx));
    Set<String> unknown =
        graph.nodes.stream()
            .map(
                node ->
                    (node.getDomain().isEmpty() ? "" : node.getDomain() + ".") + node.getOpType())
            .filter(operator -> !GraphRun.OPERATORS.contains(operator))
            .collect(Collectors.toCollection(TreeSet::new));
    if (!unknown.isEmpty()) {
      throw refused("it has the operators " + unknown);
    }
    for (String input : graph.inputs) {
      if (!Set.of(INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS).contains(input)) {
        throw refused("it has the input " + input);
      }
    }
    if (graph.nodes.isEmpty() || graph.trained.isEmpty()) {
      throw refused("it has no weights of 32-bit floats");
    }
    return graph;
  }

  /** Of an encoder that cannot be trained. */
  static IllegalArgumentException refused(String why) {
    return new IllegalArgumentException(
        "this encoder cannot be trained, "
            + why
            + "; what can be is a transformer of the BERT family as PyTorch exports it, in 32-bit"
            + " floats, neither quantised nor optimised for a runtime, of the operators "
            + new TreeSet<>(GraphRun.OPERATORS));
  }

  /** Whether texts of different lengths can be computed together. */
  boolean masked() {
    return inputs.contains(ATTENTION_MASK);
  }

  /** Adds the file's weights to others. */
  void putWeights(Weights target) {
    trained.forEach(
        (name, tensor) ->
            target.put(PREFIX + name, OnnxTensors.floats(tensor), OnnxTensors.shape(tensor)));
  }

  /** The file with other weights. */
  byte[] withWeights(Weights weights) {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      if (trained.containsKey(graph.getInitializer(i).getName())) {
        TensorProto.Builder tensor = graph.getInitializer(i).toBuilder();
        float[] values = weights.get(PREFIX + tensor.getName()).values();
        graph.setInitializer(i, tensor.clearFloatData().setRawData(OnnxTensors.raw(values)));
      }
    }
    return model.toBuilder().setGraph(graph).build().toByteArray();
  }

  /**
   * Computes token states.
   *
   * @param manager owns the result
   * @param weights all that is trained, by name
   * @param ids [texts, tokens]
   * @param attention [texts, tokens]
   * @return [texts, tokens, dimension]
   * @throws IllegalArgumentException if a node does what is not supported
   */
  NDArray run(NDManager manager, Map<String, NDArray> weights, IntTensor ids, IntTensor attention) {
    GraphRun run = new GraphRun(manager);
    trained.keySet().forEach(name -> run.put(name, weights.get(PREFIX + name)));
    fixed.forEach(run::put);
    Map<String, IntTensor> values = new HashMap<>();
    values.put(INPUT_IDS, ids);
    values.put(ATTENTION_MASK, attention);
    values.put(TOKEN_TYPE_IDS, new IntTensor(ids.shape(), new long[ids.values().length]));
    inputs.forEach(name -> run.put(name, values.get(name)));
    for (int i = 0; i < nodes.size(); i++) {
      run.run(nodes.get(i));
      lastReads.get(i).forEach(run::free);
    }
    return run.floats(OUTPUT);
  }
}
