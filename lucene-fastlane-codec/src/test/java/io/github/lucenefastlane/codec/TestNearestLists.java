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

import java.util.Arrays;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** All lists are taken once each, the nearest first. */
public class TestNearestLists extends LuceneTestCase {

  private static void check(float[] similarities) {
    NearestLists lists = new NearestLists(similarities.clone());
    boolean[] taken = new boolean[similarities.length];
    float last = Float.POSITIVE_INFINITY;
    for (int i = 0; i < similarities.length; i++) {
      assertTrue(lists.hasNext());
      int list = lists.next();
      assertFalse("list " + list + " was taken", taken[list]);
      taken[list] = true;
      float similarity = Float.isNaN(similarities[list]) ? 0 : similarities[list];
      assertTrue(similarity + " after " + last, similarity <= last);
      last = similarity;
    }
    assertFalse(lists.hasNext());
  }

  public void testRandom() {
    for (int i = atLeast(20); i > 0; i--) {
      float[] similarities = new float[TestUtil.nextInt(random(), 1, 1000)];
      int different = TestUtil.nextInt(random(), 1, 2000);
      for (int list = 0; list < similarities.length; list++) {
        similarities[list] = random().nextInt(different) / (float) different;
      }
      check(similarities);
    }
  }

  public void testNoLists() {
    check(new float[0]);
  }

  public void testExtremes() {
    float[] extremes = {0, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.POSITIVE_INFINITY};
    float[] similarities = new float[TestUtil.nextInt(random(), 1, 200)];
    for (int list = 0; list < similarities.length; list++) {
      int extreme = random().nextInt(extremes.length + 1);
      similarities[list] = extreme == extremes.length ? Float.NaN : extremes[extreme];
    }
    check(similarities);
    Arrays.fill(similarities, Float.NaN);
    check(similarities);
  }
}
