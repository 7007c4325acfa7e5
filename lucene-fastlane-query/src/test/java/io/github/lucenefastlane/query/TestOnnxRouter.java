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
package io.github.lucenefastlane.query;

import static io.github.lucenefastlane.query.OnnxModel.DOUBLE;
import static io.github.lucenefastlane.query.OnnxModel.FLOAT;
import static io.github.lucenefastlane.query.OnnxModel.INT64;

import io.github.lucenefastlane.codec.FastLaneCodec;
import io.github.lucenefastlane.codec.MultiVectorField;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.NamedThreadFactory;

/** Runs small ONNX files by ONNX Runtime and compares with plain Java. */
public class TestOnnxRouter extends LuceneTestCase {

  private static final int DIM = 8;

  private static Path write(OnnxModel model) throws IOException {
    Path file = createTempFile("router", ".onnx");
    Files.write(file, model.toBytes());
    return file;
  }

  private static OnnxModel inputs(Object dim) {
    return new OnnxModel()
        .input("token_embeddings", FLOAT, "batch", "tokens", dim)
        .input("attention_mask", INT64, "batch", "tokens");
  }

  /** A token's logit is its dot product with the weights. */
  private static OnnxModel logits(float[] weights, Object dim) {
    return inputs(dim)
        .constant("weights", weights, weights.length, 1)
        .constant("last", new long[] {2}, 1)
        .node("MatMul", "products", "token_embeddings", "weights")
        .node("Squeeze", "router_logits", "products", "last")
        .output("router_logits", FLOAT, "batch", "tokens");
  }

  private static float dot(float[] a, float[] b) {
    float sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }

  public void testLogits() throws IOException {
    float[] weights = RandomTokens.token(random(), DIM);
    try (OnnxRouter router =
        OnnxRouter.load(write(logits(weights, random().nextBoolean() ? DIM : "dim")))) {
      for (int iteration = 0; iteration < 20; iteration++) {
        float[][] tokens = RandomTokens.tokens(random(), 1 + random().nextInt(12), DIM);
        int wanted = 1 + random().nextInt(15);
        checkLogitViews(router.route(tokens, wanted), tokens, weights, wanted);
      }
    }
  }

  private static void checkLogitViews(
      List<View> views, float[][] tokens, float[] weights, int wanted) {
    List<float[]> expected = new ArrayList<>(List.of(tokens));
    expected.sort((a, b) -> Float.compare(dot(b, weights), dot(a, weights)));
    assertEquals(Math.min(wanted, tokens.length), views.size());
    double exponentials = 0;
    for (int v = 0; v < views.size(); v++) {
      exponentials += Math.exp(dot(expected.get(v), weights));
    }
    double sum = 0;
    for (int v = 0; v < views.size(); v++) {
      assertArrayEquals(expected.get(v), views.get(v).vector(), 0f);
      double softmax = Math.exp(dot(expected.get(v), weights)) / exponentials;
      assertEquals(softmax, views.get(v).weight(), 1e-4);
      sum += views.get(v).weight();
    }
    assertEquals(1, sum, 1e-5);
  }

  public void testWeightsThatVanishAreLeftOut() throws IOException {
    float[] weights = new float[DIM];
    weights[0] = 1000;
    float[][] tokens = new float[3][DIM];
    tokens[1][0] = 1;
    try (OnnxRouter router = OnnxRouter.load(write(logits(weights, DIM)))) {
      List<View> views = router.route(tokens, 3);
      assertEquals(1, views.size());
      assertSame(tokens[1], views.get(0).vector());
      assertEquals(1f, views.get(0).weight(), 0f);
    }
  }

  /** Two views: the sum of the tokens, and a constant one. */
  private static OnnxModel views(float[] constantView) {
    return inputs(DIM)
        .constant("constant_view", constantView, 1, 1, DIM)
        .constant("tokens_axis", new long[] {1}, 1)
        .node("ReduceSum", "sum", "token_embeddings", "tokens_axis")
        .nodeWithAxis("Concat", "views", 1, "sum", "constant_view")
        .output("views", FLOAT, 1, 2, DIM);
  }

  public void testViewsWithoutWeights() throws IOException {
    float[] constant = RandomTokens.token(random(), DIM);
    float[][] tokens = RandomTokens.tokens(random(), 5, DIM);
    float[] sum = new float[DIM];
    for (float[] token : tokens) {
      for (int d = 0; d < DIM; d++) {
        sum[d] += token[d];
      }
    }
    try (OnnxRouter router = OnnxRouter.load(write(views(constant)))) {
      List<View> both = router.route(tokens, 2 + random().nextInt(5));
      assertEquals(2, both.size());
      assertArrayEquals(sum, both.get(0).vector(), 1e-5f);
      assertArrayEquals(constant, both.get(1).vector(), 0f);
      assertEquals(.5f, both.get(0).weight(), 0f);
      assertEquals(.5f, both.get(1).weight(), 0f);
      List<View> first = router.route(tokens, 1);
      assertEquals(1, first.size());
      assertArrayEquals(sum, first.get(0).vector(), 1e-5f);
      assertEquals(1f, first.get(0).weight(), 0f);
    }
  }

  /** Slots are trained to be nested, so their order counts and the logits are for people only. */
  public void testViewsCountBesideLogits() throws IOException {
    float[] constant = RandomTokens.token(random(), DIM);
    OnnxModel both =
        views(constant)
            .constant("weights", RandomTokens.token(random(), DIM), DIM, 1)
            .constant("last", new long[] {2}, 1)
            .node("MatMul", "products", "token_embeddings", "weights")
            .node("Squeeze", "router_logits", "products", "last")
            .output("router_logits", FLOAT, "batch", "tokens");
    float[][] tokens = RandomTokens.tokens(random(), 3, DIM);
    try (OnnxRouter router = OnnxRouter.load(write(both));
        OnnxRouter alone = OnnxRouter.load(write(views(constant)))) {
      for (int wanted = 1; wanted < 4; wanted++) {
        List<View> expected = alone.route(tokens, wanted);
        List<View> actual = router.route(tokens, wanted);
        assertEquals(expected.size(), actual.size());
        for (int v = 0; v < expected.size(); v++) {
          assertArrayEquals(expected.get(v).vector(), actual.get(v).vector(), 0f);
          assertEquals(expected.get(v).weight(), actual.get(v).weight(), 0f);
        }
      }
    }
  }

  private static OnnxModel weightedViews(float... weights) {
    return views(new float[] {1, 0, 0, 0, 0, 0, 0, 0})
        .constant("given_weights", weights, 1, 2)
        .node("Identity", "view_weights", "given_weights")
        .output("view_weights", FLOAT, 1, 2);
  }

  public void testViewsWithWeights() throws IOException {
    float[][] tokens = RandomTokens.tokens(random(), 3, DIM);
    try (OnnxRouter router = OnnxRouter.load(write(weightedViews(1, 3)))) {
      List<View> both = router.route(tokens, 2);
      assertEquals(2, both.size());
      assertEquals("the heavier view comes first", 1f, both.get(0).vector()[0], 0f);
      assertEquals(.75f, both.get(0).weight(), 0f);
      assertEquals(.25f, both.get(1).weight(), 0f);
      assertEquals(1f, router.route(tokens, 1).get(0).weight(), 0f);
    }
    try (OnnxRouter router = OnnxRouter.load(write(weightedViews(2, 0)))) {
      assertEquals("a view of no weight is none", 1, router.route(tokens, 2).size());
    }
    try (OnnxRouter router = OnnxRouter.load(write(weightedViews(0, 0)))) {
      IllegalStateException e =
          expectThrows(IllegalStateException.class, () -> router.route(tokens, 2));
      assertTrue(e.getMessage(), e.getMessage().contains("all view_weights are 0"));
    }
    try (OnnxRouter router = OnnxRouter.load(write(weightedViews(1, -1)))) {
      IllegalStateException e =
          expectThrows(IllegalStateException.class, () -> router.route(tokens, 2));
      assertTrue(
          e.getMessage(), e.getMessage().contains("view_weights must be at least 0, got: -1.0"));
    }
  }

  public void testOutputThatIsNotFinite() throws IOException {
    float[] weights = new float[DIM];
    weights[0] = Float.POSITIVE_INFINITY;
    try (OnnxRouter router = OnnxRouter.load(write(logits(weights, DIM)))) {
      IllegalStateException e =
          expectThrows(
              IllegalStateException.class,
              () -> router.route(new float[][] {{1, 0, 0, 0, 0, 0, 0, 0}}, 1));
      assertTrue(e.getMessage(), e.getMessage().contains("router_logits must be finite"));
    }
  }

  /** A query routed by a file finds what the chosen token finds. */
  public void testInQuery() throws IOException {
    float[] weights = new float[DIM];
    weights[2] = 1;
    float[][] tokens = RandomTokens.tokens(random(), 4, DIM);
    tokens[3] = weights;
    try (OnnxRouter router = OnnxRouter.load(write(logits(weights, DIM)));
        Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(directory, newIndexWriterConfig().setCodec(new FastLaneCodec()))) {
      for (int i = 0; i < 30; i++) {
        Document document = new Document();
        float[][] vectors = RandomTokens.tokens(random(), 1 + random().nextInt(5), DIM);
        MultiVectorField.add(document, "f", vectors, VectorSimilarityFunction.COSINE);
        writer.addDocument(document);
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        IndexSearcher searcher = newSearcher(reader);
        TopDocs routed =
            searcher.search(
                FastLaneQuery.builder("f", tokens).router(router).rerank(false).build(), 10);
        TopDocs alone =
            searcher.search(
                FastLaneQuery.builder("f", new float[][] {weights}).rerank(false).build(), 10);
        assertEquals(10, routed.scoreDocs.length);
        for (int rank = 0; rank < 10; rank++) {
          assertEquals(alone.scoreDocs[rank].doc, routed.scoreDocs[rank].doc);
          assertEquals(alone.scoreDocs[rank].score, routed.scoreDocs[rank].score, 1e-6f);
        }
      }
    }
  }

  private static void assertRefused(OnnxModel model, String... messageParts) throws IOException {
    Path file = write(model);
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> OnnxRouter.load(file));
    assertTrue(e.getMessage(), e.getMessage().contains(file.toString()));
    for (String part : messageParts) {
      assertTrue(e.getMessage(), e.getMessage().contains(part));
    }
  }

  public void testLoadRefusesOtherInputs() throws IOException {
    OnnxModel otherName =
        new OnnxModel()
            .input("input_ids", FLOAT, "batch", "tokens", DIM)
            .input("attention_mask", INT64, "batch", "tokens")
            .node("Identity", "views", "input_ids")
            .output("views", FLOAT, "batch", "tokens", DIM);
    assertRefused(otherName, "must have the inputs", "input_ids");
    OnnxModel oneInput =
        new OnnxModel()
            .input("token_embeddings", FLOAT, "batch", "tokens", DIM)
            .node("Identity", "views", "token_embeddings")
            .output("views", FLOAT, "batch", "tokens", DIM);
    assertRefused(oneInput, "input [attention_mask] is missing");
    OnnxModel otherType =
        new OnnxModel()
            .input("token_embeddings", DOUBLE, "batch", "tokens", DIM)
            .input("attention_mask", INT64, "batch", "tokens")
            .node("Identity", "views", "token_embeddings")
            .output("views", DOUBLE, "batch", "tokens", DIM);
    assertRefused(otherType, "input [token_embeddings] must be FLOAT, got: DOUBLE");
    OnnxModel otherRank =
        new OnnxModel()
            .input("token_embeddings", FLOAT, "tokens", DIM)
            .input("attention_mask", INT64, "batch", "tokens")
            .node("Identity", "views", "token_embeddings")
            .output("views", FLOAT, "tokens", DIM);
    assertRefused(otherRank, "[token_embeddings] must have shape [batch, tokens, dim]", "[-1, 8]");
    OnnxModel fixedTokens =
        new OnnxModel()
            .input("token_embeddings", FLOAT, "batch", 4, DIM)
            .input("attention_mask", INT64, "batch", "tokens")
            .node("Identity", "views", "token_embeddings")
            .output("views", FLOAT, "batch", 4, DIM);
    assertRefused(fixedTokens, "tokens free", "[-1, 4, 8]");
  }

  public void testLoadRefusesOtherOutputs() throws IOException {
    OnnxModel noOutput =
        inputs(DIM)
            .node("Identity", "something", "token_embeddings")
            .output("something", FLOAT, "batch", "tokens", DIM);
    assertRefused(noOutput, "one of the outputs [router_logits, views]", "[something]");
    OnnxModel otherDimension =
        inputs(DIM)
            .constant("other", new float[3], 1, 1, 3)
            .node("Identity", "views", "other")
            .output("views", FLOAT, 1, 1, 3);
    assertRefused(
        otherDimension, "output [views] must have the dimension of the token vectors, 8", "3");
    OnnxModel otherWeightsRank =
        views(new float[DIM])
            .constant("given_weights", new float[2], 2)
            .node("Identity", "view_weights", "given_weights")
            .output("view_weights", FLOAT, 2);
    assertRefused(otherWeightsRank, "output [view_weights] must have shape [batch, views]", "[2]");
  }

  public void testLoadRefusesOtherFiles() throws IOException {
    Path file = createTempFile("router", ".onnx");
    Files.writeString(file, "this is no model");
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> OnnxRouter.load(file));
    assertTrue(e.getMessage(), e.getMessage().contains(file + "] cannot be loaded"));
    Path missing = createTempDir().resolve("missing.onnx");
    expectThrows(NoSuchFileException.class, () -> OnnxRouter.load(missing));
  }

  public void testDimension() throws IOException {
    try (OnnxRouter free = OnnxRouter.load(write(logits(new float[DIM], "dim")));
        OnnxRouter fixed = OnnxRouter.load(write(logits(new float[DIM], DIM)))) {
      assertEquals(-1, free.dimension());
      assertEquals(DIM, fixed.dimension());
      IllegalArgumentException e =
          expectThrows(
              IllegalArgumentException.class, () -> fixed.route(new float[][] {{1, 2}}, 1));
      assertTrue(e.getMessage(), e.getMessage().contains("expects dimension 8, got: 2"));
      IllegalStateException failed =
          expectThrows(IllegalStateException.class, () -> free.route(new float[][] {{1, 2}}, 1));
      assertTrue(
          failed.getMessage(), failed.getMessage().contains("failed on 1 tokens of dimension 2"));
    }
  }

  public void testEqualsByContent() throws IOException {
    float[] weights = RandomTokens.token(random(), DIM);
    float[] otherWeights = weights.clone();
    otherWeights[3]++;
    try (OnnxRouter one = OnnxRouter.load(write(logits(weights, DIM)));
        OnnxRouter same = OnnxRouter.load(write(logits(weights, DIM)));
        OnnxRouter other = OnnxRouter.load(write(logits(otherWeights, DIM)))) {
      assertEquals(one, same);
      assertEquals(one.hashCode(), same.hashCode());
      assertNotEquals(one, other);
      assertTrue(one.toString(), one.toString().matches("OnnxRouter\\(.*, sha256=[0-9a-f]{8}\\)"));
    }
  }

  public void testUseAfterClose() throws IOException {
    OnnxRouter router = OnnxRouter.load(write(logits(new float[DIM], DIM)));
    router.close();
    router.close();
    expectThrows(AlreadyClosedException.class, () -> router.route(new float[1][DIM], 1));
  }

  /** Threads route while the router is closed: each run ends well or finds it closed. */
  public void testThreadsAndClose() throws Exception {
    float[] weights = RandomTokens.token(random(), DIM);
    int threads = 4;
    ExecutorService executor =
        Executors.newFixedThreadPool(threads, new NamedThreadFactory("onnx-router-test"));
    OnnxRouter router = OnnxRouter.load(write(logits(weights, DIM)));
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        float[][] tokens = RandomTokens.tokens(random(), 1 + random().nextInt(12), DIM);
        boolean untilClosed = thread < threads / 2;
        futures.add(
            executor.submit(
                () -> {
                  for (int run = 0; untilClosed || run < 200; run++) {
                    try {
                      checkLogitViews(router.route(tokens, 3), tokens, weights, 3);
                    } catch (AlreadyClosedException e) {
                      assertTrue(e.getMessage(), e.getMessage().endsWith("is closed"));
                      return null;
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> future : futures.subList(threads / 2, threads)) {
        future.get();
      }
      router.close();
      for (Future<?> future : futures) {
        future.get();
      }
    } finally {
      router.close();
      executor.shutdown();
    }
  }
}
