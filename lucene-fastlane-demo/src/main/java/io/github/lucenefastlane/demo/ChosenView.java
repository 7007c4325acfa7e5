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

import io.github.lucenefastlane.query.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.util.VectorUtil;

/**
 * A view that the router chose, in words: the query tokens it stands for.
 *
 * @param weight the view's weight
 * @param nearest the query tokens most like it, best first
 */
record ChosenView(float weight, List<Likeness> nearest) {
  private static final int SHOWN = 3;

  /**
   * A query token and how like a view it is.
   *
   * @param token the token's text
   * @param cosine of the two vectors
   */
  record Likeness(String token, float cosine) {}

  /** Describes a view of a query with these tokens. */
  static ChosenView of(View view, float[][] queryTokens, List<String> texts) {
    List<Likeness> likenesses = new ArrayList<>(queryTokens.length);
    for (int i = 0; i < queryTokens.length; i++) {
      likenesses.add(new Likeness(texts.get(i), VectorUtil.cosine(view.vector(), queryTokens[i])));
    }
    likenesses.sort(Comparator.comparingDouble(Likeness::cosine).reversed());
    return new ChosenView(
        view.weight(), List.copyOf(likenesses.subList(0, Math.min(SHOWN, likenesses.size()))));
  }

  /** Whether the view is one of the query's tokens itself. */
  boolean isToken() {
    return nearest.get(0).cosine() > 0.9999f;
  }
}
