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
import org.apache.lucene.util.VectorUtil;

/**
 * The similarity of a target to the vectors that codes stand for: of those as they are decoded, to
 * the last bits of a sum. Belongs to one thread.
 */
interface CodeComparer {

  /** The similarity of the target to the vector of a code, as Lucene defines it. */
  float compare(byte[] code, int offset);

  /** The best similarity among codes that follow one another, each so many bytes long. */
  default float best(byte[] codes, int count, int bytes) {
    float best = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      best = Math.max(best, compare(codes, i * bytes));
    }
    return best;
  }

  /** Compares with a float target, which is not to change. */
  static CodeComparer of(VectorCoder coder, VectorSimilarityFunction similarity, float[] target) {
    CodeKernel kernel = coder.kernel();
    if (kernel == null) {
      return decoding(coder, similarity, target);
    }
    return switch (similarity) {
      case DOT_PRODUCT ->
          (code, offset) -> VectorUtil.normalizeToUnitInterval(kernel.dot(target, code, offset));
      case MAXIMUM_INNER_PRODUCT ->
          (code, offset) -> VectorUtil.scaleMaxInnerProductScore(kernel.dot(target, code, offset));
      case EUCLIDEAN ->
          (code, offset) ->
              VectorUtil.normalizeDistanceToUnitInterval(
                  kernel.squareDistance(target, code, offset));
      case COSINE -> cosine(kernel, target);
    };
  }

  private static CodeComparer cosine(CodeKernel kernel, float[] target) {
    double squareLength = VectorUtil.dotProduct(target, target);
    float[] origin = new float[target.length];
    return (code, offset) -> {
      double squareLengths = squareLength * kernel.squareDistance(origin, code, offset);
      return VectorUtil.normalizeToUnitInterval(
          (float) (kernel.dot(target, code, offset) / Math.sqrt(squareLengths)));
    };
  }

  /** A comparer that needs no kernel: it decodes one vector at a time. */
  static CodeComparer decoding(
      VectorCoder coder, VectorSimilarityFunction similarity, float[] target) {
    float[] vector = new float[coder.dimension];
    return (code, offset) -> {
      coder.decode(code, offset, vector, 0);
      return similarity.compare(target, vector);
    };
  }

  /** Compares with a byte target codes that are byte vectors. */
  static CodeComparer ofBytes(VectorSimilarityFunction similarity, byte[] target) {
    byte[] vector = new byte[target.length];
    return (code, offset) -> {
      System.arraycopy(code, offset, vector, 0, vector.length);
      return similarity.compare(target, vector);
    };
  }
}
