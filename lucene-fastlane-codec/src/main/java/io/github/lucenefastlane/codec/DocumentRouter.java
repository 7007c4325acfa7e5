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
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;

/**
 * Groups the token vectors of one document into routes and finds each route's head.
 *
 * <p>Tokens are grouped by Ward's criterion (Ward 1963), which joins at each step the two groups
 * whose union loses the least squared distance to its mean. The joins are found by
 * nearest-neighbour chains with the Lance-Williams update, in time and memory quadratic in the
 * tokens, so a document of more than {@link #WINDOW} tokens is grouped window by window: its
 * neighbours in the text are also the likeliest to be alike.
 *
 * <p>A head is the sum of its tokens, scaled to their mean length, which for unit vectors is the
 * normalised mean; under Euclidean distance it is the mean.
 *
 * <p>Belongs to one thread.
 */
final class DocumentRouter {

  private static final int WINDOW = 512;

  private final int tokensPerRoute;
  private final VectorSimilarityFunction similarity;

  private float[] distances = new float[0];
  private final int[] sizes = new int[WINDOW];
  private final int[] chain = new int[WINDOW];
  private final int[] parents = new int[WINDOW];

  private double[] sums = new double[0];
  private double[] lengths = new double[0];
  private int[] members = new int[0];

  DocumentRouter(int tokensPerRoute, VectorSimilarityFunction similarity) {
    this.tokensPerRoute = tokensPerRoute;
    this.similarity = similarity;
  }

  /**
   * Groups a document's tokens.
   *
   * @param tokens {@code [count][dimension]}
   * @param routes out: the group of each token, numbered from 0 on by their first tokens
   * @return the number of groups, {@code ceil(count / tokensPerRoute)} in each window
   */
  int group(float[][] tokens, int count, int[] routes) {
    if (count <= tokensPerRoute) {
      Arrays.fill(routes, 0, count, 0);
      return 1;
    }
    int groups = 0;
    for (int start = 0; start < count; start += WINDOW) {
      int size = Math.min(WINDOW, count - start);
      groups = groupWindow(tokens, start, size, routes, groups);
    }
    return groups;
  }

  private int groupWindow(float[][] tokens, int start, int size, int[] routes, int firstGroup) {
    int target = (size + tokensPerRoute - 1) / tokensPerRoute;
    for (int i = 0; i < size; i++) {
      parents[i] = i;
    }
    if (target < size) {
      join(tokens, start, size, size - target);
    }
    // Number the groups in the order of their first tokens.
    int groups = firstGroup;
    for (int i = 0; i < size; i++) {
      int root = root(i);
      routes[start + i] = root == i ? groups++ : routes[start + root];
    }
    return groups;
  }

  /** The first token of the group; a group's root is always its first token. */
  private int root(int i) {
    while (parents[i] != i) {
      i = parents[i];
    }
    return i;
  }

  /** Finds all joins of the window by nearest-neighbour chains and carries out the cheapest. */
  private void join(float[][] tokens, int start, int size, int joins) {
    computeDistances(tokens, start, size);
    Arrays.fill(sizes, 0, size, 1);
    Join[] found = new Join[size - 1];
    int chainLength = 0;
    int first = 0;
    for (int n = 0; n < size - 1; ) {
      if (chainLength == 0) {
        while (sizes[first] == 0) {
          first++;
        }
        chain[chainLength++] = first;
      }
      int last = chain[chainLength - 1];
      int nearest = chainLength > 1 ? chain[chainLength - 2] : -1;
      float best = nearest < 0 ? Float.POSITIVE_INFINITY : distances[last * size + nearest];
      for (int k = 0; k < size; k++) {
        // Ties stay with the chain's previous element, or the chain could circle for ever.
        if (sizes[k] > 0 && k != last && distances[last * size + k] < best) {
          best = distances[last * size + k];
          nearest = k;
        }
      }
      if (chainLength > 1 && nearest == chain[chainLength - 2]) {
        chainLength -= 2;
        found[n++] = new Join(Math.min(last, nearest), Math.max(last, nearest), best);
        unite(Math.min(last, nearest), Math.max(last, nearest), size);
      } else {
        chain[chainLength++] = nearest;
      }
    }
    Arrays.sort(found, (a, b) -> Float.compare(a.loss, b.loss));
    for (int n = 0; n < joins; n++) {
      int a = root(found[n].into);
      int b = root(found[n].from);
      parents[Math.max(a, b)] = Math.min(a, b);
    }
  }

  private record Join(int into, int from, float loss) {}

  private void computeDistances(float[][] tokens, int start, int size) {
    if (distances.length < size * size) {
      distances = new float[size * size];
    }
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < i; j++) {
        float distance =
            similarity == VectorSimilarityFunction.COSINE
                ? 2 - 2 * cosine(tokens[start + i], tokens[start + j])
                : VectorUtil.squareDistance(tokens[start + i], tokens[start + j]);
        // Vectors near the end of the float range are infinitely far apart; keep them in order.
        distance = Math.min(distance, Float.MAX_VALUE);
        distances[i * size + j] = distance;
        distances[j * size + i] = distance;
      }
    }
  }

  private static float cosine(float[] a, float[] b) {
    float cosine = VectorUtil.cosine(a, b);
    return Float.isNaN(cosine) ? 0 : cosine;
  }

  /** Lance-Williams update of Ward's criterion for all groups against the union of two. */
  private void unite(int into, int from, int size) {
    float between = distances[into * size + from];
    for (int k = 0; k < size; k++) {
      if (sizes[k] > 0 && k != into && k != from) {
        double sum =
            (double) (sizes[k] + sizes[into]) * distances[k * size + into]
                + (double) (sizes[k] + sizes[from]) * distances[k * size + from]
                - (double) sizes[k] * between;
        float distance =
            (float) Math.min(Float.MAX_VALUE, sum / (sizes[k] + sizes[into] + sizes[from]));
        distances[k * size + into] = distance;
        distances[into * size + k] = distance;
      }
    }
    sizes[into] += sizes[from];
    sizes[from] = 0;
  }

  /**
   * Adds up the tokens of each group, for {@link #head}.
   *
   * @param tokens {@code [count][dimension]}
   * @param routes group of each token
   * @param groups number of groups
   */
  void sum(float[][] tokens, int count, int[] routes, int groups) {
    int dimension = tokens[0].length;
    if (sums.length < groups * dimension || lengths.length < groups) {
      sums = new double[groups * dimension];
      lengths = new double[groups];
      members = new int[groups];
    }
    Arrays.fill(sums, 0, groups * dimension, 0);
    Arrays.fill(lengths, 0, groups, 0);
    Arrays.fill(members, 0, groups, 0);
    for (int t = 0; t < count; t++) {
      int at = routes[t] * dimension;
      double squares = 0;
      for (int d = 0; d < dimension; d++) {
        double component = tokens[t][d];
        sums[at + d] += component;
        squares += component * component;
      }
      lengths[routes[t]] += Math.sqrt(squares);
      members[routes[t]]++;
    }
  }

  /**
   * The vector that stands for some neighbouring groups of those summed last.
   *
   * @param from first group
   * @param to the group after the last
   * @param head out: {@code [dimension]}
   */
  void head(int from, int to, float[] head) {
    double length = 0;
    int count = 0;
    for (int g = from; g < to; g++) {
      length += lengths[g];
      count += members[g];
    }
    double squares = 0;
    for (int d = 0; d < head.length; d++) {
      double sum = sum(from, to, d, head.length);
      squares += sum * sum;
    }
    double scale = 1.0 / count;
    if (similarity != VectorSimilarityFunction.EUCLIDEAN) {
      scale = squares == 0 ? 0 : scale * length / Math.sqrt(squares);
    }
    for (int d = 0; d < head.length; d++) {
      // As long as the tokens together, a component may be larger than any of theirs.
      double component = scale * sum(from, to, d, head.length);
      head[d] = (float) Math.clamp(component, -Float.MAX_VALUE, Float.MAX_VALUE);
    }
  }

  private double sum(int from, int to, int component, int dimension) {
    double sum = 0;
    for (int g = from; g < to; g++) {
      sum += sums[g * dimension + component];
    }
    return sum;
  }

  long ramBytesUsed() {
    return RamUsageEstimator.sizeOf(distances)
        + RamUsageEstimator.sizeOf(sums)
        + RamUsageEstimator.sizeOf(lengths)
        + RamUsageEstimator.sizeOf(members)
        + RamUsageEstimator.sizeOf(sizes)
        + RamUsageEstimator.sizeOf(chain)
        + RamUsageEstimator.sizeOf(parents);
  }
}
