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
package io.github.lucenefastlane.demo;

import java.io.IOException;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.util.BytesRef;

/**
 * Where the tokens of a passage stand in its content, in characters. Stored with each passage
 * (about two bytes a token), so that a search can mark what matched without encoding the passage
 * again.
 */
record TokenOffsets(int[] starts, int[] ends) {

  int count() {
    return starts.length;
  }

  /** Where the last of the tokens ends; 0 if there is none. */
  int end() {
    int end = 0;
    for (int tokenEnd : ends) {
      end = Math.max(end, tokenEnd);
    }
    return end;
  }

  /**
   * The number of tokens, then for each the distance of its start to the last end and its length.
   */
  BytesRef toBytes() throws IOException {
    ByteBuffersDataOutput out = new ByteBuffersDataOutput();
    out.writeVInt(starts.length);
    int previousEnd = 0;
    for (int i = 0; i < starts.length; i++) {
      out.writeZInt(starts[i] - previousEnd);
      out.writeVInt(ends[i] - starts[i]);
      previousEnd = ends[i];
    }
    return new BytesRef(out.toArrayCopy());
  }

  static TokenOffsets fromBytes(BytesRef bytes) throws IOException {
    ByteArrayDataInput in = new ByteArrayDataInput(bytes.bytes, bytes.offset, bytes.length);
    int count = in.readVInt();
    int[] starts = new int[count];
    int[] ends = new int[count];
    int previousEnd = 0;
    for (int i = 0; i < count; i++) {
      starts[i] = previousEnd + in.readZInt();
      ends[i] = starts[i] + in.readVInt();
      previousEnd = ends[i];
    }
    return new TokenOffsets(starts, ends);
  }
}
