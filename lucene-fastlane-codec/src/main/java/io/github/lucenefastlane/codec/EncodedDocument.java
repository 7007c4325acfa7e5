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

import java.io.IOException;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.DataOutput;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;

/**
 * One document on its way into a segment: codes of its tokens, of its heads, unless each token is a
 * route, and of its pooled vectors, unless each token is a pool. A scratch object, filled again and
 * again.
 */
final class EncodedDocument {

  private final TokenBlocks routes;
  private final TokenBlocks poolBlocks;
  private final int tokenCodeBytes;
  private final int meanCodeBytes;

  private int tokenCount;
  byte[] tokens = new byte[0];
  byte[] heads = new byte[0];
  byte[] pooled = new byte[0];

  /**
   * @param tokenCodeBytes bytes of a token's code
   * @param meanCodeBytes bytes of the code of a head or a pooled vector
   */
  EncodedDocument(
      TokenBlocks routes, TokenBlocks poolBlocks, int tokenCodeBytes, int meanCodeBytes) {
    this.routes = routes;
    this.poolBlocks = poolBlocks;
    this.tokenCodeBytes = tokenCodeBytes;
    this.meanCodeBytes = meanCodeBytes;
  }

  int tokenCount() {
    return tokenCount;
  }

  int headCount() {
    return routes.count(tokenCount);
  }

  int poolCount() {
    return poolBlocks.count(tokenCount);
  }

  int tokenBytes() {
    return tokenCount * tokenCodeBytes;
  }

  /** Bytes of the codes of all heads: none if each token is a route. */
  int headBytes() {
    return routes.areTokens() ? 0 : headCount() * meanCodeBytes;
  }

  /** Bytes of the codes of all pooled vectors: none if each token is a pool. */
  int pooledBytes() {
    return poolBlocks.areTokens() ? 0 : poolCount() * meanCodeBytes;
  }

  /** Starts a document of so many tokens; what the arrays hold is lost. */
  void setTokenCount(int count) {
    tokenCount = count;
    tokens = ArrayUtil.growNoCopy(tokens, Math.multiplyExact(count, tokenCodeBytes));
    heads = ArrayUtil.growNoCopy(heads, headBytes());
    pooled = ArrayUtil.growNoCopy(pooled, pooledBytes());
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeVInt(tokenCount);
    out.writeBytes(tokens, 0, tokenBytes());
    out.writeBytes(heads, 0, headBytes());
    out.writeBytes(pooled, 0, pooledBytes());
  }

  void readFrom(DataInput in) throws IOException {
    setTokenCount(in.readVInt());
    in.readBytes(tokens, 0, tokenBytes());
    in.readBytes(heads, 0, headBytes());
    in.readBytes(pooled, 0, pooledBytes());
  }

  long ramBytesUsed() {
    return RamUsageEstimator.sizeOf(tokens)
        + RamUsageEstimator.sizeOf(heads)
        + RamUsageEstimator.sizeOf(pooled);
  }
}
