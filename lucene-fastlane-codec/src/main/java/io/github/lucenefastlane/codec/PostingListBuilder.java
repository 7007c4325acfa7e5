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

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.VectorUtil;

/**
 * Groups the heads of a segment into {@linkplain PostingLists posting lists} by k-means: a head is
 * in the list whose mean is nearest by Euclidean distance, directions counting alone under cosine.
 *
 * <p>Comparing all heads with all means would take time that grows with the square of their number,
 * so heads are grouped twice: into about as many groups as there are lists in each, then those of
 * each group into lists. At last each head is compared with the means of the lists of the {@value
 * #NEAREST_GROUPS} groups that are nearest to it. Means are found from samples. The same heads
 * always give the same lists.
 */
final class PostingListBuilder {

  /**
   * Heads of a list, on the average. The smaller lists are, the fewer of their heads a search has
   * to compare, but the more centroids: for 135 questions on SQuAD paragraphs among 410,000 heads
   * of other collections too, one learned view and 100 candidates find .948 of exact MaxSim's top
   * 10 after 8,600 centroids and 8,000 heads, .952 after 12,900 and 8,000 with lists of 32, .940
   * after 4,300 and 8,000 with lists of 96; all heads compared, .960.
   */
  static final int LIST_HEADS = 48;

  /**
   * Lists of a segment, per square root of its heads, beyond which lists grow in place of the
   * number of centroids.
   */
  private static final int LISTS_PER_ROOT = 16;

  /** Groups among whose lists a head's is looked for. */
  private static final int NEAREST_GROUPS = 16;

  /** Lists of a group, per group: like heads alone would make a group of nearly all of them. */
  private static final int MEANS_PER_GROUP = 8;

  /** Heads of a list, per head on the average, beyond which it is cut: a search reads it whole. */
  static final int LONGEST = 8;

  /** Heads that a mean is found from, on the average. */
  private static final int SAMPLES_PER_MEAN = 32;

  /** Heads that one task compares with the means. */
  private static final int HEADS_PER_TASK = 1 << 14;

  private final StagedCodes heads;
  private final VectorSimilarityFunction similarity;
  private final int dimension;
  private final TaskExecutor executor;
  private final IORunnable checkAborted;

  /**
   * @param executor compares heads with means in parallel
   * @param checkAborted throws when that is to end early
   */
  PostingListBuilder(
      StagedCodes heads,
      VectorSimilarityFunction similarity,
      int dimension,
      TaskExecutor executor,
      IORunnable checkAborted) {
    this.heads = heads;
    this.similarity = similarity;
    this.dimension = dimension;
    this.executor = executor;
    this.checkAborted = checkAborted;
  }

  PostingLists build() throws IOException {
    int[] all = new int[heads.size()];
    Arrays.setAll(all, head -> head);
    int listHeads = Math.max(LIST_HEADS, (int) (Math.sqrt(all.length) / LISTS_PER_ROOT));
    int lists = Math.ceilDiv(all.length, listHeads);
    if (lists < 2) {
      int[] starts = all.length == 0 ? new int[] {0} : new int[] {0, all.length};
      return new PostingLists(starts, all, centroids(starts, all));
    }
    Means groups = means(all, 0, all.length, (int) Math.ceil(Math.sqrt(lists)));
    int[] groupOf = assign(() -> groups::nearest);
    int[] groupStarts = starts(groupOf, groups.count());
    int[] byGroup = sort(groupOf, groupStarts);
    int most = MEANS_PER_GROUP * groups.count();
    List<Callable<Means>> tasks = new ArrayList<>();
    for (int g = 0; g < groups.count(); g++) {
      int from = groupStarts[g];
      int to = groupStarts[g + 1];
      int means = Math.min(most, Math.ceilDiv(to - from, listHeads));
      tasks.add(() -> means(byGroup, from, to, means));
    }
    List<Means> listsOfGroups = executor.invokeAll(tasks);
    int[] firstLists = new int[groups.count() + 1];
    for (int g = 0; g < groups.count(); g++) {
      firstLists[g + 1] = firstLists[g] + listsOfGroups.get(g).count();
    }
    int[] listOf = assign(() -> new NearestList(groups, listsOfGroups, firstLists));
    int[] starts = starts(listOf, firstLists[groups.count()]);
    int[] byList = sort(listOf, starts);
    int[] cut = cut(starts, LONGEST * listHeads);
    return new PostingLists(cut, byList, centroids(cut, byList));
  }

  /** Finds the list of a vector. Belongs to one thread. */
  private interface Assignment {
    int of(float[] vector);
  }

  /** The nearest list among those of the nearest groups. */
  private static final class NearestList implements Assignment {
    private final Means groups;
    private final List<Means> listsOfGroups;
    private final int[] firstLists;
    private final int[] nearestGroups = new int[NEAREST_GROUPS];
    private final float[] closeness = new float[NEAREST_GROUPS];

    /**
     * @param firstLists number of the first list of each group
     */
    NearestList(Means groups, List<Means> listsOfGroups, int[] firstLists) {
      this.groups = groups;
      this.listsOfGroups = listsOfGroups;
      this.firstLists = firstLists;
    }

    @Override
    public int of(float[] vector) {
      int nearest = -1;
      float closest = Float.NEGATIVE_INFINITY;
      int count = findGroups(vector);
      for (int i = 0; i < count; i++) {
        Means lists = listsOfGroups.get(nearestGroups[i]);
        int list = lists.nearest(vector);
        float close = lists.closeness(list, vector);
        if (nearest < 0 || close > closest) {
          closest = close;
          nearest = firstLists[nearestGroups[i]] + list;
        }
      }
      return nearest;
    }

    /** Collects the nearest groups that have lists, the nearest first, and returns their number. */
    private int findGroups(float[] vector) {
      int count = 0;
      for (int g = 0; g < groups.count(); g++) {
        if (listsOfGroups.get(g).count() == 0) {
          continue;
        }
        float close = groups.closeness(g, vector);
        if (count == NEAREST_GROUPS && close > closeness[count - 1] == false) {
          continue;
        }
        int at = count == NEAREST_GROUPS ? count - 1 : count++;
        for (; at > 0 && close > closeness[at - 1]; at--) {
          closeness[at] = closeness[at - 1];
          nearestGroups[at] = nearestGroups[at - 1];
        }
        closeness[at] = close;
        nearestGroups[at] = g;
      }
      return count;
    }
  }

  /** The list of each head. */
  private int[] assign(Supplier<Assignment> assignment) throws IOException {
    int[] listOf = new int[heads.size()];
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int start = 0; start < listOf.length; start += HEADS_PER_TASK) {
      int from = start;
      int to = Math.min(listOf.length, start + HEADS_PER_TASK);
      tasks.add(
          () -> {
            checkAborted.run();
            Assignment list = assignment.get();
            HeadVectors vectors = new HeadVectors();
            for (int head = from; head < to; head++) {
              listOf[head] = list.of(vectors.get(head));
            }
            return null;
          });
    }
    executor.invokeAll(tasks);
    return listOf;
  }

  /** Means of some of the heads, found from a sample that is spread over them. */
  private Means means(int[] of, int from, int to, int count) throws IOException {
    checkAborted.run();
    SplittableRandom random = new SplittableRandom(from);
    int members = to - from;
    float[][] sample = new float[Math.min(members, count * SAMPLES_PER_MEAN)][];
    HeadVectors vectors = new HeadVectors();
    for (int i = 0; i < sample.length; i++) {
      int first = from + (int) ((long) i * members / sample.length);
      int next = from + (int) ((i + 1L) * members / sample.length);
      sample[i] = vectors.get(of[random.nextInt(first, next)]).clone();
    }
    return Means.of(sample, count, random);
  }

  /** Where the heads of each list begin when they are sorted by list, and where the last ends. */
  private static int[] starts(int[] listOf, int lists) {
    int[] starts = new int[lists + 1];
    for (int list : listOf) {
      starts[list + 1]++;
    }
    Arrays.parallelPrefix(starts, Integer::sum);
    return starts;
  }

  /** Leaves out lists of no heads, and cuts those of very many. */
  private static int[] cut(int[] starts, int longest) {
    IntStream.Builder cut = IntStream.builder();
    for (int list = 0; list < starts.length - 1; list++) {
      for (int at = starts[list]; at < starts[list + 1]; at += longest) {
        cut.add(at);
      }
    }
    return cut.add(starts[starts.length - 1]).build().toArray();
  }

  /** The heads list by list. */
  private static int[] sort(int[] listOf, int[] starts) {
    int[] next = starts.clone();
    int[] sorted = new int[listOf.length];
    for (int head = 0; head < listOf.length; head++) {
      sorted[next[listOf[head]]++] = head;
    }
    return sorted;
  }

  private float[][] centroids(int[] starts, int[] sorted) throws IOException {
    float[][] centroids = new float[starts.length - 1][dimension];
    MeanVector mean = new MeanVector(similarity, dimension);
    HeadVectors vectors = new HeadVectors();
    for (int list = 0; list < centroids.length; list++) {
      mean.clear();
      for (int i = starts[list]; i < starts[list + 1]; i++) {
        mean.add(vectors.get(sorted[i]));
      }
      mean.get(centroids[list]);
    }
    return centroids;
  }

  /** Heads as their lists are found by. Belongs to one thread. */
  private final class HeadVectors {
    private final StagedCodes.Reader reader = heads.reader();
    private final float[] vector = new float[dimension];

    HeadVectors() throws IOException {}

    /** A head's vector, in a shared array. */
    float[] get(int head) throws IOException {
      reader.vector(head, vector);
      if (similarity == VectorSimilarityFunction.COSINE) {
        VectorUtil.l2normalize(vector, false);
      }
      return vector;
    }
  }
}
