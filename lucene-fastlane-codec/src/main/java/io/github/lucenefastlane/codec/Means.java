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

  /** Vectors of a sample that are read at a time: few enough to stay in the processor's cache. */
  private static final int READ = 1 << 8;

  /** Rounds of k-means. */
  private static final int ROUNDS = 5;

  private final int count;
  private final int dimension;
  private final MeansKernel kernel;

  private Means(float[][] means) {
    this.count = means.length;
    this.dimension = means[0].length;
    this.kernel = MeansKernel.of(means);
  }

  /** What means are found from. Belongs to one thread. */
  interface Sample {
    /** Number of vectors. */
    int size();

    /** Reads a vector, as often as it is wanted. */
    void read(int number, float[] vector);
  }

  /**
   * Finds means by k-means (Lloyd's algorithm).
   *
   * @param sample what they are the means of; at least {@code count} vectors
   * @param count number of means, at least 1
   */
  static Means of(Sample sample, int dimension, int count, SplittableRandom random) {
    float[][] means = new float[count][dimension];
    for (int m = 0; m < count; m++) {
      sample.read((int) ((long) m * sample.size() / count), means[m]);
    }
    Sums sums = new Sums(count, dimension);
    for (int round = 0; round < ROUNDS; round++) {
      new Means(means).addToNearest(sample, sums);
      for (int m = 0; m < count; m++) {
        if (sums.isEmpty(m)) {
          sample.read(random.nextInt(sample.size()), means[m]);
        } else {
          sums.takeMean(m, means[m]);
        }
      }
    }
    return new Means(means);
  }

  /** Sums of the vectors that each mean is the nearest to. */
  private static final class Sums {
    private final double[][] sums;
    private final int[] members;

    Sums(int count, int dimension) {
      sums = new double[count][dimension];
      members = new int[count];
    }

    void add(int m, float[] vector) {
      double[] sum = sums[m];
      for (int d = 0; d < sum.length; d++) {
        sum[d] += vector[d];
      }
      members[m]++;
    }

    boolean isEmpty(int m) {
      return members[m] == 0;
    }

    /** Writes the mean of the vectors, and forgets them. */
    void takeMean(int m, float[] mean) {
      for (int d = 0; d < mean.length; d++) {
        mean[d] = (float) (sums[m][d] / members[m]);
      }
      Arrays.fill(sums[m], 0);
      members[m] = 0;
    }
  }

  private void addToNearest(Sample sample, Sums sums) {
    float[][] vectors = new float[Math.min(READ, sample.size())][dimension];
    int[] nearest = new int[vectors.length];
    float[] closeness = new float[vectors.length];
    for (int from = 0; from < sample.size(); from += vectors.length) {
      int size = Math.min(vectors.length, sample.size() - from);
      for (int v = 0; v < size; v++) {
        sample.read(from + v, vectors[v]);
      }
      findNearest(vectors, size, nearest, closeness);
      for (int v = 0; v < size; v++) {
        sums.add(nearest[v], vectors[v]);
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
