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

import io.github.lucenefastlane.encoder.EncoderConfig;
import org.apache.lucene.index.VectorSimilarityFunction;

/** The fields of a passage's document. */
public final class IndexFields {
  /** Stored id, also indexed as one term. */
  static final String ID = "id";

  /** Stored title. */
  static final String TITLE = "title";

  /** Stored text. */
  static final String TEXT = "text";

  /** Stored {@link TokenOffsets} of the token vectors in {@link Passage#content()}. */
  static final String OFFSETS = "offsets";

  /** {@link Passage#content()}, indexed for BM25. */
  public static final String CONTENT = "content";

  /** The token vectors. */
  public static final String TOKENS = "tokens";

  private IndexFields() {}

  /** How an encoder's token vectors are compared: by their dot product, of whatever length. */
  static VectorSimilarityFunction similarity(EncoderConfig config) {
    return config.normalize()
        ? VectorSimilarityFunction.DOT_PRODUCT
        : VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
  }
}
