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
import java.util.List;

/**
 * Lists in groups. The nearest list of a vector is looked for in the groups that are nearest to it.
 *
 * <p>A group's lists are compared with all of many vectors that are near to the group, before those
 * of the next group are: so they stay in the processor's cache. One vector after the other, each
 * comparison waited for memory, and the same lists took three times the processor time.
 *
 * <p>Immutable, so one instance serves all threads.
 */
final class GroupedLists {

  /** Groups in which a vector's list is looked for, at most. */
  static final int NEAREST_GROUPS = 16;

  /**
   * Lists from which on no further group is looked at, so that a vector costs as much among many
   * lists as among few. Of the documents of the best 300 heads of 184,000 (synthetic, hard), the
   * 16,384 heads of the nearest lists hold .864 with 800, .866 with 1,000, .868 with 1,200 and with
   * 1,600; of 919,000, .594 with 1,600, in three quarters of the comparisons that 16 groups take.
   */
  private static final int ENOUGH_LISTS = 1600;

  private final Means groups;
  private final List<Means> listsOfGroups;
  private final int enoughLists;

  /** Number of the first list of each group, and of all lists. */
  private final int[] firstLists;

  /**
   * @param listsOfGroups null for a group without lists, which not all may be
   */
  GroupedLists(Means groups, List<Means> listsOfGroups) {
    this(groups, listsOfGroups, ENOUGH_LISTS);
  }

  /**
   * The same with another limit.
   *
   * @param enoughLists from which on no further group is looked at, at least 1
   */
  GroupedLists(Means groups, List<Means> listsOfGroups, int enoughLists) {
    this.groups = groups;
    this.listsOfGroups = listsOfGroups;
    this.enoughLists = enoughLists;
    this.firstLists = new int[groups.count() + 1];
    for (int g = 0; g < groups.count(); g++) {
      Means lists = listsOfGroups.get(g);
      firstLists[g + 1] = firstLists[g] + (lists == null ? 0 : lists.count());
    }
  }

  /** Number of lists of all groups. */
  int count() {
    return firstLists[groups.count()];
  }

  private int count(int group) {
    return firstLists[group + 1] - firstLists[group];
  }

  /**
   * Finds the nearest list of each vector.
   *
   * @param nearest out: numbers of lists, those of the first group first
   */
  void findNearest(float[][] vectors, int[] nearest) {
    Visits visits = new Visits(vectors);
    float[] closest = new float[vectors.length];
    Arrays.fill(closest, Float.NEGATIVE_INFINITY);
    float[][] visitors = new float[vectors.length][];
    int[] found = new int[vectors.length];
    float[] closeness = new float[vectors.length];
    for (int g = 0; g < groups.count(); g++) {
      int start = visits.starts[g];
      int count = visits.starts[g + 1] - start;
      if (count == 0) {
        continue;
      }
      for (int i = 0; i < count; i++) {
        visitors[i] = vectors[visits.vectors[start + i]];
      }
      listsOfGroups.get(g).findNearest(visitors, count, found, closeness);
      for (int i = 0; i < count; i++) {
        int vector = visits.vectors[start + i];
        if (closeness[i] > closest[vector]) {
          closest[vector] = closeness[i];
          nearest[vector] = firstLists[g] + found[i];
        }
      }
    }
  }

  /** Which vectors are to be compared with the lists of each group. */
  private final class Visits {
    /** Vectors, group by group. */
    final int[] vectors;

    /** Where those of each group begin, and where the last ends. */
    final int[] starts = new int[groups.count() + 1];

    /** {@code [vectors][NEAREST_GROUPS]}, the nearest first, and -1 for none. */
    private final int[] groupsOf;

    private final float[] closest = new float[NEAREST_GROUPS];

    Visits(float[][] all) {
      groupsOf = new int[all.length * NEAREST_GROUPS];
      Arrays.fill(groupsOf, -1);
      groups.compare(all, all.length, this::findGroups);
      for (int g = 0; g < groups.count(); g++) {
        starts[g + 1] += starts[g];
      }
      vectors = new int[starts[groups.count()]];
      int[] next = starts.clone();
      for (int i = 0; i < groupsOf.length; i++) {
        if (groupsOf[i] >= 0) {
          vectors[next[groupsOf[i]]++] = i / NEAREST_GROUPS;
        }
      }
    }

    private void findGroups(int vector, float[] closeness, int start) {
      int first = vector * NEAREST_GROUPS;
      int count = 0;
      for (int g = 0; g < groups.count(); g++) {
        float close = closeness[start + g];
        if (count(g) == 0
            || count == NEAREST_GROUPS && close > closest[NEAREST_GROUPS - 1] == false) {
          continue;
        }
        int at = count == NEAREST_GROUPS ? count - 1 : count++;
        for (; at > 0 && close > closest[at - 1]; at--) {
          closest[at] = closest[at - 1];
          groupsOf[first + at] = groupsOf[first + at - 1];
        }
        closest[at] = close;
        groupsOf[first + at] = g;
      }
      int lists = 0;
      for (int at = first; at < first + count; at++) {
        if (lists < enoughLists) {
          lists += count(groupsOf[at]);
          starts[groupsOf[at] + 1]++;
        } else {
          groupsOf[at] = -1;
        }
      }
    }
  }
}
