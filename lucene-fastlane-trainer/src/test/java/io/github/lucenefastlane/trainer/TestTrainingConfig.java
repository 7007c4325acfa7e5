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

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Settings, what follows from them, and steps of the optimizer. */
public class TestTrainingConfig extends LuceneTestCase {
  private static final TrainingConfig CONFIG = TrainingConfig.DEFAULT;

  public void testOneOtherValue() {
    TrainingConfig changed = CONFIG.with("learningRate", "0.5").with("seed", "-7");
    assertEquals(0.5, changed.learningRate(), 0);
    assertEquals(-7, changed.seed());
    assertEquals(
        CONFIG, changed.with("learningRate", "" + CONFIG.learningRate()).with("seed", "42"));
  }

  public void testValuesThatAreRefused() {
    for (String[] wrong :
        List.of(
            new String[] {"epochs", "0", "epochs must be at least 1, got 0"},
            new String[] {"epochs", "1.5", "epochs must be a number (int), got \"1.5\""},
            new String[] {"warmUp", "1", "warmUp must be in [0, 1), got 1.0"},
            new String[] {"learningRate", "0", "learningRate must be above 0"},
            new String[] {"fullWeight", "-1", "fullWeight must be at least 0"},
            new String[] {"routedTemperature", "Infinity", "routedTemperature must be above 0"},
            new String[] {"heat", "1", "no setting heat, there are [epochs, "})) {
      IllegalArgumentException refused =
          expectThrows(IllegalArgumentException.class, () -> CONFIG.with(wrong[0], wrong[1]));
      assertTrue(refused.getMessage(), refused.getMessage().contains(wrong[2]));
    }
    TrainingConfig alone = CONFIG.with("negatives", "0");
    expectThrows(IllegalArgumentException.class, () -> alone.with("batch", "1"));
    TrainingConfig contrastive = CONFIG.with("distillationWeight", "0");
    expectThrows(IllegalArgumentException.class, () -> contrastive.with("routedWeight", "0"));
  }

  public void testLearningRateRisesAndFalls() {
    int steps = 20 + random().nextInt(1000);
    int top = (int) Math.ceil(CONFIG.warmUp() * steps) - 1;
    assertEquals(CONFIG.learningRate(), CONFIG.learningRate(top, steps), 1e-9);
    for (int step = 1; step < steps; step++) {
      double change = CONFIG.learningRate(step, steps) - CONFIG.learningRate(step - 1, steps);
      assertTrue("step " + step, step <= top ? change > 0 : change <= 0);
    }
    double last = CONFIG.learningRate(steps - 1, steps);
    assertTrue("" + last, last > 0 && last < CONFIG.learningRate() / 50);
  }

  public void testSelectionGetsHarder() {
    assertEquals(CONFIG.firstSelectionTemperature(), CONFIG.selectionTemperature(0, 100), 1e-9);
    assertEquals(CONFIG.lastSelectionTemperature(), CONFIG.selectionTemperature(99, 100), 1e-9);
    assertTrue(CONFIG.selectionTemperature(50, 100) < CONFIG.selectionTemperature(49, 100));
  }

  public void testEachQueryOnceAnEpoch() {
    List<TrainingSet> sets =
        List.of(PlantedData.make(4, 1), PlantedData.make(4, 2), PlantedData.make(4, 3));
    int batch = 1 + random().nextInt(40);
    int limit = 1 + random().nextInt(400);
    TrainingConfig config =
        CONFIG.with("batch", "" + batch).with("queriesPerSet", "" + limit).with("seed", "5");
    Schedule schedule = new Schedule(sets, config);
    List<Schedule.Step> steps = schedule.epoch(3);
    assertEquals(schedule.stepsPerEpoch(), steps.size());
    Map<Integer, Set<Integer>> seen = new HashMap<>();
    for (Schedule.Step step : steps) {
      for (int query : step.queries()) {
        assertTrue(seen.computeIfAbsent(step.set(), set -> new HashSet<>()).add(query));
      }
    }
    for (int set = 0; set < sets.size(); set++) {
      int most = Math.max(batch, Math.min(limit, sets.get(set).training().length));
      assertTrue(seen.get(set).size() <= most);
      assertTrue(seen.get(set).size() + batch > Math.min(most, limit));
    }
    List<Schedule.Step> again = new Schedule(sets, config).epoch(3);
    for (int i = 0; i < steps.size(); i++) {
      assertEquals(steps.get(i).set(), again.get(i).set());
      assertArrayEquals(steps.get(i).queries(), again.get(i).queries());
    }
  }

  public void testOptimizerFindsTheLeast() {
    Weights weights = new Weights();
    weights.put("point", new float[] {3, -2}, 2);
    AdamW optimizer = new AdamW(0.1, 1, 1, 1, weights.zeros(), weights.zeros());
    for (int step = 0; step < 500; step++) {
      float[] values = weights.get("point").values();
      // Of (x - 1)^2 + 10 (y - 2)^2.
      float[] gradient = {2 * (values[0] - 1), 20 * (values[1] - 2)};
      optimizer.update(weights, Map.of("point", gradient), step, 0.05);
    }
    assertArrayEquals(new float[] {1, 2}, weights.get("point").values(), 0.05f);
    IllegalStateException failure =
        expectThrows(
            IllegalStateException.class,
            () -> optimizer.update(weights, Map.of("point", new float[] {1, Float.NaN}), 9, 0.1));
    assertEquals("the gradient of step 9 is not finite", failure.getMessage());
  }

  public void testFirstStepOfTheOptimizer() {
    Weights weights = new Weights();
    weights.put("matrix", new float[] {1, 1}, 1, 2);
    weights.put("projection", new float[] {1, 1}, 1, 2);
    String encoders = EncoderGraph.PREFIX + "bias";
    weights.put(encoders, new float[] {1, 1}, 2);
    AdamW optimizer = new AdamW(0.5, 100, 0.1, 0.01, weights.zeros(), weights.zeros());
    float[] gradient = {2, -30};
    optimizer.update(
        weights, Map.of("matrix", gradient, "projection", gradient, encoders, gradient), 0, 0.01);
    assertArrayEquals(new float[] {0.9999f, 1.0001f}, weights.get(encoders).values(), 1e-6f);
    // The first step is the learning rate in every direction, and decay beside it.
    assertArrayEquals(new float[] {0.985f, 1.005f}, weights.get("matrix").values(), 1e-5f);
    assertArrayEquals(new float[] {0.999f, 1.001f}, weights.get("projection").values(), 1e-5f);
  }

  public void testBestOfMany() {
    float[] scores = new float[1 + random().nextInt(50)];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = random().nextInt(10); // with ties
    }
    int count = random().nextInt(60);
    int[] expected =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted((a, b) -> Float.compare(scores[b], scores[a])) // stable
            .limit(count)
            .mapToInt(Integer::intValue)
            .toArray();
    assertArrayEquals(expected, Ranking.best(scores, count));
  }
}
