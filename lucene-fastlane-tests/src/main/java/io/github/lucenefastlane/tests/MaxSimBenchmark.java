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

import io.github.lucenefastlane.codec.MaxSim;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.LateInteractionFloatValuesSource.ScoreFunction;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.VectorUtil;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to score one document by MaxSim, once its vectors are decoded? Our kernel
 * against a loop over {@link VectorUtil#dotProduct}, and against Lucene's late interaction, which
 * decodes a {@link LateInteractionField} and makes the same comparisons one by one.
 *
 * <p>The documents of one run are together larger than the processor's caches.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Xmx2g"})
public class MaxSimBenchmark {

  private static final int CORPUS_BYTES = 64 << 20;

  /** Query tokens. */
  @Param({"8", "32"})
  public int query;

  /** Tokens of a document. */
  @Param({"70", "180"})
  public int tokens;

  /** Components of a vector. */
  @Param({"128"})
  public int dimension;

  private float[][] queryTokens;
  private MaxSim.Scorer scorer;
  private float[][] documents;
  private BytesRef[] encoded;
  private float[] row;
  private int next;

  /**
   * Makes unit vectors of uniformly random directions; the cost does not depend on their values.
   */
  @Setup
  public void setup() {
    Random random = new Random(42);
    queryTokens = new float[query][];
    for (int i = 0; i < query; i++) {
      queryTokens[i] = randomVector(random);
    }
    scorer = MaxSim.of(queryTokens, VectorSimilarityFunction.DOT_PRODUCT).scorer();
    documents = new float[CORPUS_BYTES / (tokens * dimension * Float.BYTES)][];
    encoded = new BytesRef[documents.length];
    for (int n = 0; n < documents.length; n++) {
      float[][] document = new float[tokens][];
      documents[n] = new float[tokens * dimension];
      for (int t = 0; t < tokens; t++) {
        document[t] = randomVector(random);
        System.arraycopy(document[t], 0, documents[n], t * dimension, dimension);
      }
      encoded[n] = LateInteractionField.encode(document);
    }
    row = new float[dimension];
  }

  private float[] randomVector(Random random) {
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] = (float) random.nextGaussian();
    }
    return VectorUtil.l2normalize(vector);
  }

  private int nextDocument() {
    next = next + 1 == documents.length ? 0 : next + 1;
    return next;
  }

  /** Our kernel. */
  @Benchmark
  public float kernel() {
    return scorer.score(documents[nextDocument()], tokens);
  }

  /** A pair of vectors at a time. */
  @Benchmark
  public float vectorUtil() {
    float[] document = documents[nextDocument()];
    float[] best = new float[query];
    for (int t = 0; t < tokens; t++) {
      System.arraycopy(document, t * dimension, row, 0, dimension);
      for (int i = 0; i < query; i++) {
        best[i] =
            Math.max(
                best[i],
                VectorUtil.normalizeToUnitInterval(VectorUtil.dotProduct(queryTokens[i], row)));
      }
    }
    float sum = 0;
    for (float b : best) {
      sum += b;
    }
    return sum;
  }

  /** What Lucene's rescorer does for a document. */
  @Benchmark
  public float lateInteractionField() {
    return ScoreFunction.SUM_MAX_SIM.compare(
        queryTokens,
        LateInteractionField.decode(encoded[nextDocument()]),
        VectorSimilarityFunction.DOT_PRODUCT);
  }
}
