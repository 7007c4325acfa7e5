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

import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

public class TestTokenBlocks extends LuceneTestCase {

  public void testSize() {
    TokenBlocks blocks = new TokenBlocks(8);
    assertEquals(1, blocks.count(1));
    assertEquals(1, blocks.count(8));
    assertEquals(2, blocks.count(9));
    assertEquals(2, blocks.count(16));
    assertEquals(3, blocks.count(17));
    assertEquals(8, blocks.start(1));
    assertEquals(9, blocks.end(1, 9));
    assertEquals(8, blocks.end(0, 9));
    assertEquals(5, blocks.end(0, 5));
  }

  public void testOneTokenABlock() {
    TokenBlocks blocks = new TokenBlocks(1);
    int tokens = TestUtil.nextInt(random(), 1, 1000);
    assertEquals(tokens, blocks.count(tokens));
    assertTrue(blocks.areTokens(tokens));
    int token = random().nextInt(tokens);
    assertEquals(token, blocks.start(token));
    assertEquals(token + 1, blocks.end(token, tokens));
  }

  public void testRange() {
    for (int size :
        new int[] {Integer.MIN_VALUE, 0, FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE + 1}) {
      IllegalArgumentException e =
          expectThrows(IllegalArgumentException.class, () -> new TokenBlocks(size));
      assertEquals("size must be in [1, 1048576], got " + size, e.getMessage());
    }
  }

  public void testOneToken() {
    TokenBlocks blocks = new TokenBlocks(TestUtil.nextInt(random(), 2, 100));
    assertTrue(blocks.areTokens(1));
    assertFalse(blocks.areTokens(2));
  }

  /** Each token is in one block. */
  public void testPartition() {
    int size = TestUtil.nextInt(random(), 1, 40);
    TokenBlocks blocks = new TokenBlocks(size);
    int tokens = TestUtil.nextInt(random(), 1, 500);
    int count = blocks.count(tokens);
    assertEquals(0, blocks.start(0));
    assertEquals(tokens, blocks.end(count - 1, tokens));
    assertTrue(blocks.start(count - 1) < tokens);
    for (int block = 1; block < count; block++) {
      assertEquals(size, blocks.start(block) - blocks.start(block - 1));
      assertEquals(blocks.start(block), blocks.end(block - 1, tokens));
    }
  }

  public void testLargestNumbers() {
    TokenBlocks blocks = new TokenBlocks(FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE);
    int count = blocks.count(Integer.MAX_VALUE);
    assertEquals(2048, count);
    assertEquals(Integer.MAX_VALUE, blocks.end(count - 1, Integer.MAX_VALUE));
  }
}
