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
import ai.djl.training.GradientCollector;
import com.google.gson.JsonObject;
import io.github.lucenefastlane.demo.Console;
import io.github.lucenefastlane.encoder.RoutedQuery;
import io.github.lucenefastlane.encoder.TokenEncoder;
import io.github.lucenefastlane.encoder.TokenIds;
import io.github.lucenefastlane.query.View;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.lucene.util.IOUtils;
import org.junit.After;
import org.junit.Before;

/** An encoder in training: what is learned of it, and that it goes on after a kill. */
public class TestTunedEncoder extends TrainerTestCase {
  private static final TrainingConfig CONFIG =
      TrainingConfig.FINE_TUNING
          .with("epochs", "3")
          .with("batch", "8")
          .with("evaluationsPerEpoch", "2")
          .with("patience", "100")
          .with("learningRate", "0.01")
          .with("encoderRate", "0.3");

  private static final RouterShape SHAPE = new RouterShape(12, 8, 2, 1, 2, Selection.COMBINATION);

  private static final Console SILENT =
      new Console(
          new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), false, false);

  private BaseModel base;
  private TrainingSet set;
  private EncoderGraph graph;
  private TunedEncoder states;

  @Before
  public void load() throws Exception {
    base = BaseModel.load(TinyBert.write(createTempDir()).toString(), 1);
    try (StateCache cache = new StateCache(createTempDir(), base.fingerprint())) {
      set = new EncodedTexts(base.encoder(), cache, SILENT).trainingSet(data(), true);
    }
    graph = EncoderGraph.read(base.onnx());
    states = new TunedEncoder(graph, CONFIG, 1 + random().nextInt(600));
  }

  private static LabelledData data() throws IOException {
    return LabelledData.read(TestTrainCommand.writeData(), SILENT);
  }

  @After
  public void free() throws Exception {
    IOUtils.close(set, base);
  }

  private Weights initial() throws IOException {
    float[] axes = PrincipalAxes.of(torch, List.of(set), SHAPE.dimension(), CONFIG);
    Weights weights = Weights.initial(SHAPE, axes, 7);
    graph.putWeights(weights);
    return weights;
  }

  private TrainingState train(Path folder, TrainingConfig config, TrainingProgress progress)
      throws IOException {
    try (Checkpoints checkpoints = new Checkpoints(folder, config.toString())) {
      return new Trainer(
              torch,
              SHAPE,
              config,
              states,
              new Objective(SHAPE, config),
              List.of(set),
              checkpoints,
              progress)
          .train(initial());
    }
  }

  /** Before training, the states are those that ONNX Runtime computed and the cache keeps. */
  public void testStatesOfTheUntrained() throws Exception {
    states.check(torch, base.encoder());
    int[] queries = random().ints(5, 0, set.queries().size()).toArray();
    int[] documents = random().ints(9, 0, set.documents().size()).toArray();
    CachedStates cached = new CachedStates(CONFIG);
    try (NDManager manager = torch.newManager()) {
      Map<String, NDArray> weights = initial().toArrays(manager, false);
      assertSame(
          cached.queries(manager, weights, set, queries),
          states.queries(manager, weights, set, queries));
      assertSame(
          cached.documents(manager, weights, set, documents),
          states.documents(manager, weights, set, documents));
    }
  }

  private static void assertSame(TokenBlock expected, TokenBlock actual) {
    assertArrayEquals(expected.texts(), actual.texts());
    assertArrayEquals(expected.lengths(), actual.lengths());
    assertEquals(expected.vectors().getShape(), actual.vectors().getShape());
    // The cache has 16-bit floats.
    assertArrayEquals(expected.vectors().toFloatArray(), actual.vectors().toFloatArray(), 1e-3f);
  }

  public void testAnotherEncoderIsNoticed() throws Exception {
    EncoderGraph other =
        EncoderGraph.read(TinyBert.onnx(TinyBert.VOCABULARY, 2, 12, 1, random().nextBoolean()));
    IllegalArgumentException refused =
        expectThrows(
            IllegalArgumentException.class,
            () -> new TunedEncoder(other, CONFIG).check(torch, base.encoder()));
    assertTrue(refused.getMessage(), refused.getMessage().contains("other states than ONNX"));
  }

  /** Gradients are how the loss changes with each weight, filling and all. */
  public void testGradients() throws Exception {
    int[] queries = {0, 1};
    int[] documents = IntStream.range(0, set.documents().size()).toArray();
    Weights weights = initial();
    float[] random = randomVectors(1 << 16);
    Map<String, float[]> gradients = new HashMap<>();
    try (NDManager manager = torch.newManager();
        GradientCollector collector = torch.newGradientCollector()) {
      Map<String, NDArray> arrays = weights.toArrays(manager, true);
      Batch batch = batch(manager, arrays, queries, documents);
      collector.backward(loss(batch, random));
      states.backward(collector, arrays, set, batch);
      arrays.forEach((name, array) -> gradients.put(name, array.getGradient().toFloatArray()));
    }
    for (String name :
        List.of("words", "encoder.layer.0.query", "encoder.layer.0.norm2.scale", "types")) {
      float[] gradient = gradients.get(EncoderGraph.PREFIX + name);
      int largest =
          IntStream.range(0, gradient.length)
              .boxed()
              .max((a, b) -> Float.compare(Math.abs(gradient[a]), Math.abs(gradient[b])))
              .orElseThrow();
      float[] values = weights.get(EncoderGraph.PREFIX + name).values();
      float before = values[largest];
      float step = 1e-2f;
      double[] losses = new double[2];
      for (int side = 0; side < 2; side++) {
        values[largest] = before + (side == 0 ? step : -step);
        try (NDManager manager = torch.newManager()) {
          Map<String, NDArray> arrays = weights.toArrays(manager, false);
          losses[side] = loss(batch(manager, arrays, queries, documents), random).getFloat();
        }
      }
      values[largest] = before;
      double expected = (losses[0] - losses[1]) / (2 * step);
      assertEquals(name, expected, gradient[largest], 0.03 * Math.abs(expected) + 0.02);
    }
    assertEquals("no gradient without a path", 0, gradients.get("slots")[0], 0);
  }

  private Batch batch(
      NDManager manager, Map<String, NDArray> weights, int[] queries, int[] documents) {
    return new Batch(
        states.queries(manager, weights, set, queries),
        null,
        states.documents(manager, weights, set, documents),
        null,
        null,
        null);
  }

  /** Any that depends on all vectors, and on the filling's as it does on others. */
  private static NDArray loss(Batch batch, float[] random) {
    NDArray sum = null;
    for (TokenBlock block : List.of(batch.queries(), batch.documents())) {
      NDArray vectors = block.vectors();
      Shape shape = vectors.getShape();
      float[] factors = Arrays.copyOf(random, Math.toIntExact(shape.size()));
      NDArray part = vectors.mul(vectors.getManager().create(factors, shape)).sum();
      sum = sum == null ? part : sum.add(part);
    }
    return sum;
  }

  public void testLearns() throws Exception {
    List<Float> losses = new ArrayList<>();
    TrainingProgress recording =
        new TestTrainer.KillIn(-1) {
          @Override
          public void stepped(int step, int steps, float loss, float entropy) {
            losses.add(loss);
          }
        };
    Weights before = initial();
    TrainingState state = train(createTempDir(), CONFIG.with("epochs", "8"), recording);
    double first = losses.subList(0, 4).stream().mapToDouble(Float::doubleValue).sum();
    int end = losses.size();
    double last = losses.subList(end - 4, end).stream().mapToDouble(Float::doubleValue).sum();
    assertTrue(losses.toString(), last < 0.9 * first);
    for (String name : List.of("words", "encoder.layer.0.value", "encoder.layer.0.expand.bias")) {
      String weight = EncoderGraph.PREFIX + name;
      assertFalse(
          name, Arrays.equals(before.get(weight).values(), state.weights.get(weight).values()));
    }
  }

  /** What was trained by PyTorch is what the written model computes. */
  public void testWrittenModel() throws Exception {
    TrainingState state =
        train(createTempDir(), CONFIG.with("steps", "5"), TestTrainer.UNDISTURBED);
    Weights weights = state.weights; // the best may be those of the start
    Path out = createTempDir();
    ModelFolder folder = new ModelFolder(out);
    Files.createDirectory(folder.checkpoint());
    folder.writeModel(
        new OnnxGraphs(SHAPE, weights), base, graph.withWeights(weights), new JsonObject());
    try (TokenEncoder encoder = TokenEncoder.builder(out).threads(1).build();
        NDManager manager = torch.newManager()) {
      assertTrue(encoder.hasRouter());
      assertTrue("no head on the encoder as it was", encoder.base().isEmpty());
      Projector projector = new Projector(manager, SHAPE, weights, states);
      List<String> queries = data().queries();
      for (int query : random().ints(5, 0, queries.size()).toArray()) {
        Projector.Queries expected = projector.queries(manager, set, new int[] {query});
        RoutedQuery actual = encoder.encodeRoutedQuery(queries.get(query));
        float[][] tokens = actual.tokens().vectors();
        float[] flat = expected.tokens().toFloatArray();
        assertEquals(flat.length, tokens.length * SHAPE.dimension());
        for (int i = 0; i < flat.length; i++) {
          assertEquals(flat[i], tokens[i / SHAPE.dimension()][i % SHAPE.dimension()], 1e-4f);
        }
        List<View> views = actual.router().route(tokens, 1);
        assertArrayEquals(expected.firstView().toFloatArray(), views.get(0).vector(), 1e-4f);
      }
    }
  }

  public void testGoesOnAfterAKill() throws Exception {
    TrainingState whole = train(createTempDir(), CONFIG, TestTrainer.UNDISTURBED);
    Path folder = createTempDir();
    int steps = 3 * new Schedule(List.of(set), CONFIG).stepsPerEpoch();
    for (int kill = 1 + random().nextInt(4); kill <= steps; kill += 1 + random().nextInt(6)) {
      TestTrainer.KillIn killer = new TestTrainer.KillIn(kill);
      expectThrows(TestTrainer.Killed.class, () -> train(folder, CONFIG, killer));
    }
    TrainingState pieces = train(folder, CONFIG, TestTrainer.UNDISTURBED);
    assertEquals(whole.step, pieces.step);
    assertEquals(whole.weights, pieces.weights);
    assertEquals(whole.best, pieces.best);
    assertEquals(whole.bestScores, pieces.bestScores);
  }

  public void testLeavesNoArraysBehind() throws Exception {
    TestTrainer.assertLeavesNoArraysBehind(
        counting -> train(createTempDir(), CONFIG.with("epochs", "1"), counting));
  }

  /** Texts of which nothing is kept are never asked for; all others have ids. */
  public void testIds() {
    for (int query = 0; query < set.queries().size(); query++) {
      TokenIds ids = set.queryIds().get(query);
      assertEquals(set.queries().tokens(query), ids.kept().length);
    }
    for (int document = 0; document < set.documents().size(); document++) {
      TokenIds ids = set.documentIds().get(document);
      assertEquals(set.documents().tokens(document), ids.kept().length);
    }
  }
}
