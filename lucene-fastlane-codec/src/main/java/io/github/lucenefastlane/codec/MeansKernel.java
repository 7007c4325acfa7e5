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
 * Compares vectors with all of some means. Immutable, so one instance serves all threads.
 *
 * <p>Closeness grows as the Euclidean distance falls: it is the dot product less half the squared
 * length of the mean.
 */
interface MeansKernel {

  /** Floats of the result per vector: at least the number of means. */
  int width();

  /**
   * Compares some vectors.
   *
   * @param vectors of which those from {@code from} on are compared
   * @param count vectors to compare, at least 1
   * @param closeness out: {@code [count][width]}, of which what is beyond the means is undefined
   */
  void compare(float[][] vectors, int from, int count, float[] closeness);

  /**
   * The fastest kernel of this virtual machine.
   *
   * @param means {@code [means][dimension]}, at least one
   */
  static MeansKernel of(float[][] means) {
    return Simd.PRESENT ? new PanamaMeansKernel(means) : new VectorUtilMeansKernel(means);
  }

  /** Half the squared length: less it, dot products with means order these by their distance. */
  static float halfSquare(float[] mean) {
    float square = 0;
    for (float component : mean) {
      square += component * component;
    }
    return square / 2;
  }
}
