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

import java.util.List;

/**
 * Routes a query to one view: the direction of its token vectors' mean. The default router, and the
 * best one that needs no training when only one lane is searched.
 *
 * <p>The view is as long as the tokens are (the root of their mean squared length), so that it is
 * of unit length when they are, and has their scale under similarities that depend on length. It is
 * one view whatever number is asked for. Where the tokens cancel each other out, so that their mean
 * has no direction, the view is the token that {@link CoverageRouter} picks first.
 */
public final class MeanRouter implements QueryRouter {

  /** The router; it has no state. */
  public static final MeanRouter INSTANCE = new MeanRouter();

  private MeanRouter() {}

  @Override
  public List<View> route(float[][] queryTokens, int views) {
    float[] mean = TokenMean.of(List.of(queryTokens));
    return mean == null
        ? CoverageRouter.INSTANCE.route(queryTokens, 1)
        : List.of(new View(mean, 1f));
  }

  @Override
  public String toString() {
    return "MeanRouter";
  }
}
