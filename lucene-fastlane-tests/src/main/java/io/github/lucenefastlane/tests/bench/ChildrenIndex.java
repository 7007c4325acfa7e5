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

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.QueryBitSetProducer;

/**
 * Lucene's own way of several vectors per document: a child document per token, in a block before
 * its parent, which has a {@link LateInteractionField} to rescore it.
 */
final class ChildrenIndex implements VectorIndex {

  /** The vector of a child document. */
  static final String TOKEN = "token";

  private static final String KIND = "kind";
  private static final String PARENT = "parent";

  private final boolean quantised;

  /**
   * @param quantised whether the graph is searched on bytes, by Lucene's scalar quantisation
   */
  ChildrenIndex(boolean quantised) {
    this.quantised = quantised;
  }

  /** Which documents are parents; remembers them by segment. */
  static BitSetProducer parents() {
    return new QueryBitSetProducer(new TermQuery(new Term(KIND, PARENT)));
  }

  @Override
  public String name() {
    return quantised ? "children-sq" : "children";
  }

  @Override
  public String encoding() {
    return quantised ? "sq8" : "float32";
  }

  @Override
  public Codec codec() {
    return quantised
        ? VectorIndex.codec(new Lucene104HnswScalarQuantizedVectorsFormat())
        : Codec.getDefault();
  }

  @Override
  public void add(IndexWriter writer, int number, float[][] tokens) throws IOException {
    List<Document> block = new ArrayList<>(tokens.length + 1);
    for (float[] token : tokens) {
      Document child = new Document();
      child.add(new KnnFloatVectorField(TOKEN, token, SIMILARITY));
      block.add(child);
    }
    Document parent = VectorIndex.document(number);
    parent.add(new StringField(KIND, PARENT, Field.Store.NO));
    parent.add(new LateInteractionField(TOKENS, tokens));
    block.add(parent);
    writer.addDocuments(block);
  }
}
