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
import java.util.List;

/**
 * Routes a query to the means of groups of its token vectors.
 *
 * <p>For each view a token is chosen, each time the one that most increases the sum over all query
 * tokens of the cosine to the nearest chosen token. That sum is a monotone submodular function of
 * the chosen set (facility location), so this greedy choice reaches at least {@code 1 - 1/e} of the
 * best possible gain (Nemhauser, Wolsey and Fisher, 1978). A view is the mean of the tokens that
 * are nearest to a chosen one, as long as they are (the root of their mean squared length), or the
 * chosen one, if they cancel each other out. Its weight is their share of the query's tokens. Fewer
 * views than asked for are returned when every token is already covered perfectly, as with repeated
 * tokens.
 */
public final class CoverageRouter implements QueryRouter {

  /** The router; it has no state. */
  public static final CoverageRouter INSTANCE = new CoverageRouter();

  private CoverageRouter() {}

  @Override
  public List<View> route(float[][] queryTokens, int views) {
    int count = queryTokens.length;
    float[][] cosines = cosines(queryTokens);
    float[] covered = new float[count]; // cosine to the nearest chosen token
    int[] nearest = new int[count]; // that token's place in chosen
    Arrays.fill(covered, -1f);
    List<Integer> chosen = new ArrayList<>();
    while (chosen.size() < views) {
      int best = -1;
      double bestGain = 0;
      for (int candidate = 0; candidate < count; candidate++) {
        if (cosines[candidate][candidate] == 0) {
          continue; // a zero vector among others finds nothing
        }
        double gain = 0;
        for (int token = 0; token < count; token++) {
          gain += Math.max(0, cosines[candidate][token] - covered[token]);
        }
        if (gain > bestGain) {
          bestGain = gain;
          best = candidate;
        }
      }
      if (best < 0) {
        break;
      }
      for (int token = 0; token < count; token++) {
        if (cosines[best][token] > covered[token]) {
          covered[token] = cosines[best][token];
          nearest[token] = chosen.size();
        }
      }
      chosen.add(best);
    }
    List<View> result = new ArrayList<>(chosen.size());
    for (int place = 0; place < chosen.size(); place++) {
      List<float[]> group = new ArrayList<>();
      int share = 0;
      for (int token = 0; token < count; token++) {
        if (nearest[token] == place) {
          share++;
          if (cosines[token][token] != 0) { // else it has no direction and no length
            group.add(queryTokens[token]);
          }
        }
      }
      float[] mean = group.isEmpty() ? null : TokenMean.of(group);
      float[] vector = mean == null ? queryTokens[chosen.get(place)] : mean;
      result.add(new View(vector, (float) share / count));
    }
    return result;
  }

  @Override
  public long comparisons(int tokens, int views) {
    return (long) tokens * (tokens - 1) / 2;
  }

  /**
   * The cosine of each pair of tokens, exactly 1 of a token with itself and never more. A zero
   * vector has no direction: its cosine to all is 0 or, if all tokens are zero, 1.
   */
  private static float[][] cosines(float[][] tokens) {
    int count = tokens.length;
    double[] lengths = new double[count];
    double longest = 0;
    for (int i = 0; i < count; i++) {
      lengths[i] = Math.sqrt(dot(tokens[i], tokens[i]));
      longest = Math.max(longest, lengths[i]);
    }
    double ofZeros = longest == 0 ? 1 : 0;
    float[][] cosines = new float[count][count];
    for (int i = 0; i < count; i++) {
      cosines[i][i] = lengths[i] > 0 ? 1 : (float) ofZeros;
      for (int j = 0; j < i; j++) {
        double product = lengths[i] * lengths[j];
        double cosine = product > 0 ? dot(tokens[i], tokens[j]) / product : ofZeros;
        cosines[i][j] = cosines[j][i] = (float) Math.max(-1, Math.min(1, cosine));
      }
    }
    return cosines;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (double) a[d] * b[d];
    }
    return sum;
  }

  @Override
  public String toString() {
    return "CoverageRouter";
  }
}
