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

import io.github.lucenefastlane.codec.FastLaneCodec;
import java.io.IOException;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.VectorSimilarityFunction;

/** What an index holds of each document of a corpus, and in which vector format. */
interface VectorIndex {

  /** How token vectors are compared, everywhere in a benchmark. */
  VectorSimilarityFunction SIMILARITY = VectorSimilarityFunction.DOT_PRODUCT;

  /** Numeric doc value: the document's number in the corpus. */
  String NUMBER = "number";

  /** The token vectors, whatever they are stored as. */
  String TOKENS = "tokens";

  /** Short name, unique within a run. */
  String name();

  /** How the vectors that are searched are stored: a FastLane encoding or Lucene's. */
  String encoding();

  /** The default codec with the vector format that is measured. */
  Codec codec();

  /** Adds one document. */
  void add(IndexWriter writer, int number, float[][] tokens) throws IOException;

  /** The default codec with one vector format for all fields. */
  static Codec codec(KnnVectorsFormat format) {
    // It sets nothing but the format, whichever that is.
    return new FastLaneCodec(format);
  }

  /** A Lucene document that is a document of the corpus. */
  static Document document(int number) {
    Document document = new Document();
    document.add(new NumericDocValuesField(NUMBER, number));
    Scope.addTo(document, number);
    return document;
  }
}
