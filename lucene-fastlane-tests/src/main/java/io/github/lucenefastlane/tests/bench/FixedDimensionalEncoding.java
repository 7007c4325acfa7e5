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
package io.github.lucenefastlane.tests.bench;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.lucene.util.VectorUtil;

/**
 * MUVERA's fixed-dimensional encodings (Dhulipala, Hadian, Jayaram, Lee and Mirrokni,
 * arXiv:2405.19504, section 2): one vector for a query's tokens and one for a document's, whose dot
 * product approximates the Chamfer similarity, the sum over query tokens of the highest dot product
 * with a document token.
 *
 * <p>Random hyperplanes divide the space into {@code 2^hyperplanes} cells. A query's block of a
 * cell is the sum of its tokens in the cell, a document's the mean of its; where a document has no
 * token in a cell, the token whose signs differ in the fewest hyperplanes from the cell's takes the
 * place. A query token is so multiplied by a document token near to it. Blocks are projected to
 * fewer components by random signs, and all is repeated with other hyperplanes and signs, and
 * averaged. Without projection the product is never above the Chamfer similarity.
 *
 * <p>Immutable and thread-safe.
 */
final class FixedDimensionalEncoding {

  private final int hyperplanes;
  private final int projected;
  private final int repetitions;

  /** {@code [repetition * hyperplanes + h]}: the normal vector of a hyperplane. */
  private final float[][] normals;

  /** {@code [repetition * projected + p]}: random signs; null if nothing is projected. */
  private final float[][] signs;

  private final float scale;

  /**
   * @param dimension of the tokens
   * @param hyperplanes the paper's k_sim, in [0, 30]
   * @param projected components of a block, the paper's d_proj; from {@code dimension} on nothing
   *     is projected
   * @param repetitions the paper's R_reps
   */
  FixedDimensionalEncoding(
      int dimension, int hyperplanes, int projected, int repetitions, long seed) {
    this.hyperplanes = hyperplanes;
    this.projected = Math.min(projected, dimension);
    this.repetitions = repetitions;
    SplittableRandom random = new SplittableRandom(seed);
    this.normals = new float[repetitions * hyperplanes][dimension];
    for (float[] normal : normals) {
      for (int d = 0; d < dimension; d++) {
        normal[d] = (float) random.nextGaussian();
      }
    }
    this.signs = projected < dimension ? new float[repetitions * projected][dimension] : null;
    double lengths = repetitions;
    if (signs != null) {
      lengths *= projected; // a projection multiplies squares by as much, on the average
      for (float[] row : signs) {
        for (int d = 0; d < dimension; d++) {
          row[d] = random.nextBoolean() ? 1 : -1;
        }
      }
    }
    this.scale = (float) (1 / Math.sqrt(lengths));
  }

  /** Components of an encoding. */
  int dimension() {
    return repetitions * (projected << hyperplanes);
  }

  /** Encodes the tokens of a query. */
  float[] ofQuery(float[][] tokens) {
    float[] encoding = new float[dimension()];
    for (int r = 0; r < repetitions; r++) {
      for (float[] token : tokens) {
        addTo(encoding, block(r, cell(r, token)), project(r, token), scale);
      }
    }
    return encoding;
  }

  /** Encodes the tokens of a document. */
  float[] ofDocument(float[][] tokens) {
    float[] encoding = new float[dimension()];
    int[] cells = new int[tokens.length];
    float[][] rows = new float[tokens.length][];
    int[] counts = new int[1 << hyperplanes];
    for (int r = 0; r < repetitions; r++) {
      Arrays.fill(counts, 0);
      for (int t = 0; t < tokens.length; t++) {
        cells[t] = cell(r, tokens[t]);
        rows[t] = project(r, tokens[t]);
        counts[cells[t]]++;
      }
      for (int t = 0; t < tokens.length; t++) {
        addTo(encoding, block(r, cells[t]), rows[t], scale / counts[cells[t]]);
      }
      for (int cell = 0; cell < counts.length; cell++) {
        if (counts[cell] == 0) {
          addTo(encoding, block(r, cell), rows[nearest(cells, cell)], scale);
        }
      }
    }
    return encoding;
  }

  private int cell(int repetition, float[] token) {
    int cell = 0;
    for (int h = 0; h < hyperplanes; h++) {
      float side = VectorUtil.dotProduct(normals[repetition * hyperplanes + h], token);
      cell = cell << 1 | (side > 0 ? 1 : 0);
    }
    return cell;
  }

  private float[] project(int repetition, float[] token) {
    if (signs == null) {
      return token;
    }
    float[] row = new float[projected];
    for (int p = 0; p < projected; p++) {
      row[p] = VectorUtil.dotProduct(signs[repetition * projected + p], token);
    }
    return row;
  }

  /** Where a cell's block starts. */
  private int block(int repetition, int cell) {
    return ((repetition << hyperplanes) + cell) * projected;
  }

  private static void addTo(float[] encoding, int at, float[] row, float weight) {
    for (int p = 0; p < row.length; p++) {
      encoding[at + p] += weight * row[p];
    }
  }

  /** The first token whose cell differs in the fewest signs. */
  private static int nearest(int[] cells, int cell) {
    int nearest = 0;
    for (int t = 1; t < cells.length; t++) {
      if (Integer.bitCount(cells[t] ^ cell) < Integer.bitCount(cells[nearest] ^ cell)) {
        nearest = t;
      }
    }
    return nearest;
  }
}
