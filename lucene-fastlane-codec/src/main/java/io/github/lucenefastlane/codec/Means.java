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

import java.util.Arrays;
import java.util.SplittableRandom;

/** Mean vectors, found by k-means, and which of them is the nearest by Euclidean distance. */
final class Means {

  /** Vectors that are compared at a time. */
  private static final int BLOCK = 16;

  /** Rounds of k-means. */
  private static final int ROUNDS = 5;

  private final int count;
  private final MeansKernel kernel;

  private Means(float[][] means) {
    this.count = means.length;
    this.kernel = MeansKernel.of(means);
  }

  /**
   * Finds means by k-means (Lloyd's algorithm).
   *
   * @param vectors what they are the means of; at least {@code count}
   * @param count number of means, at least 1
   */
  static Means of(float[][] vectors, int count, SplittableRandom random) {
    float[][] means = new float[count][];
    for (int m = 0; m < count; m++) {
      means[m] = vectors[(int) ((long) m * vectors.length / count)].clone();
    }
    int[] nearest = new int[vectors.length];
    float[] closeness = new float[vectors.length];
    for (int round = 0; round < ROUNDS; round++) {
      new Means(means).findNearest(vectors, vectors.length, nearest, closeness);
      move(means, vectors, nearest, random);
    }
    return new Means(means);
  }

  /** Moves each mean to the mean of the vectors that it is the nearest to. */
  private static void move(
      float[][] means, float[][] vectors, int[] nearest, SplittableRandom random) {
    int[] members = new int[means.length];
    for (int mean : nearest) {
      members[mean]++;
    }
    for (int m = 0; m < means.length; m++) {
      if (members[m] > 0) {
        Arrays.fill(means[m], 0);
      } else {
        float[] other = vectors[random.nextInt(vectors.length)];
        System.arraycopy(other, 0, means[m], 0, other.length);
      }
    }
    for (int v = 0; v < vectors.length; v++) {
      float[] mean = means[nearest[v]];
      float share = 1f / members[nearest[v]];
      for (int d = 0; d < mean.length; d++) {
        mean[d] += share * vectors[v][d];
      }
    }
  }

  int count() {
    return count;
  }

  /**
   * Finds the nearest mean of each of the first vectors.
   *
   * @param size number of vectors
   * @param nearest out: the mean; the first, should none be at a distance that a float can tell
   * @param closeness out: of that mean, see {@link MeansKernel}; minus infinity for none
   */
  void findNearest(float[][] vectors, int size, int[] nearest, float[] closeness) {
    compare(
        vectors,
        size,
        (v, all, start) -> {
          int closest = 0;
          float most = Float.NEGATIVE_INFINITY;
          for (int m = 0; m < count; m++) {
            if (all[start + m] > most) {
              most = all[start + m];
              closest = m;
            }
          }
          nearest[v] = closest;
          closeness[v] = most;
        });
  }

  /** Takes how close all means are to one vector. */
  interface ClosenessConsumer {
    /**
     * @param vector its number
     * @param closeness that of the first mean is at {@code start}
     */
    void accept(int vector, float[] closeness, int start);
  }

  /** Compares the first vectors with all means. */
  void compare(float[][] vectors, int size, ClosenessConsumer consumer) {
    float[] closeness = new float[BLOCK * kernel.width()];
    for (int from = 0; from < size; from += BLOCK) {
      int block = Math.min(BLOCK, size - from);
      kernel.compare(vectors, from, block, closeness);
      for (int v = 0; v < block; v++) {
        consumer.accept(from + v, closeness, v * kernel.width());
      }
    }
  }
}
