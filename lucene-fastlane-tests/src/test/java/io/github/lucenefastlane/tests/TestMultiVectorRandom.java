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
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.SoftDeletesDirectoryReaderWrapper;
import org.apache.lucene.index.SoftDeletesRetentionMergePolicy;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.NamedThreadFactory;

/**
 * Random documents of several vectors, through all that an index writer does to them: every vector
 * of every live document must be in the index, in order, after each phase.
 */
public class TestMultiVectorRandom extends LuceneTestCase {

  private static final String SOFT_DELETES = "softdeleted";

  private static Corpus randomCorpus() {
    List<VectorField> fields = new ArrayList<>();
    for (int i = 0; i < TestUtil.nextInt(random(), 1, 3); i++) {
      fields.add(VectorField.random(random(), "field" + i));
    }
    return new Corpus(fields);
  }

  private static int randomMaxTokens() {
    return random().nextBoolean() ? 3 : 40;
  }

  private static IndexWriterConfig config(FastLaneVectorsFormat format) {
    IndexWriterConfig config =
        newIndexWriterConfig().setCodec(RandomFormats.codec(random(), format));
    if (random().nextBoolean()) {
      config.setIndexSort(new Sort(new SortField(Corpus.SORT_KEY, SortField.Type.LONG)));
    }
    return config;
  }

  /** Changes an index in several phases, and compares after each. */
  private static void runPhases(
      Directory directory, IndexWriterConfig config, Corpus corpus, StoredVectors stored)
      throws IOException {
    RandomIndexer indexer = new RandomIndexer(random(), corpus, randomMaxTokens());
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int phase = 0; phase < 3; phase++) {
        indexer.change(writer, atLeast(40));
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          stored.assertStored(reader);
        }
      }
      writer.forceMerge(TestUtil.nextInt(random(), 1, 3));
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        stored.assertStored(reader);
      }
      writer.forceMerge(1);
    }
    TestUtil.checkIndex(directory);
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      stored.assertStored(reader);
    }
  }

  private void runPhases(TokenEncoding encoding) throws IOException {
    Corpus corpus = randomCorpus();
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config = config(RandomFormats.format(random(), encoding));
      runPhases(directory, config, corpus, new StoredVectors(corpus, encoding));
    }
  }

  public void testFloat32() throws IOException {
    runPhases(TokenEncoding.FLOAT32);
  }

  public void testInt8() throws IOException {
    runPhases(TokenEncoding.INT8);
  }

  public void testResidual4() throws IOException {
    runPhases(TokenEncoding.RESIDUAL4);
  }

  public void testResidual3() throws IOException {
    runPhases(TokenEncoding.RESIDUAL3);
  }

  /** Heads are grouped by the threads that the merge scheduler offers. */
  public void testMergeThreads() throws Exception {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = randomCorpus();
    ExecutorService executor = Executors.newFixedThreadPool(3, new NamedThreadFactory("merges"));
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config =
          config(RandomFormats.format(random(), encoding))
              .setMergeScheduler(
                  new SerialMergeScheduler() {
                    @Override
                    public Executor getIntraMergeExecutor(MergePolicy.OneMerge merge) {
                      return executor;
                    }
                  });
      runPhases(directory, config, corpus, new StoredVectors(corpus, encoding));
    } finally {
      executor.shutdown();
      assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
    }
  }

  /** Documents of hundreds of heads, so that there are many posting lists. */
  public void testManyHeads() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    VectorField field = VectorField.random(random(), "field");
    Corpus corpus = new Corpus(List.of(field));
    StoredVectors stored = new StoredVectors(corpus, encoding);
    RandomIndexer indexer = new RandomIndexer(random(), corpus, 20);
    FastLaneVectorsFormat format =
        new FastLaneVectorsFormat(encoding, TestUtil.nextInt(random(), 1, 2));
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        for (int segment = 0; segment < 3; segment++) {
          indexer.add(writer, atLeast(60));
          writer.flush();
        }
        indexer.change(writer, 20);
        writer.forceMerge(1);
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          stored.assertStored(reader);
        }
      }
      TestUtil.checkIndex(directory);
    }
  }

  /** Several threads index at once, while readers are opened. */
  public void testIndexingThreads() throws Exception {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = randomCorpus();
    int threads = 4;
    ExecutorService executor =
        Executors.newFixedThreadPool(threads, new NamedThreadFactory("indexers"));
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config = config(RandomFormats.format(random(), encoding));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        List<Corpus> parts = new ArrayList<>();
        List<Future<?>> tasks = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
          Corpus part = new Corpus(corpus.fields());
          parts.add(part);
          Random random = new Random(random().nextLong());
          RandomIndexer indexer = new RandomIndexer(random, part, 12).startAt(1_000_000 * thread);
          tasks.add(
              executor.submit(
                  () -> {
                    for (int i = 0; i < 5; i++) {
                      indexer.change(writer, 20);
                      DirectoryReader.open(writer).close();
                    }
                    return null;
                  }));
        }
        for (Future<?> task : tasks) {
          task.get();
        }
        parts.forEach(corpus::putAll);
        StoredVectors stored = new StoredVectors(corpus, encoding);
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          stored.assertStored(reader);
        }
        writer.forceMerge(1);
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          stored.assertStored(reader);
        }
      }
      TestUtil.checkIndex(directory);
    } finally {
      executor.shutdown();
      assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
    }
  }

  public void testSoftDeletes() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus = randomCorpus();
    StoredVectors stored = new StoredVectors(corpus, encoding);
    RandomIndexer indexer =
        new RandomIndexer(random(), corpus, randomMaxTokens()).softDeletes(SOFT_DELETES);
    IndexWriterConfig config =
        config(RandomFormats.format(random(), encoding)).setSoftDeletesField(SOFT_DELETES);
    if (random().nextBoolean()) {
      config.setMergePolicy(
          new SoftDeletesRetentionMergePolicy(
              SOFT_DELETES, () -> MatchAllDocsQuery.INSTANCE, config.getMergePolicy()));
    }
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        // The first soft update makes the field that later deletes set.
        indexer.add(writer, 1);
        indexer.update(writer);
        for (int phase = 0; phase < 3; phase++) {
          indexer.change(writer, atLeast(40));
          try (DirectoryReader reader = DirectoryReader.open(writer)) {
            stored.assertStored(new SoftDeletesDirectoryReaderWrapper(reader, SOFT_DELETES));
          }
        }
        writer.forceMerge(1);
      }
      TestUtil.checkIndex(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        stored.assertStored(new SoftDeletesDirectoryReaderWrapper(reader, SOFT_DELETES));
      }
    }
  }

  /** Segments without the field, with it in all, and in some of their documents. */
  public void testFieldMissingFromSegments() throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus =
        new Corpus(
            List.of(
                VectorField.random(random(), "float", VectorEncoding.FLOAT32),
                VectorField.random(random(), "byte", VectorEncoding.BYTE)));
    StoredVectors stored = new StoredVectors(corpus, encoding);
    List<MultiVectorGenerator> generators =
        corpus.fields().stream().map(f -> new MultiVectorGenerator(random(), f)).toList();
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config = config(RandomFormats.format(random(), encoding));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        int id = 0;
        for (int segment = 0; segment < 6; segment++) {
          // Per field in none, in some, or in all of the segment's documents.
          int[] presence = {random().nextInt(3), random().nextInt(3)};
          for (int i = 0; i < 10; i++, id++) {
            Map<String, float[][]> tokens = new HashMap<>();
            for (int f = 0; f < presence.length; f++) {
              if (random().nextInt(2) < presence[f]) {
                int count = TestUtil.nextInt(random(), 1, 12);
                tokens.put(generators.get(f).field().name(), generators.get(f).tokens(count));
              }
            }
            corpus.put(id, tokens);
            writer.addDocument(corpus.document(id));
          }
          writer.flush();
        }
        writer.forceMerge(1);
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          stored.assertStored(reader);
        }
        // All documents that have vectors go; the field stays, without any.
        for (int gone = 0; gone < id; gone++) {
          for (VectorField field : corpus.fields()) {
            if (corpus.ids().contains(gone) && corpus.tokens(gone, field) != null) {
              corpus.remove(gone);
              writer.deleteDocuments(Corpus.term(gone));
            }
          }
        }
        corpus.put(id, Map.of());
        writer.addDocument(corpus.document(id));
        writer.forceMerge(1);
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          stored.assertStored(reader);
        }
      }
      TestUtil.checkIndex(directory);
    }
  }
}
