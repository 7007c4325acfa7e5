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
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * The views of one query, decided before its search: what a learned router's outputs say, wherever
 * they were computed. An encoder that holds the router gives a query's token vectors and its views
 * in one run, and this hands the views to the {@link FastLaneQuery}.
 *
 * <p>It routes that one query: {@link #route} gives the first views of a ranking whatever tokens it
 * is shown. The ranking and the weights are those of {@link OnnxRouter}, for each kind of output:
 *
 * <ul>
 *   <li>{@link #ofLogits}: the tokens of the highest logits, the earlier of equals first; their
 *       weights are the softmax over the chosen ones' logits;
 *   <li>{@link #of(float[][], float[])}: the vectors of the highest weights, the earlier of equals
 *       first; their weights are scaled to sum 1;
 *   <li>{@link #of(float[][])}: the vectors in their order, with equal weights.
 * </ul>
 *
 * <p>A view whose weight vanishes in float arithmetic is left out. Vectors are not copied: whoever
 * holds them must not write to them. Immutable otherwise; two of equal vectors and weights are
 * equal.
 */
public final class RoutedViews implements QueryRouter {

  private final float[][] vectors; // ranked, the best first
  private final double[] weights; // of the same order, on any scale, the first of them above 0

  private RoutedViews(float[][] vectors, double[] weights) {
    this.vectors = vectors;
    this.weights = weights;
  }

  /**
   * Views of equal weights.
   *
   * @param views {@code [V][dimension]}, the best first; at least one, all of one dimension
   * @throws IllegalArgumentException if there is no view, or one of another dimension or with a
   *     component that is not finite
   */
  public static RoutedViews of(float[][] views) {
    double[] weights = new double[views.length];
    Arrays.fill(weights, 1);
    return new RoutedViews(checkVectors("views", views).clone(), weights);
  }

  /**
   * Views of given weights.
   *
   * @param views {@code [V][dimension]}, in any order; at least one, all of one dimension
   * @param weights {@code [V]}, finite, at least 0 and not all 0, on any scale
   * @throws IllegalArgumentException if there is no view, or one of another dimension or with a
   *     component that is not finite; if the weights are others
   */
  public static RoutedViews of(float[][] views, float[] weights) {
    checkVectors("views", views);
    checkValues("view_weights", weights, views.length);
    for (float weight : weights) {
      if (weight < 0) {
        throw new IllegalArgumentException("view_weights must be at least 0, got: " + weight);
      }
    }
    int[] ranked = ranked(weights);
    if (weights[ranked[0]] == 0) {
      throw new IllegalArgumentException("all view_weights are 0");
    }
    return new RoutedViews(
        pick(views, ranked), Arrays.stream(ranked).mapToDouble(i -> weights[i]).toArray());
  }

  /**
   * Views that are tokens of the query.
   *
   * @param queryTokens the query's token vectors, {@code [tokens][dimension]}; at least one, all of
   *     one dimension
   * @param logits {@code [tokens]}, finite
   * @throws IllegalArgumentException if there is no token, or one of another dimension or with a
   *     component that is not finite; if the logits are others
   */
  public static RoutedViews ofLogits(float[][] queryTokens, float[] logits) {
    checkVectors("query tokens", queryTokens);
    checkValues("router_logits", logits, queryTokens.length);
    int[] ranked = ranked(logits);
    double highest = logits[ranked[0]];
    return new RoutedViews(
        pick(queryTokens, ranked),
        Arrays.stream(ranked).mapToDouble(i -> Math.exp(logits[i] - highest)).toArray());
  }

  private static float[][] checkVectors(String what, float[][] vectors) {
    if (vectors.length == 0) {
      throw new IllegalArgumentException(what + " must be at least 1, got: 0");
    }
    for (int i = 0; i < vectors.length; i++) {
      Objects.requireNonNull(vectors[i], what);
      if (vectors[i].length != vectors[0].length) {
        throw new IllegalArgumentException(
            what
                + " must have one dimension, got "
                + vectors[0].length
                + " and, at "
                + i
                + ", "
                + vectors[i].length);
      }
      checkFinite(what, vectors[i]);
    }
    return vectors;
  }

  private static void checkValues(String what, float[] values, int count) {
    if (values.length != count) {
      throw new IllegalArgumentException(
          what + " must be one per vector (" + count + "), got: " + values.length);
    }
    checkFinite(what, values);
  }

  private static void checkFinite(String what, float[] values) {
    for (float value : values) {
      if (Float.isFinite(value) == false) {
        throw new IllegalArgumentException(what + " must be finite, got: " + value);
      }
    }
  }

  /** The indexes of the values, of the highest first, of the earlier of equals first. */
  private static int[] ranked(float[] values) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -values[i])) // stable
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static float[][] pick(float[][] vectors, int[] ranked) {
    return Arrays.stream(ranked).mapToObj(i -> vectors[i]).toArray(float[][]::new);
  }

  /** The number of components of a view's vector. */
  public int dimension() {
    return vectors[0].length;
  }

  /** The most views that {@link #route} gives. */
  public int size() {
    return vectors.length;
  }

  /**
   * The first views of the ranking, their weights scaled to sum 1.
   *
   * @throws IllegalArgumentException if the tokens have another dimension than the views
   */
  @Override
  public List<View> route(float[][] queryTokens, int views) {
    if (queryTokens[0].length != dimension()) {
      throw new IllegalArgumentException(
          "the query's views have dimension " + dimension() + ", got: " + queryTokens[0].length);
    }
    int count = Math.min(views, vectors.length);
    double sum = Arrays.stream(weights, 0, count).sum();
    List<View> chosen = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      float weight = (float) (weights[i] / sum);
      if (weight > 0) {
        chosen.add(new View(vectors[i], weight));
      }
    }
    return chosen;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RoutedViews that
        && Arrays.equals(weights, that.weights)
        && Arrays.deepEquals(vectors, that.vectors);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(weights) + Arrays.deepHashCode(vectors);
  }

  /** How many views of which dimension, without the vectors. */
  @Override
  public String toString() {
    return "RoutedViews(" + size() + " of dimension " + dimension() + ")";
  }
}
