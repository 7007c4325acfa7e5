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
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;

/**
 * Groups the tokens of a document into pools of like ones, on which MaxSim is forecast (token
 * pooling: Clavié, Chaffin and Adams, "Reducing the Footprint of Multi-Vector Retrieval with
 * Minimal Performance Impact via Token Pooling", 2024, arXiv:2409.14683).
 *
 * <p>A document is cut into windows of {@value #WINDOW_POOLS} times as many tokens as a pool has on
 * the average; the last may be shorter. A window has as many pools as {@link
 * #poolBlocks(TokenBlocks)}, numbered by their first tokens and after those of the windows before
 * it. Tokens of two windows never share a pool: time grows with the length of a document and not
 * with its square, and the number of a pool within its window fits into a byte.
 *
 * <p>Pools are clusters by Ward's criterion ("Hierarchical Grouping to Optimize an Objective
 * Function", 1963): those two clusters merge next whose merging adds least to the sum of squared
 * distances between tokens and the means of their clusters. Distances are Euclidean: between tokens
 * if the similarity is, else between their directions. Where pools are large, runs of neighbouring
 * tokens are the first clusters, at most {@value #RUNS_PER_POOL} times as many as pools.
 *
 * <p>The tree of merges is found along chains of nearest neighbours (Murtagh, "A Survey of Recent
 * Advances in Hierarchical Clustering Algorithms", 1983), which takes time that grows with the
 * square of the runs of a window, whatever they are. The same tokens always make the same pools.
 *
 * <p>Belongs to one thread.
 */
final class TokenPooling {

  /** Pools of each window but the last, which may have fewer. */
  static final int WINDOW_POOLS = 64;

  /** Pools for each route. */
  private static final int POOLS_PER_ROUTE = 2;

  private static final int RUNS_PER_POOL = 8;

  private final TokenBlocks blocks;
  private final TokenRuns tokenRuns;

  /** Tokens of each cluster. A cluster has the number of its first run. */
  private int[] sizes;

  /** What the merging of two clusters adds to the sum of squares, at their {@link #pair}. */
  private float[] costs;

  /** Clusters that are not part of others, in ascending order. */
  private int[] clusters;

  /** Clusters each of which is the nearest to the one before it. */
  private int[] chain;

  /** Cost of each merge in the high bits, its number in the low ones. */
  private long[] merges;

  /** The higher of the two clusters of each merge. */
  private int[] merged;

  /** The cluster that one became part of. */
  private int[] parents;

  /** Pool of each run in its window. */
  private int[] runPools;

  /**
   * @param blocks have as many tokens as a pool has on the average
   */
  TokenPooling(VectorSimilarityFunction similarity, TokenBlocks blocks) {
    this.blocks = blocks;
    this.tokenRuns = new TokenRuns(similarity, Math.ceilDiv(blocks.size(), RUNS_PER_POOL));
    allocate(0);
  }

  /**
   * Blocks of as many tokens as pools have on the average.
   *
   * @param routes blocks of as many tokens as routes have on the average
   */
  static TokenBlocks poolBlocks(TokenBlocks routes) {
    return new TokenBlocks(Math.ceilDiv(routes.size(), POOLS_PER_ROUTE));
  }

  /** The first pool of the window of a token. */
  static int firstPool(TokenBlocks blocks, int token) {
    int block = blocks.blockOf(token);
    return block - block % WINDOW_POOLS;
  }

  /**
   * Groups the tokens of a document.
   *
   * @param tokens {@code [count][dimension]}, finite; all documents have one dimension
   * @param count number of tokens, at least 1
   * @param pools receives the pool of each token, in [0, {@code blocks.count(count)}); each pool
   *     has a token
   */
  void assign(float[][] tokens, int count, int[] pools) {
    int poolCount = blocks.count(count);
    int firstPool = 0;
    while (firstPool < poolCount) {
      int endPool = firstPool + Math.min(WINDOW_POOLS, poolCount - firstPool);
      int start = blocks.start(firstPool);
      int end = blocks.end(endPool - 1, count);
      if (blocks.size() == 1 || endPool - firstPool == 1) {
        for (int t = start; t < end; t++) {
          pools[t] = blocks.blockOf(t);
        }
      } else {
        cluster(tokens, start, end, endPool - firstPool);
        for (int t = start; t < end; t++) {
          pools[t] = firstPool + runPools[tokenRuns.runOf(t - start)];
        }
      }
      firstPool = endPool;
    }
  }

  private void cluster(float[][] tokens, int start, int end, int pools) {
    int runs = tokenRuns.count(end - start);
    if (runs > tokenRuns.capacity()) {
      int most = WINDOW_POOLS * RUNS_PER_POOL;
      int space = Math.min(most, ArrayUtil.oversize(runs, Long.BYTES));
      tokenRuns.grow(space, tokens[start].length);
      allocate(space);
    }
    tokenRuns.set(tokens, start, end);
    for (int run = 0; run < runs; run++) {
      sizes[run] = tokenRuns.size(run);
    }
    setCosts(runs);
    mergeAll(runs);
    cut(runs, pools);
  }

  private void allocate(int runs) {
    sizes = new int[runs];
    costs = new float[pair(runs, 0)];
    clusters = new int[runs];
    chain = new int[runs];
    merges = new long[runs];
    merged = new int[runs];
    parents = new int[runs];
    runPools = new int[runs];
  }

  private void setCosts(int runs) {
    for (int high = 1; high < runs; high++) {
      int row = pair(high, 0);
      for (int low = 0; low < high; low++) {
        float weight = (float) ((double) sizes[high] * sizes[low] / (sizes[high] + sizes[low]));
        costs[row + low] =
            weight * VectorUtil.squareDistance(tokenRuns.mean(high), tokenRuns.mean(low));
      }
    }
  }

  /** Where two clusters meet in a triangle whose rows have a cell for each lower cluster. */
  private static int pair(int high, int low) {
    return high * (high - 1) / 2 + low;
  }

  private float cost(int a, int b) {
    return costs[a < b ? pair(b, a) : pair(a, b)];
  }

  /** Finds the whole tree of merges. */
  private void mergeAll(int runs) {
    for (int run = 0; run < runs; run++) {
      clusters[run] = run;
    }
    int chained = 0;
    for (int merge = 0; merge < runs - 1; merge++) {
      int count = runs - merge;
      if (chained == 0) {
        chain[chained++] = clusters[0];
      }
      // Costs fall along the chain, so that it ends, with two that are nearest to each other.
      int last = chain[chained - 1];
      int before = chained == 1 ? -1 : chain[chained - 2];
      int nearest = nearest(last, before, count);
      while (nearest != before) {
        chain[chained++] = nearest;
        before = last;
        last = nearest;
        nearest = nearest(last, before, count);
      }
      chained -= 2;
      int low = Math.min(last, before);
      int high = Math.max(last, before);
      merges[merge] = (long) Float.floatToRawIntBits(cost(low, high)) << Integer.SIZE | merge;
      merged[merge] = high;
      parents[high] = low;
      merge(low, high, count);
    }
  }

  /**
   * The cluster nearest to one, the lowest of several.
   *
   * @param preferred if it is as near as any; -1 if none is
   * @param count number of clusters
   */
  private int nearest(int cluster, int preferred, int count) {
    int nearest = preferred;
    float lowest = preferred < 0 ? Float.POSITIVE_INFINITY : cost(cluster, preferred);
    for (int c = 0; c < count; c++) {
      int other = clusters[c];
      if (other != cluster) {
        float cost = cost(cluster, other);
        if (cost < lowest) {
          lowest = cost;
          nearest = other;
        }
      }
    }
    return nearest;
  }

  /**
   * Makes a cluster part of a lower one. What merging that with others will cost follows from the
   * costs so far (Lance and Williams, "A General Theory of Classificatory Sorting Strategies",
   * 1967).
   *
   * @param count number of clusters
   */
  private void merge(int low, int high, int count) {
    double apart = cost(low, high);
    int kept = 0;
    for (int c = 0; c < count; c++) {
      int other = clusters[c];
      if (other == high) {
        continue;
      }
      clusters[kept++] = other;
      if (other != low) {
        float toLow = cost(low, other);
        float toHigh = cost(high, other);
        double size = sizes[other];
        double sum = (sizes[low] + size) * toLow + (sizes[high] + size) * toHigh - size * apart;
        float cost = (float) (sum / (sizes[low] + sizes[high] + size));
        // Never nearer than the nearer of the two, by Ward's criterion, which the chain relies on
        // and rounding must not change.
        costs[low < other ? pair(other, low) : pair(low, other)] =
            Math.max(cost, Math.min(toLow, toHigh));
      }
    }
    sizes[low] += sizes[high];
  }

  /** Sets the pools of the runs: the clusters that the cheapest merges leave. */
  private void cut(int runs, int pools) {
    Arrays.sort(merges, 0, runs - 1);
    for (int m = runs - pools; m < runs - 1; m++) {
      parents[merged[(int) merges[m]]] = -1;
    }
    parents[0] = -1;
    int pool = 0;
    for (int run = 0; run < runs; run++) {
      runPools[run] = parents[run] < 0 ? pool++ : runPools[parents[run]];
    }
  }

  long ramBytesUsed() {
    return tokenRuns.ramBytesUsed()
        + RamUsageEstimator.sizeOf(sizes)
        + RamUsageEstimator.sizeOf(costs)
        + RamUsageEstimator.sizeOf(clusters)
        + RamUsageEstimator.sizeOf(chain)
        + RamUsageEstimator.sizeOf(merges)
        + RamUsageEstimator.sizeOf(merged)
        + RamUsageEstimator.sizeOf(parents)
        + RamUsageEstimator.sizeOf(runPools);
  }
}
