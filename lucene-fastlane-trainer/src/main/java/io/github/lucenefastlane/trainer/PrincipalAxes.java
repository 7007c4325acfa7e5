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
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The directions that keep most of token states: eigenvectors of the mean of x xᵀ, of the largest
 * eigenvalues. Not centred, for dot products are to be kept, not differences.
 */
final class PrincipalAxes {
  /** Texts that tell the directions; more change nothing that is seen. */
  private static final int TEXTS = 4096;

  private static final int TEXTS_AT_A_TIME = 64;

  private PrincipalAxes() {}

  /**
   * A projection to start from.
   *
   * @param sets whose documents' states are looked at
   * @param dimension number of directions
   * @param limit most tokens of a text
   * @return [states' dimension, dimension], row-major
   */
  static float[] of(Torch torch, List<TrainingSet> sets, int dimension, int limit, long seed)
      throws IOException {
    int width = sets.get(0).documents().dimension();
    double[] products = new double[width * width];
    for (TrainingSet set : sets) {
      int[] texts =
          new Random(seed)
              .ints(TEXTS / sets.size() + 1, 0, set.pool().length)
              .map(place -> set.pool()[place])
              .toArray();
      for (int from = 0; from < texts.length; from += TEXTS_AT_A_TIME) {
        int[] part =
            Arrays.copyOfRange(texts, from, Math.min(texts.length, from + TEXTS_AT_A_TIME));
        addProducts(torch, set.documents(), part, limit, products);
      }
    }
    return largest(new DMatrixRMaj(width, width, true, products), dimension);
  }

  private static void addProducts(
      Torch torch, TokenSource source, int[] texts, int limit, double[] products)
      throws IOException {
    try (NDManager manager = torch.newManager()) {
      TokenBlock block = TokenBlock.read(manager, source, texts, limit);
      NDArray content = block.content(manager).expandDims(2);
      NDArray rows = block.vectors().mul(content).reshape(-1, source.dimension());
      float[] sums = rows.transpose().matMul(rows).toFloatArray();
      for (int i = 0; i < sums.length; i++) {
        products[i] += sums[i];
      }
    }
  }

  /** The eigenvectors of the largest eigenvalues, as columns. */
  private static float[] largest(DMatrixRMaj symmetric, int count) {
    int width = symmetric.getNumRows();
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(width, true, true);
    if (!eigen.decompose(symmetric)) {
      throw new IllegalStateException("the eigenvectors of the states could not be found");
    }
    int[] order =
        IntStream.range(0, width)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -eigen.getEigenvalue(i).getReal()))
            .limit(count)
            .mapToInt(Integer::intValue)
            .toArray();
    float[] axes = new float[width * count];
    for (int column = 0; column < count; column++) {
      DMatrixRMaj vector = eigen.getEigenVector(order[column]);
      for (int row = 0; row < width; row++) {
        axes[row * count + column] = (float) vector.get(row);
      }
    }
    return axes;
  }
}
