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

/**
 * What one search of a {@link FastLaneQuery} cost. A comparison is one vector-vector similarity.
 *
 * @param views number of views that the query router chose
 * @param lanes number of lanes searched: views times segments that have the field, less, with
 *     rerank, those whose few accepted documents are all reranked; one searched again counts once
 * @param candidates number of documents that were chosen for the rerank; without rerank, the number
 *     of documents that are among the best {@code candidates} of any view
 * @param routingComparisons comparisons among the query's tokens, as {@link
 *     QueryRouter#comparisons} tells
 * @param laneComparisons comparisons of views with heads
 * @param forecastComparisons comparisons of query tokens with the pooled vectors of the documents
 *     that came out of the lanes, to choose the candidates
 * @param rerankComparisons comparisons of query tokens with the candidates' tokens
 * @param routingNanos elapsed time of routing, in nanoseconds
 * @param laneNanos elapsed time of executing the filter and of searching the lanes, in nanoseconds
 * @param rerankNanos elapsed time of choosing the candidates and of the rerank, in nanoseconds
 * @param partial whether the searcher's timeout ended the search early
 */
public record FastLaneStats(
    int views,
    int lanes,
    int candidates,
    long routingComparisons,
    long laneComparisons,
    long forecastComparisons,
    long rerankComparisons,
    long routingNanos,
    long laneNanos,
    long rerankNanos,
    boolean partial) {

  /** The comparisons of all stages. */
  public long comparisons() {
    return routingComparisons + laneComparisons + forecastComparisons + rerankComparisons;
  }

  /** The elapsed time of all stages, in nanoseconds. */
  public long nanos() {
    return routingNanos + laneNanos + rerankNanos;
  }
}
