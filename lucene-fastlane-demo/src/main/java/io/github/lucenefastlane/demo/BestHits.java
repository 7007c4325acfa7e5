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

import java.util.Arrays;
import java.util.PriorityQueue;
import org.apache.lucene.search.ScoreDoc;

/** The best of many scored documents, in Lucene's own order of hits. */
final class BestHits {
  private final int k;
  private final PriorityQueue<ScoreDoc> best = new PriorityQueue<>(ScoreDoc.COMPARATOR.reversed());

  /**
   * @param k how many to keep, at least 1
   */
  BestHits(int k) {
    this.k = k;
  }

  /** Takes a document whose id is higher than those of all documents before. */
  void offer(int doc, float score) {
    // Documents come in order, so an equal score never beats one that is already there.
    if (best.size() < k || score > best.peek().score) {
      if (best.size() == k) {
        best.poll();
      }
      best.add(new ScoreDoc(doc, score));
    }
  }

  /** Best first. */
  ScoreDoc[] toArray() {
    ScoreDoc[] hits = best.toArray(new ScoreDoc[0]);
    Arrays.sort(hits, ScoreDoc.COMPARATOR);
    return hits;
  }
}
