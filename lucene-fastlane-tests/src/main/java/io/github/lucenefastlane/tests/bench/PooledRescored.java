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
import java.util.Optional;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LateInteractionRescorer;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TopDocs;

/**
 * Lucene's cheap late interaction over a {@link PooledIndex}: the documents of the nearest mean
 * vectors, rescored by {@link LateInteractionRescorer}.
 */
final class PooledRescored extends RerankedVectorSearch {

  PooledRescored(int candidates) {
    this(candidates, null);
  }

  private PooledRescored(int candidates, Query filter) {
    super(PooledIndex.MEAN, candidates, filter);
  }

  @Override
  public String name() {
    return "pooled-lucene";
  }

  @Override
  public Optional<SearchMethod> within(Scope scope) {
    return Optional.of(new PooledRescored(candidates(), scope.filter()));
  }

  @Override
  float[] vector(float[][] query) {
    return PooledIndex.mean(query);
  }

  @Override
  int[] rerank(IndexSearcher searcher, float[][] query, TopDocs nearest, int k) throws IOException {
    return Answer.documents(
        LateInteractionRescorer.create(VectorIndex.TOKENS, query, VectorIndex.SIMILARITY)
            .rescore(searcher, nearest, k));
  }
}
