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

import java.util.Objects;

/**
 * What a model reads of one text, prefix and special tokens included, and which of its vectors are
 * the text's. For those who run or train the model themselves. Arrays are not copied.
 *
 * @param ids token ids, in order
 * @param attention for each id 1 if the other tokens see it, 0 if not
 * @param kept the positions in {@code ids} whose vectors {@link TokenEncoder} keeps, rising; none
 *     if the text has no token to keep, so that the model need not be run
 */
public record TokenIds(long[] ids, long[] attention, int[] kept) {

  /** Checks that there is one attention per id, and that the kept positions are some of them. */
  public TokenIds {
    Objects.requireNonNull(ids, "ids");
    Objects.requireNonNull(attention, "attention");
    Objects.requireNonNull(kept, "kept");
    if (attention.length != ids.length) {
      throw new IllegalArgumentException(
          "attention must have one entry per id (" + ids.length + "), got " + attention.length);
    }
    int last = -1;
    for (int position : kept) {
      if (position <= last || position >= ids.length) {
        throw new IllegalArgumentException(
            "kept must be rising positions below " + ids.length + ", got " + position);
      }
      last = position;
    }
  }
}
