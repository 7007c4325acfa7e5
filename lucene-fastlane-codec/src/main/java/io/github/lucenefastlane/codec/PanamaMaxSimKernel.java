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
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link MaxSimKernel} whose vector lanes are query tokens.
 *
 * <p>The query is transposed once to {@code [dimension][queryTokens]}, padded with zeros to whole
 * vectors. A document component is then broadcast against a whole vector of query tokens, no sum
 * over lanes is ever needed, and the maximum over document tokens is one instruction. A tile of two
 * vectors of query tokens by four document tokens keeps eight independent sums in registers, enough
 * to hide the latency of the fused multiply-add, and loads six operands for eight of them. Tiles by
 * three document tokens make up for what tiles of four leave of a document of few: nine tokens are
 * three of them.
 */
final class PanamaMaxSimKernel implements MaxSimKernel {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Document tokens of a tile. */
  private static final int TILE = 4;

  /** Document tokens of the last tiles. */
  private static final int SMALL_TILE = TILE - 1;

  private final float[] transposed;
  private final int width;
  private final boolean distance;

  PanamaMaxSimKernel(float[][] query, boolean distance) {
    int dimension = query[0].length;
    this.width = (query.length + LANES - 1) / LANES * LANES;
    this.distance = distance;
    this.transposed = new float[dimension * width];
    for (int i = 0; i < query.length; i++) {
      for (int d = 0; d < dimension; d++) {
        transposed[d * width + i] = query[i][d];
      }
    }
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public void maxima(float[] tokens, int count, float[] row, float[] maxima) {
    Arrays.fill(maxima, 0, width, Float.NEGATIVE_INFINITY);
    int dimension = row.length;
    int i = 0;
    for (; i + LANES < width; i += 2 * LANES) {
      if (distance) {
        pairDistance(tokens, count, dimension, i, maxima);
      } else {
        pairDot(tokens, count, dimension, i, maxima);
      }
    }
    if (i < width) {
      if (distance) {
        singleDistance(tokens, count, dimension, i, maxima);
      } else {
        singleDot(tokens, count, dimension, i, maxima);
      }
    }
  }

  private void pairDot(float[] tokens, int count, int dimension, int i, float[] maxima) {
    int fours = inFours(count);
    for (int t = 0; t < fours; t += TILE) {
      int t0 = t * dimension;
      int t1 = t0 + dimension;
      int t2 = t1 + dimension;
      int t3 = t2 + dimension;
      FloatVector a0 = FloatVector.zero(SPECIES);
      FloatVector a1 = a0;
      FloatVector a2 = a0;
      FloatVector a3 = a0;
      FloatVector b0 = a0;
      FloatVector b1 = a0;
      FloatVector b2 = a0;
      FloatVector b3 = a0;
      for (int d = 0, q = i; d < dimension; d++, q += width) {
        FloatVector qa = FloatVector.fromArray(SPECIES, transposed, q);
        FloatVector qb = FloatVector.fromArray(SPECIES, transposed, q + LANES);
        FloatVector v0 = FloatVector.broadcast(SPECIES, tokens[t0 + d]);
        FloatVector v1 = FloatVector.broadcast(SPECIES, tokens[t1 + d]);
        FloatVector v2 = FloatVector.broadcast(SPECIES, tokens[t2 + d]);
        FloatVector v3 = FloatVector.broadcast(SPECIES, tokens[t3 + d]);
        a0 = qa.fma(v0, a0);
        b0 = qb.fma(v0, b0);
        a1 = qa.fma(v1, a1);
        b1 = qb.fma(v1, b1);
        a2 = qa.fma(v2, a2);
        b2 = qb.fma(v2, b2);
        a3 = qa.fma(v3, a3);
        b3 = qb.fma(v3, b3);
      }
      raise(maxima, i, a0.max(a1).max(a2.max(a3)));
      raise(maxima, i + LANES, b0.max(b1).max(b2.max(b3)));
    }
    for (int t = fours; t < count; t += SMALL_TILE) {
      int t0 = firstOfTile(t, count, SMALL_TILE) * dimension;
      int t1 = Math.min(t0 + dimension, (count - 1) * dimension);
      int t2 = Math.min(t1 + dimension, (count - 1) * dimension);
      FloatVector a0 = FloatVector.zero(SPECIES);
      FloatVector a1 = a0;
      FloatVector a2 = a0;
      FloatVector b0 = a0;
      FloatVector b1 = a0;
      FloatVector b2 = a0;
      for (int d = 0, q = i; d < dimension; d++, q += width) {
        FloatVector qa = FloatVector.fromArray(SPECIES, transposed, q);
        FloatVector qb = FloatVector.fromArray(SPECIES, transposed, q + LANES);
        FloatVector v0 = FloatVector.broadcast(SPECIES, tokens[t0 + d]);
        FloatVector v1 = FloatVector.broadcast(SPECIES, tokens[t1 + d]);
        FloatVector v2 = FloatVector.broadcast(SPECIES, tokens[t2 + d]);
        a0 = qa.fma(v0, a0);
        b0 = qb.fma(v0, b0);
        a1 = qa.fma(v1, a1);
        b1 = qb.fma(v1, b1);
        a2 = qa.fma(v2, a2);
        b2 = qb.fma(v2, b2);
      }
      raise(maxima, i, a0.max(a1).max(a2));
      raise(maxima, i + LANES, b0.max(b1).max(b2));
    }
  }

  private void singleDot(float[] tokens, int count, int dimension, int i, float[] maxima) {
    for (int t = 0; t < count; t += TILE) {
      int t0 = firstOfTile(t, count, TILE) * dimension;
      int t1 = Math.min(t0 + dimension, (count - 1) * dimension);
      int t2 = Math.min(t1 + dimension, (count - 1) * dimension);
      int t3 = Math.min(t2 + dimension, (count - 1) * dimension);
      FloatVector a0 = FloatVector.zero(SPECIES);
      FloatVector a1 = a0;
      FloatVector a2 = a0;
      FloatVector a3 = a0;
      for (int d = 0, q = i; d < dimension; d++, q += width) {
        FloatVector qa = FloatVector.fromArray(SPECIES, transposed, q);
        a0 = qa.fma(FloatVector.broadcast(SPECIES, tokens[t0 + d]), a0);
        a1 = qa.fma(FloatVector.broadcast(SPECIES, tokens[t1 + d]), a1);
        a2 = qa.fma(FloatVector.broadcast(SPECIES, tokens[t2 + d]), a2);
        a3 = qa.fma(FloatVector.broadcast(SPECIES, tokens[t3 + d]), a3);
      }
      raise(maxima, i, a0.max(a1).max(a2.max(a3)));
    }
  }

  private void pairDistance(float[] tokens, int count, int dimension, int i, float[] maxima) {
    singleDistance(tokens, count, dimension, i, maxima);
    singleDistance(tokens, count, dimension, i + LANES, maxima);
  }

  private void singleDistance(float[] tokens, int count, int dimension, int i, float[] maxima) {
    for (int t = 0; t < count; t += TILE) {
      int t0 = firstOfTile(t, count, TILE) * dimension;
      int t1 = Math.min(t0 + dimension, (count - 1) * dimension);
      int t2 = Math.min(t1 + dimension, (count - 1) * dimension);
      int t3 = Math.min(t2 + dimension, (count - 1) * dimension);
      FloatVector a0 = FloatVector.zero(SPECIES);
      FloatVector a1 = a0;
      FloatVector a2 = a0;
      FloatVector a3 = a0;
      for (int d = 0, q = i; d < dimension; d++, q += width) {
        FloatVector qa = FloatVector.fromArray(SPECIES, transposed, q);
        FloatVector d0 = qa.sub(FloatVector.broadcast(SPECIES, tokens[t0 + d]));
        FloatVector d1 = qa.sub(FloatVector.broadcast(SPECIES, tokens[t1 + d]));
        FloatVector d2 = qa.sub(FloatVector.broadcast(SPECIES, tokens[t2 + d]));
        FloatVector d3 = qa.sub(FloatVector.broadcast(SPECIES, tokens[t3 + d]));
        a0 = d0.fma(d0, a0);
        a1 = d1.fma(d1, a1);
        a2 = d2.fma(d2, a2);
        a3 = d3.fma(d3, a3);
      }
      raise(maxima, i, a0.min(a1).min(a2.min(a3)).neg());
    }
  }

  /**
   * Tokens that go into tiles of {@link #TILE}, where the others fill smaller ones, if they can.
   */
  private static int inFours(int count) {
    int smallTiles = -count & TILE - 1;
    return Math.max(0, count - SMALL_TILE * smallTiles);
  }

  /** The last tile steps back to be whole; tokens seen twice change no maximum. */
  private static int firstOfTile(int t, int count, int tile) {
    return Math.max(0, Math.min(t, count - tile));
  }

  /**
   * Takes the maxima of a tile into those of the tiles before it, which lie in memory: a vector
   * that went from tile to tile would become an object where the compiler's decisions are
   * unfavourable.
   */
  private static void raise(float[] maxima, int i, FloatVector ofTile) {
    FloatVector.fromArray(SPECIES, maxima, i).max(ofTile).intoArray(maxima, i);
  }
}
