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
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link MeansKernel} whose vector lanes are means, transposed and padded to whole tiles, so that
 * no sum over lanes is needed: two vectors of means by four vectors to compare keep eight
 * independent sums in registers, as in {@link PanamaMaxSimKernel}. Needs {@link Simd#PRESENT}.
 */
final class PanamaMeansKernel implements MeansKernel {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Vectors of a tile. */
  private static final int TILE = 4;

  private final int width;

  /** {@code [dimension][width]}. */
  private final float[] transposed;

  /** Where the sum of each mean starts: less half its squared length. */
  private final float[] starts;

  PanamaMeansKernel(float[][] means) {
    int dimension = means[0].length;
    this.width = Math.ceilDiv(means.length, 2 * LANES) * 2 * LANES;
    this.transposed = new float[dimension * width];
    this.starts = new float[width];
    for (int m = 0; m < means.length; m++) {
      starts[m] = -MeansKernel.halfSquare(means[m]);
      for (int d = 0, at = m; d < dimension; d++, at += width) {
        transposed[at] = means[m][d];
      }
    }
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public void compare(float[][] vectors, int from, int count, float[] closeness) {
    int last = count - 1;
    for (int t = 0; t < count; t += TILE) {
      // The last tile steps back to be whole, or compares the last vector several times.
      int t0 = Math.max(0, Math.min(t, count - TILE));
      int t1 = Math.min(t0 + 1, last);
      int t2 = Math.min(t0 + 2, last);
      int t3 = Math.min(t0 + 3, last);
      float[] v0 = vectors[from + t0];
      float[] v1 = vectors[from + t1];
      float[] v2 = vectors[from + t2];
      float[] v3 = vectors[from + t3];
      for (int m = 0; m < width; m += 2 * LANES) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, starts, m);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = FloatVector.fromArray(SPECIES, starts, m + LANES);
        FloatVector b1 = b0;
        FloatVector b2 = b0;
        FloatVector b3 = b0;
        for (int d = 0, at = m; d < v0.length; d++, at += width) {
          FloatVector ma = FloatVector.fromArray(SPECIES, transposed, at);
          FloatVector mb = FloatVector.fromArray(SPECIES, transposed, at + LANES);
          FloatVector c0 = FloatVector.broadcast(SPECIES, v0[d]);
          FloatVector c1 = FloatVector.broadcast(SPECIES, v1[d]);
          FloatVector c2 = FloatVector.broadcast(SPECIES, v2[d]);
          FloatVector c3 = FloatVector.broadcast(SPECIES, v3[d]);
          a0 = ma.fma(c0, a0);
          b0 = mb.fma(c0, b0);
          a1 = ma.fma(c1, a1);
          b1 = mb.fma(c1, b1);
          a2 = ma.fma(c2, a2);
          b2 = mb.fma(c2, b2);
          a3 = ma.fma(c3, a3);
          b3 = mb.fma(c3, b3);
        }
        a0.intoArray(closeness, t0 * width + m);
        b0.intoArray(closeness, t0 * width + m + LANES);
        a1.intoArray(closeness, t1 * width + m);
        b1.intoArray(closeness, t1 * width + m + LANES);
        a2.intoArray(closeness, t2 * width + m);
        b2.intoArray(closeness, t2 * width + m + LANES);
        a3.intoArray(closeness, t3 * width + m);
        b3.intoArray(closeness, t3 * width + m + LANES);
      }
    }
  }
}
