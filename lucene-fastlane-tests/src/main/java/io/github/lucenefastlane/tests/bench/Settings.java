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

import io.github.lucenefastlane.codec.TokenEncoding;
import java.util.List;

/**
 * What to measure.
 *
 * @param contenders in the order of the table
 * @param encodings of FastLane's indexes
 * @param tokensPerRoute of FastLane's indexes
 * @param views of FastLane's searches; {@link FastLaneSearch#ALL_VIEWS} for all
 * @param candidates documents that each search scores exactly
 * @param stockPerToken documents that stock Lucene looks for by each query token
 * @param segments of each index
 * @param queries number of queries
 * @param threads of the second timing, beside one thread; also computes the truth
 * @param warmUpMillis how long each contender answers queries before it is timed
 * @param repetitions timed passes of each contender
 * @param filters shares of the documents that filters accept, for further rows
 * @param deletes share of the documents that are deleted, for further rows; 0 for none
 */
record Settings(
    List<ContenderKind> contenders,
    List<TokenEncoding> encodings,
    List<Integer> tokensPerRoute,
    List<Integer> views,
    List<Integer> candidates,
    List<Integer> stockPerToken,
    int segments,
    int queries,
    int threads,
    int warmUpMillis,
    int repetitions,
    List<Double> filters,
    double deletes) {}
