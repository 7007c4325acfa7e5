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

import java.util.Locale;

/**
 * How well dev queries are answered: nDCG@10, a mean over data sets.
 *
 * @param routed by one view, without rerank
 * @param full by full MaxSim
 */
record DevScores(double routed, double full) {

  /** What training is stopped by, and the best model chosen by. */
  double criterion() {
    return (routed + full) / 2;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "dev nDCG@10 %.4f routed, %.4f full", routed, full);
  }
}
