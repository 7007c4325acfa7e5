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
package io.github.lucenefastlane.encoder;

import java.util.Arrays;

/**
 * A text as the model reads it.
 *
 * @param ids token ids
 * @param attention 1 where the other tokens see a token, 0 where not
 * @param kept the positions in {@code ids} whose vectors are kept, rising
 * @param tokens spelling of the kept tokens
 * @param starts first char in the text of the kept tokens
 * @param ends char after the last of the kept tokens
 * @param truncatedTokens tokens of the text that did not fit
 */
record ModelInput(
    long[] ids,
    long[] attention,
    int[] kept,
    String[] tokens,
    int[] starts,
    int[] ends,
    int truncatedTokens) {

  /** How many tokens the model has to read for this text: none if no vector of it is kept. */
  int modelLength() {
    return kept.length == 0 ? 0 : ids.length;
  }

  /** As many tokens, all of them the first. */
  ModelInput ofOneToken() {
    long[] repeated = new long[ids.length];
    Arrays.fill(repeated, ids[0]);
    return new ModelInput(repeated, attention, kept, tokens, starts, ends, truncatedTokens);
  }
}
