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

  private final int documents;

  /**
   * Creates a strategy.
   *
   * @param filteredSearchThreshold percentage of accepted documents, 0 to 100, below which the
   *     graph of another format's field is searched by Lucene's filtered algorithm
   */
  public HeadSearchStrategy(int filteredSearchThreshold) {
    this(filteredSearchThreshold, 0);
  }

  /**
   * Creates a strategy for one of several segments, which looks for its part of the documents that
   * are looked for in all together. The more documents a lane looks for, the more heads it
   * compares; with this strategy it compares as many as one that looks for all, so that it does not
   * matter for what is found how documents are spread over segments.
   *
   * @param filteredSearchThreshold percentage of accepted documents, 0 to 100, below which the
   *     graph of another format's field is searched by Lucene's filtered algorithm
   * @param documents how many documents are looked for in all segments together, at least 0; where
   *     it is not above the collector's k, this segment is all
   * @throws IllegalArgumentException if {@code documents} is negative
   */
  public HeadSearchStrategy(int filteredSearchThreshold, int documents) {
    super(filteredSearchThreshold);
    if (documents < 0) {
      throw new IllegalArgumentException("documents must be at least 0, got " + documents);
    }
    this.documents = documents;
  }

  /** How many documents are looked for in all segments together. */
  int documents() {
    return documents;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other) && documents == ((HeadSearchStrategy) other).documents;
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + documents;
  }
}
