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

import org.apache.lucene.util.VectorUtil;

/**
 * Compares a float vector with the vectors that codes stand for: decodes a few of them at a time,
 * so that their components stay in the nearest cache. Belongs to one thread.
 *
 * <p>Each call compares all codes that a caller has. What crosses it are arrays: vectors of the
 * {@code jdk.incubator.vector} kind would be objects there, and if the compiler took one loop over
 * them into another, it would come to its limits and make objects of all.
 */
class CodeKernel {

  /** Vectors that are decoded at a time; one is just as long as {@link VectorUtil} wants it. */
  private static final int ROWS = Simd.PRESENT ? 8 : 1;

  final VectorCoder coder;
  private final float[] rows;

  CodeKernel(VectorCoder coder) {
    this.coder = coder;
    this.rows = new float[ROWS * coder.dimension];
  }

  /** Dot products of the target and the vectors of codes that follow one another. */
  void dots(float[] target, byte[] codes, int count, float[] products) {
    for (int from = 0; from < count; from += ROWS) {
      int rowCount = decode(codes, from, count);
      if (Simd.PRESENT) {
        PanamaRows.dots(target, rows, rowCount, products, from);
      } else {
        products[from] = VectorUtil.dotProduct(target, rows);
      }
    }
  }

  /** Squared Euclidean distances of the target and the vectors of codes that follow one another. */
  final void squareDistances(float[] target, byte[] codes, int count, float[] distances) {
    for (int from = 0; from < count; from += ROWS) {
      int rowCount = decode(codes, from, count);
      if (Simd.PRESENT) {
        PanamaRows.squareDistances(target, rows, rowCount, distances, from);
      } else {
        distances[from] = VectorUtil.squareDistance(target, rows);
      }
    }
  }

  private int decode(byte[] codes, int from, int count) {
    int rowCount = Math.min(ROWS, count - from);
    coder.decode(codes, from * coder.bytes(), rowCount, rows, 0);
    return rowCount;
  }
}
