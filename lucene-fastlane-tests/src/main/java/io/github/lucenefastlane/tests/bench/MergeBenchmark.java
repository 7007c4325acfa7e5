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

import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What does it cost to merge segments into one, and do more threads help? On synthetic easy
 * documents of mean 70 tokens and dimension 128.
 */
public class MergeBenchmark extends WritingBenchmark {

  /** Documents of all segments. */
  @Param({"4000"})
  public int documents;

  /** Segments, all as large. */
  @Param({"8"})
  public int segments;

  /** Threads of the merge. */
  @Param({"1", "2"})
  public int workers;

  private ExecutorService threads;
  private Codec codec;
  private Path source;
  private Directory sourceDirectory;
  DirectoryReader reader;

  /** Writes the segments. */
  @Setup
  public void setup() throws IOException {
    threads = Executors.newFixedThreadPool(Math.max(1, workers - 1));
    codec = VectorIndex.codec(new FastLaneVectorsFormat(encoding));
    VectorIndex index = new FastLaneIndex(encoding, FastLaneVectorsFormat.DEFAULT_TOKENS_PER_ROUTE);
    source = Files.createTempDirectory("fastlane-merging");
    sourceDirectory = FSDirectory.open(source);
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(codec)
            .setMergePolicy(NoMergePolicy.INSTANCE)
            .setMaxBufferedDocs(documents / segments)
            .setRAMBufferSizeMB(IndexWriterConfig.DISABLE_AUTO_FLUSH);
    try (SyntheticCorpus corpus = new SyntheticCorpus(documents, 70, 128, false, 42);
        IndexWriter writer = new IndexWriter(sourceDirectory, config)) {
      for (int n = 0; n < documents; n++) {
        index.add(writer, n, corpus.document(n));
      }
    }
    reader = DirectoryReader.open(sourceDirectory);
  }

  /** Deletes the segments. */
  @TearDown
  public void tearDown() throws IOException {
    IOUtils.close(reader, sourceDirectory);
    IOUtils.rm(source);
    threads.shutdown();
  }

  /** Merges all segments into one in another folder. */
  @Benchmark
  public void merge() throws IOException {
    CodecReader[] readers =
        reader.leaves().stream()
            .map(LeafReaderContext::reader)
            .map(CodecReader.class::cast)
            .toArray(CodecReader[]::new);
    IndexWriterConfig config =
        new IndexWriterConfig().setCodec(codec).setMergeScheduler(new Threads());
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      writer.addIndexes(readers);
    }
  }

  /** Merges one after the other, each in the merging thread and all others of the pool. */
  private final class Threads extends SerialMergeScheduler {
    @Override
    public Executor getIntraMergeExecutor(MergePolicy.OneMerge merge) {
      return workers == 1 ? super.getIntraMergeExecutor(merge) : threads;
    }
  }
}
