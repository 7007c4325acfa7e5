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

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.MaxSim;
import io.github.lucenefastlane.codec.MultiVectorField;
import io.github.lucenefastlane.codec.MultiVectorValues;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DoubleValues;
import org.apache.lucene.search.LateInteractionFloatValuesSource;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to score one document by MaxSim? Our kernel, from the codes of an index and
 * from floats, against a loop over {@link VectorUtil#dotProduct}, against what Lucene's rescorer
 * does for a document, and against OpenBLAS's matrix product of the same shape, the nearest thing
 * to the limit of a core.
 *
 * <p>Each invocation scores another document. All of them together are larger than the processor's
 * caches, provided that these are smaller than {@code megabytes}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "-Xmx2g"
    })
public class MaxSimBenchmark {

  /** The query, and where documents come from. */
  @State(Scope.Thread)
  public static class Shape {

    /** Vectors that documents are made of; the cost does not depend on their values. */
    private static final int DISTINCT = 4096;

    /**
     * Query tokens, document tokens, and components of a vector. The default varies one of them at
     * a time.
     */
    @Param({
      "32x70x128",
      "8x70x128",
      "64x70x128",
      "32x16x128",
      "32x180x128",
      "32x1030x128",
      "32x70x48",
      "32x70x96",
      "32x70x384"
    })
    public String shape;

    /** Size of all documents as they are stored. */
    @Param("64")
    public int megabytes;

    private int tokens;
    private int dimension;
    private float[][] query;
    private float[][] vectors;

    /** Makes unit vectors of uniformly random directions. */
    @Setup
    public void setup() {
      int[] sizes = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
      if (sizes.length != 3) {
        throw new IllegalArgumentException("shape must be three numbers, as 32x70x128: " + shape);
      }
      tokens = sizes[1];
      dimension = sizes[2];
      SplittableRandom random = new SplittableRandom(42);
      query = randomVectors(random, sizes[0]);
      vectors = randomVectors(random, DISTINCT);
    }

    private float[][] randomVectors(SplittableRandom random, int count) {
      float[][] made = new float[count][dimension];
      for (float[] vector : made) {
        for (int d = 0; d < dimension; d++) {
          vector[d] = (float) random.nextGaussian();
        }
        VectorUtil.l2normalize(vector);
      }
      return made;
    }

    /** How many documents there are, of so many bytes a token. */
    int documents(int bytesPerToken) {
      return Math.toIntExact(((long) megabytes << 20) / ((long) tokens * bytesPerToken));
    }

    /** The same at every call. */
    float[][] document(int number) {
      SplittableRandom random = new SplittableRandom(number);
      float[][] document = new float[tokens][];
      for (int t = 0; t < tokens; t++) {
        document[t] = vectors[random.nextInt(DISTINCT)].clone();
      }
      return document;
    }
  }

  /** Documents as arrays of floats. */
  @State(Scope.Thread)
  public static class Floats {

    private float[][] documents;
    private MaxSim.Scorer scorer;
    private int next;

    /** Makes the documents. */
    @Setup
    public void setup(Shape shape) {
      documents = new float[shape.documents(shape.dimension * Float.BYTES)][];
      for (int n = 0; n < documents.length; n++) {
        documents[n] = rows(shape.document(n));
      }
      scorer = MaxSim.of(shape.query, VectorIndex.SIMILARITY).scorer();
    }

    static float[] rows(float[][] document) {
      int dimension = document[0].length;
      float[] rows = new float[document.length * dimension];
      for (int t = 0; t < document.length; t++) {
        System.arraycopy(document[t], 0, rows, t * dimension, dimension);
      }
      return rows;
    }

    private float[] next() {
      next = next == documents.length ? 0 : next;
      return documents[next++];
    }
  }

  /** Documents as arrays of vectors. */
  @State(Scope.Thread)
  public static class Pairs {

    private float[][][] documents;
    private float[] best;
    private int next;

    /** Makes the documents. */
    @Setup
    public void setup(Shape shape) {
      documents = new float[shape.documents(shape.dimension * Float.BYTES)][][];
      for (int n = 0; n < documents.length; n++) {
        documents[n] = shape.document(n);
      }
      best = new float[shape.query.length];
    }

    private float[][] next() {
      next = next == documents.length ? 0 : next;
      return documents[next++];
    }
  }

  /** An index on disk, of one segment. */
  private static final class Stored {

    private static final String FIELD = "tokens";

    private final Path folder;
    private final Directory directory;
    private final DirectoryReader reader;

    /**
     * @param codec for the vectors; null for a late interaction field
     */
    Stored(Shape shape, int documents, Codec codec) throws IOException {
      folder = Files.createTempDirectory("fastlane-maxsim");
      directory = FSDirectory.open(folder);
      IndexWriterConfig config = new IndexWriterConfig().setRAMBufferSizeMB(1024);
      if (codec != null) {
        config.setCodec(codec);
      }
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int n = 0; n < documents; n++) {
          Document document = new Document();
          if (codec == null) {
            document.add(new LateInteractionField(FIELD, shape.document(n)));
          } else {
            MultiVectorField.add(document, FIELD, shape.document(n), VectorIndex.SIMILARITY);
          }
          writer.addDocument(document);
        }
        writer.forceMerge(1);
      }
      reader = DirectoryReader.open(directory);
    }

    LeafReaderContext leaf() {
      return reader.leaves().getFirst();
    }

    void close() throws IOException {
      IOUtils.close(reader, directory);
      IOUtils.rm(folder);
    }
  }

  /** Documents in our format. */
  @State(Scope.Thread)
  public static class Codes {

    /** How tokens are stored. */
    @Param public TokenEncoding encoding;

    private Stored stored;
    private MultiVectorValues values;
    private MaxSim.Scorer scorer;
    private int next;

    /** Builds the index, of one route a document: it is not searched. */
    @Setup
    public void setup(Shape shape) throws IOException {
      int bytesPerToken =
          switch (encoding) {
            case FLOAT32 -> shape.dimension * Float.BYTES;
            case INT8 -> Float.BYTES + shape.dimension;
            case RESIDUAL4 -> 4 + Math.ceilDiv(shape.dimension, 2);
            case RESIDUAL3 -> 4 + 3 * Math.ceilDiv(shape.dimension, Byte.SIZE);
          };
      FastLaneVectorsFormat format =
          new FastLaneVectorsFormat(encoding, FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE);
      stored = new Stored(shape, shape.documents(bytesPerToken), VectorIndex.codec(format));
      values = MultiVectorValues.get(stored.leaf().reader(), Stored.FIELD);
      scorer = MaxSim.of(shape.query, VectorIndex.SIMILARITY).scorer();
    }

    private int next() {
      next = next == values.size() ? 0 : next;
      return next++;
    }

    /** Deletes the index. */
    @TearDown
    public void tearDown() throws IOException {
      stored.close();
    }
  }

  /** Documents in a field of Lucene's. */
  @State(Scope.Thread)
  public static class LateInteraction {

    private Stored stored;
    private LateInteractionFloatValuesSource source;
    private DoubleValues values;
    private int next;

    /** Builds the index. */
    @Setup
    public void setup(Shape shape) throws IOException {
      stored = new Stored(shape, shape.documents(shape.dimension * Float.BYTES), null);
      source =
          new LateInteractionFloatValuesSource(Stored.FIELD, shape.query, VectorIndex.SIMILARITY);
      values = source.getValues(stored.leaf(), null);
    }

    private double score() throws IOException {
      if (next == stored.leaf().reader().maxDoc()) { // doc values only go forward
        next = 0;
        values = source.getValues(stored.leaf(), null);
      }
      values.advanceExact(next++);
      return values.doubleValue();
    }

    /** Deletes the index. */
    @TearDown
    public void tearDown() throws IOException {
      stored.close();
    }
  }

  /** Documents as OpenBLAS wants them. */
  @State(Scope.Thread)
  public static class Blas {

    /** Name or path of the library. */
    @Param(OpenBlas.LINUX_NAME)
    public String library;

    private Memory query;
    private Memory documents;
    private Memory product;
    private float[] products;
    private float[] best;
    private long bytesPerDocument;
    private long next;

    /** Makes the documents. */
    @Setup
    public void setup(Shape shape) {
      OpenBlas.load(library);
      System.out.println("OpenBLAS's code for: " + OpenBlas.core());
      bytesPerDocument = (long) shape.tokens * shape.dimension * Float.BYTES;
      int count = shape.documents(shape.dimension * Float.BYTES);
      documents = new Memory(count * bytesPerDocument);
      for (int n = 0; n < count; n++) {
        float[] rows = Floats.rows(shape.document(n));
        documents.write(n * bytesPerDocument, rows, 0, rows.length);
      }
      float[] rows = Floats.rows(shape.query);
      query = new Memory((long) rows.length * Float.BYTES);
      query.write(0, rows, 0, rows.length);
      products = new float[shape.tokens * shape.query.length];
      product = new Memory((long) products.length * Float.BYTES);
      best = new float[shape.query.length];
    }

    /** All dot products of the next document: a row a document token, a column a query token. */
    private void multiply(Shape shape) {
      next = next == documents.size() ? 0 : next;
      OpenBlas.multiplyByTransposed(
          Pointer.nativeValue(documents) + next,
          Pointer.nativeValue(query),
          Pointer.nativeValue(product),
          shape.tokens,
          best.length,
          shape.dimension);
      next += bytesPerDocument;
    }

    private float maximum() {
      product.read(0, products, 0, products.length);
      Arrays.fill(best, Float.NEGATIVE_INFINITY);
      for (int at = 0; at < products.length; at += best.length) {
        for (int i = 0; i < best.length; i++) { // whole rows: the compiler makes vectors of it
          best[i] = Math.max(best[i], products[at + i]);
        }
      }
      float sum = 0;
      for (float b : best) {
        sum += VectorUtil.normalizeToUnitInterval(b);
      }
      return sum;
    }

    /** Frees the memory. */
    @TearDown
    public void tearDown() {
      for (Memory memory : new Memory[] {query, documents, product}) {
        memory.close();
      }
    }
  }

  /** Our kernel, on what it reads and decodes from an index. */
  @Benchmark
  public float kernel(Shape shape, Codes codes) throws IOException {
    return codes.scorer.score(codes.values.tokenVectors(codes.next()), shape.tokens);
  }

  /** Our kernel, on floats in memory. */
  @Benchmark
  public float kernelOfFloats(Shape shape, Floats floats) {
    return floats.scorer.score(floats.next(), shape.tokens);
  }

  /** A pair of vectors at a time, on floats in memory. */
  @Benchmark
  public float vectorUtil(Shape shape, Pairs pairs) {
    Arrays.fill(pairs.best, Float.NEGATIVE_INFINITY);
    for (float[] token : pairs.next()) {
      for (int i = 0; i < pairs.best.length; i++) {
        pairs.best[i] = Math.max(pairs.best[i], VectorUtil.dotProduct(shape.query[i], token));
      }
    }
    float sum = 0;
    for (float b : pairs.best) {
      sum += VectorUtil.normalizeToUnitInterval(b);
    }
    return sum;
  }

  /** What Lucene's rescorer does for a document, on what it reads from an index. */
  @Benchmark
  public double lateInteractionFloatValuesSource(Shape shape, LateInteraction index)
      throws IOException {
    return index.score();
  }

  /** OpenBLAS in one thread, on floats in memory, without the maxima. */
  @Benchmark
  public void sgemm(Shape shape, Blas blas) {
    blas.multiply(shape);
  }

  /** OpenBLAS in one thread, on floats in memory. */
  @Benchmark
  public float sgemmAndMaximum(Shape shape, Blas blas) {
    blas.multiply(shape);
    return blas.maximum();
  }
}
