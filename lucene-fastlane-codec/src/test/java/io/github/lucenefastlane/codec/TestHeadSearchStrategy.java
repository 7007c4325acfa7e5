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

import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.tests.util.LuceneTestCase;

/** That strategies of different searches are not equal, and that a negative number is refused. */
public class TestHeadSearchStrategy extends LuceneTestCase {
  public void testEquality() {
    int threshold = random().nextInt(101);
    int documents = 1 + random().nextInt(1000);
    HeadSearchStrategy strategy = new HeadSearchStrategy(threshold, documents);
    HeadSearchStrategy same = new HeadSearchStrategy(threshold, documents);
    assertEquals(strategy, same);
    assertEquals(strategy.hashCode(), same.hashCode());
    assertNotEquals(strategy, new HeadSearchStrategy(threshold));
    assertNotEquals(strategy, new HeadSearchStrategy((threshold + 1) % 101, documents));
    assertNotEquals(new HeadSearchStrategy(threshold), new KnnSearchStrategy.Hnsw(threshold));
    assertNotEquals(new KnnSearchStrategy.Hnsw(threshold), new HeadSearchStrategy(threshold));
  }

  public void testNegativeDocuments() {
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> new HeadSearchStrategy(60, -1));
    assertEquals("documents must be at least 0, got -1", e.getMessage());
  }
}
