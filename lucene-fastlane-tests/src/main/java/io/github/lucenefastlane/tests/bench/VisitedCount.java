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
package io.github.lucenefastlane.tests.bench;

import org.apache.lucene.search.TopDocs;

/** Sums how many vectors a query of Lucene's compared in the segments that it searched. */
final class VisitedCount {

  private long visited;

  /** Lucene's vector queries report it as their total hits. */
  void add(TopDocs[] perLeafResults) {
    for (TopDocs results : perLeafResults) {
      add(results);
    }
  }

  /** The same of one search of a segment. */
  TopDocs add(TopDocs results) {
    visited += results.totalHits.value();
    return results;
  }

  long visited() {
    return visited;
  }
}
