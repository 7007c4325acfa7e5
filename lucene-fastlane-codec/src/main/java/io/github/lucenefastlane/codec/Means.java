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
import org.apache.lucene.util.VectorUtil;

/** Mean vectors, and which of them is the nearest to a vector by Euclidean distance. */
final class Means {

  /** Rounds of k-means. */
  private static final int ROUNDS = 5;

  private final float[][] means;

  /** Half the squared length of each, which a dot product lacks to order by distance. */
  private final float[] halfSquares;

  private Means(float[][] means) {
    this.means = means;
    this.halfSquares = new float[means.length];
    for (int m = 0; m < means.length; m++) {
      measure(m);
    }
  }

  /**
   * Finds means by k-means (Lloyd's algorithm).
   *
   * @param vectors what they are the means of; at least {@code count}
   * @param count number of means
   */
  static Means of(float[][] vectors, int count, SplittableRandom random) {
    float[][] first = new float[count][];
    for (int m = 0; m < count; m++) {
      first[m] = vectors[(int) ((long) m * vectors.length / count)].clone();
    }
    Means means = new Means(first);
    int[] members = new int[count];
    int[] nearest = new int[vectors.length];
    for (int round = 0; round < ROUNDS; round++) {
      Arrays.fill(members, 0);
      for (int v = 0; v < vectors.length; v++) {
        nearest[v] = means.nearest(vectors[v]);
        members[nearest[v]]++;
      }
      means.moveTo(vectors, nearest, members, random);
    }
    return means;
  }

  private void moveTo(float[][] vectors, int[] nearest, int[] members, SplittableRandom random) {
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
    for (int m = 0; m < means.length; m++) {
      measure(m);
    }
  }

  private void measure(int mean) {
    halfSquares[mean] = VectorUtil.dotProduct(means[mean], means[mean]) / 2;
  }

  int count() {
    return means.length;
  }

  /** Grows as the distance of a mean falls. */
  float closeness(int mean, float[] vector) {
    return VectorUtil.dotProduct(means[mean], vector) - halfSquares[mean];
  }

  /** The nearest; the first, should none be at a distance that a float can tell. */
  int nearest(float[] vector) {
    int nearest = 0;
    float closest = Float.NEGATIVE_INFINITY;
    for (int m = 0; m < means.length; m++) {
      float closeness = closeness(m, vector);
      if (closeness > closest) {
        closest = closeness;
        nearest = m;
      }
    }
    return nearest;
  }
}
