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
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
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
 * each group into lists. At last each head is compared with the lists of the groups that are
 * nearest to it, see {@link GroupedLists}. The same heads always give the same lists, whatever the
 * number of threads.
 *
 * <p>A head of 128 components takes some 1,350 comparisons among 50,000, 2,100 among 184,000, 2,600
 * among 411,000 and 3,100 among 918,000, so that 18 times the heads take some 30 times the
 * processor time: .4, 1.8, 4.7 and 13 s. One by one, with the means of all lists of 16 groups, they
 * took .9, 6.2, 15 and 71 s.
 *
 * <p>Heads are read from disk, in order first and then in that of their groups, some at a time. On
 * the Java heap lie 8 bytes a head, and the vectors of all groups and lists. Those of lists lie
 * there once while heads are compared with them and, as centroids, once after that; beside them,
 * for each thread, the codes of the sample that the means of one group are found from, {@value
 * #SAMPLES_PER_MEAN} for each but of {@value #SAMPLE_BYTES} bytes in all, and these means with 16
 * bytes a component, or the {@value #HEADS_PER_TASK} heads that it compares. That is 4 MB for
 * 96,000 heads of 128 components, 12 for 482,000, and some 100 for 4.8 million, of which 37 are the
 * 8 bytes a head.
 */
final class PostingListBuilder {

  /**
   * Heads of a list, on the average, of 590,000 heads and more. What a search finds depends on how
   * many lists it compares, whatever their length: for 135 questions on SQuAD paragraphs among
   * 410,000 heads of other collections too, one learned view and 100 candidates find .955, .954 and
   * .954 of exact MaxSim's top 10 in 333 lists of 96, 48 and 24 heads; in all heads, .960.
   */
  private static final int LIST_HEADS = 48;

  /** But no fewer, as they would be of few heads in all. */
  private static final int FEWEST_LIST_HEADS = 16;

  /**
   * Lists of a small segment, per square root of its heads. A search compares all centroids and the
   * heads of some 342 lists, which are together fewest where lists are 18 times the root. Of 96,000
   * heads, it takes 11,600 comparisons for 18,500 with lists of {@value #LIST_HEADS}, and three
   * quarters of the time.
   */
  private static final int SMALL_LISTS_PER_ROOT = 16;

  /**
   * Lists of a segment, per square root of its heads, beyond which lists grow in place of the
   * number of centroids: beyond 9.8 million heads. Of 9.2 million, of documents of one topic each,
   * 49,000 lists let 100 candidates find .910 of exact MaxSim's top 10 after 16,000 heads and .925
   * after 65,000, 97,000 lists .932 and .955, 193,000 lists .950 and .970.
   */
  private static final int LISTS_PER_ROOT = 64;

  /** Lists of a group, per group: like heads alone would make a group of nearly all of them. */
  private static final int MEANS_PER_GROUP = 8;

  /** Heads of a list, per head on the average, beyond which it is cut: a search reads it whole. */
  static final int LONGEST = 8;

  /**
   * Heads that a mean is found from, at most, on the average: nearly all, where lists are as short
   * as they may be. Half as many cost little less, but lists by them are worth as much less as by
   * two thirds of the comparisons, see {@link GroupedLists}: .865 for .868.
   */
  private static final int SAMPLES_PER_MEAN = 64;

  /**
   * Bytes of the codes that the means of one group are found from, at most, but for a code for each
   * mean. Of 128 components few groups ever have as many.
   */
  private static final int SAMPLE_BYTES = 1 << 25;

  /** Heads that one task compares: few enough to stay in the processor's cache. */
  private static final int HEADS_PER_TASK = 1 << 11;

  /** Lists whose centroids one task finds. */
  private static final int LISTS_PER_TASK = 1 << 9;

  private final StagedCodes heads;
  private final VectorSimilarityFunction similarity;
  private final int dimension;
  private final TaskExecutor executor;
  private final IORunnable checkAborted;
  private final int sampleBytes;

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
    this(heads, similarity, dimension, executor, checkAborted, SAMPLE_BYTES);
  }

  /**
   * The same with another limit.
   *
   * @param sampleBytes of the codes that the means of one group are found from, at most, but for
   *     one for each mean
   */
  PostingListBuilder(
      StagedCodes heads,
      VectorSimilarityFunction similarity,
      int dimension,
      TaskExecutor executor,
      IORunnable checkAborted,
      int sampleBytes) {
    this.heads = heads;
    this.similarity = similarity;
    this.dimension = dimension;
    this.executor = executor;
    this.checkAborted = checkAborted;
    this.sampleBytes = sampleBytes;
  }

  /** How many heads a list has on the average, where none is cut, of so many in all. */
  static int listHeads(int heads) {
    double root = Math.sqrt(heads);
    int ofSmall = Math.clamp((int) (root / SMALL_LISTS_PER_ROOT), FEWEST_LIST_HEADS, LIST_HEADS);
    return Math.max(ofSmall, (int) (root / LISTS_PER_ROOT));
  }

  PostingLists build() throws IOException {
    int listHeads = listHeads(heads.size());
    SortedHeads sorted = new SortedHeads(heads.size());
    if (heads.size() > listHeads) {
      sortIntoLists(sorted, listHeads);
    }
    int[] starts = cut(sorted.starts, LONGEST * listHeads);
    return new PostingLists(starts, sorted.heads, centroids(starts, sorted.heads));
  }

  private void sortIntoLists(SortedHeads sorted, int listHeads) throws IOException {
    int lists = Math.ceilDiv(heads.size(), listHeads);
    Means groups = means(sorted, 0, heads.size(), (int) Math.ceil(Math.sqrt(lists)));
    assign(
        sorted,
        (vectors, groupOf) ->
            groups.findNearest(vectors, vectors.length, groupOf, new float[vectors.length]),
        groups.count());
    int most = MEANS_PER_GROUP * groups.count();
    List<Callable<Means>> tasks = new ArrayList<>();
    for (int g = 0; g < groups.count(); g++) {
      int from = sorted.starts[g];
      int to = sorted.starts[g + 1];
      int means = Math.min(most, Math.ceilDiv(to - from, listHeads));
      tasks.add(() -> means == 0 ? null : means(sorted, from, to, means));
    }
    GroupedLists grouped = new GroupedLists(groups, executor.invokeAll(tasks));
    assign(sorted, grouped::findNearest, grouped.count());
  }

  /** Heads sorted by the group or the list that they are assigned to, then in order. */
  private static final class SortedHeads {
    final int[] heads;
    final int[] assigned;

    /** Where the heads of each group begin, and where the last ends. */
    int[] starts;

    /** All in one. */
    SortedHeads(int size) {
      this.heads = new int[size];
      this.assigned = new int[size];
      sort(1);
    }

    void sort(int groups) {
      starts = new int[groups + 1];
      for (int group : assigned) {
        starts[group + 1]++;
      }
      for (int group = 0; group < groups; group++) {
        starts[group + 1] += starts[group];
      }
      int[] next = starts.clone();
      for (int head = 0; head < assigned.length; head++) {
        heads[next[assigned[head]]++] = head;
      }
    }
  }

  /** Finds what vectors are assigned to. Serves all threads. */
  private interface Assignment {
    void find(float[][] vectors, int[] assigned);
  }

  /** Assigns all heads to groups or lists, those that are together now together. */
  private void assign(SortedHeads sorted, Assignment assignment, int groups) throws IOException {
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int start = 0; start < sorted.heads.length; start += HEADS_PER_TASK) {
      int from = start;
      int size = Math.min(HEADS_PER_TASK, sorted.heads.length - start);
      tasks.add(
          () -> {
            checkAborted.run();
            HeadReader reader = new HeadReader();
            float[][] vectors = new float[size][dimension];
            for (int i = 0; i < size; i++) {
              reader.read(sorted.heads[from + i], vectors[i]);
            }
            int[] found = new int[size];
            assignment.find(vectors, found);
            for (int i = 0; i < size; i++) {
              sorted.assigned[sorted.heads[from + i]] = found[i];
            }
            return null;
          });
    }
    executor.invokeAll(tasks);
    sorted.sort(groups);
  }

  /** Means of some of the heads, found from a sample that is spread over them. */
  private Means means(SortedHeads sorted, int from, int to, int count) throws IOException {
    checkAborted.run();
    SplittableRandom random = new SplittableRandom(from);
    int members = to - from;
    long size = Math.min((long) count * SAMPLES_PER_MEAN, sampleBytes / heads.codeBytes());
    CodedHeads sample = new CodedHeads((int) Math.min(members, Math.max(count, size)));
    for (int i = 0; i < sample.size(); i++) {
      int first = from + (int) ((long) i * members / sample.size());
      int next = from + (int) ((i + 1L) * members / sample.size());
      sample.codes[i] = sample.reader.code(sorted.heads[random.nextInt(first, next)]).clone();
    }
    return Means.of(sample, dimension, count, random);
  }

  /** Heads in memory, a fraction as large as their vectors, which means are found from. */
  private final class CodedHeads implements Means.Sample {
    final HeadReader reader = new HeadReader();
    final byte[][] codes;

    CodedHeads(int size) throws IOException {
      codes = new byte[size][];
    }

    @Override
    public int size() {
      return codes.length;
    }

    @Override
    public void read(int number, float[] vector) {
      reader.decode(codes[number], vector);
    }
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

  private float[][] centroids(int[] starts, int[] sorted) throws IOException {
    float[][] centroids = new float[starts.length - 1][dimension];
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int first = 0; first < centroids.length; first += LISTS_PER_TASK) {
      int from = first;
      int to = Math.min(centroids.length, first + LISTS_PER_TASK);
      tasks.add(
          () -> {
            checkAborted.run();
            MeanVector mean = new MeanVector(similarity, dimension);
            HeadReader reader = new HeadReader();
            float[] vector = new float[dimension];
            for (int list = from; list < to; list++) {
              mean.clear();
              for (int i = starts[list]; i < starts[list + 1]; i++) {
                reader.read(sorted[i], vector);
                mean.add(vector);
              }
              mean.get(centroids[list]);
            }
            return null;
          });
    }
    executor.invokeAll(tasks);
    return centroids;
  }

  /** Reads heads as their lists are found by. Belongs to one thread. */
  private final class HeadReader {
    private final StagedCodes.Reader reader = heads.reader();

    HeadReader() throws IOException {}

    void read(int head, float[] vector) throws IOException {
      decode(code(head), vector);
    }

    /** The code of a head, in a shared array. */
    byte[] code(int head) throws IOException {
      return reader.code(head);
    }

    void decode(byte[] code, float[] vector) {
      heads.decode(code, vector);
      if (similarity == VectorSimilarityFunction.COSINE) {
        VectorUtil.l2normalize(vector, false);
      }
    }
  }
}
