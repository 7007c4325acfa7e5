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

import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.knn.KnnCollectorManager;

/**
 * Lucene's vector query, which tells how many vectors it compared: also in a graph search that it
 * gives up, to compare all that a filter accepts.
 */
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
  protected TopDocs approximateSearch(
      LeafReaderContext context,
      AcceptDocs accepted,
      int visitedLimit,
      KnnCollectorManager knnCollectorManager)
      throws IOException {
    return visited.add(
        super.approximateSearch(context, accepted, visitedLimit, knnCollectorManager));
  }

  @Override
  protected TopDocs exactSearch(
      LeafReaderContext context, DocIdSetIterator accepted, QueryTimeout timeout)
      throws IOException {
    return visited.add(super.exactSearch(context, accepted, timeout));
  }
}
