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

import io.github.lucenefastlane.demo.CommandFailure;
import io.github.lucenefastlane.demo.Console;
import io.github.lucenefastlane.demo.Model;
import io.github.lucenefastlane.demo.PassageIndex;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.StringHelper;

/**
 * A training from files to files.
 *
 * @param torch what computes
 * @param config what decides what is learned
 * @param out folder of the model
 * @param cache folder of encoded texts
 * @param licence of what is learned; null if nobody said
 * @param console told how it goes
 */
record Training(
    Torch torch, TrainingConfig config, Path out, Path cache, String licence, Console console) {

  /**
   * Learns a projection and a router from judged queries, and the encoder with them if the
   * configuration says so.
   *
   * @param data folders of collections
   * @param model folder of the encoder, or {@link Model#PLAIN}; null for the latter
   * @param threads that encode
   * @param shapes the shape of the router for states of a dimension
   */
  void learnModel(List<Path> data, String model, int threads, IntFunction<RouterShape> shapes)
      throws IOException {
    ModelFolder folder = new ModelFolder(out);
    List<LabelledData> collections = new ArrayList<>();
    for (Path path : data) {
      collections.add(LabelledData.read(path, console));
    }
    try (BaseModel base = BaseModel.load(model, threads)) {
      RouterShape shape = shapes.apply(base.encoder().dimension());
      OnnxGraphs.checkBase(base.onnx(), shape); // before hours of work
      EncoderGraph graph = config.tunesEncoder() ? encoderGraph(base) : null;
      learnModel(
          folder,
          collections,
          describe(shape, collections, base.fingerprint()),
          base,
          graph,
          shape);
    }
  }

  private EncoderGraph encoderGraph(BaseModel base) {
    EncoderGraph graph = EncoderGraph.read(base.onnx());
    new TunedEncoder(graph, config).check(torch, base.encoder());
    return graph;
  }

  private void learnModel(
      ModelFolder folder,
      List<LabelledData> collections,
      String what,
      BaseModel base,
      EncoderGraph graph,
      RouterShape shape)
      throws IOException {
    List<TrainingSet> sets = new ArrayList<>();
    try (Checkpoints checkpoints = new Checkpoints(folder.checkpoint(), what)) {
      try (StateCache states = new StateCache(cache, base.fingerprint())) {
        EncodedTexts texts = new EncodedTexts(base.encoder(), states, console);
        for (LabelledData collection : collections) {
          sets.add(texts.trainingSet(collection, graph != null));
        }
      }
      float[] axes = PrincipalAxes.of(torch, sets, shape.dimension(), config);
      Weights initial = Weights.initial(shape, axes, config.seed());
      StateReader states = new CachedStates(config);
      if (graph != null) {
        graph.putWeights(initial);
        states = new TunedEncoder(graph, config);
      }
      TrainingState state = train(shape, states, sets, checkpoints, initial);
      ModelDescription description =
          new ModelDescription(base.encoder().name(), licence, shape, config, state);
      DevEvaluation evaluation = new DevEvaluation(torch, shape, config, states, sets);
      for (int i = 0; i < sets.size(); i++) {
        TrainingSet set = sets.get(i);
        description.add(set, collections.get(i).notice(), evaluation.evaluate(state.best, set));
      }
      byte[] tuned = graph == null ? null : graph.withWeights(state.best);
      folder.writeModel(new OnnxGraphs(shape, state.best), base, tuned, description.toJson());
      finish(folder, checkpoints, state);
    } finally {
      IOUtils.close(sets);
    }
  }

  /**
   * Learns a router for an index and its encoder, from a log of queries.
   *
   * @param model folder of the index's encoder; null for the recorded one
   * @param shapes the shape of the router for token vectors of a dimension
   */
  void learnRouter(Path queries, Path index, String model, IntFunction<RouterShape> shapes)
      throws IOException {
    ModelFolder folder = new ModelFolder(out);
    QueryLog log = QueryLog.read(queries);
    try (PassageIndex opened = PassageIndex.open(index);
        Model base = Model.loadFor(opened.description(), model)) {
      if (opened.similarity() != VectorSimilarityFunction.DOT_PRODUCT) {
        throw new CommandFailure(
            "the index's vectors must have length 1, they are compared by " + opened.similarity());
      }
      RouterShape shape = shapes.apply(base.encoder().dimension());
      try (Checkpoints checkpoints =
              new Checkpoints(
                  folder.checkpoint(),
                  describe(shape, List.of(log, commit(opened)), base.fingerprint()));
          TokenSource tokens = encode(log, base)) {
        TrainingSet set = log.toTrainingSet(opened, tokens, config.queryTokens());
        TrainingState state =
            train(
                shape,
                new CachedStates(config),
                List.of(set),
                checkpoints,
                Weights.initial(shape, null, config.seed()));
        ModelDescription description =
            new ModelDescription(base.encoder().name(), licence, shape, config, state)
                .add(set, opened.description().source(), state.bestScores);
        folder.writeRouter(
            new OnnxGraphs(shape, state.best), base.encoder().config(), description.toJson());
        finish(folder, checkpoints, state);
      }
    }
  }

  /** The id of an index in the state that it is in. */
  private static String commit(PassageIndex index) throws IOException {
    return StringHelper.idToString(
        SegmentInfos.readCommit(
                index.reader().directory(), index.reader().getIndexCommit().getSegmentsFileName())
            .getId());
  }

  private TokenSource encode(QueryLog log, Model base) throws IOException {
    try (StateCache states = new StateCache(cache, base.fingerprint())) {
      return new EncodedTexts(base.encoder(), states, console).queries(log);
    }
  }

  private TrainingState train(
      RouterShape shape,
      StateReader states,
      List<TrainingSet> sets,
      Checkpoints checkpoints,
      Weights initial)
      throws IOException {
    return new Trainer(
            torch,
            shape,
            config,
            states,
            new Objective(shape, config),
            sets,
            checkpoints,
            new TrainingDisplay(console))
        .train(initial);
  }

  /**
   * What a training that goes on must have in common with what was begun.
   *
   * @param data tells its content from any other
   */
  private String describe(RouterShape shape, List<?> data, String encoder) {
    return shape + " " + config + " " + data + " " + encoder;
  }

  private void finish(ModelFolder folder, Checkpoints checkpoints, TrainingState state)
      throws IOException {
    checkpoints.delete();
    folder.finish();
    console.out().println("Wrote " + out + ", of step " + state.bestStep + ": " + state.bestScores);
  }
}
