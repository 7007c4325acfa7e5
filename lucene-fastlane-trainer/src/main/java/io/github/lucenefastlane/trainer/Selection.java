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
package io.github.lucenefastlane.trainer;

/** What a view is made of. */
enum Selection {
  /** A combination of the query's tokens, weighted by the softmax of their logits. */
  COMBINATION,

  /**
   * The token of the highest logit. Learned by straight-through Gumbel-softmax (Jang, Gu and Poole,
   * 2017): one token in the score, the softmax in the gradient.
   */
  TOKEN
}
