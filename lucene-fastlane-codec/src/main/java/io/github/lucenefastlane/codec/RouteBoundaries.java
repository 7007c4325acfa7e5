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
import java.util.Objects;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;

/**
 * Finds where the routes of a document end: a route is some neighbouring tokens, and a document is
 * cut where its tokens change most.
 *
 * <p>A document of {@code m} tokens has {@code ceil(m / s)} routes, where {@code s} is the tokens
 * of a route. Each has three quarters of {@code s} to {@code 2 * s} tokens, or fewer in a document
 * of so few that its routes cannot all have as many. Of all ways to cut it so, the best has the
 * lowest sum of squared distances between the tokens and the means of their routes (Fisher, "On
 * Grouping for Maximum Homogeneity", 1958); dynamic programming finds it. Distances are Euclidean:
 * between tokens if the similarity is, else between their directions.
 *
 * <p>So that time grows with the tokens alone, documents of more than {@value #WINDOW_ROUTES}
 * routes are cut window by window: of {@value #WINDOW_ROUTES} {@code * s} tokens each, but that the
 * last two share what is left, if it is less than two of them. And tokens of long routes are cut in
 * runs, at most {@value #RUNS_PER_ROUTE} for each {@code s}; then these bounds hold but for a run.
 * Tokens are compared in whole numbers, of 127 for the largest component of each run, so the same
 * tokens are cut alike on all machines.
 *
 * <p>Of 20,000 synthetic documents of four unrelated passages, the best 232 by the mean view and
 * the best head hold .964 of exact MaxSim's ten where they held .942 with routes of {@code s}
 * tokens each, and .956 of 8. Where documents are of one matter, they hold about as many: .985 for
 * .984 on SQuAD paragraphs beside 4,094 other passages, .979 for .986 on npl. With routes of half
 * of {@code s} and more, documents that have a short route near to the view crowd others out: .980
 * on SQuAD paragraphs.
 *
 * <p>Belongs to one thread.
 */
public final class RouteBoundaries {

  /** Routes of each window but the last two. */
  static final int WINDOW_ROUTES = 16;

  /** Runs of as many tokens as a route has on the average, at most. */
  static final int RUNS_PER_ROUTE = 16;

  /** Of the largest component of a run. */
  private static final double LARGEST_CODE = Byte.MAX_VALUE;

  private final TokenBlocks blocks;
  private final TokenRuns tokenRuns;

  /** Runs of a route, at most. */
  private final int mostRuns;

  /** Runs of a route, at least, if a window has enough. */
  private final int fewestRuns;

  /** The mean of each run in whole numbers. */
  private byte[][] codes;

  /** What the code of each run is multiplied by to become the sum of its tokens. */
  private double[] weights;

  /** Square of the sum of the tokens from each run up to the last so far. */
  private double[] squares;

  /**
   * The best that so many routes, up to the end of a run, come to: the squares of their sums over
   * their numbers of tokens, added up. {@code [runs][routes]}, row after row.
   */
  private double[] best;

  /** The first run of the last of these routes. */
  private int[] starts;

  /**
   * The routes of an index.
   *
   * @param similarity of its field
   * @param tokensPerRoute of the format that writes it, in [1, {@value
   *     FastLaneVectorsFormat#MAX_TOKENS_PER_ROUTE}]
   * @throws IllegalArgumentException if the number is out of its range
   */
  public RouteBoundaries(VectorSimilarityFunction similarity, int tokensPerRoute) {
    this(
        Objects.requireNonNull(similarity, "similarity"),
        new TokenBlocks(
            FastLaneVectorsFormat.check(
                "tokensPerRoute", tokensPerRoute, 1, FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE)));
  }

  /**
   * @param blocks of as many tokens as a route has on the average
   */
  RouteBoundaries(VectorSimilarityFunction similarity, TokenBlocks blocks) {
    this.blocks = blocks;
    int runTokens = Math.ceilDiv(blocks.size(), RUNS_PER_ROUTE);
    this.tokenRuns = new TokenRuns(similarity, runTokens);
    this.mostRuns = 2 * blocks.size() / runTokens;
    this.fewestRuns = Math.ceilDiv(3 * blocks.size(), 4 * runTokens);
    allocate(0, 0);
  }

  /**
   * Number of routes of a document.
   *
   * @param tokens of the document, at least 1
   * @return at least 1
   */
  public int count(int tokens) {
    return blocks.count(tokens);
  }

  /**
   * Finds the ends of the routes of a document.
   *
   * @param tokens {@code [count][dimension]}, finite; all documents have one dimension
   * @param count number of tokens, at least 1
   * @param ends receives the token after the last of each route, in ascending order, the last of
   *     which is {@code count}; as long as {@link #count} says, or longer
   */
  public void find(float[][] tokens, int count, int[] ends) {
    int routes = blocks.count(count);
    int first = 0;
    while (first < routes) {
      int left = routes - first;
      // The last two windows share what is left, lest the last have a token alone.
      int ofWindow =
          left <= WINDOW_ROUTES || left >= 2 * WINDOW_ROUTES
              ? Math.min(WINDOW_ROUTES, left)
              : Math.ceilDiv(left, 2);
      int start = blocks.start(first);
      int end = blocks.end(first + ofWindow - 1, count);
      ends[first + ofWindow - 1] = end;
      if (ofWindow > 1) {
        cut(tokens, start, end, ofWindow);
        int run = tokenRuns.count(end - start);
        for (int route = ofWindow; route > 1; route--) {
          run = starts[at(run, route)];
          ends[first + route - 2] = start + tokenRuns.start(run);
        }
      }
      first += ofWindow;
    }
  }

  private void cut(float[][] tokens, int start, int end, int routes) {
    int runs = tokenRuns.count(end - start);
    if (runs > tokenRuns.capacity()) {
      int most = tokenRuns.count(WINDOW_ROUTES * blocks.size());
      allocate(Math.min(most, ArrayUtil.oversize(runs, Long.BYTES)), tokens[start].length);
    }
    tokenRuns.set(tokens, start, end);
    encode(runs);
    int fewest = Math.min(fewestRuns, runs / routes);
    Arrays.fill(best, 0, at(runs, routes) + 1, Double.NEGATIVE_INFINITY);
    best[at(0, 0)] = 0;
    for (int run = 0; run < runs; run++) {
      double weight = weights[run];
      double own = weight * weight * VectorUtil.dotProduct(codes[run], codes[run]);
      double others = 0;
      long members = tokenRuns.size(run);
      squares[run] = own;
      for (int first = run; first >= 0 && run - first < mostRuns; first--) {
        if (first < run) {
          others += weights[first] * VectorUtil.dotProduct(codes[first], codes[run]);
          squares[first] += 2 * weight * others + own;
          members += tokenRuns.size(first);
        }
        if (run - first + 1 >= fewest) {
          extend(first, run + 1, routes, squares[first] / members);
        }
      }
    }
  }

  /** Considers a last route of some runs after any number of others before them. */
  private void extend(int first, int end, int routes, double value) {
    for (int others = 0; others < routes; others++) {
      double sum = best[at(first, others)] + value;
      int to = at(end, others + 1);
      if (sum > best[to]) {
        best[to] = sum;
        starts[to] = first;
      }
    }
  }

  private static int at(int runs, int routes) {
    return runs * (WINDOW_ROUTES + 1) + routes;
  }

  private void allocate(int runs, int dimension) {
    tokenRuns.grow(runs, dimension);
    codes = new byte[runs][dimension];
    weights = new double[runs];
    squares = new double[runs];
    best = new double[at(runs, WINDOW_ROUTES) + 1];
    starts = new int[best.length];
  }

  private void encode(int runs) {
    for (int run = 0; run < runs; run++) {
      float[] mean = tokenRuns.mean(run);
      double largest = VectorCoder.maxMagnitude(mean);
      double scale = largest > 0 ? LARGEST_CODE / largest : 0;
      byte[] code = codes[run];
      for (int d = 0; d < mean.length; d++) {
        // Rounded, since what is cut off is of a positive number; Math.round takes as long as all
        // the rest.
        code[d] = (byte) ((int) (scale * mean[d] + 128.5) - 128);
      }
      weights[run] = tokenRuns.size(run) * largest / LARGEST_CODE;
    }
  }

  long ramBytesUsed() {
    long bytes = tokenRuns.ramBytesUsed() + RamUsageEstimator.shallowSizeOf(codes);
    for (byte[] code : codes) {
      bytes += RamUsageEstimator.sizeOf(code);
    }
    return bytes
        + RamUsageEstimator.sizeOf(weights)
        + RamUsageEstimator.sizeOf(squares)
        + RamUsageEstimator.sizeOf(best)
        + RamUsageEstimator.sizeOf(starts);
  }
}
