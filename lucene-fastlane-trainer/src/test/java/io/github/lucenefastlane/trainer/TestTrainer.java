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
import ai.djl.training.GradientCollector;
import io.github.lucenefastlane.demo.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.util.IOConsumer;

/** What training learns, that it goes on after a kill, and that it leaves nothing in memory. */
public class TestTrainer extends TrainerTestCase {
  private static final int DIMENSION = 16;

  private static final TrainingConfig CONFIG =
      TrainingConfig.DEFAULT
          .with("epochs", "12")
          .with("batch", "16")
          .with("learningRate", "0.01")
          .with("fullWeight", "0") // full MaxSim is misled by the other tokens
          .with("distillationWeight", "0")
          .with("patience", "100")
          .with("evaluationsPerEpoch", "1");

  /** What a test that wants to end a training throws. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Ends a training in a step, before its state is written. */
  static class KillIn implements TrainingProgress {
    private final int killedStep;

    KillIn(int killedStep) {
      this.killedStep = killedStep;
    }

    @Override
    public void resumed(int step, int steps) {}

    @Override
    public void stepped(int step, int steps, float loss, float entropy) {
      assertTrue("the loss is finite", Float.isFinite(loss));
      assertTrue("the entropy is at least 0", entropy >= -1e-4);
      if (step == killedStep) {
        throw new Killed();
      }
    }

    @Override
    public void mining(String set) {}

    @Override
    public void evaluated(int step, int steps, DevScores scores, boolean best) {}
  }

  static final TrainingProgress UNDISTURBED = new KillIn(-1);

  private static RouterShape shape(Selection selection, boolean projects) {
    return new RouterShape(projects ? DIMENSION : 0, DIMENSION, 2, 1, 2, selection);
  }

  private static Weights initial(RouterShape shape, List<TrainingSet> sets) throws IOException {
    float[] axes =
        shape.projects()
            ? PrincipalAxes.of(torch, sets, shape.dimension(), TrainingConfig.DEFAULT)
            : null;
    return Weights.initial(shape, axes, 7);
  }

  private static TrainingState train(
      RouterShape shape,
      TrainingConfig config,
      UnaryOperator<NDArray> throughSelection,
      List<TrainingSet> sets,
      Path folder,
      TrainingProgress progress)
      throws IOException {
    try (Checkpoints checkpoints = new Checkpoints(folder, shape + " " + config)) {
      return new Trainer(
              torch,
              shape,
              config,
              new CachedStates(config),
              new Objective(shape, config, throughSelection),
              sets,
              checkpoints,
              progress)
          .train(initial(shape, sets));
    }
  }

  private static DevScores scores(
      RouterShape shape, TrainingConfig config, List<TrainingSet> sets, Weights weights)
      throws IOException {
    return new DevEvaluation(torch, shape, config, new CachedStates(config), sets)
        .evaluate(weights);
  }

  public void testLearnsWhichTokenMatters() throws Exception {
    List<TrainingSet> sets = List.of(PlantedData.make(DIMENSION, 1));
    for (Selection selection : Selection.values()) {
      RouterShape shape = shape(selection, random().nextBoolean());
      double before = scores(shape, CONFIG, sets, initial(shape, sets)).routed();
      DevScores learned =
          train(shape, CONFIG, UnaryOperator.identity(), sets, createTempDir(), UNDISTURBED)
              .bestScores;
      assertTrue(shape + ": " + before + " before", before < 0.7);
      assertTrue(shape + ": " + learned, learned.routed() > 0.95);
    }
  }

  public void testNothingIsLearnedWithoutGradientThroughTheSelection() throws Exception {
    List<TrainingSet> sets = List.of(PlantedData.make(DIMENSION, 1));
    RouterShape shape = shape(Selection.values()[random().nextInt(2)], true);
    TrainingConfig config = CONFIG.with("projectionRate", "0").with("weightDecay", "0");
    TrainingState state =
        train(shape, config, NDArray::stopGradient, sets, createTempDir(), UNDISTURBED);
    Weights untouched = initial(shape, sets);
    for (Map.Entry<String, Weights.Tensor> entry : untouched.tensors().entrySet()) {
      float[] values = state.weights.get(entry.getKey()).values();
      assertArrayEquals(entry.getKey(), entry.getValue().values(), values, 0);
    }
    TrainingState learned =
        train(shape, config, UnaryOperator.identity(), sets, createTempDir(), UNDISTURBED);
    assertTrue(
        state.bestScores + ", and through the selection " + learned.bestScores,
        state.bestScores.routed() + 0.2 < learned.bestScores.routed());
  }

  public void testGradientOfTheRouterComesThroughTheSelection() throws Exception {
    TrainingSet set = PlantedData.make(DIMENSION, random().nextLong());
    for (Selection selection : Selection.values()) {
      RouterShape shape = shape(selection, true);
      assertTrue(slotGradient(shape, set, UnaryOperator.identity()) > 0);
      assertEquals(0, slotGradient(shape, set, NDArray::stopGradient), 0);
    }
  }

  /** The largest component of the gradient of the last layer. */
  private static float slotGradient(
      RouterShape shape, TrainingSet set, UnaryOperator<NDArray> throughSelection)
      throws IOException {
    try (NDManager manager = torch.newManager();
        GradientCollector collector = torch.newGradientCollector()) {
      Map<String, NDArray> weights = initial(shape, List.of(set)).toArrays(manager, true);
      Batch batch =
          new BatchReader(CONFIG, new CachedStates(CONFIG))
              .read(manager, weights, set, new int[] {40, 41, 42}, null, new Random(1));
      collector.backward(
          new Objective(shape, CONFIG, throughSelection)
              .evaluate(manager, weights, batch, 1, new Random(1))
              .loss());
      return weights.get("slots").getGradient().abs().max().getFloat();
    }
  }

  public void testGoesOnAfterAKill() throws Exception {
    List<TrainingSet> sets =
        List.of(
            PlantedData.make(DIMENSION, random().nextLong()),
            PlantedData.make(DIMENSION, random().nextLong()));
    RouterShape shape = shape(Selection.values()[random().nextInt(2)], true);
    TrainingConfig config = CONFIG.with("epochs", "3").with("evaluationsPerEpoch", "3");
    TrainingState whole =
        train(shape, config, UnaryOperator.identity(), sets, createTempDir(), UNDISTURBED);
    Path folder = createTempDir();
    int steps = 3 * new Schedule(sets, config).stepsPerEpoch();
    for (int kill = 1 + random().nextInt(10); kill <= steps; kill += 1 + random().nextInt(30)) {
      KillIn killer = new KillIn(kill);
      expectThrows(
          Killed.class, () -> train(shape, config, UnaryOperator.identity(), sets, folder, killer));
    }
    TrainingState pieces =
        train(shape, config, UnaryOperator.identity(), sets, folder, UNDISTURBED);
    assertEquals(whole.step, pieces.step);
    assertEquals(whole.weights, pieces.weights);
    assertEquals(whole.best, pieces.best);
    assertEquals(whole.bestScores, pieces.bestScores);
    assertNotNull("its own mistakes were looked for", whole.mined);
    assertArrayEquals(whole.mined, pieces.mined);
  }

  public void testStopsWhenNothingGetsBetter() throws Exception {
    List<TrainingSet> sets = List.of(PlantedData.make(DIMENSION, 3));
    RouterShape shape = shape(Selection.COMBINATION, false);
    // So small a rate that no ranking changes.
    TrainingConfig config = CONFIG.with("learningRate", "1e-12").with("patience", "2");
    TrainingState state =
        train(shape, config, UnaryOperator.identity(), sets, createTempDir(), UNDISTURBED);
    assertTrue(state.stopped);
    assertEquals(0, state.bestStep);
    assertEquals(2 * new Schedule(sets, config).stepsPerEpoch(), state.step);
  }

  public void testLeavesNoArraysBehind() throws Exception {
    List<TrainingSet> sets = List.of(PlantedData.make(DIMENSION, 4));
    RouterShape shape = shape(Selection.values()[random().nextInt(2)], true);
    TrainingConfig config = CONFIG.with("epochs", "2");
    assertLeavesNoArraysBehind(
        counting ->
            train(shape, config, UnaryOperator.identity(), sets, createTempDir(), counting));
  }

  /** Arrays that no manager of a step owns would be the root's. */
  static void assertLeavesNoArraysBehind(IOConsumer<TrainingProgress> training) throws IOException {
    try (NDManager manager = torch.newManager()) {
      NDManager root = manager.getParentManager();
      int before = root.getManagedArrays().size();
      Set<Integer> during = new HashSet<>();
      training.accept(
          new KillIn(-1) {
            @Override
            public void stepped(int step, int steps, float loss, float entropy) {
              during.add(root.getManagedArrays().size());
            }
          });
      assertEquals("every step has as many as the first: " + during, 1, during.size());
      assertEquals(before, root.getManagedArrays().size());
    }
  }

  public void testStateOfAnotherTraining() throws Exception {
    List<TrainingSet> sets = List.of(PlantedData.make(DIMENSION, 4));
    RouterShape shape = shape(Selection.COMBINATION, false);
    Path folder = createTempDir();
    TrainingConfig config = CONFIG.with("steps", "2");
    train(shape, config, UnaryOperator.identity(), sets, folder, UNDISTURBED);
    TrainingConfig other = config.with("seed", "43");
    CommandFailure refused =
        expectThrows(
            CommandFailure.class,
            () -> train(shape, other, UnaryOperator.identity(), sets, folder, UNDISTURBED));
    assertTrue(refused.getMessage(), refused.getMessage().contains("other settings or data"));
    assertTrue(refused.getMessage(), refused.getMessage().contains(folder.toString()));
  }

  public void testDamagedState() throws Exception {
    List<TrainingSet> sets = List.of(PlantedData.make(DIMENSION, 4));
    RouterShape shape = shape(Selection.COMBINATION, false);
    Path folder = createTempDir();
    TrainingConfig config = CONFIG.with("steps", "2");
    train(shape, config, UnaryOperator.identity(), sets, folder, UNDISTURBED);
    Path file = folder.resolve("training.state");
    byte[] bytes = Files.readAllBytes(file);
    bytes[random().nextInt(bytes.length)] ^= (byte) (1 << random().nextInt(8));
    Files.write(file, bytes);
    Exception refused =
        expectThrows(
            Exception.class,
            () -> train(shape, config, UnaryOperator.identity(), sets, folder, UNDISTURBED));
    assertTrue(
        refused.toString(),
        refused instanceof CorruptIndexException || refused instanceof CommandFailure);
    assertTrue(refused.getMessage(), refused.getMessage().contains("remove"));
  }
}
