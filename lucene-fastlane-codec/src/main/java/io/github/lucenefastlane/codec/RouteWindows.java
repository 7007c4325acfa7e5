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
package io.github.lucenefastlane.codec;

/**
 * Which tokens of a document its routes stand for: windows of neighbouring tokens, one of which
 * begins every {@code stride} tokens. A window is two strides long, so that what one cuts in two
 * the next one holds whole; the last ends with the document. A stride of one token makes each token
 * a route.
 *
 * <p>On real text (MiniLM, 384 dimensions, documents ranked by their best head for the mean of the
 * query's tokens, nDCG@10) windows of 16 tokens, one every 8, reached .898, blocks of 8 tokens
 * .883, single tokens .820, and as many groups of similar tokens .783, or .826 with one of the
 * whole document.
 *
 * @param stride tokens from the begin of one window to that of the next, in [1, {@value
 *     FastLaneVectorsFormat#MAX_TOKENS_PER_ROUTE}]; {@link FastLaneVectorsFormat#tokensPerRoute()}
 *     of the format that writes an index
 */
public record RouteWindows(int stride) {

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if the stride is out of it
   */
  public RouteWindows {
    FastLaneVectorsFormat.check(
        "tokensPerRoute", stride, FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE);
  }

  /**
   * Number of routes of a document.
   *
   * @param tokens of the document, at least 1
   * @return at least 1
   */
  public int count(int tokens) {
    return stride == 1 ? tokens : Math.max(1, Math.ceilDiv(tokens - stride, stride));
  }

  /**
   * First token of a route.
   *
   * @param route in [0, {@link #count})
   * @return a token, counted from 0
   */
  public int start(int route) {
    return route * stride;
  }

  /**
   * The token after the last of a route.
   *
   * @param route in [0, {@code count(tokens)})
   * @param tokens of the document, at least 1
   * @return above {@link #start} and at most {@code tokens}
   */
  public int end(int route, int tokens) {
    int start = start(route);
    return start + (stride == 1 ? 1 : Math.min(2 * stride, tokens - start));
  }

  /** Whether each route of a document of so many tokens has one token, which is its head. */
  boolean headsAreTokens(int tokens) {
    return stride == 1 || tokens == 1;
  }
}
