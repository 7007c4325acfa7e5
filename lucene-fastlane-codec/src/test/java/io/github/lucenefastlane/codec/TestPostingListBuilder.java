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
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.NamedThreadFactory;
import org.apache.lucene.util.VectorUtil;

public class TestPostingListBuilder extends LuceneTestCase {

  private static final TaskExecutor THIS_THREAD = new TaskExecutor(Runnable::run);

  private static float[] randomVector(int dimension) {
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] = (float) random().nextGaussian();
    }
    return VectorUtil.l2normalize(vector);
  }

  private static float[][] randomHeads(int count, int dimension) {
    float[][] heads = new float[count][];
    Arrays.setAll(heads, h -> randomVector(dimension));
    return heads;
  }

  private static StagedCodes stage(Directory directory, float[][] heads, int dimension)
      throws IOException {
    VectorCoder coder = VectorCoder.of(VectorEncoding.FLOAT32, TokenEncoding.FLOAT32, dimension);
    StagedCodes staged = new StagedCodes(directory, "_0", "heads", IOContext.DEFAULT, coder);
    byte[] code = new byte[coder.bytes()];
    for (float[] head : heads) {
      coder.encode(head, code, 0);
      staged.add(code, 1);
    }
    staged.finish(DataAccessHint.RANDOM);
    return staged;
  }

  private static PostingLists build(
      float[][] heads, int dimension, VectorSimilarityFunction similarity, TaskExecutor executor)
      throws IOException {
    return build(heads, dimension, similarity, executor, 1 << 20);
  }

  private static PostingLists build(
      float[][] heads,
      int dimension,
      VectorSimilarityFunction similarity,
      TaskExecutor executor,
      int sampleBytes)
      throws IOException {
    PostingLists lists;
    try (Directory directory = newDirectory()) {
      try (StagedCodes staged = stage(directory, heads, dimension)) {
        lists =
            new PostingListBuilder(staged, similarity, dimension, executor, () -> {}, sampleBytes)
                .build();
      }
      assertEquals("the file is deleted", 0, directory.listAll().length);
    }
    assertConsistent(heads, dimension, similarity, lists);
    return lists;
  }

  /** Each head is in one list, no list is empty, and centroids are the means of their lists. */
  private static void assertConsistent(
      float[][] heads, int dimension, VectorSimilarityFunction similarity, PostingLists lists) {
    assertEquals(lists.count() + 1, lists.starts().length);
    assertEquals(0, lists.starts()[0]);
    assertEquals(heads.length, lists.starts()[lists.count()]);
    assertEquals(heads.length, lists.heads().length);
    BitSet seen = new BitSet();
    float[] expected = new float[dimension];
    for (int list = 0; list < lists.count(); list++) {
      assertTrue("list " + list + " is empty", lists.starts()[list] < lists.starts()[list + 1]);
      MeanVector mean = new MeanVector(similarity, dimension);
      mean.clear();
      for (int i = lists.starts()[list]; i < lists.starts()[list + 1]; i++) {
        int head = lists.heads()[i];
        assertFalse("head " + head + " twice", seen.get(head));
        seen.set(head);
        if (i > lists.starts()[list]) {
          assertTrue(lists.heads()[i - 1] < head);
        }
        float[] vector = heads[head].clone();
        if (similarity == VectorSimilarityFunction.COSINE) {
          VectorUtil.l2normalize(vector, false);
        }
        mean.add(vector);
      }
      mean.get(expected);
      assertArrayEquals(expected, lists.centroids()[list], 0f);
    }
  }

  public void testRandom() throws IOException {
    int dimension = TestUtil.nextInt(random(), 1, 20);
    build(
        randomHeads(random().nextInt(2000), dimension),
        dimension,
        RandomVectors.similarity(random()),
        THIS_THREAD);
  }

  /** Means that are found from few heads, down to one each, make worse lists of all heads. */
  public void testSmallSamples() throws IOException {
    int dimension = TestUtil.nextInt(random(), 1, 20);
    float[][] heads = randomHeads(TestUtil.nextInt(random(), 100, 4000), dimension);
    int perHead = dimension * Float.BYTES;
    for (int samples : new int[] {0, 1, TestUtil.nextInt(random(), 2, 500)}) {
      PostingLists lists =
          build(
              heads,
              dimension,
              RandomVectors.similarity(random()),
              THIS_THREAD,
              samples * perHead + random().nextInt(perHead));
      assertTrue("lists: " + lists.count(), lists.count() > 1);
    }
  }

  public void testFewHeads() throws IOException {
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    int full = PostingListBuilder.listHeads(1);
    for (int count : new int[] {0, 1, 2, full - 1, full}) {
      PostingLists lists = build(randomHeads(count, 4), 4, similarity, THIS_THREAD);
      assertEquals(Math.min(1, count), lists.count());
    }
    for (int count : new int[] {full + 1, 2 * full, 2 * full + 1}) {
      assertTrue(build(randomHeads(count, 4), 4, similarity, THIS_THREAD).count() > 0);
    }
  }

  /** Heads of one direction belong together, wherever they come from. */
  public void testClusters() throws IOException {
    int dimension = 16;
    int clusters = 30;
    float[][] directions = randomHeads(clusters, dimension);
    float[][] heads = new float[clusters * 200][];
    for (int h = 0; h < heads.length; h++) {
      float[] noise = randomVector(dimension);
      heads[h] = directions[h % clusters].clone();
      for (int d = 0; d < dimension; d++) {
        heads[h][d] += 0.1f * noise[d];
      }
      VectorUtil.l2normalize(heads[h]);
    }
    PostingLists lists = build(heads, dimension, RandomVectors.similarity(random()), THIS_THREAD);
    assertTrue("lists: " + lists.count(), lists.count() > clusters / 2);
    // A head is nearest to the centroid of its list, but for those at the border of two.
    int nearest = 0;
    for (int list = 0; list < lists.count(); list++) {
      for (int i = lists.starts()[list]; i < lists.starts()[list + 1]; i++) {
        float[] head = heads[lists.heads()[i]];
        float own = VectorUtil.squareDistance(head, lists.centroids()[list]);
        nearest +=
            Arrays.stream(lists.centroids())
                    .noneMatch(other -> VectorUtil.squareDistance(head, other) < own - 1e-4f)
                ? 1
                : 0;
      }
    }
    assertTrue(nearest + " of " + heads.length, nearest > 0.8 * heads.length);
  }

  public void testSameHeads() throws IOException {
    float[][] heads = new float[5000][];
    Arrays.fill(heads, randomVector(5));
    assertNoneLong(build(heads, 5, RandomVectors.similarity(random()), THIS_THREAD));
    Arrays.fill(heads, new float[5]);
    assertNoneLong(build(heads, 5, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT, THIS_THREAD));
  }

  private static void assertNoneLong(PostingLists lists) {
    for (int list = 0; list < lists.count(); list++) {
      int length = lists.starts()[list + 1] - lists.starts()[list];
      assertTrue(
          "list of " + length,
          length
              <= PostingListBuilder.LONGEST * PostingListBuilder.listHeads(lists.heads().length));
    }
  }

  /** Few heads have short lists, and very many long ones. */
  public void testListHeads() {
    assertEquals(16, PostingListBuilder.listHeads(0));
    assertEquals(16, PostingListBuilder.listHeads(73_983));
    assertEquals(17, PostingListBuilder.listHeads(73_984));
    assertEquals(47, PostingListBuilder.listHeads(589_823));
    assertEquals(48, PostingListBuilder.listHeads(589_824));
    assertEquals(48, PostingListBuilder.listHeads(9_834_495));
    assertEquals(49, PostingListBuilder.listHeads(9_834_496));
  }

  /** A merge that is aborted ends while heads are grouped. */
  public void testAborted() throws IOException {
    try (Directory directory = newDirectory()) {
      try (StagedCodes staged = stage(directory, randomHeads(500, 4), 4)) {
        int patience = random().nextInt(3);
        int[] asked = {0};
        PostingListBuilder builder =
            new PostingListBuilder(
                staged,
                RandomVectors.similarity(random()),
                4,
                THIS_THREAD,
                () -> {
                  if (asked[0]++ == patience) {
                    throw new IOException("aborted");
                  }
                });
        IOException aborted = expectThrows(IOException.class, builder::build);
        assertEquals("aborted", aborted.getMessage());
      }
      assertEquals("the file is deleted", 0, directory.listAll().length);
    }
  }

  public void testVeryDifferentLengths() throws IOException {
    float[] components = {1e15f, -1e15f, 1f, Float.MIN_VALUE, 0f};
    float[][] heads = new float[500][4];
    for (float[] head : heads) {
      for (int d = 0; d < head.length; d++) {
        head[d] = components[random().nextInt(components.length)];
      }
    }
    build(
        heads,
        4,
        random().nextBoolean()
            ? VectorSimilarityFunction.EUCLIDEAN
            : VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT,
        THIS_THREAD);
  }

  /** Threads change nothing, and so is a second run the same. */
  public void testThreads() throws Exception {
    float[][] heads = randomHeads(40_000, 4);
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    PostingLists expected = build(heads, 4, similarity, THIS_THREAD);
    ExecutorService threads = Executors.newFixedThreadPool(3, new NamedThreadFactory("lists"));
    try {
      PostingLists lists = build(heads, 4, similarity, new TaskExecutor(threads));
      assertArrayEquals(expected.starts(), lists.starts());
      assertArrayEquals(expected.heads(), lists.heads());
    } finally {
      threads.shutdown();
      assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES));
    }
  }
}
