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
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.VectorUtil;

/** Properties of the routers that need no training. */
public class TestRouters extends LuceneTestCase {

  private static double coverage(float[][] tokens, List<View> views) {
    double sum = 0;
    for (float[] token : tokens) {
      double best = -1;
      for (View view : views) {
        best = Math.max(best, VectorUtil.cosine(token, view.vector()));
      }
      sum += best;
    }
    return sum;
  }

  private static void checkContract(float[][] tokens, List<View> views, int most) {
    assertFalse(views.isEmpty());
    assertTrue(views.size() + " views", views.size() <= most);
    double weights = 0;
    for (View view : views) {
      assertEquals(tokens[0].length, view.vector().length);
      weights += view.weight();
    }
    assertEquals(1, weights, 1e-5);
  }

  public void testContract() {
    for (int iteration = 0; iteration < 50; iteration++) {
      int count = 1 + random().nextInt(20);
      float[][] tokens = RandomTokens.tokens(random(), count, 1 + random().nextInt(16));
      float[][] copy = Arrays.stream(tokens).map(float[]::clone).toArray(float[][]::new);
      int views = 1 + random().nextInt(10);
      checkContract(tokens, MeanRouter.INSTANCE.route(tokens, views), 1);
      checkContract(tokens, CoverageRouter.INSTANCE.route(tokens, views), views);
      checkContract(tokens, AllTokensRouter.INSTANCE.route(tokens, views), count);
      assertTrue("tokens were modified", Arrays.deepEquals(copy, tokens));
    }
  }

  public void testMeanOfUnitTokensIsUnitMean() {
    float[][] tokens = RandomTokens.tokens(random(), 1 + random().nextInt(20), 12);
    float[] mean = new float[12];
    for (float[] token : tokens) {
      VectorUtil.add(mean, token);
    }
    assertArrayEquals(
        VectorUtil.l2normalize(mean), MeanRouter.INSTANCE.route(tokens, 1).get(0).vector(), 1e-5f);
  }

  public void testMeanKeepsTokensLength() {
    float[] view = MeanRouter.INSTANCE.route(new float[][] {{30, 0}, {0, 30}}, 3).get(0).vector();
    assertArrayEquals(new float[] {21.213203f, 21.213203f}, view, 1e-4f);
  }

  public void testMeanOfTokensThatCancelOut() {
    float[] token = RandomTokens.token(random(), 6);
    float[] opposite = token.clone();
    for (int d = 0; d < opposite.length; d++) {
      opposite[d] = -opposite[d];
    }
    List<View> views = MeanRouter.INSTANCE.route(new float[][] {token, opposite}, 1);
    assertEquals(1, views.size());
    assertArrayEquals(token, views.get(0).vector(), 0f);
    assertEquals(1f, views.get(0).weight(), 0f);
    float[][] zeros = new float[3][4];
    assertArrayEquals(zeros[0], MeanRouter.INSTANCE.route(zeros, 1).get(0).vector(), 0f);
  }

  /** Three tight groups of 4, 3 and 2 tokens give three views of these shares. */
  public void testCoverageFindsGroups() {
    int[] sizes = {4, 3, 2};
    float[][] tokens = new float[9][6];
    int next = 0;
    for (int group = 0; group < sizes.length; group++) {
      for (int i = 0; i < sizes[group]; i++) {
        tokens[next][group] = 1;
        tokens[next][3 + random().nextInt(3)] = random().nextFloat() * .1f;
        next++;
      }
    }
    List<View> views = CoverageRouter.INSTANCE.route(tokens, 3);
    assertEquals(3, views.size());
    for (int group = 0; group < sizes.length; group++) {
      assertEquals(1f, views.get(group).vector()[group], .02f);
      assertEquals(sizes[group] / 9f, views.get(group).weight(), 1e-6f);
    }
  }

  /** The means of groups cover tokens at least as well as the tokens they were grouped by. */
  public void testCoverageOfMeans() {
    float[][] tokens = RandomTokens.tokens(random(), 2 + random().nextInt(15), 8);
    List<View> greedy = new ArrayList<>();
    for (int views = 1; views <= tokens.length; views++) {
      double best = Double.NEGATIVE_INFINITY;
      View next = null;
      for (float[] token : tokens) {
        View candidate = new View(token, 1f);
        greedy.add(candidate);
        double covered = coverage(tokens, greedy);
        greedy.removeLast();
        if (covered > best) {
          best = covered;
          next = candidate;
        }
      }
      greedy.add(next);
      List<View> means = CoverageRouter.INSTANCE.route(tokens, views);
      assertEquals(views, means.size());
      assertTrue(views + " views", coverage(tokens, means) >= best - 1e-4);
    }
    assertEquals(
        tokens.length,
        coverage(tokens, CoverageRouter.INSTANCE.route(tokens, tokens.length)),
        1e-4);
  }

  public void testCoverageFirstChoiceIsBest() {
    float[][] tokens = RandomTokens.tokens(random(), 1 + random().nextInt(15), 8);
    double chosen = coverage(tokens, CoverageRouter.INSTANCE.route(tokens, 1));
    for (float[] token : tokens) {
      assertTrue(chosen >= coverage(tokens, List.of(new View(token, 1f))) - 1e-4);
    }
  }

  public void testCoverageOfRepeatedTokens() {
    float[] token = RandomTokens.token(random(), 5);
    float[] other = RandomTokens.token(random(), 5);
    float[][] tokens = {token, other, token.clone(), token.clone()};
    List<View> views = CoverageRouter.INSTANCE.route(tokens, 4);
    assertEquals(2, views.size());
    assertArrayEquals(token, views.get(0).vector(), 1e-5f);
    assertEquals(.75f, views.get(0).weight(), 0f);
    assertEquals(.25f, views.get(1).weight(), 0f);
  }

  public void testCoverageLeavesZeroTokensOut() {
    float[][] tokens = {new float[2], {1, 0}, {-1, 0}};
    List<View> views = CoverageRouter.INSTANCE.route(tokens, 3);
    assertEquals(2, views.size());
    assertArrayEquals(tokens[1], views.get(0).vector(), 0f);
    assertArrayEquals(tokens[2], views.get(1).vector(), 0f);
    assertEquals(1, CoverageRouter.INSTANCE.route(new float[2][3], 2).size());
  }

  public void testComparisons() {
    assertEquals(0, MeanRouter.INSTANCE.comparisons(9, 2));
    assertEquals(36, CoverageRouter.INSTANCE.comparisons(9, 2));
    assertEquals(0, AllTokensRouter.INSTANCE.comparisons(9, 2));
  }

  public void testViewIsChecked() {
    IllegalArgumentException e =
        expectThrows(
            IllegalArgumentException.class, () -> new View(new float[] {0, Float.NaN}, 1f));
    assertEquals("a view's vector must be finite, got component 1 = NaN", e.getMessage());
    for (float weight : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
      e = expectThrows(IllegalArgumentException.class, () -> new View(new float[1], weight));
      assertEquals(
          "a view's weight must be finite and greater than 0, got: " + weight, e.getMessage());
    }
  }
}
