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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.tests.util.LuceneTestCase;

/** The union of several views' hits, its scores and the choice of candidates. */
public class TestCandidatePool extends LuceneTestCase {

  private static ScoreDoc[] hits(double... docsAndSimilarities) {
    ScoreDoc[] hits = new ScoreDoc[docsAndSimilarities.length / 2];
    for (int i = 0; i < hits.length; i++) {
      hits[i] =
          new ScoreDoc((int) docsAndSimilarities[2 * i], (float) docsAndSimilarities[2 * i + 1]);
    }
    return hits;
  }

  private static List<View> views(float... weights) {
    List<View> views = new ArrayList<>();
    for (float weight : weights) {
      views.add(new View(new float[] {1}, weight));
    }
    return views;
  }

  public void testMissingSimilarityIsTheLowestFound() {
    CandidatePool pool =
        new CandidatePool(
            List.of(hits(7, .5, 3, .9), hits(3, .8, 1, .6, 9, .7)), views(.25f, .75f), 10);
    assertArrayEquals(new int[] {1, 3, 7, 9}, pool.docs());
    assertEquals(.5f, pool.missingSimilarity(0), 0f);
    assertEquals(.6f, pool.missingSimilarity(1), 0f);
    float[] expected = {
      .25f * .5f + .75f * .6f,
      .25f * .9f + .75f * .8f,
      .25f * .5f + .75f * .6f,
      .25f * .5f + .75f * .7f
    };
    assertArrayEquals(expected, pool.scores(), 1e-6f);
    float[][] similarities = pool.similarities(new int[] {1, 3});
    assertArrayEquals(new float[] {Float.NaN, .9f}, similarities[0], 0f);
    assertArrayEquals(new float[] {.6f, .8f}, similarities[1], 0f);
  }

  public void testHitsAreCutBeforeImputation() {
    CandidatePool pool =
        new CandidatePool(List.<ScoreDoc[]>of(hits(1, .2, 2, .4, 3, .4, 4, .9)), views(1f), 2);
    assertArrayEquals("the lower document of equals", new int[] {2, 4}, pool.docs());
    assertEquals(.4f, pool.missingSimilarity(0), 0f);
  }

  public void testViewThatFoundNothing() {
    CandidatePool pool = new CandidatePool(List.of(hits(), hits(2, .5)), views(.5f, .5f), 4);
    assertEquals(0f, pool.missingSimilarity(0), 0f);
    assertArrayEquals(new float[] {.25f}, pool.scores(), 0f);
    assertArrayEquals(new int[] {2}, pool.best(4));
    assertEquals(0, new CandidatePool(List.<ScoreDoc[]>of(hits()), views(1f), 4).best(3).length);
  }

  /** Forecasts of standard deviation 1, to which one of .1 of the routed scores adds .05. */
  public void testRoutedScoresDecideBetweenCloseForecasts() {
    CandidatePool pool =
        new CandidatePool(List.<ScoreDoc[]>of(hits(1, .2, 2, .4, 3, .4, 4, .2)), views(1f), 4);
    float slightly = 2 * 0.05f - 0.01f;
    float[] forecasts = {2 + slightly, 2, 0, 0};
    assertArrayEquals(new int[] {2}, pool.best(1, forecasts));
    forecasts[0] = 2 + 2 * 0.05f + 0.02f;
    assertArrayEquals(new int[] {1}, pool.best(1, forecasts));
    forecasts[0] = Float.NaN;
    assertArrayEquals("what is not forecast", new int[] {2, 3, 4}, pool.best(4, forecasts));
    forecasts[0] = Float.POSITIVE_INFINITY;
    assertArrayEquals("by forecasts alone", new int[] {1, 2}, pool.best(2, forecasts));
  }

  /** However little the routed scores differ, forecasts are not lost in the sum. */
  public void testRoutedScoresThatDifferByTheirLastBit() {
    double[] found = new double[2 * 600];
    float[] forecasts = new float[600];
    for (int doc = 0; doc < forecasts.length; doc++) {
      found[2 * doc] = doc;
      found[2 * doc + 1] = doc % 2 == 0 ? .8f : Math.nextUp(.8f);
      forecasts[doc] = 20 + doc / 100f;
    }
    CandidatePool pool = new CandidatePool(List.<ScoreDoc[]>of(hits(found)), views(1f), 600);
    // A deviation of the forecasts is 173 documents wide, and half of the routed scores are one
    // below their mean, the other half above it: 9 documents up or down.
    int[] best = pool.best(100, forecasts);
    assertEquals(100, best.length);
    for (int doc = 500 - 10; doc < 600; doc++) {
      boolean chosen = Arrays.binarySearch(best, doc) >= 0;
      assertEquals("document " + doc, doc % 2 == 0 ? doc >= 510 : doc >= 491, chosen);
    }
  }

  public void testForecastsAloneDecideBetweenEqualRoutedScores() {
    CandidatePool pool =
        new CandidatePool(List.<ScoreDoc[]>of(hits(1, .3, 2, .3, 3, .3)), views(1f), 4);
    assertArrayEquals(new int[] {2, 3}, pool.best(2, new float[] {1, 3, 2}));
    assertArrayEquals(new int[] {1, 2}, pool.best(2, new float[] {1, 1, 1}));
  }

  public void testBestOfRoutedScores() {
    List<ScoreDoc[]> found = List.of(hits(1, .9, 2, .8, 3, .7, 4, .6), hits(8, .9, 3, .8, 9, .3));
    CandidatePool pool = new CandidatePool(found, views(.5f, .5f), 4);
    assertArrayEquals(new int[] {3}, pool.best(1)); // .75, then 8 at .75, 1 at .6, 2 at .55
    assertArrayEquals(new int[] {3, 8}, pool.best(2));
    assertArrayEquals(new int[] {1, 3, 8}, pool.best(3));
    assertArrayEquals(new int[] {1, 2, 3, 8}, pool.best(4));
    assertArrayEquals(new int[] {1, 2, 3, 4, 8, 9}, pool.best(9));
  }

  /** Against a plain computation over maps. */
  public void testRandom() {
    for (int iteration = 0; iteration < 100; iteration++) {
      int viewCount = 1 + random().nextInt(4);
      int limit = 1 + random().nextInt(8);
      float[] weights = new float[viewCount];
      Arrays.fill(weights, 1f / viewCount);
      List<ScoreDoc[]> found = new ArrayList<>();
      List<List<ScoreDoc>> sorted = new ArrayList<>();
      Map<Integer, Double> expected = new HashMap<>();
      for (int view = 0; view < viewCount; view++) {
        Map<Integer, Float> hits = new HashMap<>();
        for (int hit = random().nextInt(15); hit > 0; hit--) {
          hits.put(random().nextInt(20), random().nextInt(10) / 10f);
        }
        List<ScoreDoc> list = new ArrayList<>();
        hits.forEach((doc, similarity) -> list.add(new ScoreDoc(doc, similarity)));
        found.add(list.toArray(ScoreDoc[]::new));
        list.sort((a, b) -> a.score != b.score ? Float.compare(b.score, a.score) : a.doc - b.doc);
        sorted.add(list.subList(0, Math.min(limit, list.size())));
        sorted.get(view).forEach(hit -> expected.put(hit.doc, 0d));
      }
      for (Map.Entry<Integer, Double> entry : expected.entrySet()) {
        double sum = 0;
        for (List<ScoreDoc> view : sorted) {
          double similarity = view.isEmpty() ? 0 : view.get(view.size() - 1).score;
          for (ScoreDoc hit : view) {
            if (hit.doc == entry.getKey()) {
              similarity = hit.score;
            }
          }
          sum += similarity / viewCount;
        }
        entry.setValue(sum);
      }

      CandidatePool pool = new CandidatePool(found, views(weights), limit);
      assertArrayEquals(
          expected.keySet().stream().mapToInt(doc -> doc).sorted().toArray(), pool.docs());
      for (int place = 0; place < pool.docs().length; place++) {
        assertEquals(expected.get(pool.docs()[place]), pool.scores()[place], 1e-5);
      }

      int count = 1 + random().nextInt(20);
      int[] best = pool.best(count);
      assertEquals(Math.min(count, expected.size()), best.length);
      Set<Integer> chosen = new HashSet<>();
      Arrays.stream(best).forEach(chosen::add);
      assertEquals(best.length, chosen.size());
      for (int place = 0; place < pool.docs().length; place++) {
        if (chosen.contains(pool.docs()[place]) == false) {
          for (int other = 0; other < pool.docs().length; other++) {
            if (chosen.contains(pool.docs()[other])) {
              assertTrue(pool.scores()[other] >= pool.scores()[place]);
            }
          }
        }
      }
    }
  }
}
