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
import io.github.lucenefastlane.codec.HeadSearchStrategy;
import io.github.lucenefastlane.codec.MaxSim;
import io.github.lucenefastlane.codec.MultiVectorValues;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What do the stages of a search cost: one lane through a segment, the forecast of MaxSim of the
 * documents that it found, and the decoding and scoring of the best of these? On synthetic easy
 * documents of mean 70 tokens and dimension 128; each invocation is another query.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Xmx2g"})
public class StageBenchmark {

  private static final int QUERIES = 64;

  /** How the index stores tokens. */
  @Param public TokenEncoding encoding;

  /** Documents of the index. */
  @Param({"5000"})
  public int documents;

  /** Documents that are reranked. */
  @Param({"100"})
  public int candidates;

  /** Documents that the lane looks for, as in a search by one view with 100 candidates. */
  @Param({"392"})
  public int depth;

  private Path folder;
  private Directory directory;
  private DirectoryReader reader;
  private LeafReader leaf;
  private MultiVectorValues values;
  private float[][] views;
  private MaxSim.Scorer[] scorers;
  private int[][] found; // in the order of the disk
  private int[][] best; // of these, in the same order
  private int next;

  /** Builds the index, and finds each query's candidates. */
  @Setup
  public void setup() throws IOException {
    SyntheticCorpus corpus = new SyntheticCorpus(documents, 70, 128, false, 42);
    VectorIndex index = new FastLaneIndex(encoding, FastLaneVectorsFormat.DEFAULT_TOKENS_PER_ROUTE);
    folder = Files.createTempDirectory("fastlane-stages");
    BuiltIndex.build(index, corpus, 1, folder, new Progress(new PrintWriter(Writer.nullWriter())));
    directory = FSDirectory.open(folder);
    reader = DirectoryReader.open(directory);
    leaf = reader.leaves().getFirst().reader();
    values = MultiVectorValues.get(leaf, VectorIndex.TOKENS);
    views = new float[QUERIES][];
    scorers = new MaxSim.Scorer[QUERIES];
    found = new int[QUERIES][];
    best = new int[QUERIES][];
    for (int q = 0; q < QUERIES; q++) {
      float[][] query = corpus.query(q);
      views[q] = PooledIndex.mean(query);
      scorers[q] = MaxSim.of(query, VectorIndex.SIMILARITY).scorer();
      next = q;
      // All documents have the field: a document's ordinal is Lucene's number of it.
      found[q] = Answer.documents(lane());
      best[q] = Arrays.copyOf(found[q], Math.min(candidates, found[q].length));
      Arrays.sort(found[q]);
      Arrays.sort(best[q]);
    }
  }

  /** Deletes the index. */
  @TearDown
  public void tearDown() throws IOException {
    IOUtils.close(reader, directory);
    IOUtils.rm(folder);
  }

  private int next() {
    next = next + 1 == QUERIES ? 0 : next + 1;
    return next;
  }

  /** The search of one view. */
  @Benchmark
  public TopDocs searchLane() throws IOException {
    next();
    return lane();
  }

  private TopDocs lane() throws IOException {
    TopKnnCollector collector =
        new TopKnnCollector(depth, Integer.MAX_VALUE, HeadSearchStrategy.DEFAULT);
    leaf.searchNearestVectors(
        VectorIndex.TOKENS,
        views[next],
        collector,
        AcceptDocs.fromLiveDocs(leaf.getLiveDocs(), leaf.maxDoc()));
    return collector.topDocs();
  }

  /** MaxSim over the pooled vectors of the documents that the lane found. */
  @Benchmark
  public float forecast() throws IOException {
    MaxSim.Scorer scorer = scorers[next()];
    float sum = 0;
    for (int ord : found[next]) {
      sum += scorer.score(values.pooledVectors(ord), values.poolCount(ord));
    }
    return sum;
  }

  /** The candidates' tokens. */
  @Benchmark
  public float decode() throws IOException {
    float sum = 0;
    for (int ord : best[next()]) {
      sum += values.tokenVectors(ord)[0];
    }
    return sum;
  }

  /** The candidates' tokens and MaxSim. */
  @Benchmark
  public float decodeAndScore() throws IOException {
    MaxSim.Scorer scorer = scorers[next()];
    float sum = 0;
    for (int ord : best[next]) {
      sum += scorer.score(values.tokenVectors(ord), values.tokenCount(ord));
    }
    return sum;
  }
}
