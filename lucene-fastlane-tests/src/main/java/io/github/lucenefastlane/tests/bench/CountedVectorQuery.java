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

import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TopDocs;

/** Lucene's vector query, which tells how many vectors it compared. */
final class CountedVectorQuery extends KnnFloatVectorQuery {

  private final VisitedCount visited;

  /**
   * @param filter null for none
   */
  CountedVectorQuery(String field, float[] vector, int k, Query filter, VisitedCount visited) {
    super(field, vector, k, filter);
    this.visited = visited;
  }

  @Override
  protected TopDocs mergeLeafResults(TopDocs[] perLeafResults) {
    visited.add(perLeafResults);
    return super.mergeLeafResults(perLeafResults);
  }
}
