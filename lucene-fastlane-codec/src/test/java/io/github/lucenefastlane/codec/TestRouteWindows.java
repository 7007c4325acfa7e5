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

public class TestRouteWindows extends LuceneTestCase {

  public void testDefaultStride() {
    RouteWindows windows = new RouteWindows(8);
    assertEquals(1, windows.count(1));
    assertEquals(1, windows.count(16));
    assertEquals(2, windows.count(17));
    assertEquals(2, windows.count(24));
    assertEquals(3, windows.count(25));
    assertEquals(8, windows.start(1));
    assertEquals(17, windows.end(1, 17));
    assertEquals(16, windows.end(0, 17));
    assertEquals(5, windows.end(0, 5));
  }

  public void testStrideOfOneToken() {
    RouteWindows windows = new RouteWindows(1);
    int tokens = TestUtil.nextInt(random(), 1, 1000);
    assertEquals(tokens, windows.count(tokens));
    assertTrue(windows.headsAreTokens(tokens));
    int token = random().nextInt(tokens);
    assertEquals(token, windows.start(token));
    assertEquals(token + 1, windows.end(token, tokens));
  }

  public void testRange() {
    for (int stride :
        new int[] {Integer.MIN_VALUE, 0, FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE + 1}) {
      IllegalArgumentException e =
          expectThrows(IllegalArgumentException.class, () -> new RouteWindows(stride));
      assertEquals("tokensPerRoute must be in [1, 1048576], got " + stride, e.getMessage());
    }
  }

  public void testOneToken() {
    RouteWindows windows = new RouteWindows(TestUtil.nextInt(random(), 2, 100));
    assertTrue(windows.headsAreTokens(1));
    assertFalse(windows.headsAreTokens(2));
  }

  /** Every run of as many neighbours as a stride has is in one window, and no window is idle. */
  public void testCoverage() {
    int stride = TestUtil.nextInt(random(), 2, 40);
    RouteWindows windows = new RouteWindows(stride);
    int tokens = TestUtil.nextInt(random(), 1, 500);
    int count = windows.count(tokens);
    assertEquals(0, windows.start(0));
    assertEquals(tokens, windows.end(count - 1, tokens));
    for (int route = 1; route < count; route++) {
      assertEquals(stride, windows.start(route) - windows.start(route - 1));
      assertEquals(stride, windows.end(route - 1, tokens) - windows.start(route));
      assertTrue(windows.end(route, tokens) > windows.end(route - 1, tokens));
    }
  }

  public void testLargestNumbers() {
    RouteWindows windows = new RouteWindows(FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE);
    int count = windows.count(Integer.MAX_VALUE);
    assertEquals(2047, count);
    assertEquals(Integer.MAX_VALUE, windows.end(count - 1, Integer.MAX_VALUE));
  }
}
