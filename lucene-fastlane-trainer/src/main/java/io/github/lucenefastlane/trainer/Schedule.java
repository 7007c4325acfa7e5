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

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Which queries are learned from in which step. Depends on the seed and the epoch alone, so that a
 * training which resumes goes on as it would have.
 */
final class Schedule {
  private final List<TrainingSet> sets;
  private final TrainingConfig config;

  /**
   * The queries of one step.
   *
   * @param set which of the sets they are of
   */
  record Step(int set, int[] queries) {}

  Schedule(List<TrainingSet> sets, TrainingConfig config) {
    this.sets = sets;
    this.config = config;
  }

  /** Steps of each epoch. */
  int stepsPerEpoch() {
    return sets.stream().mapToInt(this::steps).sum();
  }

  /** Whole batches only, but at least one of each set. */
  private int steps(TrainingSet set) {
    return Math.max(1, Math.min(set.training().length, config.queriesPerSet()) / config.batch());
  }

  /** The steps of one epoch: every set in proportion to its size, up to the limit. */
  List<Step> epoch(int epoch) {
    List<Step> steps = new ArrayList<>();
    for (int set = 0; set < sets.size(); set++) {
      int[] queries = sets.get(set).training().clone();
      shuffle(queries, random(config.seed(), epoch, set));
      int size = Math.min(config.batch(), queries.length);
      for (int step = 0; step < steps(sets.get(set)); step++) {
        int[] batch = new int[size];
        System.arraycopy(queries, step * size, batch, 0, size);
        steps.add(new Step(set, batch));
      }
    }
    Collections.shuffle(steps, random(config.seed(), epoch, -1));
    return steps;
  }

  /** Random numbers that depend on all of these. */
  static Random random(long seed, long a, long b) {
    long mixed = seed;
    for (long value : new long[] {a, b}) {
      mixed = (mixed ^ value) * 0x9E3779B97F4A7C15L;
      mixed ^= mixed >>> 32;
    }
    return new Random(mixed);
  }

  private static void shuffle(int[] values, Random random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }
}
