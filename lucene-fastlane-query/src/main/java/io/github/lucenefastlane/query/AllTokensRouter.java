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

import java.util.Arrays;
import java.util.List;

/**
 * Routes a query to all of its token vectors: one view per token, of equal weight, whatever number
 * of views is asked for. This is late interaction without routing: the upper bound that a router is
 * measured against, and the most expensive one, since every view is a lane through every segment.
 */
public final class AllTokensRouter implements QueryRouter {

  /** The router; it has no state. */
  public static final AllTokensRouter INSTANCE = new AllTokensRouter();

  private AllTokensRouter() {}

  @Override
  public List<View> route(float[][] queryTokens, int views) {
    float weight = 1f / queryTokens.length;
    return Arrays.stream(queryTokens).map(token -> new View(token, weight)).toList();
  }

  @Override
  public String toString() {
    return "AllTokensRouter";
  }
}
