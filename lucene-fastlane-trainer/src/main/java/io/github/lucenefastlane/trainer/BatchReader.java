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
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Chooses the documents of a step and reads its tokens. */
final class BatchReader {
  /** Makes a document's probability vanish. */
  private static final float NEVER = -1e4f;

  private final TrainingConfig config;
  private final StateReader states;
  private final StateReader untrained;

  BatchReader(TrainingConfig config, StateReader states) {
    this.config = config;
    this.states = states;
    this.untrained = states instanceof CachedStates ? states : new CachedStates(config);
  }

  /**
   * The batch of some queries: of each a relevant document, and hard negatives.
   *
   * @param weights all that is trained, by name
   * @param mined more hard negatives of each query; null for none
   * @param random chooses among the documents
   */
  Batch read(
      NDManager manager,
      Map<String, NDArray> weights,
      TrainingSet set,
      int[] queries,
      int[][] mined,
      Random random)
      throws IOException {
    Map<Integer, Integer> columns = new LinkedHashMap<>();
    int[] targets = new int[queries.length];
    for (int row = 0; row < queries.length; row++) {
      int query = queries[row];
      int[] relevant = set.relevant()[query];
      targets[row] = relevant[random.nextInt(relevant.length)];
      columns.putIfAbsent(targets[row], columns.size());
      int[][] sources = {set.hard()[query], mined == null ? new int[0] : mined[query]};
      for (int i = 0; i < config.negatives(); i++) {
        int[] source = sources[random.nextInt(2)];
        if (source.length == 0) {
          source = source == sources[0] ? sources[1] : sources[0];
        }
        if (source.length > 0) {
          columns.putIfAbsent(source[random.nextInt(source.length)], columns.size());
        }
      }
    }
    int[] documents = columns.keySet().stream().mapToInt(Integer::intValue).toArray();
    float[] wanted = new float[queries.length * documents.length];
    float[] excluded = new float[wanted.length];
    for (int row = 0; row < queries.length; row++) {
      for (int relevant : set.relevant()[queries[row]]) {
        Integer column = columns.get(relevant);
        if (column != null && relevant != targets[row]) {
          excluded[row * documents.length + column] = NEVER;
        }
      }
      wanted[row * documents.length + columns.get(targets[row])] = 1;
    }
    Shape shape = new Shape(queries.length, documents.length);
    TokenBlock queryBlock = states.queries(manager, weights, set, queries);
    TokenBlock documentBlock = states.documents(manager, weights, set, documents);
    boolean frozen = states == untrained;
    TokenBlock teacherQueries =
        frozen ? queryBlock : untrained.queries(manager, weights, set, queries);
    TokenBlock teacherDocuments =
        frozen ? documentBlock : untrained.documents(manager, weights, set, documents);
    NDArray content = queryBlock.content(manager);
    return new Batch(
        queryBlock,
        content,
        documentBlock,
        Scores.maxSim(teacherQueries.vectors(), content, teacherDocuments.vectors()),
        manager.create(wanted, shape),
        manager.create(excluded, shape));
  }
}
