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
package io.github.lucenefastlane.codec;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Compares a vector with rows of floats, four of them at a time: each component of the target is
 * loaded once for these, and the four sums do not wait for one another. Four that are not all there
 * are filled up with the last row. Needs {@link Simd#PRESENT}.
 */
final class PanamaRows {

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** Rows at a time. */
  private static final int TILE = 4;

  private PanamaRows() {}

  /** Dot products of the target and some rows of its dimension. */
  static void dots(float[] target, float[] rows, int count, float[] products, int at) {
    int dimension = target.length;
    int end = FLOATS.loopBound(dimension);
    int last = count - 1;
    for (int i = 0; i < count; i += TILE) {
      int row0 = i * dimension;
      int row1 = Math.min(i + 1, last) * dimension;
      int row2 = Math.min(i + 2, last) * dimension;
      int row3 = Math.min(i + 3, last) * dimension;
      FloatVector sum0 = FloatVector.zero(FLOATS);
      FloatVector sum1 = sum0;
      FloatVector sum2 = sum0;
      FloatVector sum3 = sum0;
      for (int d = 0; d < end; d += FLOATS.length()) {
        FloatVector t = FloatVector.fromArray(FLOATS, target, d);
        sum0 = t.fma(FloatVector.fromArray(FLOATS, rows, row0 + d), sum0);
        sum1 = t.fma(FloatVector.fromArray(FLOATS, rows, row1 + d), sum1);
        sum2 = t.fma(FloatVector.fromArray(FLOATS, rows, row2 + d), sum2);
        sum3 = t.fma(FloatVector.fromArray(FLOATS, rows, row3 + d), sum3);
      }
      products[at + i] = sum0.reduceLanes(VectorOperators.ADD);
      products[at + Math.min(i + 1, last)] = sum1.reduceLanes(VectorOperators.ADD);
      products[at + Math.min(i + 2, last)] = sum2.reduceLanes(VectorOperators.ADD);
      products[at + Math.min(i + 3, last)] = sum3.reduceLanes(VectorOperators.ADD);
    }
    for (int i = 0; i < count; i++) {
      for (int d = end; d < dimension; d++) {
        products[at + i] += target[d] * rows[i * dimension + d];
      }
    }
  }

  /** Squared Euclidean distances of the target and some rows of its dimension. */
  static void squareDistances(float[] target, float[] rows, int count, float[] distances, int at) {
    int dimension = target.length;
    int end = FLOATS.loopBound(dimension);
    int last = count - 1;
    for (int i = 0; i < count; i += TILE) {
      int row0 = i * dimension;
      int row1 = Math.min(i + 1, last) * dimension;
      int row2 = Math.min(i + 2, last) * dimension;
      int row3 = Math.min(i + 3, last) * dimension;
      FloatVector sum0 = FloatVector.zero(FLOATS);
      FloatVector sum1 = sum0;
      FloatVector sum2 = sum0;
      FloatVector sum3 = sum0;
      for (int d = 0; d < end; d += FLOATS.length()) {
        FloatVector t = FloatVector.fromArray(FLOATS, target, d);
        FloatVector difference0 = t.sub(FloatVector.fromArray(FLOATS, rows, row0 + d));
        FloatVector difference1 = t.sub(FloatVector.fromArray(FLOATS, rows, row1 + d));
        FloatVector difference2 = t.sub(FloatVector.fromArray(FLOATS, rows, row2 + d));
        FloatVector difference3 = t.sub(FloatVector.fromArray(FLOATS, rows, row3 + d));
        sum0 = difference0.fma(difference0, sum0);
        sum1 = difference1.fma(difference1, sum1);
        sum2 = difference2.fma(difference2, sum2);
        sum3 = difference3.fma(difference3, sum3);
      }
      distances[at + i] = sum0.reduceLanes(VectorOperators.ADD);
      distances[at + Math.min(i + 1, last)] = sum1.reduceLanes(VectorOperators.ADD);
      distances[at + Math.min(i + 2, last)] = sum2.reduceLanes(VectorOperators.ADD);
      distances[at + Math.min(i + 3, last)] = sum3.reduceLanes(VectorOperators.ADD);
    }
    for (int i = 0; i < count; i++) {
      for (int d = end; d < dimension; d++) {
        float difference = target[d] - rows[i * dimension + d];
        distances[at + i] += difference * difference;
      }
    }
  }
}
