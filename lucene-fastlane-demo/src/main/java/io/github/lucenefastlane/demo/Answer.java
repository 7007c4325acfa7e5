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

import java.util.List;

/**
 * What a search found and what it cost.
 *
 * @param question the question
 * @param hits best first
 * @param matches for each hit, the passage's tokens that query tokens matched best
 * @param router name of what chose the views
 * @param views that the router chose
 * @param queryTokens number of the question's token vectors
 * @param comparisons that the search made
 * @param exhaustive comparisons that exhaustive MaxSim would have made: query tokens times all
 *     token vectors of the index
 * @param millis of the search, without encoding the question
 * @param encodeMillis of encoding the question, and of routing it where the model does that
 */
record Answer(
    Question question,
    List<Hit> hits,
    List<Matches> matches,
    String router,
    List<ChosenView> views,
    int queryTokens,
    long comparisons,
    long exhaustive,
    double millis,
    double encodeMillis) {}
