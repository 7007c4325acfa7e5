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
package io.github.lucenefastlane.trainer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.lucene.util.StringHelper;

/**
 * Which queries are learned from and which tell progress, and where the latter are searched.
 *
 * @param training queries to learn from
 * @param dev queries to tell progress by, none of the others
 * @param pool documents that dev queries are searched in
 */
record Split(int[] training, int[] dev, int[] pool) {
  /** One query in so many is a dev query. */
  private static final int SHARE = 20;

  private static final int MAX_DEV = 200;
  private static final int MAX_POOL = 2000;

  /**
   * Splits queries.
   *
   * @param ids of all queries
   * @param queries to split, at least 2
   * @param relevant documents of each query
   * @param hard documents of each query that look relevant, most so first
   */
  static Split of(
      List<String> ids, int[] queries, int[][] relevant, int[][] hard, TokenSource documents) {
    int[] dev = Arrays.stream(queries).filter(query -> isDev(ids.get(query))).toArray();
    if (dev.length == 0 || dev.length == queries.length) { // of very few queries
      dev = new int[] {queries[0]};
    }
    Set<Integer> devSet = Arrays.stream(dev).boxed().collect(Collectors.toSet());
    int[] training = Arrays.stream(queries).filter(query -> !devSet.contains(query)).toArray();
    if (dev.length > MAX_DEV) {
      int[] all = dev;
      dev = IntStream.range(0, MAX_DEV).map(i -> all[i * all.length / MAX_DEV]).toArray();
    }
    return new Split(training, dev, pool(dev, relevant, hard, documents));
  }

  /** By the id alone, so that a query stays a dev query whatever is added beside it. */
  private static boolean isDev(String id) {
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    int hash = StringHelper.murmurhash3_x86_32(bytes, 0, bytes.length, 0);
    return Integer.remainderUnsigned(hash, SHARE) == 0;
  }

  /** The relevant documents, then those that look so, then any, up to the limit. */
  private static int[] pool(int[] dev, int[][] relevant, int[][] hard, TokenSource documents) {
    LinkedHashSet<Integer> pool = new LinkedHashSet<>();
    for (int query : dev) {
      Arrays.stream(relevant[query]).forEach(pool::add);
    }
    int ranks = Arrays.stream(dev).map(query -> hard[query].length).max().orElseThrow();
    for (int rank = 0; rank < ranks && pool.size() < MAX_POOL / 2; rank++) {
      for (int query : dev) {
        if (rank < hard[query].length) {
          pool.add(hard[query][rank]);
        }
      }
    }
    int[] others =
        new Random(0)
            .ints(4L * MAX_POOL, 0, documents.size())
            .filter(document -> documents.tokens(document) > 0)
            .toArray();
    for (int i = 0; i < others.length && pool.size() < MAX_POOL; i++) {
      pool.add(others[i]);
    }
    return pool.stream().mapToInt(Integer::intValue).sorted().toArray();
  }
}
