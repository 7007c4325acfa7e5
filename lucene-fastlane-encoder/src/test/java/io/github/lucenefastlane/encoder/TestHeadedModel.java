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
package io.github.lucenefastlane.encoder;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.lucenefastlane.query.View;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.util.VectorUtil;

/** Models that are a base and a head, and the routers in them. */
public class TestHeadedModel extends EncoderTestCase {

  /** From the tiny base's {@code [id, attention]} to three components. */
  private static final float[] PROJECTION = {1, 0, 2, 0, 1, 1};

  private static final EncoderConfig RAW =
      new EncoderConfig("", "", 16, 16, false, false, false, false, false, false);

  private static final EncoderConfig CONTENT =
      RAW.withDropSpecialTokens(true).withDropQueryPunctuation(true);

  private static TinyModel.Head projecting() {
    return new TinyModel.Head()
        .constant("projection", PROJECTION, 2, 3)
        .node("MatMul", "projected", "last_hidden_state", "projection");
  }

  private static TinyModel.Head vectorsOnly() {
    return projecting()
        .node("Identity", "token_embeddings", "projected")
        .output("token_embeddings", "batch", "tokens", 3);
  }

  private static TinyModel.Head constantViews(float[] views, Object... axes) {
    return vectorsOnly()
        .constant("given_views", views, 1, views.length / 3, 3)
        .node("Identity", "views", "given_views")
        .output("views", axes);
  }

  private static TinyModel.Head logits() {
    return vectorsOnly()
        .constant("thousandth", new float[] {1e-3f, 0}, 2, 1)
        .constant("last", new long[] {2}, 1)
        .node("MatMul", "products", "last_hidden_state", "thousandth")
        .node("Squeeze", "router_logits", "products", "last")
        .output("router_logits", "batch", "tokens");
  }

  private static Path base() throws IOException {
    Path folder = createTempDir("base");
    TinyModel.writeTokenizer(folder);
    Files.write(
        folder.resolve("model.onnx"),
        TinyModel.onnx(TinyModel.Kind.ECHO, "last_hidden_state", "input_ids"));
    return folder;
  }

  private static TokenEncoder encoder(TinyModel.Head head, EncoderConfig config)
      throws IOException {
    return TokenEncoder.builder(base()).head(head.bytes()).config(config).build();
  }

  private static float[] projected(int id) {
    return new float[] {id, 1, 2 * id + 1};
  }

  public void testHeadContinuesTheGraph() throws Exception {
    Path fragment = createTempFile("fragment", ".onnx");
    Files.write(fragment, vectorsOnly().bytes());
    Path base = base();
    try (TokenEncoder encoder = TokenEncoder.builder(base).head(fragment).config(RAW).build()) {
      assertEquals(3, encoder.dimension());
      assertEquals(Optional.of(base.getFileName().toString()), encoder.base());
      assertTrue(
          encoder.name(), encoder.name().matches(base.getFileName() + "\\+head-[0-9a-f]{8}"));
      assertFalse(encoder.hasRouter());
      float[][] vectors = encoder.encodeDocument("hello world").vectors();
      assertArrayEquals(projected(7592), vectors[1], 0f);
      assertArrayEquals(projected(2088), vectors[2], 0f);
    }
    try (TokenEncoder alone = TokenEncoder.builder(base).config(RAW).build()) {
      assertEquals(2, alone.dimension());
      assertEquals(Optional.empty(), alone.base());
    }
  }

  /** Vectors with noise are the views' vectors only if both come from one run. */
  public void testVectorsAndViewsAreOfOneRun() throws Exception {
    TinyModel.Head noisy =
        projecting()
            .node("RandomNormalLike", "noise", "projected")
            .node("Add", "token_embeddings", "projected", "noise")
            .node("Identity", "views", "token_embeddings")
            .output("token_embeddings", "batch", "tokens", 3)
            .output("views", "batch", "tokens", 3);
    try (TokenEncoder encoder = encoder(noisy, RAW)) {
      assertTrue(encoder.hasRouter());
      RoutedQuery query = encoder.encodeRoutedQuery("hello world");
      float[][] vectors = query.tokens().vectors();
      assertNotEquals(encoder.encodeQuery("hello world"), query.tokens());
      List<View> views = query.router().route(vectors, 8);
      assertEquals(4, views.size());
      for (int i = 0; i < 4; i++) {
        assertArrayEquals(vectors[i], views.get(i).vector(), 0f);
        assertEquals(.25f, views.get(i).weight(), 0f);
      }
    }
  }

  public void testViewWeights() throws Exception {
    float[] both = {1, 2, 3, 4, 5, 6};
    TinyModel.Head head =
        constantViews(both, "batch", "slots", "dim")
            .constant("given_weights", new float[] {1, 3}, 1, 2)
            .node("Identity", "view_weights", "given_weights")
            .output("view_weights", "batch", "slots");
    try (TokenEncoder encoder = encoder(head, CONTENT)) {
      RoutedQuery query = encoder.encodeRoutedQuery("hello world");
      assertEquals(encoder.encodeQuery("hello world"), query.tokens());
      List<View> views = query.router().route(query.tokens().vectors(), 2);
      assertArrayEquals(new float[] {4, 5, 6}, views.get(0).vector(), 0f);
      assertEquals(.75f, views.get(0).weight(), 0f);
      assertArrayEquals(new float[] {1, 2, 3}, views.get(1).vector(), 0f);
      assertEquals(query, encoder.encodeRoutedQuery("hello world"));
    }
  }

  /** A dropped token is no view, however high its logit. */
  public void testLogitsOfKeptTokens() throws Exception {
    try (TokenEncoder encoder = encoder(logits(), CONTENT)) {
      RoutedQuery query = encoder.encodeRoutedQuery("the world. hello, hello");
      assertEquals(List.of("the", "world", "hello", "hello"), query.tokens().tokens());
      List<View> views = query.router().route(query.tokens().vectors(), 3);
      double hello = Math.exp(7.592 - 7.592);
      double world = Math.exp(2.088 - 7.592);
      assertArrayEquals(projected(7592), views.get(0).vector(), 0f);
      assertEquals(hello / (2 * hello + world), views.get(0).weight(), 1e-4);
      assertArrayEquals(projected(7592), views.get(1).vector(), 0f);
      assertArrayEquals(projected(2088), views.get(2).vector(), 0f);
      assertEquals(world / (2 * hello + world), views.get(2).weight(), 1e-4);
    }
    // Highest are those of [CLS], [SEP] and the signs.
    TinyModel.Head negated =
        vectorsOnly()
            .constant("thousandth", new float[] {-1e-3f, 0}, 2, 1)
            .constant("last", new long[] {2}, 1)
            .node("MatMul", "products", "last_hidden_state", "thousandth")
            .node("Squeeze", "router_logits", "products", "last")
            .output("router_logits", "batch", "tokens");
    try (TokenEncoder encoder = encoder(negated, CONTENT)) {
      RoutedQuery query = encoder.encodeRoutedQuery("hello, world.");
      List<View> views = query.router().route(query.tokens().vectors(), 1);
      assertArrayEquals(projected(2088), views.get(0).vector(), 0f);
    }
  }

  public void testViewsCountBesideLogits() throws Exception {
    TinyModel.Head head =
        logits()
            .constant("given_views", new float[] {1, 2, 3}, 1, 1, 3)
            .node("Identity", "views", "given_views")
            .output("views", 1, 1, 3);
    try (TokenEncoder encoder = encoder(head, CONTENT)) {
      RoutedQuery query = encoder.encodeRoutedQuery("hello world");
      List<View> views = query.router().route(query.tokens().vectors(), 2);
      assertEquals(1, views.size());
      assertArrayEquals(new float[] {1, 2, 3}, views.get(0).vector(), 0f);
    }
  }

  /** Nothing is left to search, so there is nothing to route. */
  public void testQueryWithoutTokensHasNoRouter() throws Exception {
    try (TokenEncoder encoder = encoder(logits(), CONTENT)) {
      for (String text : List.of("", " ", "...?!", "[SEP]")) {
        RoutedQuery query = encoder.encodeRoutedQuery(text);
        assertEquals(0, query.tokens().size());
        assertNull(query.router());
        assertEquals(encoder.encodeQuery(text), query.tokens());
      }
      TokenVectors tokens = encoder.encodeQuery("hello");
      expectThrows(IllegalArgumentException.class, () -> new RoutedQuery(tokens, null));
    }
  }

  public void testModelWithoutRouter() throws Exception {
    try (TokenEncoder encoder = encoder(vectorsOnly(), RAW)) {
      IllegalStateException e =
          expectThrows(IllegalStateException.class, () -> encoder.encodeRoutedQuery("hello"));
      assertEquals(
          "model "
              + encoder.name()
              + " has no router: its ONNX file gives neither views nor router_logits",
          e.getMessage());
      expectThrows(IllegalArgumentException.class, () -> encoder.encodeRoutedQuery(null));
    }
  }

  public void testClosed() throws Exception {
    TokenEncoder encoder = encoder(logits(), RAW);
    encoder.close();
    expectThrows(AlreadyClosedException.class, () -> encoder.encodeRoutedQuery("hello"));
  }

  public void testRoutersThatAreRefused() throws Exception {
    assertRefused(
        "output [views] must have the dimension of the token vectors, 3, got: 2",
        vectorsOnly()
            .constant("given_views", new float[2], 1, 1, 2)
            .node("Identity", "views", "given_views")
            .output("views", 1, 1, 2));
    assertRefused(
        "output [views] must have shape [batch, views, dim]",
        vectorsOnly()
            .constant("given_views", new float[3], 1, 3)
            .node("Identity", "views", "given_views")
            .output("views", 1, 3));
    assertRefused(
        "output [router_logits] must have shape [batch, tokens]",
        vectorsOnly()
            .node("Identity", "router_logits", "projected")
            .output("router_logits", "batch", "tokens", 3));
    assertRefused(
        "output [view_weights] must have shape [batch, views]",
        constantViews(new float[3], 1, 1, 3)
            .constant("given_weights", new float[1], 1)
            .node("Identity", "view_weights", "given_weights")
            .output("view_weights", 1));
    assertRefused(
        "ONNX Runtime cannot open model",
        new TinyModel.Head().node("Identity", "views", "no_such_value").output("views", 1, 1, 3));
    // What the file leaves open is told by a first query.
    IllegalStateException e =
        expectThrows(
            IllegalStateException.class,
            () ->
                encoder(
                    constantViews(new float[6], "b", "v", "d")
                        .constant("given_weights", new float[3], 1, 3)
                        .node("Identity", "view_weights", "given_weights")
                        .output("view_weights", "b", "w"),
                    RAW));
    assertTrue(
        e.getMessage(),
        e.getMessage().contains("view_weights must have shape [1, 2], got: [1, 3]"));
  }

  private static void assertRefused(String message, TinyModel.Head head) {
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> encoder(head, RAW));
    assertTrue(e.getMessage(), e.getMessage().contains(message));
  }

  public void testViewsThatAreNotFinite() throws Exception {
    try (TokenEncoder encoder =
        encoder(constantViews(new float[] {1, Float.NaN, 0}, 1, 1, 3), RAW)) {
      IllegalStateException e =
          expectThrows(IllegalStateException.class, () -> encoder.encodeRoutedQuery("hello"));
      assertEquals("model " + encoder.name() + ": views must be finite, got: NaN", e.getMessage());
    }
  }

  /** The router in the file saw the vectors before a layer that is applied after it. */
  public void testLinearLayerAfterARouterIsRefused() throws Exception {
    Path folder = base();
    Path layer = Files.createDirectory(folder.resolve("1_Dense"));
    String header =
        "{\"linear.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}";
    byte[] file = new byte[8 + header.length() + 24];
    file[0] = (byte) header.length();
    System.arraycopy(header.getBytes(StandardCharsets.US_ASCII), 0, file, 8, header.length());
    Files.write(layer.resolve("model.safetensors"), file);
    IllegalArgumentException e =
        expectThrows(
            IllegalArgumentException.class,
            () -> TokenEncoder.builder(folder).head(logits().bytes()).config(RAW).build());
    assertTrue(
        e.getMessage(),
        e.getMessage()
            .contains("has the router outputs [router_logits] and a linear layer in a file"));
    // Without router outputs the layer is applied.
    try (TokenEncoder encoder =
        TokenEncoder.builder(folder).head(vectorsOnly().bytes()).config(RAW).build()) {
      assertEquals(2, encoder.dimension());
    }
  }

  /** Vectors of MiniLM's first two components, and a view of the others. */
  private static byte[] miniLmHead() {
    float[] projection = new float[384 * 2];
    projection[0] = 1;
    projection[3] = 1;
    return new TinyModel.Head()
        .constant("projection", projection, 384, 2)
        .constant("given_views", new float[] {.6f, .8f}, 1, 1, 2)
        .node("MatMul", "token_embeddings", "last_hidden_state", "projection")
        .node("Identity", "views", "given_views")
        .output("token_embeddings", "batch", "tokens", 2)
        .output("views", 1, 1, 2)
        .bytes();
  }

  private static void assertHeadOfMiniLm(TokenEncoder encoder) throws IOException {
    assertEquals(Optional.of("all-MiniLM-L6-v2"), encoder.base());
    assertEquals(2, encoder.dimension());
    assertEquals(9, encoder.config().queryLength());
    try (TokenEncoder plain = TokenEncoder.loadMiniLm()) {
      assertEquals("all-MiniLM-L6-v2", plain.name());
      assertFalse(plain.hasRouter());
      String text = "The same weights, continued.";
      RoutedQuery query = encoder.encodeRoutedQuery(text);
      TokenVectors whole = plain.encodeQuery(text);
      assertEquals(whole.tokens(), query.tokens().tokens());
      for (int i = 0; i < whole.size(); i++) {
        float[] expected = {whole.vectors()[i][0], whole.vectors()[i][1]};
        VectorUtil.l2normalize(expected);
        assertArrayEquals(expected, query.tokens().vectors()[i], 1e-4f);
      }
      View view = query.router().route(query.tokens().vectors(), 3).get(0);
      assertArrayEquals(new float[] {.6f, .8f}, view.vector(), 0f);
    }
  }

  public void testFolderWithAHead() throws Exception {
    Path folder = createTempDir("head");
    Files.write(folder.resolve("head.onnx"), miniLmHead());
    TinyModel.writeTokenizer(folder); // does not make it a whole model
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> TokenEncoder.load(folder));
    assertTrue(
        e.getMessage(), e.getMessage().contains("head.onnx, whose base must be named in fastlane"));
    Path json = folder.resolve("fastlane.json");
    Files.writeString(json, "{\"base\": \"no such model\"}");
    e = expectThrows(IllegalArgumentException.class, () -> TokenEncoder.load(folder));
    assertTrue(
        e.getMessage(),
        e.getMessage().endsWith("base must be one of [all-MiniLM-L6-v2], got no such model"));
    Files.delete(folder.resolve("tokenizer.json"));
    Files.writeString(
        json, "{\"base\": \"all-MiniLM-L6-v2\", \"about\": {\"license\": \"Apache-2.0\"}}");
    EncoderConfig.read(folder).withQueryLength(9).write(folder);
    JsonObject written = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    assertEquals("all-MiniLM-L6-v2", written.get("base").getAsString());
    assertEquals("{\"license\":\"Apache-2.0\"}", written.get("about").toString());
    try (TokenEncoder encoder = TokenEncoder.load(folder)) {
      assertEquals(folder.getFileName().toString(), encoder.name());
      assertHeadOfMiniLm(encoder);
    }
    e =
        expectThrows(
            IllegalArgumentException.class,
            () -> TokenEncoder.builder(folder).head(miniLmHead()).build());
    assertTrue(e.getMessage(), e.getMessage().endsWith(" has a head already"));
    Files.delete(folder.resolve("head.onnx"));
    e = expectThrows(IllegalArgumentException.class, () -> TokenEncoder.load(folder));
    assertTrue(e.getMessage(), e.getMessage().contains("and has no head.onnx"));
    Files.writeString(json, "{\"about\": 3}");
    e = expectThrows(IllegalArgumentException.class, () -> EncoderConfig.read(folder));
    assertTrue(e.getMessage(), e.getMessage().contains("about must be an object, got 3"));
  }

  public void testDefaultModelTakesAHeadThatShips() throws Exception {
    byte[] head = miniLmHead();
    byte[] json =
        "{\"base\": \"all-MiniLM-L6-v2\", \"query_length\": 9}".getBytes(StandardCharsets.UTF_8);
    ModelFiles files = find(Map.of("head.onnx", head, "fastlane.json", json));
    try (TokenEncoder encoder = TokenEncoder.builder(files).build()) {
      assertTrue(encoder.name(), encoder.name().startsWith("all-MiniLM-L6-v2+head-"));
      assertHeadOfMiniLm(encoder);
    }
    assertEquals(ResourceModel.miniLm(), find(Map.of()));
    try (TokenEncoder encoder = TokenEncoder.loadDefault()) {
      assertEquals(DefaultModel.find().name(), encoder.name());
    }
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> find(Map.of("head.onnx", head)));
    assertTrue(e.getMessage(), e.getMessage().contains("fastlane.json, which head.onnx needs"));
    byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
    e =
        expectThrows(
            IllegalArgumentException.class,
            () -> find(Map.of("head.onnx", head, "fastlane.json", empty)));
    assertTrue(e.getMessage(), e.getMessage().endsWith("must name the base of the head"));
  }

  private static ModelFiles find(Map<String, byte[]> resources) throws IOException {
    return DefaultModel.find(
        name -> resources.containsKey(name) ? new ByteArrayInputStream(resources.get(name)) : null);
  }

  public void testConfigIsAdjusted() throws Exception {
    Path folder = base();
    RAW.withQueryLength(11).write(folder);
    try (TokenEncoder stated =
            TokenEncoder.builder(folder).adjustConfig(c -> c.withDocumentLength(12)).build();
        TokenEncoder given =
            TokenEncoder.builder(folder)
                .adjustConfig(c -> c.withDocumentLength(12))
                .config(RAW)
                .build()) {
      assertEquals(RAW.withQueryLength(11).withDocumentLength(12), stated.config());
      assertEquals(RAW.withDocumentLength(12), given.config());
    }
  }
}
