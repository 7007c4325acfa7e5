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
package io.github.lucenefastlane.tests;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.MultiVectorValues;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.bitvectors.HnswBitVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.ExitableDirectoryReader;
import org.apache.lucene.index.FilterCodecReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.ParallelLeafReader;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.SlowCodecReaderWrapper;
import org.apache.lucene.index.SoftDeletesDirectoryReaderWrapper;
import org.apache.lucene.index.SortingCodecReader;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.NoLockFactory;
import org.apache.lucene.tests.codecs.asserting.AssertingCodec;
import org.apache.lucene.tests.index.AssertingLeafReader;
import org.apache.lucene.tests.index.FieldFilterLeafReader;
import org.apache.lucene.tests.index.MergingCodecReader;
import org.apache.lucene.tests.index.MismatchedCodecReader;
import org.apache.lucene.tests.store.MockDirectoryWrapper;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.IOUtils;

/**
 * Every way in which Lucene moves vectors from one segment to another: all vectors of all documents
 * arrive, or the merge is refused by name and leaves the index as it was.
 */
public class TestMultiVectorMerges extends LuceneTestCase {

  private static final Sort SORT = new Sort(new SortField(Corpus.SORT_KEY, SortField.Type.LONG));

  private static final VectorField FLOATS =
      new VectorField("floats", VectorEncoding.FLOAT32, 7, VectorSimilarityFunction.EUCLIDEAN);

  private static final VectorField BYTES =
      new VectorField("bytes", VectorEncoding.BYTE, 5, VectorSimilarityFunction.EUCLIDEAN);

  private static final QueryTimeout NEVER =
      new QueryTimeout() {
        @Override
        public boolean shouldExit() {
          return false;
        }
      };

  /** Readers that a {@link Wrapping} made and that hold on to what they wrap. */
  private final List<Closeable> wrappers = new ArrayList<>();

  /** Of the pools that codes depend on. */
  private final int residualTokensPerPool = Math.ceilDiv(RandomFormats.tokensPerRoute(random()), 2);

  /** Makes of a segment what is given to {@code addIndexes}. */
  private interface Wrapping {
    CodecReader wrap(LeafReader segment) throws IOException;
  }

  private static Corpus newCorpus() {
    return new Corpus(List.of(FLOATS, BYTES));
  }

  /** Any routes; but of the same pools for codes that depend on these, which are to stay. */
  private Codec ours(TokenEncoding encoding) {
    int tokensPerRoute =
        StoredVectors.RESIDUALS.contains(encoding)
            ? 2 * residualTokensPerPool - random().nextInt(2)
            : RandomFormats.tokensPerRoute(random());
    return ours(encoding, tokensPerRoute);
  }

  private static Codec ours(TokenEncoding encoding, int tokensPerRoute) {
    return RandomFormats.codec(random(), new FastLaneVectorsFormat(encoding, tokensPerRoute));
  }

  /** Merges in the calling thread, so that it gets the exceptions. */
  private static IndexWriterConfig serial(Codec codec) {
    return newIndexWriterConfig()
        .setCodec(codec)
        .setMergePolicy(new TieredMergePolicy())
        .setMergeScheduler(new SerialMergeScheduler());
  }

  /** Fills an index of several segments, some documents of which are deleted. */
  private static void fill(
      Directory directory, IndexWriterConfig config, Corpus corpus, int firstId, int maxTokens)
      throws IOException {
    RandomIndexer indexer = new RandomIndexer(random(), corpus, maxTokens).startAt(firstId);
    config.setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int segment = 0; segment < 3; segment++) {
        indexer.add(writer, TestUtil.nextInt(random(), 5, 40));
        for (int i = random().nextInt(4); i > 0; i--) {
          indexer.delete(writer);
        }
        writer.flush();
      }
    }
  }

  private static void assertStored(StoredVectors stored, IndexWriter writer) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(writer)) {
      stored.assertStored(reader);
    }
  }

  private static void assertStored(StoredVectors stored, Directory directory) throws IOException {
    TestUtil.checkIndex(directory);
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      stored.assertStored(reader);
    }
  }

  // addIndexes

  public void testAddIndexesOfDirectories() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = newCorpus();
    try (Directory target = newDirectory();
        Directory source1 = newDirectory();
        Directory source2 = newDirectory()) {
      fill(source1, newIndexWriterConfig().setCodec(ours(encoding)), corpus, 0, 20);
      Corpus other = newCorpus();
      fill(source2, newIndexWriterConfig().setCodec(ours(encoding)), other, 1000, 20);
      corpus.putAll(other);
      StoredVectors stored = new StoredVectors(corpus, encoding);
      try (IndexWriter writer = new IndexWriter(target, serial(ours(encoding)))) {
        writer.addIndexes(source1, source2);
        assertStored(stored, writer);
        writer.forceMerge(1);
        assertStored(stored, writer);
      }
      TestUtil.checkIndex(target);
    }
  }

  private void assertAddsWrapped(boolean sorted, Wrapping wrapping) throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Codec codec = ours(encoding);
    Corpus sourceCorpus = newCorpus();
    Corpus corpus = newCorpus();
    try (Directory target = newDirectory();
        Directory source = newDirectory()) {
      fill(source, newIndexWriterConfig().setCodec(codec), sourceCorpus, 0, 20);
      IndexWriterConfig config = serial(random().nextBoolean() ? codec : ours(encoding));
      if (sorted) {
        config.setIndexSort(SORT);
      }
      try (DirectoryReader reader = DirectoryReader.open(source);
          IndexWriter writer = new IndexWriter(target, config)) {
        new RandomIndexer(random(), corpus, 10).startAt(1000).add(writer, 20);
        corpus.putAll(sourceCorpus);
        StoredVectors stored = new StoredVectors(corpus, encoding);
        List<CodecReader> readers = new ArrayList<>();
        for (LeafReaderContext leaf : reader.leaves()) {
          readers.add(wrapping.wrap(leaf.reader()));
        }
        writer.addIndexes(readers.toArray(CodecReader[]::new));
        assertStored(stored, writer);
        writer.forceMerge(1);
        assertStored(stored, writer);
        IOUtils.close(wrappers);
        wrappers.clear();
      }
      TestUtil.checkIndex(target);
    }
  }

  private void assertAddsWrapped(Wrapping wrapping) throws IOException {
    assertAddsWrapped(false, wrapping);
  }

  private static CodecReader slow(LeafReader reader) throws IOException {
    CodecReader slow = SlowCodecReaderWrapper.wrap(reader);
    assertNotSame(reader, slow);
    return slow;
  }

  private LeafReader parallel(LeafReader... readers) throws IOException {
    ParallelLeafReader parallel = new ParallelLeafReader(false, readers);
    wrappers.add(parallel);
    return parallel;
  }

  public void testAddSegments() throws IOException {
    assertAddsWrapped(segment -> (CodecReader) segment);
  }

  public void testAddSegmentsToSortedIndex() throws IOException {
    assertAddsWrapped(true, segment -> SortingCodecReader.wrap((CodecReader) segment, SORT));
  }

  public void testAddFilteredSegments() throws IOException {
    assertAddsWrapped(segment -> new PlainFilterCodecReader((CodecReader) segment));
  }

  public void testAddMismatchedSegments() throws IOException {
    assertAddsWrapped(segment -> new MismatchedCodecReader((CodecReader) segment, random()));
  }

  public void testAddMergingSegments() throws IOException {
    assertAddsWrapped(segment -> new MergingCodecReader((CodecReader) segment));
  }

  public void testAddSlowFilteredLeaves() throws IOException {
    assertAddsWrapped(segment -> slow(new PlainFilterLeafReader(segment)));
  }

  public void testAddSlowParallelLeaves() throws IOException {
    assertAddsWrapped(segment -> slow(parallel(segment)));
  }

  /** The fields of a document from two indexes. */
  public void testAddSlowParallelLeavesOfFields() throws IOException {
    assertAddsWrapped(
        segment ->
            slow(
                parallel(
                    new FieldFilterLeafReader(segment, Set.of(BYTES.name()), true),
                    new FieldFilterLeafReader(segment, Set.of(BYTES.name()), false))));
  }

  public void testAddSlowAssertingLeaves() throws IOException {
    assertAddsWrapped(segment -> slow(new AssertingLeafReader(segment)));
  }

  public void testAddSlowExitableLeaves() throws IOException {
    assertAddsWrapped(
        segment -> slow(new ExitableDirectoryReader.ExitableFilterAtomicReader(segment, NEVER) {}));
  }

  public void testAddSortingOfSlowLeaves() throws IOException {
    assertAddsWrapped(
        true, segment -> SortingCodecReader.wrap(slow(new PlainFilterLeafReader(segment)), SORT));
  }

  public void testAddFilteredSortingSegments() throws IOException {
    assertAddsWrapped(
        true,
        segment ->
            new PlainFilterCodecReader(SortingCodecReader.wrap((CodecReader) segment, SORT)));
  }

  public void testAddSoftDeletedLeaves() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Codec codec = ours(encoding);
    Corpus corpus = newCorpus();
    try (Directory target = newDirectory();
        Directory source = newDirectory()) {
      IndexWriterConfig config =
          newIndexWriterConfig()
              .setCodec(codec)
              .setMergePolicy(NoMergePolicy.INSTANCE)
              .setSoftDeletesField("gone");
      RandomIndexer indexer = new RandomIndexer(random(), corpus, 20).softDeletes("gone");
      try (IndexWriter writer = new IndexWriter(source, config)) {
        indexer.add(writer, 20);
        indexer.update(writer);
        indexer.change(writer, 50);
      }
      StoredVectors stored = new StoredVectors(corpus, encoding);
      try (DirectoryReader reader =
              new SoftDeletesDirectoryReaderWrapper(DirectoryReader.open(source), "gone");
          IndexWriter writer = new IndexWriter(target, serial(codec).setSoftDeletesField("gone"))) {
        stored.assertStored(reader);
        for (LeafReaderContext leaf : reader.leaves()) {
          writer.addIndexes(SlowCodecReaderWrapper.wrap(leaf.reader()));
        }
        assertStored(stored, writer);
      }
      TestUtil.checkIndex(target);
    }
  }

  /** A wrapper that has read one vector a document already has lost the others. */
  public void testRefusesWrapperThatHidesVectors() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Codec codec = ours(encoding);
    Corpus sourceCorpus = newCorpus();
    Corpus corpus = newCorpus();
    StoredVectors stored = new StoredVectors(corpus, encoding);
    try (Directory target = newDirectory();
        Directory source = newDirectory()) {
      fillMultiValued(source, codec, sourceCorpus);
      try (DirectoryReader reader = DirectoryReader.open(source);
          IndexWriter writer = new IndexWriter(target, serial(codec))) {
        new RandomIndexer(random(), corpus, 10).startAt(1000).add(writer, 20);
        CodecReader eager = slow(new EagerLeafReader(getOnlyLeafReader(reader)));
        assertRefused(() -> writer.addIndexes(eager));
        assertStored(stored, writer);
      }
      TestUtil.checkIndex(target);
    }
  }

  private static void assertRefused(ThrowingRunnable merge) {
    IllegalArgumentException refusal = expectThrows(IllegalArgumentException.class, merge);
    String message = refusal.getMessage();
    assertTrue(
        message,
        message.startsWith("field \"" + FLOATS.name() + "\" has several vectors in a document")
            || message.startsWith(
                "field \"" + BYTES.name() + "\" has several vectors in a document"));
  }

  /** One segment, both of whose fields have several vectors in some document. */
  private static void fillMultiValued(Directory directory, Codec codec, Corpus corpus)
      throws IOException {
    RandomIndexer indexer = new RandomIndexer(random(), corpus, 10);
    IndexWriterConfig config = newIndexWriterConfig().setCodec(codec);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      indexer.add(writer, 60);
      writer.forceMerge(1);
    }
    for (VectorField field : corpus.fields()) {
      assertTrue(
          corpus.ids().stream()
              .map(id -> corpus.tokens(id, field))
              .anyMatch(tokens -> tokens != null && tokens.length > 1));
    }
  }

  // Orders of documents

  public void testReorderingMerges() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = newCorpus();
    StoredVectors stored = new StoredVectors(corpus, encoding);
    try (Directory directory = newDirectory()) {
      fill(directory, newIndexWriterConfig().setCodec(ours(encoding)), corpus, 0, 20);
      IndexWriterConfig config =
          serial(ours(encoding))
              .setMergePolicy(
                  new RandomReorderingMergePolicy(newTieredMergePolicy(), random().nextLong()));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        assertStored(stored, writer);
        new RandomIndexer(random(), corpus, 10).startAt(1000).change(writer, 30);
        writer.forceMerge(1);
        assertStored(stored, writer);
      }
      TestUtil.checkIndex(directory);
    }
  }

  public void testSortedMerges() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = newCorpus();
    StoredVectors stored = new StoredVectors(corpus, encoding);
    try (Directory directory = newDirectory()) {
      fill(
          directory,
          newIndexWriterConfig().setCodec(ours(encoding)).setIndexSort(SORT),
          corpus,
          0,
          20);
      try (IndexWriter writer =
          new IndexWriter(directory, serial(ours(encoding)).setIndexSort(SORT))) {
        assertStored(stored, writer);
        writer.forceMerge(1);
        assertStored(stored, writer);
      }
      TestUtil.checkIndex(directory);
    }
  }

  // Other formats

  private enum Foreign {
    DEFAULT,
    HNSW,
    SCALAR_QUANTIZED,
    SIMPLE_TEXT,
    BITS;

    Codec codec() {
      return switch (this) {
        case DEFAULT -> TestUtil.getDefaultCodec();
        case HNSW -> TestUtil.alwaysKnnVectorsFormat(new Lucene99HnswVectorsFormat());
        case SCALAR_QUANTIZED ->
            TestUtil.alwaysKnnVectorsFormat(new Lucene104HnswScalarQuantizedVectorsFormat());
        case SIMPLE_TEXT -> Codec.forName("SimpleText");
        case BITS -> TestUtil.alwaysKnnVectorsFormat(new HnswBitVectorsFormat());
      };
    }

    /** What the format can hold. */
    Corpus newCorpus() {
      return this == BITS ? new Corpus(List.of(BYTES)) : TestMultiVectorMerges.newCorpus();
    }
  }

  private static Foreign randomForeign() {
    return Foreign.values()[random().nextInt(Foreign.values().length)];
  }

  private void assertForeignMergesIntoOurs(Foreign foreign) throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = foreign.newCorpus();
    try (Directory directory = newDirectory()) {
      fill(directory, newIndexWriterConfig().setCodec(foreign.codec()), corpus, 0, 1);
      try (IndexWriter writer = new IndexWriter(directory, serial(ours(encoding)))) {
        Corpus added = foreign.newCorpus();
        new RandomIndexer(random(), added, 20).startAt(1000).add(writer, 20);
        corpus.putAll(added);
        StoredVectors stored = new StoredVectors(corpus, encoding);
        writer.forceMerge(1);
        assertStored(stored, writer);
      }
      TestUtil.checkIndex(directory);
    }
  }

  public void testDefaultFormatMergesIntoOurs() throws IOException {
    assertForeignMergesIntoOurs(Foreign.DEFAULT);
  }

  public void testHnswMergesIntoOurs() throws IOException {
    assertForeignMergesIntoOurs(Foreign.HNSW);
  }

  public void testScalarQuantizedMergesIntoOurs() throws IOException {
    assertForeignMergesIntoOurs(Foreign.SCALAR_QUANTIZED);
  }

  public void testSimpleTextMergesIntoOurs() throws IOException {
    assertForeignMergesIntoOurs(Foreign.SIMPLE_TEXT);
  }

  public void testBitsMergeIntoOurs() throws IOException {
    assertForeignMergesIntoOurs(Foreign.BITS);
  }

  private void assertOursMergesIntoForeign(Foreign foreign) throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = foreign.newCorpus();
    StoredVectors stored = new StoredVectors(corpus, encoding);
    try (Directory directory = newDirectory()) {
      fill(directory, newIndexWriterConfig().setCodec(ours(encoding)), corpus, 0, 1);
      try (IndexWriter writer = new IndexWriter(directory, serial(foreign.codec()))) {
        assertStored(stored, writer);
        writer.forceMerge(1);
        assertStored(stored, writer);
      }
      TestUtil.checkIndex(directory);
    }
  }

  public void testOursMergesIntoDefaultFormat() throws IOException {
    assertOursMergesIntoForeign(Foreign.DEFAULT);
  }

  public void testOursMergesIntoHnsw() throws IOException {
    assertOursMergesIntoForeign(Foreign.HNSW);
  }

  public void testOursMergesIntoScalarQuantized() throws IOException {
    assertOursMergesIntoForeign(Foreign.SCALAR_QUANTIZED);
  }

  public void testOursMergesIntoSimpleText() throws IOException {
    assertOursMergesIntoForeign(Foreign.SIMPLE_TEXT);
  }

  public void testOursMergesIntoBits() throws IOException {
    assertOursMergesIntoForeign(Foreign.BITS);
  }

  /** What others cannot hold they must not take, by whichever way. */
  public void testOthersRefuseSeveralVectors() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    for (Foreign foreign : Foreign.values()) {
      Corpus corpus = foreign.newCorpus();
      StoredVectors stored = new StoredVectors(corpus, encoding);
      try (Directory directory = newDirectory()) {
        fillMultiValued(directory, ours(encoding), corpus);
        try (IndexWriter writer = new IndexWriter(directory, serial(foreign.codec()))) {
          Corpus added = foreign.newCorpus();
          new RandomIndexer(random(), added, 1).startAt(1000).add(writer, 5);
          corpus.putAll(added);
          writer.commit();
          // Whatever goes wrong in a merge closes the writer; the commit stays.
          assertRefused(() -> writer.forceMerge(1));
        }
        assertStored(stored, directory);
        try (IndexWriter writer = new IndexWriter(directory, serial(ours(encoding)))) {
          writer.forceMerge(1);
          // The other format's floats are codes now.
          assertStored(new StoredVectors(corpus, encoding), writer);
        }
      }
    }
  }

  private void assertOthersRefuseWrapped(Foreign foreign, boolean sorted, Wrapping wrapping)
      throws IOException {
    Corpus sourceCorpus = foreign.newCorpus();
    Corpus corpus = foreign.newCorpus();
    StoredVectors stored = new StoredVectors(corpus, TokenEncoding.FLOAT32);
    try (Directory target = newDirectory();
        Directory source = newDirectory()) {
      fillMultiValued(source, ours(RandomFormats.encoding(random())), sourceCorpus);
      IndexWriterConfig config = serial(foreign.codec());
      if (sorted) {
        config.setIndexSort(SORT);
      }
      try (DirectoryReader reader = DirectoryReader.open(source);
          IndexWriter writer = new IndexWriter(target, config)) {
        new RandomIndexer(random(), corpus, 1).startAt(1000).add(writer, 20);
        CodecReader wrapped = wrapping.wrap(getOnlyLeafReader(reader));
        assertRefused(() -> writer.addIndexes(wrapped));
        assertStored(stored, writer);
      }
      TestUtil.checkIndex(target);
    }
  }

  public void testOthersRefuseSegments() throws IOException {
    for (Foreign foreign : Foreign.values()) {
      assertOthersRefuseWrapped(foreign, false, segment -> (CodecReader) segment);
    }
  }

  public void testOthersRefuseFilteredSegments() throws IOException {
    for (Foreign foreign : Foreign.values()) {
      assertOthersRefuseWrapped(
          foreign, false, segment -> new PlainFilterCodecReader((CodecReader) segment));
    }
  }

  public void testOthersRefuseSlowLeaves() throws IOException {
    for (Foreign foreign : Foreign.values()) {
      assertOthersRefuseWrapped(
          foreign, false, segment -> slow(new PlainFilterLeafReader(segment)));
    }
  }

  public void testOthersRefuseSlowEagerLeaves() throws IOException {
    assertOthersRefuseWrapped(Foreign.HNSW, false, segment -> slow(new EagerLeafReader(segment)));
  }

  public void testOthersRefuseSortingSegments() throws IOException {
    for (Foreign foreign : Foreign.values()) {
      assertOthersRefuseWrapped(
          foreign, true, segment -> SortingCodecReader.wrap((CodecReader) segment, SORT));
    }
  }

  public void testOthersRefuseReorderingMerges() throws IOException {
    Foreign foreign = randomForeign();
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = foreign.newCorpus();
    StoredVectors stored = new StoredVectors(corpus, encoding);
    try (Directory directory = newDirectory()) {
      fillMultiValued(directory, ours(encoding), corpus);
      IndexWriterConfig config =
          serial(foreign.codec())
              .setMergePolicy(
                  new RandomReorderingMergePolicy(newTieredMergePolicy(), random().nextLong()));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        Corpus added = foreign.newCorpus();
        new RandomIndexer(random(), added, 1).startAt(1000).add(writer, 5);
        corpus.putAll(added);
        writer.commit();
        assertRefused(() -> writer.forceMerge(1));
      }
      assertStored(stored, directory);
    }
  }

  /** Segments of other formats between ours, in a merge that reorders all of them. */
  public void testReorderingMergesOfMixedFormats() throws IOException {
    Foreign foreign = randomForeign();
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = foreign.newCorpus();
    try (Directory directory = newDirectory()) {
      fill(directory, newIndexWriterConfig().setCodec(foreign.codec()), corpus, 0, 1);
      Corpus ours = foreign.newCorpus();
      fill(directory, newIndexWriterConfig().setCodec(ours(encoding)), ours, 1000, 20);
      corpus.putAll(ours);
      StoredVectors stored = new StoredVectors(corpus, encoding);
      IndexWriterConfig config =
          serial(ours(encoding))
              .setMergePolicy(
                  new RandomReorderingMergePolicy(newTieredMergePolicy(), random().nextLong()));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        writer.forceMerge(1);
        assertStored(stored, writer);
      }
      TestUtil.checkIndex(directory);
    }
  }

  // Other settings

  public void testRoutesChange() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = newCorpus();
    StoredVectors stored = new StoredVectors(corpus, encoding);
    try (Directory directory = newDirectory()) {
      fill(directory, newIndexWriterConfig().setCodec(ours(encoding)), corpus, 0, 20);
      for (int change = 0; change < 3; change++) {
        try (IndexWriter writer = new IndexWriter(directory, serial(ours(encoding)))) {
          // A merge of one segment with itself needs another one beside it.
          int id = 1000 + change;
          corpus.put(id, Map.of());
          writer.addDocument(corpus.document(id));
          assertStored(stored, writer);
          writer.forceMerge(1);
          assertStored(stored, writer);
        }
      }
      TestUtil.checkIndex(directory);
    }
  }

  public void testEncodingChanges() throws IOException {
    TokenEncoding before = RandomFormats.encoding(random());
    TokenEncoding after = RandomFormats.encoding(random());
    Corpus corpus = newCorpus();
    try (Directory directory = newDirectory()) {
      fill(directory, newIndexWriterConfig().setCodec(ours(before)), corpus, 0, 20);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        new StoredVectors(corpus, before).assertStored(reader);
      }
      TokenEncoding[] path =
          before == after ? new TokenEncoding[] {after} : new TokenEncoding[] {before, after};
      StoredVectors stored = new StoredVectors(corpus, path);
      try (IndexWriter writer = new IndexWriter(directory, serial(ours(after)))) {
        writer.forceMerge(1);
        assertStored(stored, writer);
      }
      TestUtil.checkIndex(directory);
    }
  }

  /** Codes that depend on pools are made anew of other ones; then they stay. */
  public void testRoutesOfResidualsChange() throws IOException {
    TokenEncoding encoding = RandomPicks.randomFrom(random(), StoredVectors.RESIDUALS);
    Corpus corpus = newCorpus();
    int few = TestUtil.nextInt(random(), 1, 20);
    int many = few + TestUtil.nextInt(random(), 2, 10);
    boolean grow = random().nextBoolean();
    int before = grow ? few : many;
    int after = grow ? many : few;
    try (Directory directory = newDirectory()) {
      fill(directory, newIndexWriterConfig().setCodec(ours(encoding, before)), corpus, 0, 20);
      StoredVectors stored = new StoredVectors(corpus, encoding, encoding);
      for (int merge = 0; merge < 2; merge++) {
        try (IndexWriter writer = new IndexWriter(directory, serial(ours(encoding, after)))) {
          new RandomIndexer(random(), corpus, 20).startAt(1000 * (merge + 1)).add(writer, 20);
          writer.forceMerge(1);
          assertStored(stored, writer);
        }
      }
      TestUtil.checkIndex(directory);
    }
  }

  /** Where routes change, but pools do not, neither these nor what depends on them is made anew. */
  public void testPoolsStayWhereRoutesChange() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    int even = 2 * TestUtil.nextInt(random(), 2, 10);
    Corpus corpus = newCorpus();
    StoredVectors stored = new StoredVectors(corpus, encoding);
    try (Directory directory = newDirectory()) {
      fill(directory, newIndexWriterConfig().setCodec(ours(encoding, even)), corpus, 0, 60);
      List<float[]> pooled = null;
      int id = 1000;
      for (int tokensPerRoute : new int[] {even, even - 1, even}) {
        try (IndexWriter writer =
            new IndexWriter(directory, serial(ours(encoding, tokensPerRoute)))) {
          corpus.put(++id, Map.of());
          writer.addDocument(corpus.document(id));
          assertStored(stored, writer);
          writer.forceMerge(1);
          assertStored(stored, writer);
        }
        List<float[]> merged = pooledVectors(directory);
        if (pooled != null) {
          assertEquals(pooled.size(), merged.size());
          for (int i = 0; i < merged.size(); i++) {
            assertArrayEquals(pooled.get(i), merged.get(i), 0f);
          }
        }
        pooled = merged;
      }
      TestUtil.checkIndex(directory);
    }
  }

  /** Of all documents of the only segment, field by field. */
  private static List<float[]> pooledVectors(Directory directory) throws IOException {
    List<float[]> pooled = new ArrayList<>();
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      for (VectorField field : List.of(FLOATS, BYTES)) {
        MultiVectorValues values = MultiVectorValues.get(getOnlyLeafReader(reader), field.name());
        for (int ord = 0; ord < values.size(); ord++) {
          int length = values.poolCount(ord) * field.dimension();
          pooled.add(Arrays.copyOf(values.pooledVectors(ord), length));
        }
      }
    }
    return pooled;
  }

  /** Codes of tokens that were pools of their own depend on nothing, and stay. */
  public void testRoutesOfOneResidualGrow() throws IOException {
    TokenEncoding encoding = RandomPicks.randomFrom(random(), StoredVectors.RESIDUALS);
    Corpus corpus = newCorpus();
    StoredVectors stored = new StoredVectors(corpus, encoding);
    try (Directory directory = newDirectory()) {
      Codec single = ours(encoding, 1 + random().nextInt(2));
      fill(directory, newIndexWriterConfig().setCodec(single), corpus, 0, 20);
      assertStored(stored, directory);
      for (int merge = 0; merge < 2; merge++) {
        try (IndexWriter writer = new IndexWriter(directory, serial(ours(encoding, 8)))) {
          // Beside tokens that are coded against the vectors of their pools.
          new RandomIndexer(random(), corpus, 20).startAt(1000 * (merge + 1)).add(writer, 20);
          writer.commit();
          assertStored(stored, writer);
          writer.forceMerge(1);
          assertStored(stored, writer);
        }
        TestUtil.checkIndex(directory);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        MultiVectorValues values = MultiVectorValues.get(getOnlyLeafReader(reader), FLOATS.name());
        assertTrue(values.poolCount() < values.tokenCount());
      }
    }
  }

  public void testFieldsOfDifferentFormats() throws IOException {
    VectorField small = VectorField.random(random(), "small", VectorEncoding.FLOAT32);
    VectorField exact = VectorField.random(random(), "exact", VectorEncoding.FLOAT32);
    VectorField bytes = VectorField.random(random(), "bytes", VectorEncoding.BYTE);
    KnnVectorsFormat smallFormat = RandomFormats.format(random(), TokenEncoding.RESIDUAL4);
    KnnVectorsFormat exactFormat = RandomFormats.format(random(), TokenEncoding.FLOAT32);
    Codec codec =
        new AssertingCodec() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return field.equals(small.name()) ? smallFormat : exactFormat;
          }
        };
    Corpus corpus = new Corpus(List.of(small, exact, bytes));
    List<StoredVectors> stored =
        List.of(
            new StoredVectors(corpus, List.of(small), TokenEncoding.RESIDUAL4),
            new StoredVectors(corpus, List.of(exact, bytes), TokenEncoding.FLOAT32));
    try (Directory directory = newDirectory()) {
      RandomIndexer indexer = new RandomIndexer(random(), corpus, 20);
      try (IndexWriter writer =
          new IndexWriter(directory, newIndexWriterConfig().setCodec(codec))) {
        for (int phase = 0; phase < 2; phase++) {
          indexer.change(writer, 60);
          for (StoredVectors fields : stored) {
            assertStored(fields, writer);
          }
          writer.forceMerge(1);
        }
        for (StoredVectors fields : stored) {
          assertStored(fields, writer);
        }
      }
      TestUtil.checkIndex(directory);
    }
  }

  /** Fields in our format and in Lucene's side by side; only ours takes several vectors. */
  public void testBesideLucenesFormat() throws IOException {
    Corpus corpus = newCorpus();
    KnnVectorsFormat ours = new FastLaneVectorsFormat(TokenEncoding.FLOAT32);
    KnnVectorsFormat lucenes = new Lucene99HnswVectorsFormat();
    Codec codec =
        new AssertingCodec() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return field.equals(FLOATS.name()) ? ours : lucenes;
          }
        };
    StoredVectors stored = new StoredVectors(corpus, TokenEncoding.FLOAT32);
    MultiVectorGenerator floats = new MultiVectorGenerator(random(), FLOATS);
    MultiVectorGenerator bytes = new MultiVectorGenerator(random(), BYTES);
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, serial(codec))) {
        for (int id = 0; id < 40; id++) {
          corpus.put(
              id,
              Map.of(
                  FLOATS.name(), floats.tokens(random().nextInt(9)),
                  BYTES.name(), bytes.tokens(random().nextInt(2))));
          writer.addDocument(corpus.document(id));
          if (random().nextInt(10) == 0) {
            writer.flush();
          }
        }
        writer.forceMerge(1);
        assertStored(stored, writer);
      }
      TestUtil.checkIndex(directory);
    }
  }

  // Files and commits

  public void testCompoundFiles() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    for (boolean compound : new boolean[] {false, true}) {
      Corpus corpus = newCorpus();
      StoredVectors stored = new StoredVectors(corpus, encoding);
      IndexWriterConfig config = serial(ours(encoding));
      config.setUseCompoundFile(compound);
      config.getMergePolicy().setNoCFSRatio(compound ? 1 : 0);
      try (Directory directory = newDirectory();
          IndexWriter writer = new IndexWriter(directory, config)) {
        RandomIndexer indexer = new RandomIndexer(random(), corpus, 20);
        for (int segment = 0; segment < 3; segment++) {
          indexer.add(writer, 20);
          writer.commit();
          assertStored(stored, writer);
        }
        writer.forceMerge(1);
        writer.commit();
        assertStored(stored, writer);
        assertEquals(compound == false, hasFile(directory, ".flm"));
      }
    }
  }

  private static boolean hasFile(Directory directory, String extension) throws IOException {
    for (String file : directory.listAll()) {
      if (file.endsWith(extension)) {
        return true;
      }
    }
    return false;
  }

  /** Readers opened one from the other, each of which keeps showing its own point in time. */
  public void testReopenedReaders() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = newCorpus();
    RandomIndexer indexer = new RandomIndexer(random(), corpus, 10);
    List<DirectoryReader> readers = new ArrayList<>();
    List<StoredVectors> snapshots = new ArrayList<>();
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(directory, newIndexWriterConfig().setCodec(ours(encoding)))) {
      indexer.add(writer, 10);
      readers.add(DirectoryReader.open(writer));
      snapshots.add(new StoredVectors(corpus.snapshot(), encoding));
      for (int i = 0; i < 5; i++) {
        indexer.change(writer, 20);
        DirectoryReader newer = DirectoryReader.openIfChanged(readers.getLast(), writer);
        if (newer != null) {
          readers.add(newer);
          snapshots.add(new StoredVectors(corpus.snapshot(), encoding));
        }
      }
      writer.forceMerge(1);
      for (int i = 0; i < readers.size(); i++) {
        snapshots.get(i).assertStored(readers.get(i));
        readers.get(i).close();
      }
    }
  }

  public void testRollback() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = newCorpus();
    RandomIndexer indexer = new RandomIndexer(random(), corpus, 10);
    try (Directory directory = newDirectory()) {
      IndexWriter writer =
          new IndexWriter(directory, newIndexWriterConfig().setCodec(ours(encoding)));
      indexer.add(writer, 30);
      writer.commit();
      StoredVectors committed = new StoredVectors(corpus.snapshot(), encoding);
      // No commit, and something of everything else.
      indexer.add(writer, 20);
      writer.flush();
      indexer.delete(writer);
      indexer.update(writer);
      writer.forceMerge(1);
      writer.rollback();
      assertStored(committed, directory);
    }
  }

  public void testCrash() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = newCorpus();
    RandomIndexer indexer = new RandomIndexer(random(), corpus, 10);
    // The lock of a writer that crashed stays.
    try (MockDirectoryWrapper directory = newMockDirectory(random(), NoLockFactory.INSTANCE)) {
      directory.setAssertNoUnrefencedFilesOnClose(false);
      IndexWriter writer = new IndexWriter(directory, serial(ours(encoding)));
      indexer.add(writer, 30);
      writer.commit();
      StoredVectors committed = new StoredVectors(corpus.snapshot(), encoding);
      indexer.add(writer, 20);
      writer.flush();
      writer.forceMerge(1);
      directory.crash();
      directory.clearCrash();
      assertStored(committed, directory);
    }
  }

  private static final class PlainFilterCodecReader extends FilterCodecReader {
    PlainFilterCodecReader(CodecReader in) {
      super(in);
    }

    @Override
    public CacheHelper getCoreCacheHelper() {
      return in.getCoreCacheHelper();
    }

    @Override
    public CacheHelper getReaderCacheHelper() {
      return in.getReaderCacheHelper();
    }
  }

  private static final class PlainFilterLeafReader extends FilterLeafReader {
    PlainFilterLeafReader(LeafReader in) {
      super(in);
    }

    @Override
    public CacheHelper getCoreCacheHelper() {
      return in.getCoreCacheHelper();
    }

    @Override
    public CacheHelper getReaderCacheHelper() {
      return in.getReaderCacheHelper();
    }
  }
}
