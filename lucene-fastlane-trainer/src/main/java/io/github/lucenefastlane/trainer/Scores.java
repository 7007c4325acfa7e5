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
import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.RouteBoundaries;
import java.util.Arrays;
import org.apache.lucene.index.VectorSimilarityFunction;

/** The scores that training works on, of all queries with all documents of two blocks. */
final class Scores {
  private Scores() {}

  /**
   * The heads of documents: normalised means of their routes, as of an index of default settings,
   * whose heads are what lanes compare views with. Where routes end depends on the tokens, too, but
   * by jumps, which have no gradient.
   *
   * @param tokens [documents, tokens, dimension]
   * @param lengths tokens of each document, before the filling
   * @return [documents, routes, dimension]; a document of fewer routes has its last one again
   */
  static NDArray heads(NDManager manager, NDArray tokens, int[] lengths) {
    int longest = Math.toIntExact(tokens.getShape().get(1));
    int dimension = Math.toIntExact(tokens.getShape().get(2));
    RouteBoundaries boundaries =
        new RouteBoundaries(
            VectorSimilarityFunction.DOT_PRODUCT, FastLaneVectorsFormat.DEFAULT_TOKENS_PER_ROUTE);
    int most = boundaries.count(longest);
    float[] values = tokens.toFloatArray();
    float[][] document = new float[longest][dimension];
    int[] ends = new int[most];
    float[] members = new float[lengths.length * most * longest];
    for (int i = 0; i < lengths.length; i++) {
      for (int token = 0; token < lengths[i]; token++) {
        System.arraycopy(values, (i * longest + token) * dimension, document[token], 0, dimension);
      }
      boundaries.find(document, lengths[i], ends);
      int last = boundaries.count(lengths[i]) - 1;
      for (int slot = 0; slot < most; slot++) {
        int route = Math.min(slot, last);
        int row = (i * most + slot) * longest;
        int start = route == 0 ? 0 : ends[route - 1];
        Arrays.fill(members, row + start, row + ends[route], 1);
      }
    }
    NDArray routes = manager.create(members, new Shape(lengths.length, most, longest));
    NDArray sums = routes.matMul(tokens);
    return TorchAlgebra.unit(sums, 2);
  }

  /**
   * The similarity of each view with its best head.
   *
   * @param views [queries, views, dimension]
   * @param heads [documents, routes, dimension]
   * @return [queries, views, documents]
   */
  static NDArray ofViews(NDArray views, NDArray heads) {
    return best(views, heads);
  }

  /**
   * Full MaxSim, divided by the number of query tokens.
   *
   * @param queries [queries, tokens, dimension]
   * @param content [queries, tokens], 1 for a token and 0 for the filling
   * @param documents [documents, tokens, dimension]
   * @return [queries, documents]
   */
  static NDArray maxSim(NDArray queries, NDArray content, NDArray documents) {
    Shape shape = content.getShape();
    NDArray shares = content.div(content.sum(new int[] {1}, true));
    NDArray row = shares.reshape(shape.get(0), 1, shape.get(1));
    return row.matMul(best(queries, documents)).reshape(shape.get(0), -1);
  }

  /** For each vector of each query and each document, the similarity of the best vector there. */
  private static NDArray best(NDArray queries, NDArray documents) {
    Shape q = queries.getShape();
    Shape d = documents.getShape();
    NDArray all = queries.reshape(-1, q.get(2)).matMul(documents.reshape(-1, d.get(2)).transpose());
    return all.reshape(q.get(0) * q.get(1), d.get(0), d.get(1))
        .max(new int[] {2})
        .reshape(q.get(0), q.get(1), d.get(0));
  }
}
