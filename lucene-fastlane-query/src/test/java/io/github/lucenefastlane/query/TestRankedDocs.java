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
package io.github.lucenefastlane.query;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestRankedDocs extends LuceneTestCase {

  public void testLowerDocumentsOfEqualScores() {
    RankedDocs best = RankedDocs.best(new int[] {2, 3, 5, 8}, new float[] {1, 7, 1, 1}, 3);
    assertArrayEquals(new int[] {2, 3, 5}, best.docs());
    assertArrayEquals(new float[] {1, 7, 1}, best.scores(), 0f);
  }

  public void testUnscored() {
    float[] scores = {Float.NaN, 4, Float.NaN, 3, 5};
    RankedDocs all = RankedDocs.best(new int[] {1, 2, 3, 4, 5}, scores, 5);
    assertArrayEquals(new int[] {2, 4, 5}, all.docs());
    assertArrayEquals(new float[] {4, 3, 5}, all.scores(), 0f);
    assertArrayEquals(
        new int[] {2, 5}, RankedDocs.best(new int[] {1, 2, 3, 4, 5}, scores, 2).docs());
  }

  /** Against sorting the documents themselves. */
  public void testRandom() {
    for (int iteration = atLeast(50); iteration > 0; iteration--) {
      int[] docs = random().ints(random().nextInt(40), 0, 1000).sorted().distinct().toArray();
      float[] scores = new float[docs.length];
      for (int i = 0; i < scores.length; i++) {
        scores[i] =
            switch (random().nextInt(5)) {
              case 0 -> Float.NaN;
              case 1 -> 0f;
              case 2 -> random().nextInt(3) - 1;
              default -> 100 * random().nextFloat() - 50;
            };
      }
      int k = random().nextInt(45);
      List<Integer> expected =
          IntStream.range(0, docs.length)
              .boxed()
              .filter(place -> Float.isNaN(scores[place]) == false)
              .sorted(
                  Comparator.comparing((Integer place) -> scores[place])
                      .reversed()
                      .thenComparing(Comparator.naturalOrder()))
              .limit(k)
              .sorted()
              .toList();
      RankedDocs best = RankedDocs.best(docs, scores, k);
      assertEquals(
          expected.stream().map(place -> docs[place]).toList(),
          Arrays.stream(best.docs()).boxed().toList());
      for (int i = 0; i < best.scores().length; i++) {
        assertEquals(scores[expected.get(i)], best.scores()[i], 0f);
      }
    }
  }
}
