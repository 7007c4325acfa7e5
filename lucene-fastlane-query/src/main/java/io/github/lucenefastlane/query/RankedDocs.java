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

import java.util.Arrays;
import org.apache.lucene.util.NumericUtils;

/**
 * The documents that a search ends with.
 *
 * @param docs documents of the whole index, ascending
 * @param scores their scores, never NaN
 */
record RankedDocs(int[] docs, float[] scores) {

  /** The {@code k} documents of the highest scores, lower documents first; NaN is no score. */
  static RankedDocs best(int[] docs, float[] scores, int k) {
    // A place behind its score, whose order is reversed: the lowest numbers are the best places.
    long[] ranks = new long[docs.length];
    int scored = 0;
    for (int place = 0; place < docs.length; place++) {
      if (Float.isNaN(scores[place]) == false) {
        int rank = ~NumericUtils.floatToSortableInt(scores[place]);
        ranks[scored++] = (long) rank << Integer.SIZE | place;
      }
    }
    int count = Math.min(k, scored);
    if (count < scored) {
      Arrays.sort(ranks, 0, scored);
    }
    int[] places = new int[count];
    for (int i = 0; i < count; i++) {
      places[i] = (int) ranks[i];
    }
    Arrays.sort(places);
    int[] bestDocs = new int[count];
    float[] bestScores = new float[count];
    for (int i = 0; i < count; i++) {
      bestDocs[i] = docs[places[i]];
      bestScores[i] = scores[places[i]];
    }
    return new RankedDocs(bestDocs, bestScores);
  }
}
