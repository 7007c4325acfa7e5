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

public class TestLane extends LuceneTestCase {

  /** A list, of 19 heads here, for each document looked for, and 342 lists at least. */
  public void testListsOfDocuments() {
    assertEquals(2_000 + 342 * 19, Lane.listedHeads(96_000, 2_000, 16, 96_000));
    assertEquals(2_000 + 342 * 19, Lane.listedHeads(96_000, 2_000, 342, 96_000));
    assertEquals(2_000 + 392 * 19, Lane.listedHeads(96_000, 2_000, 392, 96_000));
    assertEquals(2_000 + 96_000, Lane.listedHeads(96_000, 2_000, 10_000, 96_000));
  }

  public void testFewerAcceptedMoreCompared() {
    assertEquals(2_000 + 2 * 342 * 19, Lane.listedHeads(96_000, 2_000, 16, 48_000));
    assertEquals(2_000 + 96_000, Lane.listedHeads(96_000, 2_000, 16, 1_000));
    assertEquals(2_000 + 96_000, Lane.listedHeads(96_000, 2_000, 16, 0));
  }

  /** As many heads as centroids in a large segment, but not as many times more under a filter. */
  public void testNoFewerHeadsThanCentroids() {
    int heads = 4_800_000;
    int lists = 100_000;
    assertEquals(2 * lists, Lane.listedHeads(heads, lists, 342, heads));
    assertEquals(2 * lists, Lane.listedHeads(heads, lists, 342, heads / 2));
    assertEquals(lists + 10 * 342 * 48, Lane.listedHeads(heads, lists, 342, heads / 10));
  }
}
