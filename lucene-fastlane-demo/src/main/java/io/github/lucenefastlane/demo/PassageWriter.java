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

import io.github.lucenefastlane.codec.MultiVectorField;
import io.github.lucenefastlane.encoder.TokenVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.VectorSimilarityFunction;

/** Encodes passages and adds them to an index in their order. */
final class PassageWriter {
  /** Encoded together, so that texts of like length meet in a batch. */
  static final int CHUNK = 1024;

  /**
   * What has been added.
   *
   * @param documents number of passages
   * @param tokens number of token vectors
   * @param truncated number of passages that were longer than the encoder's limit
   */
  record Counts(long documents, long tokens, long truncated) {
    static final Counts NONE = new Counts(0, 0, 0);

    /** What goes into the commit of an index that has all of this. */
    IndexDescription describe(Model model, IndexSettings settings, String sourceName) {
      return new IndexDescription(
          model.encoder().name(),
          model.folder(),
          model.fingerprint(),
          model.encoder().hasRouter(),
          model.documentLength(),
          settings,
          sourceName,
          documents,
          tokens,
          truncated);
    }
  }

  private final Model model;
  private final IndexWriter writer;
  private final ProgressBar bar;
  private final VectorSimilarityFunction similarity;
  private final List<Passage> pending = new ArrayList<>();
  private long workDone;
  private long documents;
  private long tokens;
  private long truncated;

  /**
   * @param bar its total is the sum of {@link #estimatedTokens} of the passages to come
   */
  PassageWriter(Model model, IndexWriter writer, ProgressBar bar) {
    this.model = model;
    this.writer = writer;
    this.bar = bar;
    this.similarity = IndexFields.similarity(model.encoder().config());
  }

  /** For the progress bar: English has about five characters a token, blanks included. */
  static long estimatedTokens(Model model, Passage passage) {
    return Math.min(model.documentLength(), passage.content().length() / 5 + 1);
  }

  /** Adds a passage, perhaps not before the next {@link #flush}. */
  void add(Passage passage) throws IOException {
    pending.add(passage);
    if (pending.size() == CHUNK) {
      flush();
    }
  }

  /** Sees to it that all passages have gone to the index's writer. */
  void flush() throws IOException {
    long work = pending.stream().mapToLong(passage -> estimatedTokens(model, passage)).sum();
    List<TokenVectors> encoded =
        model
            .encoder()
            .encodeDocuments(
                pending.stream().map(Passage::content).toList(),
                (done, total, made) -> bar.update(workDone + Math.min(made, work), tokens + made));
    for (int i = 0; i < encoded.size(); i++) {
      writer.addDocument(document(pending.get(i), encoded.get(i)));
    }
    workDone += work;
    pending.clear();
    bar.update(workDone, tokens);
  }

  /** What has gone to the index's writer. */
  Counts counts() {
    return new Counts(documents, tokens, truncated);
  }

  private Document document(Passage passage, TokenVectors encoded) throws IOException {
    Document document = new Document();
    document.add(new StringField(IndexFields.ID, passage.id(), Field.Store.YES));
    document.add(new StoredField(IndexFields.TITLE, passage.title()));
    document.add(new StoredField(IndexFields.TEXT, passage.text()));
    document.add(new TextField(IndexFields.CONTENT, passage.content(), Field.Store.NO));
    TokenOffsets offsets = new TokenOffsets(encoded.starts(), encoded.ends());
    document.add(new StoredField(IndexFields.OFFSETS, offsets.toBytes()));
    MultiVectorField.add(document, IndexFields.TOKENS, encoded.vectors(), similarity);
    documents++;
    tokens += encoded.size();
    truncated += encoded.truncated() ? 1 : 0;
    return document;
  }
}
