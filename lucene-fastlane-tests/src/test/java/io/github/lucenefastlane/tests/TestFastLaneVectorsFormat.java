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

import io.github.lucenefastlane.codec.FastLaneCodec;
import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.MultiVectorValues;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;

/** The format's parameters, limits, and accounts of memory and disk. */
public class TestFastLaneVectorsFormat extends LuceneTestCase {

  private static final VectorField FIELD =
      new VectorField("field", VectorEncoding.FLOAT32, 8, VectorSimilarityFunction.EUCLIDEAN);

  // Parameters

  public void testPrintsAllParameters() {
    assertEquals(
        "FastLaneVectorsFormat(tokenEncoding=INT8, tokensPerRoute=16)",
        new FastLaneVectorsFormat().toString());
    assertEquals(
        "FastLaneVectorsFormat(tokenEncoding=RESIDUAL4, tokensPerRoute=3)",
        new FastLaneVectorsFormat(TokenEncoding.RESIDUAL4, 3).toString());
  }

  public void testFoundByName() {
    KnnVectorsFormat format = KnnVectorsFormat.forName(FastLaneVectorsFormat.NAME);
    assertEquals(FastLaneVectorsFormat.class, format.getClass());
    assertEquals(new FastLaneVectorsFormat().toString(), format.toString());
  }

  public void testRanges() {
    assertRefused("tokensPerRoute must be in [1, 1048576], got 0", 0);
    assertRefused("tokensPerRoute must be in [1, 1048576], got 1048577", 1048577);
    expectThrows(NullPointerException.class, () -> new FastLaneVectorsFormat(null));
    new FastLaneVectorsFormat(TokenEncoding.INT8, 1);
    new FastLaneVectorsFormat(TokenEncoding.INT8, 1 << 20);
  }

  private static void assertRefused(String reason, int tokensPerRoute) {
    IllegalArgumentException refusal =
        expectThrows(
            IllegalArgumentException.class,
            () -> new FastLaneVectorsFormat(TokenEncoding.INT8, tokensPerRoute));
    assertEquals(reason, refusal.getMessage());
  }

  // Dimensions

  public void testLargestDimension() throws IOException {
    int dimension = FastLaneVectorsFormat.MAX_DIMENSIONS;
    assertEquals(4096, dimension);
    TokenEncoding encoding = RandomFormats.encoding(random());
    for (VectorEncoding vectors : VectorEncoding.values()) {
      VectorField field =
          new VectorField("field", vectors, dimension, VectorSimilarityFunction.EUCLIDEAN);
      Corpus corpus = new Corpus(List.of(field));
      try (Directory directory = newDirectory();
          IndexWriter writer = newWriter(directory, new FastLaneVectorsFormat(encoding))) {
        new RandomIndexer(random(), corpus, 3).add(writer, 5);
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          new StoredVectors(corpus, encoding).assertStored(reader);
        }
      }
    }
  }

  public void testTooLargeDimension() throws IOException {
    for (VectorEncoding vectors : VectorEncoding.values()) {
      VectorField field =
          new VectorField("wide", vectors, 4097, VectorSimilarityFunction.EUCLIDEAN);
      Corpus corpus = new Corpus(List.of(field));
      corpus.put(0, Map.of("wide", new float[1][4097]));
      try (Directory directory = newDirectory();
          IndexWriter writer = newWriter(directory, new FastLaneVectorsFormat())) {
        IllegalArgumentException refusal =
            expectThrows(
                IllegalArgumentException.class, () -> writer.addDocument(corpus.document(0)));
        for (String part : new String[] {"wide", "4096", "4097"}) {
          assertTrue(refusal.getMessage(), refusal.getMessage().contains(part));
        }
      }
    }
  }

  private static IndexWriter newWriter(Directory directory, FastLaneVectorsFormat format)
      throws IOException {
    return new IndexWriter(
        directory, newIndexWriterConfig().setCodec(RandomFormats.codec(random(), format)));
  }

  // Codec

  /** An index of ours opens, and goes on, where nothing but the class path speaks of us. */
  public void testDefaultCodecOpensIndex() throws IOException {
    Corpus corpus = new Corpus(List.of(FIELD));
    StoredVectors stored = new StoredVectors(corpus, TokenEncoding.INT8);
    RandomIndexer indexer = new RandomIndexer(random(), corpus, 10);
    try (Directory directory = newDirectory()) {
      IndexWriterConfig ours = newIndexWriterConfig().setCodec(new FastLaneCodec());
      try (IndexWriter writer = new IndexWriter(directory, ours)) {
        indexer.add(writer, 20);
      }
      IndexWriterConfig plain =
          newIndexWriterConfig()
              .setCodec(Codec.getDefault())
              .setMergePolicy(NoMergePolicy.INSTANCE);
      try (IndexWriter writer = new IndexWriter(directory, plain)) {
        indexer.delete(writer);
        corpus.put(1000, Map.of());
        writer.addDocument(corpus.document(1000));
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          stored.assertStored(reader);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        stored.assertStored(reader);
      }
    }
  }

  public void testRecordsSettings() throws IOException {
    FastLaneVectorsFormat format = RandomFormats.format(random(), RandomFormats.encoding(random()));
    for (int tokens : new int[] {1, 2}) {
      try (Directory directory = newDirectory();
          IndexWriter writer = newWriter(directory, format)) {
        Corpus corpus = new Corpus(List.of(FIELD));
        corpus.put(0, Map.of("field", new MultiVectorGenerator(random(), FIELD).tokens(tokens)));
        writer.addDocument(corpus.document(0));
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          LeafReader leaf = getOnlyLeafReader(reader);
          FieldInfo info = leaf.getFieldInfos().fieldInfo("field");
          assertEquals(format.toString(), info.getAttribute(FastLaneVectorsFormat.FORMAT_KEY));
          assertEquals(
              Boolean.toString(tokens > 1),
              info.getAttribute(FastLaneVectorsFormat.MULTI_VALUED_KEY));
          assertEquals(
              format.tokenEncoding(), MultiVectorValues.get(leaf, "field").tokenEncoding());
        }
      }
    }
  }

  // Memory

  public void testRamGrowsWithTokens() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    MultiVectorGenerator generator = new MultiVectorGenerator(random(), FIELD);
    try (Directory directory = newDirectory();
        BufferingWriter writer =
            new BufferingWriter(directory, new FastLaneVectorsFormat(encoding), 8)) {
      long before = writer.ramBytesUsed();
      int tokens = 0;
      for (int doc = 0; doc < 50; doc++) {
        for (float[] token : generator.tokens(1 + random().nextInt(40))) {
          writer.add(doc, token);
          tokens++;
          // The document that is still being added to holds floats.
          assertTrue(writer.ramBytesUsed() > before);
        }
      }
      int codeBytes =
          switch (encoding) {
            case FLOAT32 -> 32;
            case INT8 -> 12;
            case RESIDUAL4 -> 7;
            case RESIDUAL3 -> 6;
          };
      long codes = (long) tokens * codeBytes;
      assertTrue(writer.ramBytesUsed() - before > codes);
    }
  }

  public void testSmallBufferFlushes() throws IOException {
    Corpus corpus = new Corpus(List.of(FIELD));
    IndexWriterConfig config =
        newIndexWriterConfig()
            .setCodec(new FastLaneCodec())
            .setMergePolicy(NoMergePolicy.INSTANCE)
            .setMaxBufferedDocs(IndexWriterConfig.DISABLE_AUTO_FLUSH)
            .setRAMBufferSizeMB(0.2);
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config)) {
      MultiVectorGenerator generator = new MultiVectorGenerator(random(), FIELD);
      for (int id = 0; id < 20; id++) {
        corpus.put(id, Map.of("field", generator.tokens(2000)));
        writer.addDocument(corpus.document(id));
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertTrue(reader.leaves().size() + " segments", reader.leaves().size() > 1);
        new StoredVectors(corpus, TokenEncoding.INT8).assertStored(reader);
      }
    }
  }

  public void testDocumentsInOrder() throws IOException {
    try (Directory directory = newDirectory();
        BufferingWriter writer = new BufferingWriter(directory, new FastLaneVectorsFormat(), 2)) {
      writer.add(3, new float[] {1, 2});
      IllegalArgumentException refusal =
          expectThrows(IllegalArgumentException.class, () -> writer.add(2, new float[] {1, 2}));
      assertEquals("field \"field\": document 2 comes after 3", refusal.getMessage());
    }
  }

  // Disk

  /** What the fields are said to take is what the files have, but for their frames. */
  public void testOffHeapBytes() throws IOException {
    VectorField bytes = VectorField.random(random(), "bytes", VectorEncoding.BYTE);
    Corpus corpus = new Corpus(List.of(FIELD, bytes));
    IndexWriterConfig config =
        newIndexWriterConfig()
            .setUseCompoundFile(false)
            .setMergePolicy(NoMergePolicy.INSTANCE)
            .setMaxBufferedDocs(1000)
            .setRAMBufferSizeMB(50)
            .setCodec(
                RandomFormats.codec(
                    random(), RandomFormats.format(random(), RandomFormats.encoding(random()))));
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        new RandomIndexer(random(), corpus, 10).add(writer, atLeast(100));
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        CodecReader leaf = (CodecReader) getOnlyLeafReader(reader);
        for (String extension : new String[] {"vec", "flr"}) {
          long said = 0;
          for (VectorField field : corpus.fields()) {
            FieldInfo info = leaf.getFieldInfos().fieldInfo(field.name());
            Map<String, Long> sizes = leaf.getVectorReader().getOffHeapByteSize(info);
            assertTrue(sizes.toString(), List.of("vec", "flr").containsAll(sizes.keySet()));
            said += sizes.getOrDefault(extension, 0L);
          }
          String file =
              Arrays.stream(directory.listAll())
                  .filter(name -> name.endsWith("." + extension))
                  .findFirst()
                  .orElseThrow();
          long unsaid = directory.fileLength(file) - said;
          assertTrue(
              file + ": " + unsaid + " bytes more than " + said, unsaid >= 0 && unsaid < 200);
        }
      }
    }
  }
}
