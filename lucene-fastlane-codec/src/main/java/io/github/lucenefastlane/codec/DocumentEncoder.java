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

/** Encodes and routes the documents of one field. Belongs to one thread. */
final class DocumentEncoder {

  private final VectorCoder coder;
  private final DocumentRouter router;
  private final boolean documentRoute;
  private final boolean needsDirection;
  private final float[] head;

  DocumentEncoder(FastLaneVectorsFormat format, FieldInfo info) {
    this.coder = VectorCoder.of(info, format.tokenEncoding());
    this.router = new DocumentRouter(format.tokensPerRoute(), info.getVectorSimilarityFunction());
    this.documentRoute = format.documentRoute();
    this.needsDirection = info.getVectorSimilarityFunction() == VectorSimilarityFunction.COSINE;
    this.head = new float[info.getVectorDimension()];
  }

  /**
   * Encodes a document.
   *
   * @param tokens {@code [count][dimension]}
   */
  void encode(float[][] tokens, int count, EncodedDocument document) {
    int bytes = coder.bytes();
    document.growTokens(count, bytes);
    for (int t = 0; t < count; t++) {
      coder.encode(tokens[t], document.tokens, t * bytes);
    }
    document.groupCount = router.group(tokens, count, document.routes);
    document.documentHead = documentRoute && document.groupCount > 1;
    document.assignHeads(bytes);
    router.sum(tokens, count, document.routes, document.groupCount);
    for (int h = 0; h < document.headCount(); h++) {
      if (document.heads[h] < 0) {
        boolean whole = h == document.groupCount;
        router.head(whole ? 0 : h, whole ? h : h + 1, head);
        int offset = (-1 - document.heads[h]) * bytes;
        coder.encode(head, document.ownHeads, offset);
        if (needsDirection && isZero(document.ownHeads, offset)) {
          coder.encode(tokens[whole ? 0 : firstToken(document, h)], document.ownHeads, offset);
        }
      }
    }
  }

  /**
   * Whether a head has no cosine, which would be NaN in the graph: its tokens cancel out, or its
   * components are too small for bytes. The first of its tokens then stands for all.
   */
  private boolean isZero(byte[] codes, int offset) {
    coder.decode(codes, offset, head, 0);
    return VectorUtil.isZeroVector(head);
  }

  private static int firstToken(EncodedDocument document, int route) {
    int token = 0;
    while (document.routes[token] != route) {
      token++;
    }
    return token;
  }

  long ramBytesUsed() {
    return router.ramBytesUsed() + RamUsageEstimator.sizeOf(head);
  }
}
