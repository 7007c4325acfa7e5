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
 * Blocks of neighbouring tokens of a document, one after the other, of which the last ends with the
 * document. A document has as many routes, and as many pools, as it has blocks of their size.
 *
 * @param size tokens of a block, in [1, {@value FastLaneVectorsFormat#MAX_TOKENS_PER_ROUTE}]; of
 *     routes, {@link FastLaneVectorsFormat#tokensPerRoute()} of the format that writes an index
 */
record TokenBlocks(int size) {

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if the size is out of it
   */
  TokenBlocks {
    FastLaneVectorsFormat.check("size", size, 1, FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE);
  }

  /**
   * Number of blocks of a document.
   *
   * @param tokens of the document, at least 1
   * @return at least 1
   */
  int count(int tokens) {
    return Math.ceilDiv(tokens, size);
  }

  /**
   * First token of a block.
   *
   * @param block in [0, {@link #count})
   * @return a token, counted from 0
   */
  int start(int block) {
    return block * size;
  }

  /**
   * The token after the last of a block.
   *
   * @param block in [0, {@code count(tokens)})
   * @param tokens of the document, at least 1
   * @return above {@link #start} and at most {@code tokens}
   */
  int end(int block, int tokens) {
    int start = start(block);
    return start + Math.min(size, tokens - start);
  }

  /** The block of a token. */
  int blockOf(int token) {
    return token / size;
  }

  /** Whether each token is a block, in any document. */
  boolean areTokens() {
    return size == 1;
  }

  /** Whether each token is a block in a document of so many. */
  boolean areTokens(int tokens) {
    return areTokens() || tokens == 1;
  }
}
