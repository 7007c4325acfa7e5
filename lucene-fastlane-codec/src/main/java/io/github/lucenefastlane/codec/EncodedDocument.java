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
 * One document on its way into a segment: codes of its tokens, the groups they were put into, and
 * codes of the heads that are not one of its tokens. A scratch object, filled again and again.
 *
 * <p>The heads of a document are those of its groups, in order, and then, if there are several
 * groups and the format asks for it, the head of the whole document. A group of one token has that
 * token for its head; all other heads have a code of their own.
 */
final class EncodedDocument {

  int tokenCount;
  byte[] tokens = new byte[0];

  int groupCount;
  int[] routes = new int[0];
  boolean documentHead;

  int ownHeadCount;
  byte[] ownHeads = new byte[0];

  /** For each head the token that it is, or -1 - i if it is the i-th of {@link #ownHeads}. */
  int[] heads = new int[0];

  int headCount() {
    return documentHead ? groupCount + 1 : groupCount;
  }

  void growTokens(int count, int codeBytes) {
    tokenCount = count;
    tokens = ArrayUtil.growNoCopy(tokens, Math.multiplyExact(count, codeBytes));
    routes = ArrayUtil.growNoCopy(routes, count);
  }

  /** Finds out which head is a token and which has its own code, from the groups. */
  void assignHeads(int codeBytes) {
    heads = ArrayUtil.growNoCopy(heads, headCount());
    int[] sizes = new int[groupCount];
    for (int t = 0; t < tokenCount; t++) {
      sizes[routes[t]]++;
    }
    ownHeadCount = 0;
    for (int g = 0; g < groupCount; g++) {
      heads[g] = sizes[g] == 1 ? 0 : -1 - ownHeadCount++;
    }
    for (int t = 0; t < tokenCount; t++) {
      if (sizes[routes[t]] == 1) {
        heads[routes[t]] = t;
      }
    }
    if (documentHead) {
      heads[groupCount] = -1 - ownHeadCount++;
    }
    ownHeads = ArrayUtil.growNoCopy(ownHeads, Math.multiplyExact(ownHeadCount, codeBytes));
  }

  void writeTo(DataOutput out, int codeBytes) throws IOException {
    out.writeVInt(tokenCount);
    out.writeVInt(groupCount << 1 | (documentHead ? 1 : 0));
    for (int t = 0; t < tokenCount && groupCount > 1; t++) {
      out.writeVInt(routes[t]);
    }
    out.writeBytes(tokens, 0, tokenCount * codeBytes);
    out.writeBytes(ownHeads, 0, ownHeadCount * codeBytes);
  }

  void readFrom(DataInput in, int codeBytes) throws IOException {
    growTokens(in.readVInt(), codeBytes);
    int groups = in.readVInt();
    groupCount = groups >>> 1;
    documentHead = (groups & 1) == 1;
    for (int t = 0; t < tokenCount; t++) {
      routes[t] = groupCount > 1 ? in.readVInt() : 0;
    }
    in.readBytes(tokens, 0, tokenCount * codeBytes);
    assignHeads(codeBytes);
    in.readBytes(ownHeads, 0, ownHeadCount * codeBytes);
  }

  long ramBytesUsed() {
    return RamUsageEstimator.sizeOf(tokens)
        + RamUsageEstimator.sizeOf(ownHeads)
        + RamUsageEstimator.sizeOf(routes)
        + RamUsageEstimator.sizeOf(heads);
  }
}
