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

import java.util.PriorityQueue;

/** Finds the best of many scores. */
final class Ranking {
  private Ranking() {}

  /** The places of the highest scores, highest first, the earlier of equals first. */
  static int[] best(float[] scores, int count) {
    PriorityQueue<Integer> worstFirst =
        new PriorityQueue<>(
            (a, b) ->
                scores[a] != scores[b]
                    ? Float.compare(scores[a], scores[b])
                    : Integer.compare(b, a));
    for (int i = 0; i < scores.length; i++) {
      // Places come in order, so an equal score never beats one that is already there.
      if (worstFirst.size() < count) {
        worstFirst.add(i);
      } else if (count > 0 && scores[i] > scores[worstFirst.element()]) {
        worstFirst.remove();
        worstFirst.add(i);
      }
    }
    int[] best = new int[worstFirst.size()];
    for (int i = best.length - 1; i >= 0; i--) {
      best[i] = worstFirst.remove();
    }
    return best;
  }
}
