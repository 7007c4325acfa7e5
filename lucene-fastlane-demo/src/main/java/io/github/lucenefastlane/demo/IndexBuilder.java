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
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** Encodes passages and writes them to a new index. */
final class IndexBuilder {
  /** Few and large segments: each is one more that every lane has to search. */
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
   * @throws CommandFailure if a passage is malformed, there is none or the target is taken; nothing
   *     is left behind
   */
  IndexSummary build(PassageSource source, String sourceName, Path target, boolean overwrite)
      throws IOException {
    long start = System.nanoTime();
    IndexFolder.checkReplaceable(target, overwrite);
    // The first pass finds whatever is wrong with the input before the long work begins.
    long[] work = new long[2]; // number of tokens to encode, and of passages
    source.forEach(
        passage -> {
          work[0] += PassageWriter.estimatedTokens(model, passage);
          work[1]++;
        });
    if (work[1] == 0) { // an index of nothing is of no use, least of all in place of another
      throw new CommandFailure(source + ": holds no passages");
    }
    try (IndexFolder folder = IndexFolder.create(target, overwrite, config());
        ProgressBar bar =
            new ProgressBar(
                console.err(), console.errIsTerminal(), "Encoding", work[0], System::nanoTime)) {
      PassageWriter writer = new PassageWriter(model, folder.writer(), bar);
      source.forEach(writer::add);
      writer.flush();
      IndexDescription description = writer.counts().describe(model, settings, sourceName);
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

  private static long bytes(Path folder) throws IOException {
    try (Directory directory = FSDirectory.open(folder)) {
      return IndexFiles.totalBytes(directory);
    }
  }
}
