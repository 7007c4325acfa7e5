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

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The documents that a search ends with.
 *
 * @param docs documents of the whole index, ascending
 * @param scores their scores, never NaN
 */
record RankedDocs(int[] docs, float[] scores) {

  /** The {@code k} documents of the highest scores, lower documents first; NaN is no score. */
  static RankedDocs best(int[] docs, float[] scores, int k) {
    int[] places =
        IntStream.range(0, docs.length)
            .filter(place -> Float.isNaN(scores[place]) == false)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer place) -> -scores[place])) // stable
            .limit(k)
            .mapToInt(Integer::intValue)
            .sorted()
            .toArray();
    int[] bestDocs = new int[places.length];
    float[] bestScores = new float[places.length];
    for (int i = 0; i < places.length; i++) {
      bestDocs[i] = docs[places[i]];
      bestScores[i] = scores[places[i]];
    }
    return new RankedDocs(bestDocs, bestScores);
  }
}
