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
import io.github.lucenefastlane.demo.RankingMetrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Answers the dev queries of all data sets, each in its own pool of documents. */
final class DevEvaluation {
  private static final int DEPTH = 10;

  private final Torch torch;
  private final RouterShape shape;
  private final TrainingConfig config;
  private final StateReader states;
  private final List<TrainingSet> sets;

  DevEvaluation(
      Torch torch,
      RouterShape shape,
      TrainingConfig config,
      StateReader states,
      List<TrainingSet> sets) {
    this.torch = torch;
    this.shape = shape;
    this.config = config;
    this.states = states;
    this.sets = sets;
  }

  DevScores evaluate(Weights weights) throws IOException {
    double routed = 0;
    double full = 0;
    for (TrainingSet set : sets) {
      DevScores scores = evaluate(weights, set);
      routed += scores.routed() / sets.size();
      full += scores.full() / sets.size();
    }
    return new DevScores(routed, full);
  }

  DevScores evaluate(Weights weights, TrainingSet set) throws IOException {
    int[] pool = set.pool();
    int queryCount = set.dev().length;
    float[][] routed = new float[queryCount][pool.length];
    float[][] full = new float[queryCount][pool.length];
    try (NDManager manager = torch.newManager()) {
      Projector projector = new Projector(manager, shape, weights, states);
      Projector.Queries queries = projector.queries(manager, set, set.dev());
      long vectors = queries.content().getShape().size();
      int step = projector.documentsAtATime(vectors, config.documentTokens());
      for (int from = 0; from < pool.length; from += step) {
        int[] texts = Arrays.copyOfRange(pool, from, Math.min(pool.length, from + step));
        try (NDManager part = torch.newManager()) {
          // Results belong to the manager of their first operand: everything is the part's.
          Projector.Documents documents = projector.documents(part, set, texts);
          scatter(
              Scores.ofViews(attach(part, queries.firstView()), documents.heads()).toFloatArray(),
              routed,
              from);
          scatter(
              Scores.maxSim(
                      attach(part, queries.tokens()),
                      attach(part, queries.content()),
                      documents.tokens())
                  .toFloatArray(),
              full,
              from);
        }
      }
    }
    return new DevScores(ndcg(set, routed), ndcg(set, full));
  }

  /** The same numbers, in an array that goes with another manager. */
  private static NDArray attach(NDManager manager, NDArray array) {
    NDArray copy = array.duplicate();
    copy.attach(manager);
    return copy;
  }

  /** Puts rows of scores into wider ones. */
  private static void scatter(float[] scores, float[][] rows, int column) {
    int width = scores.length / rows.length;
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(scores, row * width, rows[row], column, width);
    }
  }

  private static double ndcg(TrainingSet set, float[][] scores) {
    double sum = 0;
    for (int row = 0; row < scores.length; row++) {
      int query = set.dev()[row];
      Map<String, Integer> grades = new HashMap<>();
      for (int i = 0; i < set.relevant()[query].length; i++) {
        grades.put(Integer.toString(set.relevant()[query][i]), set.grades()[query][i]);
      }
      List<String> ranking = new ArrayList<>();
      for (int place : Ranking.best(scores[row], DEPTH)) {
        ranking.add(Integer.toString(set.pool()[place]));
      }
      sum += RankingMetrics.ndcg(ranking, grades, DEPTH);
    }
    return sum / scores.length;
  }
}
