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
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Finds documents that the model takes for relevant and that are not, by the routed score of one
 * view, without rerank: what routing has to learn.
 */
final class ModelNegatives {
  private static final int DOCUMENTS = 256; // projected at a time
  private static final int QUERIES = 256; // searched at a time

  private final Torch torch;
  private final RouterShape shape;
  private final StateReader states;
  private final int count;

  /**
   * @param count negatives of each query
   */
  ModelNegatives(Torch torch, RouterShape shape, StateReader states, int count) {
    this.torch = torch;
    this.shape = shape;
    this.states = states;
    this.count = count;
  }

  /**
   * Searches all documents of a set.
   *
   * @param queries to search for
   * @return for each query of the set its negatives, best first; none for others
   */
  int[][] mine(Weights weights, TrainingSet set, int[] queries) throws IOException {
    int[] documents =
        IntStream.range(0, set.documents().size())
            .filter(document -> set.documents().tokens(document) > 0)
            .toArray();
    int[][] mined = new int[set.queries().size()][0];
    try (NDManager manager = torch.newManager()) {
      Projector projector = new Projector(manager, shape, weights, states);
      float[][] scores = new float[QUERIES][documents.length];
      NDArray[] heads = new NDArray[Math.ceilDiv(documents.length, DOCUMENTS)];
      for (int i = 0; i < heads.length; i++) {
        int from = i * DOCUMENTS;
        int[] texts =
            Arrays.copyOfRange(documents, from, Math.min(documents.length, from + DOCUMENTS));
        try (NDManager part = torch.newManager()) {
          heads[i] = projector.documents(part, set, texts).heads();
          heads[i].attach(manager);
        }
      }
      for (int from = 0; from < queries.length; from += QUERIES) {
        int[] texts = Arrays.copyOfRange(queries, from, Math.min(queries.length, from + QUERIES));
        try (NDManager part = torch.newManager()) {
          NDArray view = projector.queries(part, set, texts).firstView();
          for (int i = 0; i < heads.length; i++) {
            float[] found = Scores.ofViews(view, heads[i]).toFloatArray();
            int width = found.length / texts.length;
            for (int row = 0; row < texts.length; row++) {
              System.arraycopy(found, row * width, scores[row], i * DOCUMENTS, width);
            }
          }
        }
        for (int row = 0; row < texts.length; row++) {
          mined[texts[row]] = irrelevant(set.relevant()[texts[row]], documents, scores[row]);
        }
      }
    }
    return mined;
  }

  private int[] irrelevant(int[] relevant, int[] documents, float[] scores) {
    Set<Integer> known = new HashSet<>();
    Arrays.stream(relevant).forEach(known::add);
    return Arrays.stream(Ranking.best(scores, count + relevant.length))
        .map(place -> documents[place])
        .filter(document -> !known.contains(document))
        .limit(count)
        .toArray();
  }
}
