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
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;

/**
 * Encodes the tokens, heads and pooled vectors of the documents of one field. Belongs to one
 * thread.
 */
final class DocumentEncoder {

  private final VectorCoder coder;
  private final VectorCoder meanCoder;
  private final TokenBlocks routes;

  /** Blocks of as many tokens as pools have on the average. */
  private final TokenBlocks poolBlocks;

  private final RouteBoundaries boundaries;
  private final TokenPooling pooling;
  private final MeanVector mean;
  private final boolean bytes;
  private final boolean needsDirection;

  /** A head or a pooled vector. */
  private final float[] vector;

  private int[] routeEnds = new int[0];
  private int[] pools = new int[0];

  DocumentEncoder(FastLaneVectorsFormat format, FieldInfo info) {
    this.routes = format.routes();
    this.poolBlocks = format.poolBlocks();
    this.coder = VectorCoder.of(info, format.tokenEncoding());
    this.meanCoder = VectorCoder.ofMeans(info, format.tokenEncoding(), routes.areTokens());
    VectorSimilarityFunction similarity = info.getVectorSimilarityFunction();
    this.boundaries = new RouteBoundaries(similarity, routes);
    this.pooling = new TokenPooling(similarity, poolBlocks);
    this.mean = new MeanVector(similarity, info.getVectorDimension());
    this.bytes = info.getVectorEncoding() == VectorEncoding.BYTE;
    this.needsDirection = similarity == VectorSimilarityFunction.COSINE;
    this.vector = new float[info.getVectorDimension()];
  }

  /** A document to encode into, again and again. */
  EncodedDocument newDocument() {
    return new EncodedDocument(routes, poolBlocks, coder.bytes(), meanCoder.bytes());
  }

  /**
   * Encodes a document.
   *
   * @param tokens {@code [count][dimension]}
   */
  void encode(float[][] tokens, int count, EncodedDocument document) {
    encodeHeads(tokens, count, document);
    if (poolBlocks.areTokens() == false) {
      if (count == 1) {
        System.arraycopy(document.heads, 0, document.pooled, 0, document.pooledBytes());
      } else {
        encodePools(tokens, count, document);
      }
    }
    if (coder.isRelative() == false || poolBlocks.areTokens(count)) {
      for (int t = 0; t < count; t++) {
        coder.encode(tokens[t], document.tokens, t * coder.bytes());
      }
    }
  }

  /** Encodes the heads of a document, for pooled vectors and tokens to be put beside them. */
  void encodeHeads(float[][] tokens, int count, EncodedDocument document) {
    document.setTokenCount(count);
    if (routes.areTokens()) {
      return;
    }
    routeEnds = ArrayUtil.growNoCopy(routeEnds, document.headCount());
    boundaries.find(tokens, count, routeEnds);
    int start = 0;
    for (int h = 0; h < document.headCount(); h++) {
      mean.clear();
      for (int t = start; t < routeEnds[h]; t++) {
        mean.add(tokens[t]);
      }
      mean.get(vector);
      encodeMean(tokens[start], document.heads, h);
      start = routeEnds[h];
    }
  }

  /** The pool of each token of the last document that had several. */
  int[] pools() {
    return pools;
  }

  /** Encodes pooled vectors, and, if they are coded against them, tokens. */
  private void encodePools(float[][] tokens, int count, EncodedDocument document) {
    pools = ArrayUtil.growNoCopy(pools, count);
    pooling.assign(tokens, count, pools);
    for (int p = 0; p < document.poolCount(); p++) {
      int inWindow = p % TokenPooling.WINDOW_POOLS;
      int firstPool = p - inWindow;
      int lastPool = Math.min(firstPool + TokenPooling.WINDOW_POOLS, document.poolCount()) - 1;
      int end = poolBlocks.end(lastPool, count);
      int first = -1;
      mean.clear();
      for (int t = poolBlocks.start(firstPool); t < end; t++) {
        if (pools[t] == p) {
          mean.add(tokens[t]);
          first = first < 0 ? t : first;
        }
      }
      mean.getForecast(vector);
      encodeMean(tokens[first], document.pooled, p);
      if (coder.isRelative()) {
        meanCoder.decode(document.pooled, p * meanCoder.bytes(), vector, 0);
        for (int t = first; t < end; t++) {
          if (pools[t] == p) {
            coder.encode(tokens[t], vector, inWindow, document.tokens, t * coder.bytes());
          }
        }
      }
    }
  }

  /**
   * Encodes {@link #vector}, shortened to what bytes hold. If it has no cosine, which would be NaN
   * in a lane, since its tokens cancel out or its components are too small for bytes, the first of
   * its tokens stands for all.
   */
  private void encodeMean(float[] firstToken, byte[] codes, int i) {
    int offset = i * meanCoder.bytes();
    if (bytes) {
      float largest = VectorCoder.maxMagnitude(vector);
      if (largest > Byte.MAX_VALUE) {
        VectorCoder.multiply(vector, Byte.MAX_VALUE / largest);
      }
    }
    meanCoder.encode(vector, codes, offset);
    if (needsDirection) {
      meanCoder.decode(codes, offset, vector, 0);
      if (VectorUtil.isZeroVector(vector)) {
        meanCoder.encode(firstToken, codes, offset);
      }
    }
  }

  long ramBytesUsed() {
    return mean.ramBytesUsed()
        + boundaries.ramBytesUsed()
        + pooling.ramBytesUsed()
        + RamUsageEstimator.sizeOf(vector)
        + RamUsageEstimator.sizeOf(routeEnds)
        + RamUsageEstimator.sizeOf(pools);
  }
}
