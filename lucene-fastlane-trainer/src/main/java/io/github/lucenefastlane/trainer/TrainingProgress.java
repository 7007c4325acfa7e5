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

/** Told how a training goes, on its thread. */
interface TrainingProgress {
  /** A former training goes on. */
  void resumed(int step, int steps);

  /**
   * A step was made.
   *
   * @param step steps made
   * @param entropy of the first view over the query's tokens, in nats
   */
  void stepped(int step, int steps, float loss, float entropy);

  /** The model's own mistakes are looked for. */
  void mining(String set);

  void evaluated(int step, int steps, DevScores scores, boolean best);
}
