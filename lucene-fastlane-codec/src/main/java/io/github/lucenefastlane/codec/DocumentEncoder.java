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

import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;

/** Encodes the tokens and heads of the documents of one field. Belongs to one thread. */
final class DocumentEncoder {

  private final VectorCoder coder;
  private final RouteBlocks blocks;
  private final MeanVector mean;
  private final boolean needsDirection;
  private final float[] head;

  DocumentEncoder(FastLaneVectorsFormat format, FieldInfo info) {
    this.coder = VectorCoder.of(info, format.tokenEncoding());
    this.blocks = format.blocks();
    VectorSimilarityFunction similarity = info.getVectorSimilarityFunction();
    this.mean = new MeanVector(similarity, info.getVectorDimension());
    this.needsDirection = similarity == VectorSimilarityFunction.COSINE;
    this.head = new float[info.getVectorDimension()];
  }

  /** A document to encode into, again and again. */
  EncodedDocument newDocument() {
    return new EncodedDocument(blocks, coder.bytes());
  }

  /**
   * Encodes a document.
   *
   * @param tokens {@code [count][dimension]}
   */
  void encode(float[][] tokens, int count, EncodedDocument document) {
    int bytes = coder.bytes();
    document.setTokenCount(count);
    if (blocks.headsAreTokens(count)) {
      for (int t = 0; t < count; t++) {
        coder.encode(tokens[t], document.tokens, t * bytes);
      }
      return;
    }
    for (int h = 0; h < document.ownHeadCount(); h++) {
      int start = blocks.start(h);
      int end = blocks.end(h, count);
      mean.clear();
      for (int t = start; t < end; t++) {
        mean.add(tokens[t]);
      }
      mean.get(head);
      coder.encode(head, document.ownHeads, h * bytes);
      if (needsDirection && isZero(document.ownHeads, h * bytes)) {
        coder.encode(tokens[start], document.ownHeads, h * bytes);
      }
      if (coder.needsHead()) {
        coder.decode(document.ownHeads, h * bytes, head, 0);
      }
      for (int t = start; t < end; t++) {
        coder.encode(tokens[t], head, document.tokens, t * bytes);
      }
    }
  }

  /**
   * Whether a head has no cosine, which would be NaN in a lane: its tokens cancel out, or its
   * components are too small for bytes. The first of its tokens then stands for all.
   */
  private boolean isZero(byte[] codes, int offset) {
    coder.decode(codes, offset, head, 0);
    return VectorUtil.isZeroVector(head);
  }

  long ramBytesUsed() {
    return mean.ramBytesUsed() + RamUsageEstimator.sizeOf(head);
  }
}
