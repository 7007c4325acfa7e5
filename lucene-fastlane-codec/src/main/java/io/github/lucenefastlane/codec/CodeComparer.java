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

import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.VectorUtil;

/**
 * The similarity of a target to the vectors that codes stand for: of those as they are decoded, to
 * the last bits of a sum. Belongs to one thread.
 */
abstract class CodeComparer {

  private float[] scratch = new float[0];

  private CodeComparer() {}

  /**
   * Compares the target with codes that follow one another from the start of an array.
   *
   * @param similarities out: the similarity to the vector of each code, as Lucene defines it
   */
  abstract void compare(byte[] codes, int count, float[] similarities);

  /** The best similarity among codes that follow one another; what is not a number is 0. */
  final float best(byte[] codes, int count) {
    scratch = ArrayUtil.grow(scratch, count);
    compare(codes, count, scratch);
    float best = 0;
    for (int i = 0; i < count; i++) {
      if (scratch[i] > best) {
        best = scratch[i];
      }
    }
    return best;
  }

  /** Compares with a float target, which is not to change. */
  static CodeComparer of(VectorCoder coder, VectorSimilarityFunction similarity, float[] target) {
    return of(coder.kernel(), similarity, target);
  }

  static CodeComparer of(CodeKernel kernel, VectorSimilarityFunction similarity, float[] target) {
    return switch (similarity) {
      case DOT_PRODUCT ->
          new CodeComparer() {
            @Override
            void compare(byte[] codes, int count, float[] similarities) {
              kernel.dots(target, codes, count, similarities);
              for (int i = 0; i < count; i++) {
                similarities[i] = VectorUtil.normalizeToUnitInterval(similarities[i]);
              }
            }
          };
      case MAXIMUM_INNER_PRODUCT ->
          new CodeComparer() {
            @Override
            void compare(byte[] codes, int count, float[] similarities) {
              kernel.dots(target, codes, count, similarities);
              for (int i = 0; i < count; i++) {
                similarities[i] = VectorUtil.scaleMaxInnerProductScore(similarities[i]);
              }
            }
          };
      case EUCLIDEAN ->
          new CodeComparer() {
            @Override
            void compare(byte[] codes, int count, float[] similarities) {
              kernel.squareDistances(target, codes, count, similarities);
              for (int i = 0; i < count; i++) {
                similarities[i] = VectorUtil.normalizeDistanceToUnitInterval(similarities[i]);
              }
            }
          };
      case COSINE -> new Cosine(kernel, target);
    };
  }

  private static final class Cosine extends CodeComparer {
    private final CodeKernel kernel;
    private final float[] target;
    private final double squareLength;
    private final float[] origin;
    private float[] squareLengths = new float[0];

    Cosine(CodeKernel kernel, float[] target) {
      this.kernel = kernel;
      this.target = target;
      this.squareLength = VectorUtil.dotProduct(target, target);
      this.origin = new float[target.length];
    }

    @Override
    void compare(byte[] codes, int count, float[] similarities) {
      squareLengths = ArrayUtil.grow(squareLengths, count);
      kernel.squareDistances(origin, codes, count, squareLengths);
      kernel.dots(target, codes, count, similarities);
      for (int i = 0; i < count; i++) {
        double lengths = Math.sqrt(squareLength * squareLengths[i]);
        // Squares of tiny components may be 0 as floats: no direction, as in MaxSim.
        float cosine = lengths == 0 ? 0 : (float) (similarities[i] / lengths);
        similarities[i] = VectorUtil.normalizeToUnitInterval(cosine);
      }
    }
  }

  /** Compares with a byte target codes that are byte vectors. */
  static CodeComparer ofBytes(VectorSimilarityFunction similarity, byte[] target) {
    byte[] vector = new byte[target.length];
    return new CodeComparer() {
      @Override
      void compare(byte[] codes, int count, float[] similarities) {
        for (int i = 0; i < count; i++) {
          System.arraycopy(codes, i * vector.length, vector, 0, vector.length);
          similarities[i] = similarity.compare(target, vector);
        }
      }
    };
  }
}
