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
import java.util.List;
import java.util.Objects;

/**
 * The token vectors of one text, and where in the text each of them came from. Arrays are not
 * copied, so that a large text costs its vectors once; whoever changes them changes this value.
 *
 * @param vectors one vector per kept token in text order, {@code float[size()][dimension]}; no
 *     vectors if the text has no token to keep
 * @param tokens the tokens as the tokenizer spells them (for instance {@code ##ing}), same order
 * @param starts for each token the first char of the original text it covers (a UTF-16 index, as
 *     {@link String#substring} takes it)
 * @param ends for each token the char after the last it covers; equal to its start for a token that
 *     is not in the text (a marker, a prefix, a {@code [MASK]})
 * @param truncatedTokens how many tokens of the text were cut off its end because the text is
 *     longer than the model was configured to read, 0 if it was read whole. Cut punctuation counts
 *     too
 */
public record TokenVectors(
    float[][] vectors, List<String> tokens, int[] starts, int[] ends, int truncatedTokens) {

  /** Checks that there is one token, start and end per vector. */
  public TokenVectors {
    Objects.requireNonNull(vectors, "vectors");
    Objects.requireNonNull(starts, "starts");
    Objects.requireNonNull(ends, "ends");
    tokens = List.copyOf(tokens);
    if (tokens.size() != vectors.length
        || starts.length != vectors.length
        || ends.length != vectors.length) {
      throw new IllegalArgumentException(
          "tokens, starts and ends must have one entry per vector ("
              + vectors.length
              + "), got "
              + tokens.size()
              + ", "
              + starts.length
              + ", "
              + ends.length);
    }
    if (truncatedTokens < 0) {
      throw new IllegalArgumentException("truncatedTokens must be >= 0, got " + truncatedTokens);
    }
  }

  /** The number of token vectors. */
  public int size() {
    return vectors.length;
  }

  /** Whether the text was too long to be read whole. */
  public boolean truncated() {
    return truncatedTokens > 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenVectors that
        && truncatedTokens == that.truncatedTokens
        && tokens.equals(that.tokens)
        && Arrays.equals(starts, that.starts)
        && Arrays.equals(ends, that.ends)
        && Arrays.deepEquals(vectors, that.vectors);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        tokens,
        Arrays.hashCode(starts),
        Arrays.hashCode(ends),
        Arrays.deepHashCode(vectors),
        truncatedTokens);
  }

  /** The tokens and the number cut, without the vectors. */
  @Override
  public String toString() {
    return "TokenVectors(tokens=" + tokens + ", truncatedTokens=" + truncatedTokens + ")";
  }
}
