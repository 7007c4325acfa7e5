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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

public class TestGroupedLists extends LuceneTestCase {

  /** Of whole numbers whose products and sums a float holds exactly, in any order of addition. */
  private static float[][] randomVectors(int count, int dimension) {
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      for (int d = 0; d < dimension; d++) {
        vector[d] = TestUtil.nextInt(random(), -500, 500);
      }
    }
    return vectors;
  }

  /** As many means as there are vectors, all of them different, are these vectors. */
  private static Means means(float[][] vectors) {
    return Means.of(
        new Means.Sample() {
          @Override
          public int size() {
            return vectors.length;
          }

          @Override
          public void read(int number, float[] vector) {
            System.arraycopy(vectors[number], 0, vector, 0, vector.length);
          }
        },
        vectors[0].length,
        vectors.length,
        new SplittableRandom(0));
  }

  private static double distance(float[] a, float[] b) {
    double squares = 0;
    for (int d = 0; d < a.length; d++) {
      squares += ((double) a[d] - b[d]) * ((double) a[d] - b[d]);
    }
    return squares;
  }

  /** Groups, each with lists anywhere, so that the nearest list may be in none of the nearest. */
  private static final class Oracle {
    final float[][] groups;

    /** Those of each group, null for none. */
    final float[][][] lists;

    /** The group of each list. */
    final int[] groupOf;

    /** All lists. */
    final float[][] all;

    Oracle(int groupCount, int mostLists, int dimension) {
      groups = randomVectors(groupCount, dimension);
      lists = new float[groupCount][][];
      int never = random().nextInt(groupCount);
      for (int g = 0; g < groupCount; g++) {
        if (g == never || random().nextInt(4) > 0) {
          lists[g] = randomVectors(TestUtil.nextInt(random(), 1, mostLists), dimension);
        }
      }
      int[] withLists = IntStream.range(0, groupCount).filter(g -> lists[g] != null).toArray();
      groupOf =
          Arrays.stream(withLists)
              .flatMap(g -> IntStream.generate(() -> g).limit(lists[g].length))
              .toArray();
      all =
          Arrays.stream(withLists)
              .mapToObj(g -> lists[g])
              .flatMap(Arrays::stream)
              .toArray(float[][]::new);
    }

    GroupedLists grouped(int enoughLists) {
      List<Means> means = new ArrayList<>();
      for (float[][] listsOfGroup : lists) {
        means.add(listsOfGroup == null ? null : means(listsOfGroup));
      }
      return new GroupedLists(means(groups), means, enoughLists);
    }

    /** The groups that a vector's list is looked for in. */
    List<Integer> candidates(float[] vector, int enoughLists) {
      List<Integer> nearestFirst =
          IntStream.range(0, groups.length)
              .filter(g -> lists[g] != null)
              .boxed()
              .sorted(Comparator.comparingDouble(g -> distance(vector, groups[g])))
              .toList();
      List<Integer> candidates = new ArrayList<>();
      int gathered = 0;
      for (int g : nearestFirst) {
        if (gathered >= enoughLists || candidates.size() == GroupedLists.NEAREST_GROUPS) {
          break;
        }
        candidates.add(g);
        gathered += lists[g].length;
      }
      return candidates;
    }

    void assertNearest(float[][] vectors, int enoughLists) {
      GroupedLists grouped = grouped(enoughLists);
      assertEquals(all.length, grouped.count());
      int[] nearest = new int[vectors.length];
      Arrays.fill(nearest, -1);
      grouped.findNearest(vectors, nearest);
      for (int v = 0; v < vectors.length; v++) {
        float[] vector = vectors[v];
        List<Integer> candidates = candidates(vector, enoughLists);
        double expected =
            IntStream.range(0, all.length)
                .filter(list -> candidates.contains(groupOf[list]))
                .mapToDouble(list -> distance(vector, all[list]))
                .min()
                .orElseThrow();
        String where = "vector " + v + ", list " + nearest[v] + ", groups " + candidates;
        assertTrue(where, nearest[v] >= 0 && nearest[v] < all.length);
        assertTrue(where, candidates.contains(groupOf[nearest[v]]));
        assertEquals(where, expected, distance(vector, all[nearest[v]]), 0);
      }
    }
  }

  public void testRandom() {
    for (int i = atLeast(20); i > 0; i--) {
      int dimension = TestUtil.nextInt(random(), 4, 16);
      Oracle oracle =
          new Oracle(
              TestUtil.nextInt(random(), 1, 60), TestUtil.nextInt(random(), 1, 12), dimension);
      float[][] vectors = randomVectors(TestUtil.nextInt(random(), 1, 50), dimension);
      oracle.assertNearest(vectors, TestUtil.nextInt(random(), 1, 100));
    }
  }

  /** However few the lists of a group are, no more groups than so many are looked at. */
  public void testMostGroups() {
    Oracle oracle = new Oracle(200, 2, 4);
    float[][] vectors = randomVectors(50, 4);
    assertEquals(
        GroupedLists.NEAREST_GROUPS, oracle.candidates(vectors[0], Integer.MAX_VALUE).size());
    oracle.assertNearest(vectors, Integer.MAX_VALUE);
  }

  /** Where one group has enough lists, it is the only one. */
  public void testEnoughLists() {
    Oracle oracle = new Oracle(50, 10, 4);
    float[][] vectors = randomVectors(50, 4);
    assertEquals(1, oracle.candidates(vectors[0], 1).size());
    for (int enough = 1; enough <= 40; enough++) {
      oracle.assertNearest(vectors, enough);
    }
  }
}
