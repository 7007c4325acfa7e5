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
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The directions that tell apart what a routed search compares: heads of documents, and views.
 *
 * <p>Eigenvectors of the mean of x xᵀ over the heads of documents plus that over the mean tokens of
 * queries, of the largest eigenvalues; not centred, for dot products are to be kept, not
 * differences. An eigenvector may point either way; these point to where their largest component is
 * positive, whatever a machine's rounding made of them. Each is scaled by its eigenvalue to the
 * power of -1/4, which takes half of what the strongest directions are ahead. At 128 of 384
 * dimensions, on text that none of it had seen, MaxSim over these kept all its quality, over the
 * directions of single tokens it lost one in a hundred.
 */
final class PrincipalAxes {
  /** Texts that tell the directions; more change nothing that is seen. */
  private static final int TEXTS = 4096;

  private static final int TEXTS_AT_A_TIME = 64;

  private static final double WHITENING = -0.25;

  private PrincipalAxes() {}

  /**
   * A projection to start from.
   *
   * @param sets whose texts' states are looked at
   * @param dimension number of directions
   * @return [states' dimension, dimension], row-major
   */
  static float[] of(Torch torch, List<TrainingSet> sets, int dimension, TrainingConfig config)
      throws IOException {
    int width = sets.get(0).documents().dimension();
    Random random = new Random(config.seed());
    double[] ofHeads = new double[width * width];
    double[] ofViews = new double[width * width];
    for (TrainingSet set : sets) {
      int[] documents = sample(set.pool(), TEXTS / sets.size() + 1, random);
      add(torch, set.documents(), documents, config.documentTokens(), false, ofHeads);
      int[] queries = sample(set.training(), TEXTS / sets.size() + 1, random);
      add(torch, set.queries(), queries, config.queryTokens(), true, ofViews);
    }
    double headTrace = trace(ofHeads, width);
    double viewTrace = trace(ofViews, width);
    for (int i = 0; i < ofHeads.length; i++) {
      ofHeads[i] = ofHeads[i] / headTrace + ofViews[i] / viewTrace;
    }
    return largest(new DMatrixRMaj(width, width, true, ofHeads), dimension);
  }

  private static int[] sample(int[] from, int count, Random random) {
    return random.ints(count, 0, from.length).map(place -> from[place]).toArray();
  }

  /** The number of unit vectors that were added. */
  private static double trace(double[] products, int width) {
    return IntStream.range(0, width).mapToDouble(i -> products[i * width + i]).sum();
  }

  /** Adds x xᵀ of the texts' means, or of their heads. */
  private static void add(
      Torch torch, TokenSource source, int[] texts, int limit, boolean means, double[] products)
      throws IOException {
    for (int from = 0; from < texts.length; from += TEXTS_AT_A_TIME) {
      int[] part = Arrays.copyOfRange(texts, from, Math.min(texts.length, from + TEXTS_AT_A_TIME));
      try (NDManager manager = torch.newManager()) {
        TokenBlock block = TokenBlock.read(manager, source, part, limit);
        NDArray vectors =
            means
                ? TorchAlgebra.unit(
                    block.vectors().mul(block.content(manager).expandDims(2)).sum(new int[] {1}), 1)
                : Scores.heads(manager, block.vectors(), block.lengths());
        NDArray rows = vectors.reshape(-1, source.dimension());
        float[] sums = rows.transpose().matMul(rows).toFloatArray();
        for (int i = 0; i < sums.length; i++) {
          products[i] += sums[i];
        }
      }
    }
  }

  /** The scaled eigenvectors of the largest eigenvalues, as columns. */
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
      double value = eigen.getEigenvalue(order[column]).getReal();
      // Directions that the texts do not have at all stay as they are.
      double scale = value > 1e-9 ? Math.pow(value, WHITENING) : 1;
      if (-CommonOps_DDRM.elementMin(vector) > CommonOps_DDRM.elementMax(vector)) {
        scale = -scale;
      }
      for (int row = 0; row < width; row++) {
        axes[row * count + column] = (float) (scale * vector.get(row));
      }
    }
    return axes;
  }
}
