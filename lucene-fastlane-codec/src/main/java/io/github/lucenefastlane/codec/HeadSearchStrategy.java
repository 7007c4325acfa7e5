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
package io.github.lucenefastlane.codec;

import org.apache.lucene.search.knn.KnnSearchStrategy;

/**
 * Asks a lane to collect each document with the similarity of its best <em>head</em>.
 *
 * <p>With any other strategy a lane ends by comparing the target with every token of the documents
 * it found, and collects each with its best token. Routed search wants the documents of the best
 * heads, which also saves the comparisons. On fields of other formats, whose documents have one
 * vector, both are the same.
 */
public final class HeadSearchStrategy extends KnnSearchStrategy.Hnsw {

  /**
   * Never searches the graph of another format's field by Lucene's filtered algorithm, as {@link
   * KnnSearchStrategy.Hnsw#DEFAULT}.
   */
  public static final HeadSearchStrategy DEFAULT =
      new HeadSearchStrategy(DEFAULT_FILTERED_SEARCH_THRESHOLD);

  /**
   * Creates a strategy.
   *
   * @param filteredSearchThreshold percentage of accepted documents, 0 to 100, below which the
   *     graph of another format's field is searched by Lucene's filtered algorithm
   */
  public HeadSearchStrategy(int filteredSearchThreshold) {
    super(filteredSearchThreshold);
  }
}
