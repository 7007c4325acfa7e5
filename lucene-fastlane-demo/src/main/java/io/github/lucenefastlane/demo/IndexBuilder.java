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

import io.github.lucenefastlane.codec.FastLaneCodec;
import io.github.lucenefastlane.codec.MultiVectorField;
import io.github.lucenefastlane.encoder.TokenVectors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** Encodes passages and writes them to a new index. */
final class IndexBuilder {
  /** Encoded together, so that texts of like length meet in a batch. */
  private static final int CHUNK = 1024;

  /** Few and large segments: each is a route graph that every lane has to search. */
  private static final double RAM_BUFFER_MB = 512;

  private final Model model;
  private final IndexSettings settings;
  private final Console console;

  IndexBuilder(Model model, IndexSettings settings, Console console) {
    this.model = model;
    this.settings = settings;
    this.console = console;
  }

  /**
   * Makes an index.
   *
   * @param sourceName recorded in the index
   * @param overwrite whether an index at the target may be replaced
   * @throws CommandFailure if a passage is malformed or the target is taken; nothing is left behind
   */
  IndexSummary build(PassageSource source, String sourceName, Path target, boolean overwrite)
      throws IOException {
    long start = System.nanoTime();
    IndexFolder.checkReplaceable(target, overwrite);
    // The first pass finds whatever is wrong with the input before the long work begins.
    long[] work = new long[1];
    source.forEach(passage -> work[0] += estimatedTokens(passage));
    try (IndexFolder folder = IndexFolder.create(target, overwrite, config());
        ProgressBar bar =
            new ProgressBar(
                console.err(), console.errIsTerminal(), "Encoding", work[0], System::nanoTime)) {
      Run run = new Run(folder, bar);
      source.forEach(run::add);
      run.flush();
      IndexDescription description = run.description(sourceName);
      folder.publish(description);
      return new IndexSummary(
          description.documents(),
          description.tokens(),
          description.truncated(),
          (System.nanoTime() - start) / 1e9,
          bytes(target));
    }
  }

  private IndexWriterConfig config() {
    TieredMergePolicy mergePolicy = new TieredMergePolicy();
    mergePolicy.setNoCFSRatio(0); // separate files, so that their sizes can be told
    return new IndexWriterConfig(Bm25.analyzer())
        .setCodec(new FastLaneCodec(settings.format()))
        .setMergePolicy(mergePolicy)
        .setUseCompoundFile(false)
        .setRAMBufferSizeMB(RAM_BUFFER_MB);
  }

  /** For the progress bar: English has about five characters a token, blanks included. */
  private long estimatedTokens(Passage passage) {
    return Math.min(model.documentLength(), passage.content().length() / 5 + 1);
  }

  private static long bytes(Path folder) throws IOException {
    try (Directory directory = FSDirectory.open(folder)) {
      return IndexFiles.totalBytes(directory);
    }
  }

  /** The state of one build. */
  private final class Run {
    private final VectorSimilarityFunction similarity =
        IndexFields.similarity(model.encoder().config());
    private final IndexFolder folder;
    private final ProgressBar bar;
    private final List<Passage> pending = new ArrayList<>();
    private long workDone;
    private long documents;
    private long tokens;
    private long truncated;

    Run(IndexFolder folder, ProgressBar bar) {
      this.folder = folder;
      this.bar = bar;
    }

    void add(Passage passage) throws IOException {
      pending.add(passage);
      if (pending.size() == CHUNK) {
        flush();
      }
    }

    void flush() throws IOException {
      long work = pending.stream().mapToLong(IndexBuilder.this::estimatedTokens).sum();
      List<TokenVectors> encoded =
          model
              .encoder()
              .encodeDocuments(
                  pending.stream().map(Passage::content).toList(),
                  (done, total, made) ->
                      bar.update(workDone + Math.min(made, work), tokens + made));
      for (int i = 0; i < encoded.size(); i++) {
        folder.writer().addDocument(document(pending.get(i), encoded.get(i)));
      }
      workDone += work;
      pending.clear();
      bar.update(workDone, tokens);
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

    IndexDescription description(String sourceName) {
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
}
