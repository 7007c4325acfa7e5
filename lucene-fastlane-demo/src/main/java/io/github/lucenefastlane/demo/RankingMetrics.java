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
package io.github.lucenefastlane.demo;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * How good one ranking is. Rankings are of document ids, best first; judgements map the ids of
 * judged documents to their grade, and grades above 0 are relevant.
 */
public final class RankingMetrics {
  private RankingMetrics() {}

  /**
   * Normalised discounted cumulative gain: the sum of grade / log2(rank + 1) over the first {@code
   * k} ranks, divided by the same sum of the best possible ranking (Järvelin and Kekäläinen, 2002,
   * with linear gain as trec_eval's {@code ndcg_cut}). 0 if nothing is relevant.
   */
  public static double ndcg(List<String> ranking, Map<String, Integer> judgements, int k) {
    double gain = 0;
    for (int i = 0; i < Math.min(k, ranking.size()); i++) {
      gain += discounted(Math.max(0, judgements.getOrDefault(ranking.get(i), 0)), i + 1);
    }
    List<Integer> best =
        judgements.values().stream()
            .filter(grade -> grade > 0)
            .sorted(Comparator.reverseOrder())
            .limit(k)
            .toList();
    double ideal = 0;
    for (int i = 0; i < best.size(); i++) {
      ideal += discounted(best.get(i), i + 1);
    }
    return ideal == 0 ? 0 : gain / ideal;
  }

  private static double discounted(int grade, int rank) {
    return grade * Math.log(2) / Math.log(rank + 1);
  }

  /** One over the rank of the first relevant document; 0 if the first {@code k} hold none. */
  static double reciprocalRank(List<String> ranking, Map<String, Integer> judgements, int k) {
    for (int i = 0; i < Math.min(k, ranking.size()); i++) {
      if (judgements.getOrDefault(ranking.get(i), 0) > 0) {
        return 1.0 / (i + 1);
      }
    }
    return 0;
  }

  /** The share of the relevant documents among the first {@code k}; 0 if nothing is relevant. */
  static double recall(List<String> ranking, Map<String, Integer> judgements, int k) {
    List<String> relevant =
        judgements.entrySet().stream()
            .filter(entry -> entry.getValue() > 0)
            .map(Map.Entry::getKey)
            .toList();
    return overlap(relevant, ranking.subList(0, Math.min(k, ranking.size())));
  }

  /** The share of {@code wanted} that is in {@code found}; 0 if nothing is wanted. */
  static double overlap(List<String> wanted, Collection<String> found) {
    if (wanted.isEmpty()) {
      return 0;
    }
    return (double) wanted.stream().filter(found::contains).count() / wanted.size();
  }
}
