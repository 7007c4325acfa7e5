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

import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.MismatchedCodecReader;
import org.apache.lucene.tests.util.TestUtil;

/**
 * Lucene's own suite of a vectors format, on codes that lose something.
 *
 * <p>Lucene's quantised formats keep the raw floats beside the codes and give them back; ours does
 * not. The tests of that suite that compare floats bit for bit are replaced by the same check
 * within the bound that {@link TokenEncoding} states.
 */
abstract class BaseQuantizedVectorsFormatTestCase extends BaseFastLaneVectorsFormatTestCase {

  abstract TokenEncoding encoding();

  @Override
  protected Codec getCodec() {
    return TestUtil.alwaysKnnVectorsFormat(new FastLaneVectorsFormat(encoding()));
  }

  /** Vectors are read from codes alone, which is what these tests of Lucene's suite are about. */
  @Override
  protected boolean supportsFloatVectorFallback() {
    return true;
  }

  /** There are no raw vectors to empty. */
  @Override
  protected void simulateEmptyRawVectors(Directory directory) {}

  Corpus singleVectors(VectorField... fields) {
    return new Corpus(List.of(fields));
  }

  private VectorField randomFloatField(String name) {
    return VectorField.random(random(), name, VectorEncoding.FLOAT32);
  }

  private IndexWriterConfig randomlySorted() {
    IndexWriterConfig config = newIndexWriterConfig();
    if (random().nextBoolean()) {
      config.setIndexSort(new Sort(new SortField(Corpus.SORT_KEY, SortField.Type.INT)));
    }
    return config;
  }

  void assertStored(Corpus corpus, IndexWriter writer) throws Exception {
    try (DirectoryReader reader = DirectoryReader.open(writer)) {
      new StoredVectors(corpus, encoding()).assertStored(reader);
      for (LeafReaderContext leaf : reader.leaves()) {
        for (VectorField field : corpus.fields()) {
          if (leaf.reader().getFieldInfos().fieldInfo(field.name()) != null) {
            assertOffHeapByteSize(leaf.reader(), field.name());
          }
        }
      }
    }
  }

  /** Compares floats bit for bit. */
  @Override
  public void testRandom() throws Exception {
    Corpus corpus = singleVectors(randomFloatField("field"));
    RandomIndexer indexer = new RandomIndexer(random(), corpus, 1);
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, randomlySorted())) {
      indexer.change(writer, atLeast(100));
      assertStored(corpus, writer);
    }
  }

  /** Compares floats bit for bit. */
  @Override
  public void testRandomWithUpdatesAndGraph() throws Exception {
    VectorField field = randomFloatField("field");
    Corpus corpus = singleVectors(field);
    RandomIndexer indexer = new RandomIndexer(random(), corpus, 1);
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
      indexer.add(writer, atLeast(100));
      indexer.change(writer, atLeast(100));
      assertStored(corpus, writer);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        for (LeafReaderContext leaf : reader.leaves()) {
          assertFindsSortedDocuments(leaf.reader(), field, indexer.generator(field).target());
        }
      }
    }
  }

  private void assertFindsSortedDocuments(LeafReader reader, VectorField field, float[] target)
      throws Exception {
    if (reader.getFloatVectorValues(field.name()) == null) {
      return;
    }
    int live = 0;
    var documents = reader.getFloatVectorValues(field.name()).iterator();
    while (documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      if (reader.getLiveDocs() == null || reader.getLiveDocs().get(documents.docID())) {
        live++;
      }
    }
    int k = 1 + random().nextInt(live + 1);
    AcceptDocs accepted = AcceptDocs.fromLiveDocs(reader.getLiveDocs(), reader.maxDoc());
    ScoreDoc[] hits =
        reader.searchNearestVectors(field.name(), target, k, accepted, Integer.MAX_VALUE).scoreDocs;
    assertEquals(Math.min(k, live), hits.length);
    for (int i = 1; i < hits.length; i++) {
      assertTrue(hits[i - 1].score >= hits[i].score);
    }
  }

  /** Compares sums of floats to 5 digits, over sparse fields. */
  @Override
  public void testSparseVectors() throws Exception {
    List<VectorField> fields = new ArrayList<>();
    for (int i = 0; i < TestUtil.nextInt(random(), 1, 10); i++) {
      fields.add(VectorField.random(random(), "int" + i));
    }
    assertSparseStored(new Corpus(fields), 0.01f);
  }

  /** Compares sums of floats to 5 digits. */
  @Override
  public void testVectorValuesReportCorrectDocs() throws Exception {
    assertSparseStored(new Corpus(List.of(VectorField.random(random(), "knn_vector"))), 0.25f);
  }

  private void assertSparseStored(Corpus corpus, float density) throws Exception {
    List<MultiVectorGenerator> generators = new ArrayList<>();
    corpus.fields().forEach(field -> generators.add(new MultiVectorGenerator(random(), field)));
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
      int count = atLeast(1000);
      for (int id = 0; id < count; id++) {
        Map<String, float[][]> tokens = new HashMap<>();
        for (MultiVectorGenerator generator : generators) {
          if (random().nextFloat() < density) {
            tokens.put(generator.field().name(), generator.tokens(1));
          }
        }
        corpus.put(id, tokens);
        writer.addDocument(corpus.document(id));
      }
      if (random().nextBoolean()) {
        writer.forceMerge(1);
      }
      assertStored(corpus, writer);
    }
  }

  /** Compares components of vectors that are no multiples of a scale. */
  @Override
  public void testIndexMultipleKnnVectorFields() throws Exception {
    VectorField field1 =
        new VectorField("field1", VectorEncoding.FLOAT32, 2, VectorSimilarityFunction.EUCLIDEAN);
    VectorField field2 =
        new VectorField("field2", VectorEncoding.FLOAT32, 4, VectorSimilarityFunction.EUCLIDEAN);
    VectorField field3 =
        new VectorField("field3", VectorEncoding.FLOAT32, 4, VectorSimilarityFunction.DOT_PRODUCT);
    Corpus corpus = singleVectors(field1, field2, field3);
    corpus.put(0, Map.of("field1", new float[][] {{1, 2}}, "field2", new float[][] {{1, 2, 3, 4}}));
    corpus.put(1, Map.of("field1", new float[][] {{2, 2}}, "field2", new float[][] {{1, 2, 3, 4}}));
    corpus.put(2, Map.of("field3", new float[][] {{1, 2, 3, 4}}));
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(
                directory, newIndexWriterConfig().setMergePolicy(newLogMergePolicy()))) {
      for (int id : corpus.ids()) {
        writer.addDocument(corpus.document(id));
      }
      writer.forceMerge(1);
      assertStored(corpus, writer);
    }
  }

  /** Compares components of vectors that are no multiples of a scale. */
  @Override
  public void testSortedIndex() throws Exception {
    VectorField field =
        new VectorField("field", VectorEncoding.FLOAT32, 2, VectorSimilarityFunction.EUCLIDEAN);
    Corpus corpus = singleVectors(field);
    corpus.put(1, Map.of("field", new float[][] {{-1, 0}}));
    corpus.put(4, Map.of("field", new float[][] {{0, 1}}));
    corpus.put(3, Map.of());
    corpus.put(2, Map.of("field", new float[][] {{1, 0}}));
    IndexWriterConfig config = newIndexWriterConfig();
    config.setIndexSort(new Sort(new SortField(Corpus.SORT_KEY, SortField.Type.INT)));
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id : new int[] {1, 4, 3, 2}) {
        writer.addDocument(corpus.document(id));
      }
      writer.forceMerge(1);
      assertStored(corpus, writer);
    }
  }

  /** Compares the components 1 and 2 of one vector, which have no exact code. */
  @Override
  public void testMismatchedFields() throws Exception {
    VectorField floats =
        new VectorField("float", VectorEncoding.FLOAT32, 2, VectorSimilarityFunction.EUCLIDEAN);
    VectorField bytes =
        new VectorField("byte", VectorEncoding.BYTE, 1, VectorSimilarityFunction.EUCLIDEAN);
    Corpus corpus = singleVectors(floats, bytes);
    for (int id = 0; id < 2; id++) {
      corpus.put(id, Map.of("float", new float[][] {{1, 2}}, "byte", new float[][] {{42}}));
    }
    IndexWriterConfig serial = newIndexWriterConfig().setMergeScheduler(new SerialMergeScheduler());
    try (Directory directory1 = newDirectory();
        Directory directory2 = newDirectory();
        IndexWriter writer1 = new IndexWriter(directory1, newIndexWriterConfig());
        IndexWriter writer2 = new IndexWriter(directory2, serial)) {
      writer1.addDocument(corpus.document(0));
      writer2.addDocument(corpus.document(1));
      writer2.commit();
      try (DirectoryReader reader = DirectoryReader.open(writer1)) {
        CodecReader leaf = (CodecReader) getOnlyLeafReader(reader);
        writer2.addIndexes(new MismatchedCodecReader(leaf, random()));
      }
      writer2.forceMerge(1);
      assertStored(corpus, writer2);
    }
  }

  /**
   * Compares sums of floats bit for bit, of which the last one changes once they are compiled. With
   * no raw vectors to empty, what the scores are of is compared instead: what codes decode to.
   */
  @Override
  public void testScoresUnchangedWithEmptyRawVectors() throws Exception {
    VectorField field = randomFloatField("field");
    Corpus corpus = singleVectors(field);
    RandomIndexer indexer = new RandomIndexer(random(), corpus, 1);
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
      indexer.add(writer, atLeast(20));
      float[] target = indexer.generator(field).target();
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        for (LeafReaderContext leaf : reader.leaves()) {
          FloatVectorValues values = leaf.reader().getFloatVectorValues(field.name());
          if (values != null) {
            assertScoresDecoded(values, field, target);
          }
        }
      }
    }
  }

  private static void assertScoresDecoded(
      FloatVectorValues values, VectorField field, float[] target) throws Exception {
    VectorScorer scorer = values.scorer(target);
    FloatVectorValues decoded = values.copy();
    DocIdSetIterator documents = scorer.iterator();
    int ord = 0;
    for (; documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS; ord++) {
      assertEquals(values.ordToDoc(ord), documents.docID());
      float expected = field.compare(target, decoded.vectorValue(ord));
      assertEquals(expected, scorer.score(), 1e-5f * Math.max(10, expected));
    }
    assertEquals(values.size(), ord);
  }

  /** Expects four bytes a component to be buffered; codes take less. */
  @Override
  public void testWriterRamEstimate() throws Exception {
    int dimension = 2 * TestUtil.nextInt(random(), 1, 32);
    int documents = atLeast(100);
    try (Directory directory = newDirectory();
        BufferingWriter writer =
            new BufferingWriter(directory, new FastLaneVectorsFormat(encoding()), dimension)) {
      long before = writer.ramBytesUsed();
      for (int doc = 0; doc < documents; doc++) {
        writer.add(doc, randomVector(dimension));
      }
      assertTrue(writer.ramBytesUsed() - before > (long) documents * codeBytes(dimension));
    }
  }

  private long codeBytes(int dimension) {
    return switch (encoding()) {
      case FLOAT32 -> 4L * dimension;
      case INT8 -> dimension;
      case RESIDUAL4 -> dimension / 2;
      case RESIDUAL3 -> 3L * dimension / 8;
    };
  }
}
