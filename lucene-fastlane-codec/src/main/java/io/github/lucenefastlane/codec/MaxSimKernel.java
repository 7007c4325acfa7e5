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

/**
 * The inner loops of MaxSim: for each token of one query the best of a document's tokens, by dot
 * product or by squared distance. Immutable, so one instance serves all threads.
 */
interface MaxSimKernel {

  /** How many maxima are written: one for each query token, and what fills the last vector. */
  int width();

  /**
   * Computes the maxima.
   *
   * @param tokens {@code [count][dimension]}, row after row
   * @param count document tokens, at least 1
   * @param row scratch of {@code dimension} floats
   * @param maxima out, of {@link #width()}: for each query token the largest dot product, or the
   *     negated smallest squared distance
   */
  void maxima(float[] tokens, int count, float[] row, float[] maxima);

  /**
   * The fastest kernel of this virtual machine: the vector one where {@code jdk.incubator.vector}
   * was added, else the scalar one.
   *
   * @param query {@code [queryTokens][dimension]}
   * @param distance squared distance instead of dot product
   */
  static MaxSimKernel of(float[][] query, boolean distance) {
    return Simd.PRESENT
        ? new PanamaMaxSimKernel(query, distance)
        : new VectorUtilMaxSimKernel(query, distance);
  }
}
