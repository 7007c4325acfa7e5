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
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * What does it cost to add documents and to write them as one segment? On synthetic easy documents
 * of mean 70 tokens and dimension 128, in one thread.
 */
public class IndexingBenchmark extends WritingBenchmark {

  /** Documents of the segment. */
  @Param({"2000"})
  public int documents;

  private float[][][] tokens;
  private VectorIndex index;

  /** Makes the documents. */
  @Setup
  public void setup() throws IOException {
    try (SyntheticCorpus corpus = new SyntheticCorpus(documents, 70, 128, false, 42)) {
      tokens = new float[documents][][];
      for (int n = 0; n < documents; n++) {
        tokens[n] = corpus.document(n);
      }
    }
    index = new FastLaneIndex(encoding, FastLaneVectorsFormat.DEFAULT_TOKENS_PER_ROUTE);
  }

  /** Adds all documents and flushes them. */
  @Benchmark
  public void index() throws IOException {
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(index.codec())
            .setMaxBufferedDocs(documents + 1)
            .setRAMBufferSizeMB(IndexWriterConfig.DISABLE_AUTO_FLUSH);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int n = 0; n < documents; n++) {
        index.add(writer, n, tokens[n]);
      }
    }
  }
}
