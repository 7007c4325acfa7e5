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
 * The similarity of a float target to the vectors that codes stand for: of those as they are
 * decoded, to the last bits of a sum. Belongs to one thread.
 */
abstract class CodeComparer {

  final VectorCoder coder;
  float[] target;

  /** Where a code is decoded to that becomes the target; null until there is one. */
  private float[] decoded;

  private CodeComparer(VectorCoder coder) {
    this.coder = coder;
  }

  /** A comparer whose target is to be set. */
  static CodeComparer of(VectorCoder coder, VectorSimilarityFunction similarity) {
    CodeKernel kernel = coder.kernel();
    if (kernel == null) {
      return decoding(coder, similarity);
    }
    return switch (similarity) {
      case DOT_PRODUCT ->
          new CodeComparer(coder) {
            @Override
            float compare(byte[] code, int offset) {
              return VectorUtil.normalizeToUnitInterval(kernel.dot(target, code, offset));
            }
          };
      case MAXIMUM_INNER_PRODUCT ->
          new CodeComparer(coder) {
            @Override
            float compare(byte[] code, int offset) {
              return VectorUtil.scaleMaxInnerProductScore(kernel.dot(target, code, offset));
            }
          };
      case EUCLIDEAN ->
          new CodeComparer(coder) {
            @Override
            float compare(byte[] code, int offset) {
              return VectorUtil.normalizeDistanceToUnitInterval(
                  kernel.squareDistance(target, code, offset));
            }
          };
      case COSINE -> new Cosine(coder, kernel);
    };
  }

  /** A comparer that needs no kernel: it decodes one vector at a time. */
  static CodeComparer decoding(VectorCoder coder, VectorSimilarityFunction similarity) {
    float[] vector = new float[coder.dimension];
    return new CodeComparer(coder) {
      @Override
      float compare(byte[] code, int offset) {
        coder.decode(code, offset, vector, 0);
        return similarity.compare(target, vector);
      }
    };
  }

  /** Compares with this vector from now on, which is not to change. */
  final void setTarget(float[] vector) {
    target = vector;
    targetChanged();
  }

  /** Compares with the vector that a code stands for from now on. */
  final void setTarget(byte[] code, int offset) {
    if (decoded == null) {
      decoded = new float[coder.dimension];
    }
    coder.decode(code, offset, decoded, 0);
    setTarget(decoded);
  }

  void targetChanged() {}

  /** The similarity of the target to the vector of a code, as Lucene defines it. */
  abstract float compare(byte[] code, int offset);

  private static final class Cosine extends CodeComparer {
    private final CodeKernel kernel;
    private final float[] origin;
    private double squareLength;

    Cosine(VectorCoder coder, CodeKernel kernel) {
      super(coder);
      this.kernel = kernel;
      this.origin = new float[coder.dimension];
    }

    @Override
    void targetChanged() {
      squareLength = VectorUtil.dotProduct(target, target);
    }

    @Override
    float compare(byte[] code, int offset) {
      double squareLengths = squareLength * kernel.squareDistance(origin, code, offset);
      return VectorUtil.normalizeToUnitInterval(
          (float) (kernel.dot(target, code, offset) / Math.sqrt(squareLengths)));
    }
  }
}
