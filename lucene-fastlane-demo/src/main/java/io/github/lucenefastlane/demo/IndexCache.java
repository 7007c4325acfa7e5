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

import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.Version;

/**
 * Indexes that {@code fastlane eval} made before. There are two kinds, each in a folder named by a
 * checksum of all that decides about its content:
 *
 * <ul>
 *   <li>{@code corpus-…} holds the token vectors of one corpus, encoded by one model. It is
 *       committed now and then while it is made, and a killed run goes on from there.
 *   <li>{@code collection-…} holds all passages of one or more corpora in one segment, so that each
 *       view has one lane however they were put together. Merging never changes the codes of token
 *       vectors, so this takes no encoding, and other routes none either.
 * </ul>
 */
final class IndexCache {
  /** Passages that a killed run loses at most. */
  static final int COMMIT_EVERY = PassageWriter.CHUNK;

  private static final String PARTIAL_TOKENS = "fastlane.partial.tokens";
  private static final String PARTIAL_TRUNCATED = "fastlane.partial.truncated";
  private static final String FIRST_CORPUS = "fastlane.first-corpus.documents";

  /**
   * Several corpora in one index.
   *
   * @param folder of the index, which {@link PassageIndex#open} opens
   * @param firstCorpusSize number of passages of the first corpus, which come before all others
   */
  record Collection(Path folder, int firstCorpusSize) {}

  private final Path root;
  private final Model model;
  private final IndexSettings settings;
  private final Console console;

  /**
   * @param root is made if it is not there
   */
  IndexCache(Path root, Model model, IndexSettings settings, Console console) {
    this.root = root;
    this.model = model;
    this.settings = settings;
    this.console = console;
  }

  /** Where people's caches are, on their system. */
  static Path defaultRoot() {
    String base = System.getenv("XDG_CACHE_HOME");
    Path caches =
        base == null || base.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(base);
    return caches.resolve("lucene-fastlane");
  }

  /** The index of these corpora; made if it is not there, or not as it was written. */
  Collection collection(List<Corpus> corpora) throws IOException {
    List<String> parts = new ArrayList<>(List.of(settings.format().toString(), version()));
    corpora.forEach(corpus -> parts.add(corpus.checksum()));
    CacheEntry entry = entry("collection", parts);
    if (clearUnlessWhole(entry) != CacheEntry.State.COMPLETE) {
      entry.clear(); // of a merge, a part is worth nothing
      merge(corpora, entry);
    }
    try (PassageIndex index = PassageIndex.open(entry.folder())) {
      String size = index.reader().getIndexCommit().getUserData().get(FIRST_CORPUS);
      return new Collection(entry.folder(), Integer.parseInt(size));
    }
  }

  private void merge(List<Corpus> corpora, CacheEntry entry) throws IOException {
    List<CacheEntry> parts = new ArrayList<>();
    for (Corpus corpus : corpora) {
      parts.add(encoded(corpus));
    }
    console.err().println("Indexing " + names(corpora));
    console.err().flush();
    List<Closeable> open = new ArrayList<>();
    try {
      long documents = 0;
      long tokens = 0;
      long truncated = 0;
      long first = -1;
      List<CodecReader> readers = new ArrayList<>();
      for (CacheEntry part : parts) {
        PassageIndex index = PassageIndex.open(part.folder());
        open.add(index);
        for (LeafReaderContext leaf : index.reader().leaves()) {
          readers.add((CodecReader) leaf.reader());
        }
        documents += index.description().documents();
        tokens += index.description().tokens();
        truncated += index.description().truncated();
        first = first < 0 ? documents : first;
      }
      Directory directory = FSDirectory.open(entry.folder());
      open.add(directory);
      IndexWriter writer = entry.openWriter(directory, settings);
      open.add(writer);
      writer.addIndexes(readers.toArray(CodecReader[]::new));
      writer.forceMerge(1);
      Map<String, String> userData =
          new HashMap<>(
              new PassageWriter.Counts(documents, tokens, truncated)
                  .describe(model, settings, entry.key())
                  .toUserData());
      userData.put(FIRST_CORPUS, Long.toString(first));
      writer.setLiveCommitData(userData.entrySet());
      writer.commit();
    } finally {
      IOUtils.close(open.reversed());
    }
  }

  /** The index of one corpus, which is made or completed unless it is there. */
  private CacheEntry encoded(Corpus corpus) throws IOException {
    // One route a document: routes are made when corpora are merged.
    IndexSettings plain =
        new IndexSettings(settings.encoding(), FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE);
    CacheEntry entry = entry("corpus", List.of(plain.format().toString(), corpus.checksum()));
    if (clearUnlessWhole(entry) == CacheEntry.State.COMPLETE) {
      return entry;
    }
    try (Directory directory = FSDirectory.open(entry.folder());
        IndexWriter writer = entry.openWriter(directory, plain)) {
      Map<String, String> committed = userData(writer);
      if (IndexDescription.fromUserData(committed) != null) {
        return entry; // another process completed it after it was looked at
      }
      PassageWriter.Counts before = partial(writer, committed);
      long[] work = new long[2]; // number of passages seen, and of tokens to encode
      corpus
          .source()
          .forEach(
              passage -> {
                if (work[0]++ >= before.documents()) {
                  work[1] += PassageWriter.estimatedTokens(model, passage);
                }
              });
      try (ProgressBar bar =
          new ProgressBar(
              console.err(),
              console.errIsTerminal(),
              "Encoding " + corpus.name(),
              work[1],
              System::nanoTime)) {
        PassageWriter passages = new PassageWriter(model, writer, bar);
        work[0] = 0;
        corpus
            .source()
            .forEach(
                passage -> {
                  if (work[0]++ >= before.documents()) {
                    passages.add(passage);
                    if (work[0] % COMMIT_EVERY == 0) {
                      passages.flush();
                      commitPartial(writer, sum(before, passages.counts()));
                    }
                  }
                });
        passages.flush();
        Map<String, String> userData =
            sum(before, passages.counts()).describe(model, plain, entry.key()).toUserData();
        writer.setLiveCommitData(userData.entrySet());
        writer.commit();
      }
    }
    return entry;
  }

  private static void commitPartial(IndexWriter writer, PassageWriter.Counts counts)
      throws IOException {
    writer.setLiveCommitData(
        Map.of(
                PARTIAL_TOKENS,
                Long.toString(counts.tokens()),
                PARTIAL_TRUNCATED,
                Long.toString(counts.truncated()))
            .entrySet());
    writer.commit();
  }

  /** What an interrupted run committed: the first passages, for they are added in order. */
  private static PassageWriter.Counts partial(IndexWriter writer, Map<String, String> figures) {
    if (!figures.containsKey(PARTIAL_TOKENS)) {
      return PassageWriter.Counts.NONE;
    }
    return new PassageWriter.Counts(
        writer.getDocStats().maxDoc,
        Long.parseLong(figures.get(PARTIAL_TOKENS)),
        Long.parseLong(figures.get(PARTIAL_TRUNCATED)));
  }

  private static Map<String, String> userData(IndexWriter writer) {
    Map<String, String> userData = new HashMap<>();
    Iterable<Map.Entry<String, String>> entries = writer.getLiveCommitData();
    if (entries != null) {
      entries.forEach(entry -> userData.put(entry.getKey(), entry.getValue()));
    }
    return userData;
  }

  private static PassageWriter.Counts sum(PassageWriter.Counts a, PassageWriter.Counts b) {
    return new PassageWriter.Counts(
        a.documents() + b.documents(), a.tokens() + b.tokens(), a.truncated() + b.truncated());
  }

  private CacheEntry.State clearUnlessWhole(CacheEntry entry) throws IOException {
    CacheEntry.State state = entry.state();
    if (state == CacheEntry.State.DAMAGED) {
      console.err().println("Making " + entry.folder() + " again: it is damaged");
      entry.clear();
    }
    return state;
  }

  private CacheEntry entry(String kind, List<String> parts) {
    MessageDigest digest = DataFolder.sha256();
    List<String> all =
        new ArrayList<>(
            List.of(
                Version.LATEST.toString(),
                model.fingerprint(),
                Integer.toString(model.documentLength())));
    all.addAll(parts);
    for (String part : all) {
      digest.update((part + "\n").getBytes(StandardCharsets.UTF_8));
    }
    String key = HexFormat.of().formatHex(digest.digest());
    return new CacheEntry(root.resolve(kind + "-" + key.substring(0, 16)), key);
  }

  /** Another version may make other routes of the same settings. */
  private static String version() {
    String version = FastLaneVectorsFormat.class.getPackage().getImplementationVersion();
    return version == null ? "" : version;
  }

  private static String names(List<Corpus> corpora) {
    return String.join(" + ", corpora.stream().map(Corpus::name).toList());
  }
}
