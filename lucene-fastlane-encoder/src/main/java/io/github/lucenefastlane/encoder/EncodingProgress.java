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

/**
 * Is told how far {@link TokenEncoder#encodeDocuments} has come; called on the thread that encodes,
 * after each batch.
 */
@FunctionalInterface
public interface EncodingProgress {
  /** Tells nobody. */
  EncodingProgress NONE = (done, total, tokens) -> {};

  /**
   * Some more texts are encoded.
   *
   * @param done texts encoded so far, in 0..{@code total}; it never falls, and the last call has
   *     {@code total}
   * @param total texts to encode
   * @param tokens token vectors produced so far
   */
  void update(int done, int total, long tokens);
}
