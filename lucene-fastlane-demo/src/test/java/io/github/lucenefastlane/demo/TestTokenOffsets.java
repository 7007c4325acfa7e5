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
import java.util.Arrays;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

/** Offsets survive storing, in whatever order tokens come. */
public class TestTokenOffsets extends LuceneTestCase {

  public void testRoundTrip() throws IOException {
    int count = random().nextInt(50);
    int[] starts = new int[count];
    int[] ends = new int[count];
    for (int i = 0; i < count; i++) {
      starts[i] = random().nextInt(10_000);
      ends[i] = starts[i] + random().nextInt(30);
    }
    BytesRef bytes = new TokenOffsets(starts, ends).toBytes();
    byte[] shifted = new byte[bytes.length + 7];
    System.arraycopy(bytes.bytes, bytes.offset, shifted, 3, bytes.length);
    TokenOffsets read = TokenOffsets.fromBytes(new BytesRef(shifted, 3, bytes.length));
    assertArrayEquals(starts, read.starts());
    assertArrayEquals(ends, read.ends());
    assertEquals(Arrays.stream(ends).max().orElse(0), read.end());
  }

  public void testTwoBytesATokenOfProse() throws IOException {
    int[] starts = {0, 4, 10, 15};
    int[] ends = {3, 9, 14, 20};
    assertEquals(1 + 2 * 4, new TokenOffsets(starts, ends).toBytes().length);
  }
}
