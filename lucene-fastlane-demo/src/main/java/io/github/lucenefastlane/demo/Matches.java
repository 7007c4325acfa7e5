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
 * The tokens of a found passage that made its score.
 *
 * @param list one match for each query token; empty if the passage has no token vectors
 * @param encodedEnd where the passage's last token vector ends in {@link Passage#content()}: the
 *     model does not read on, so nothing behind it can match
 */
record Matches(List<Match> list, int encodedEnd) {
  /** Of a passage without token vectors. */
  static final Matches NONE = new Matches(List.of(), 0);
}
