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
package io.github.lucenefastlane.tests.bench;

import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.MultiVectorField;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.IOException;
import java.util.Locale;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexWriter;

/** Token vectors in {@link FastLaneVectorsFormat}. */
final class FastLaneIndex implements VectorIndex {

  private final TokenEncoding encoding;
  private final int tokensPerRoute;

  FastLaneIndex(TokenEncoding encoding, int tokensPerRoute) {
    this.encoding = encoding;
    this.tokensPerRoute = tokensPerRoute;
  }

  @Override
  public String name() {
    return "fastlane-" + encoding() + "-" + tokensPerRoute;
  }

  @Override
  public String encoding() {
    return encoding.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Codec codec() {
    return VectorIndex.codec(new FastLaneVectorsFormat(encoding, tokensPerRoute));
  }

  @Override
  public void add(IndexWriter writer, int number, float[][] tokens) throws IOException {
    Document document = VectorIndex.document(number);
    MultiVectorField.add(document, TOKENS, tokens, SIMILARITY);
    writer.addDocument(document);
  }
}
