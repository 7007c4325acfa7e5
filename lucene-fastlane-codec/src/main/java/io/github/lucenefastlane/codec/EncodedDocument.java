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
 * One document on its way into a segment: codes of its tokens, and codes of its heads where they
 * are not its tokens. A scratch object, filled again and again.
 */
final class EncodedDocument {

  private final RouteBlocks blocks;
  private final int codeBytes;

  private int tokenCount;
  byte[] tokens = new byte[0];
  byte[] ownHeads = new byte[0];

  EncodedDocument(RouteBlocks blocks, int codeBytes) {
    this.blocks = blocks;
    this.codeBytes = codeBytes;
  }

  int tokenCount() {
    return tokenCount;
  }

  int headCount() {
    return blocks.count(tokenCount);
  }

  /** Number of heads that have a code of their own: all of them, or none if they are tokens. */
  int ownHeadCount() {
    return blocks.headsAreTokens(tokenCount) ? 0 : headCount();
  }

  int tokenBytes() {
    return tokenCount * codeBytes;
  }

  int ownHeadBytes() {
    return ownHeadCount() * codeBytes;
  }

  /** Codes of the heads, one after the other. */
  byte[] heads() {
    return ownHeadCount() == 0 ? tokens : ownHeads;
  }

  /** Starts a document of so many tokens; what the arrays hold is lost. */
  void setTokenCount(int count) {
    tokenCount = count;
    tokens = ArrayUtil.growNoCopy(tokens, Math.multiplyExact(count, codeBytes));
    ownHeads = ArrayUtil.growNoCopy(ownHeads, Math.multiplyExact(ownHeadCount(), codeBytes));
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeVInt(tokenCount);
    out.writeBytes(tokens, 0, tokenBytes());
    out.writeBytes(ownHeads, 0, ownHeadBytes());
  }

  void readFrom(DataInput in) throws IOException {
    setTokenCount(in.readVInt());
    in.readBytes(tokens, 0, tokenBytes());
    in.readBytes(ownHeads, 0, ownHeadBytes());
  }

  long ramBytesUsed() {
    return RamUsageEstimator.sizeOf(tokens) + RamUsageEstimator.sizeOf(ownHeads);
  }
}
