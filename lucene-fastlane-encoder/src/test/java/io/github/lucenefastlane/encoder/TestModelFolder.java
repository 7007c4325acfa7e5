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

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

/** Models in folders, most of them so small that their output shows what they were given. */
public class TestModelFolder extends EncoderTestCase {
  private static final int CLS = 101;
  private static final int SEP = 102;
  private static final int MASK = 103;

  /** Everything that the model gives, as it gives it. */
  private static final EncoderConfig RAW =
      new EncoderConfig("", "", 16, 16, false, false, false, false, false, false);

  public void testFolderEqualsResource() throws Exception {
    Path folder = createTempDir("all-minilm");
    ResourceModel resource = ResourceModel.miniLm();
    copy(resource.onnxResource(), folder.resolve("some-name.onnx"));
    copy(resource.tokenizerResource(), folder.resolve("tokenizer.json"));
    try (TokenEncoder fromFolder = TokenEncoder.load(folder);
        TokenEncoder fromResource = TokenEncoder.loadMiniLm();
        TokenEncoder fromNames =
            TokenEncoder.builder(
                    "named",
                    getClass().getClassLoader(),
                    resource.onnxResource(),
                    resource.tokenizerResource())
                .build()) {
      assertEquals(folder.getFileName().toString(), fromFolder.name());
      assertEquals("named", fromNames.name());
      assertEquals(fromResource.config(), fromFolder.config());
      String text = "The same weights give the same vectors, wherever they come from.";
      assertSame(fromResource.encodeDocument(text), fromFolder.encodeDocument(text));
      assertSame(fromResource.encodeDocument(text), fromNames.encodeDocument(text));
    }
    for (TokenEncoder.Builder builder :
        List.of(TokenEncoder.builder(folder), TokenEncoder.miniLmBuilder())) {
      try (InputStream onnx = builder.openOnnx();
          InputStream tokenizer = builder.openTokenizer()) {
        assertArrayEquals(
            Files.readAllBytes(folder.resolve("some-name.onnx")), onnx.readAllBytes());
        assertArrayEquals(
            Files.readAllBytes(folder.resolve("tokenizer.json")), tokenizer.readAllBytes());
      }
    }
  }

  private static void copy(String resource, Path to) throws IOException {
    try (InputStream in = TestModelFolder.class.getClassLoader().getResourceAsStream(resource)) {
      Files.copy(in, to);
    }
  }

  public void testModelIsGivenFrameAndText() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(RAW).build()) {
      assertEquals(2, encoder.dimension());
      TokenVectors vectors = encoder.encodeDocument("hello world.");
      assertArrayEquals(new int[] {CLS, 7592, 2088, 1012, SEP}, ids(vectors));
      assertArrayEquals(new int[] {1, 1, 1, 1, 1}, attentions(vectors));
      assertEquals(List.of("[CLS]", "hello", "world", ".", "[SEP]"), vectors.tokens());
      assertArrayEquals(new int[] {0, 0, 6, 11, 12}, vectors.starts());
      assertArrayEquals(new int[] {0, 5, 11, 12, 12}, vectors.ends());
      // Special tokens are no reason to keep a text of nothing.
      assertEquals(0, encoder.encodeDocument("").size());
    }
  }

  public void testOrderIsKept() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    String[] words = {"hello", "world", "the", "a"};
    int[] ids = {7592, 2088, 1996, 1037};
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(RAW).build()) {
      int[][] expected = new int[atLeast(300)][];
      String[] texts = new String[expected.length];
      for (int i = 0; i < texts.length; i++) {
        int[] chosen = random().ints(random().nextInt(14), 0, words.length).toArray();
        StringBuilder text = new StringBuilder();
        expected[i] = new int[chosen.length == 0 ? 0 : chosen.length + 2];
        for (int w = 0; w < chosen.length; w++) {
          text.append(words[chosen[w]]).append(' ');
          expected[i][w + 1] = ids[chosen[w]];
        }
        if (chosen.length > 0) {
          expected[i][0] = CLS;
          expected[i][chosen.length + 1] = SEP;
        }
        texts[i] = text.toString();
      }
      List<TokenVectors> all = encoder.encodeDocuments(Arrays.asList(texts), EncodingProgress.NONE);
      for (int i = 0; i < texts.length; i++) {
        assertArrayEquals(expected[i], ids(all.get(i)));
      }
    }
  }

  public void testBatchesAreBounded() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    EncoderConfig config = RAW.withDocumentLength(EncoderConfig.MAX_LENGTH);
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(config).build()) {
      int length = 1 + random().nextInt(2 * TokenEncoder.BATCH_TOKENS);
      int perBatch = Math.max(1, TokenEncoder.BATCH_TOKENS / (length + 2));
      int texts = 1 + random().nextInt(4 * perBatch);
      int[] calls = {0};
      encoder.encodeDocuments(
          Collections.nCopies(texts, "the ".repeat(length)),
          (done, total, tokens) -> {
            calls[0]++;
            assertEquals(Math.min(texts, calls[0] * perBatch), done);
            assertEquals((long) done * (length + 2), tokens);
          });
      assertEquals((texts + perBatch - 1) / perBatch, calls[0]);
    }
  }

  /** Int8 models scale a batch by its largest value; their texts must not run together. */
  public void testModelThatMixesABatchRunsSingleTexts() throws Exception {
    Path folder = createTempDir();
    TinyModel.writeTokenizer(folder);
    Files.write(
        folder.resolve("model.onnx"),
        TinyModel.onnx(TinyModel.Kind.SHARED_RANGE, "token_embeddings", "input_ids"));
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(RAW).build()) {
      List<String> texts = List.of("hello", "world", "", "the", "");
      List<Integer> calls = new ArrayList<>();
      List<TokenVectors> together =
          encoder.encodeDocuments(texts, (done, total, tokens) -> calls.add(done));
      assertEquals(List.of(1, 2, 3, 5), calls); // texts without vectors need no model
      for (int i = 0; i < texts.size(); i++) {
        assertEquals(encoder.encodeDocument(texts.get(i)), together.get(i));
      }
    }
  }

  /** Some exports fix the batch to the one text that they were traced with. */
  public void testModelOfSingleTexts() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    writeModel(folder, 1, "tokens");
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(RAW).build()) {
      List<Integer> calls = new ArrayList<>();
      List<TokenVectors> texts =
          encoder.encodeDocuments(
              List.of("hello", "world", "hello"), (done, total, tokens) -> calls.add(done));
      assertEquals(List.of(1, 2, 3), calls);
      assertArrayEquals(new int[] {CLS, 7592, SEP}, ids(texts.get(0)));
      assertArrayEquals(new int[] {CLS, 2088, SEP}, ids(texts.get(1)));
      assertArrayEquals(new int[] {CLS, 7592, SEP}, ids(texts.get(2)));
    }
  }

  public void testModelsOfOneShapeAreRefused() throws Exception {
    Path folder = TinyModel.write(createTempDir("fixed"));
    String refusal =
        "model "
            + folder.getFileName()
            + ": input input_ids must have shape [batch, tokens] with batch free or 1 and tokens"
            + " free (-1), it has ";
    writeModel(folder, "batch", 16);
    assertRefused(refusal + "[-1, 16]", folder);
    writeModel(folder, 1, 16);
    assertRefused(refusal + "[1, 16]", folder);
    writeModel(folder, 2, "tokens");
    assertRefused(refusal + "[2, -1]", folder);
  }

  private static void writeModel(Path folder, Object... inputAxes) throws IOException {
    Files.write(
        folder.resolve("model.onnx"),
        TinyModel.onnx(TinyModel.Kind.ECHO, "token_embeddings", "input_ids", inputAxes));
  }

  public void testPunctuationOfQueriesAndDocuments() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    boolean queries = random().nextBoolean();
    EncoderConfig config =
        RAW.withDropSpecialTokens(true)
            .withDropQueryPunctuation(queries)
            .withDropDocumentPunctuation(queries == false);
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(config).build()) {
      int[] with = {7592, 1010, 2088, 999};
      int[] without = {7592, 2088};
      assertArrayEquals(queries ? without : with, ids(encoder.encodeQuery("hello, world!")));
      assertArrayEquals(queries ? with : without, ids(encoder.encodeDocument("hello, world!")));
      assertEquals(queries ? 0 : 3, encoder.encodeQuery("...").size());
    }
  }

  public void testPrefixThatIsOneTokenFollowsTheLeadingToken() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    TinyModel.addToken(folder, "[Q] ", 30522);
    EncoderConfig config = RAW.withQueryPrefix("[Q] ").withDocumentPrefix("[unused1]");
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(config).build()) {
      assertArrayEquals(new int[] {CLS, 30522, 7592, SEP}, ids(encoder.encodeQuery("hello")));
      TokenVectors document = encoder.encodeDocument("hello");
      assertArrayEquals(new int[] {CLS, 2, 7592, SEP}, ids(document));
      assertEquals("[unused1]", document.tokens().get(1));
      assertArrayEquals(new int[] {0, 0, 0, 5}, document.starts());
      assertArrayEquals(new int[] {0, 0, 5, 5}, document.ends());
    }
  }

  public void testPrefixOfSeveralTokens() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    EncoderConfig config = RAW.withDocumentPrefix("passage: ");
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(config).build()) {
      assertArrayEquals(
          new int[] {CLS, 6019, 1024, 7592, SEP}, ids(encoder.encodeDocument("hello")));
      TokenVectors cut = encoder.encodeDocument("hello ".repeat(20));
      assertEquals(16, cut.size());
      assertEquals(20 - 12, cut.truncatedTokens());
    }
    try (TokenEncoder encoder =
        TokenEncoder.builder(folder).config(config.withDropSpecialTokens(true)).build()) {
      assertArrayEquals(new int[] {7592}, ids(encoder.encodeDocument("hello")));
    }
  }

  /** What a graph can tell from ids is what the encoder keeps. */
  public void testContentIdsAreWhatIsKept() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    EncoderConfig all = RAW.withQueryLength(512);
    EncoderConfig config =
        all.withDropSpecialTokens(random().nextBoolean())
            .withDropQueryPunctuation(random().nextBoolean());
    try (TokenEncoder everything = TokenEncoder.builder(folder).config(all).build();
        TokenEncoder encoder = TokenEncoder.builder(folder).config(config).build()) {
      assertEquals(30522, encoder.vocabularySize());
      BitSet content = encoder.queryContentIds();
      assertTrue(content.length() <= encoder.vocabularySize());
      assertEquals(config.dropSpecialTokens(), content.get(SEP) == false);
      assertEquals(config.dropQueryPunctuation(), content.get(1010) == false); // the comma
      List<String> texts =
          new ArrayList<>(
              List.of(
                  "[SEP] Yes; \u201cno\u201d \u2014 $5 [MASK] (maybe)... [CLS]",
                  "a \u2260 b \u203d \ud83d\ude00 [UNK] \u2047 isn't",
                  "tabs\tand\nlines\u0000and nothing"));
      for (int i = atLeast(100); i > 0; i--) {
        texts.add(
            random().nextBoolean()
                ? TestUtil.randomUnicodeString(random(), 30)
                : TestUtil.randomRealisticUnicodeString(random(), 1, 30));
      }
      for (String text : texts) {
        int[] expected =
            Arrays.stream(ids(everything.encodeQuery(text))).filter(content::get).toArray();
        int[] kept = ids(encoder.encodeQuery(text));
        // With special tokens a text of nothing but punctuation keeps none of them either.
        if (kept.length > 0 || config.dropSpecialTokens()) {
          assertArrayEquals(text, expected, kept);
        } else {
          assertTrue(text, expected.length == 0 || expected.length == 2);
        }
      }
    }
  }

  /** A token that begins with a space, or is one, is punctuation by what it spells. */
  public void testContentIdsOfByteLevelTokens() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    Files.writeString(
        folder.resolve("tokenizer.json"),
        """
        {"version": "1.0", "added_tokens": [],
         "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false},
         "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false},
         "model": {"type": "BPE", "unk_token": null, "merges": ["\u0120 a", "\u0120 ."],
           "vocab": {"a": 0, ".": 1, "\u0120": 2, "\u0120a": 3, "\u0120.": 4}}}
        """);
    EncoderConfig config = RAW.withDropQueryPunctuation(true);
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(config).build()) {
      assertEquals(5, encoder.vocabularySize());
      assertEquals("{0, 3}", encoder.queryContentIds().toString());
      assertArrayEquals(new int[] {0, 3, 0}, ids(encoder.encodeQuery("a . a. .a ")));
    }
  }

  public void testContentIdsThatDependOnThePlace() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    EncoderConfig dropping = RAW.withDropSpecialTokens(true);
    EncoderConfig words = dropping.withQueryPrefix("search: ");
    assertPlaceMatters("search is dropped around a text and kept in it", folder, words);
    EncoderConfig masks = dropping.withQueryExpansion(true);
    assertPlaceMatters("[MASK] is kept around a text and dropped in it", folder, masks);
    EncoderConfig colbert = RAW.withQueryPrefix("[unused0]").withQueryExpansion(true);
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(colbert).build()) {
      assertEquals(encoder.vocabularySize(), encoder.queryContentIds().cardinality());
    }
  }

  private static void assertPlaceMatters(String message, Path folder, EncoderConfig config)
      throws IOException {
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(config).build()) {
      IllegalStateException e = expectThrows(IllegalStateException.class, encoder::queryContentIds);
      assertEquals("ids alone do not tell which tokens are kept: " + message, e.getMessage());
    }
  }

  public void testExpansion() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    EncoderConfig config = RAW.withQueryExpansion(true).withQueryLength(6);
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(config).build()) {
      TokenVectors vectors = encoder.encodeQuery("hello");
      assertArrayEquals(new int[] {CLS, 7592, SEP, MASK, MASK, MASK}, ids(vectors));
      assertArrayEquals(new int[] {1, 1, 1, 0, 0, 0}, attentions(vectors));
      assertArrayEquals(new int[] {0, 5, 5, 5, 5, 5}, vectors.ends());
      // A query as long as allowed, or longer, has no room for masks.
      vectors = encoder.encodeQuery("hello hello hello hello hello");
      assertArrayEquals(new int[] {CLS, 7592, 7592, 7592, 7592, SEP}, ids(vectors));
      assertEquals(1, vectors.truncatedTokens());
    }
    config = config.withAttendToExpansion(true).withDropSpecialTokens(true);
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(config).build()) {
      TokenVectors vectors = encoder.encodeQuery("hello");
      assertArrayEquals(new int[] {7592, MASK, MASK, MASK}, ids(vectors));
      assertArrayEquals(new int[] {1, 1, 1, 1}, attentions(vectors));
    }
  }

  public void testMaskTokenOfTheTokenizerConfig() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    EncoderConfig config = RAW.withQueryExpansion(true).withQueryLength(4);
    for (String json :
        List.of("{\"mask_token\": \"[PAD]\"}", "{\"mask_token\": {\"content\": \"[PAD]\"}}")) {
      Files.writeString(folder.resolve("tokenizer_config.json"), json);
      try (TokenEncoder encoder = TokenEncoder.builder(folder).config(config).build()) {
        assertArrayEquals(new int[] {CLS, 7592, SEP, 0}, ids(encoder.encodeQuery("hello")));
      }
    }
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"mask_token\": \"[none]\"}");
    IllegalArgumentException e =
        expectThrows(
            IllegalArgumentException.class,
            () -> TokenEncoder.builder(folder).config(config).build());
    assertTrue(e.getMessage(), e.getMessage().contains("queryExpansion needs a mask token"));
  }

  public void testNormalization() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    try (TokenEncoder encoder =
        TokenEncoder.builder(folder).config(RAW.withNormalize(true)).build()) {
      for (float[] vector : encoder.encodeDocument("hello world").vectors()) {
        assertEquals(1, VectorUtil.dotProduct(vector, vector), 1e-6);
        assertTrue(vector[0] > vector[1]);
      }
    }
  }

  public void testModelsThatGiveNoDirectionAreNamed() throws Exception {
    Path folder = createTempDir("broken");
    TinyModel.writeTokenizer(folder);
    Path model = folder.resolve("model.onnx");
    String name = folder.getFileName().toString();
    Files.write(model, TinyModel.onnx(TinyModel.Kind.NAN, "token_embeddings", "input_ids"));
    for (EncoderConfig config : List.of(RAW, RAW.withNormalize(true))) {
      try (TokenEncoder encoder = TokenEncoder.builder(folder).config(config).build()) {
        IllegalStateException e =
            expectThrows(IllegalStateException.class, () -> encoder.encodeQuery("hello"));
        assertEquals(
            "model " + name + " gave a vector with a NaN or infinite component for token [CLS]",
            e.getMessage());
      }
    }
    Files.write(model, TinyModel.onnx(TinyModel.Kind.ZERO, "token_embeddings", "input_ids"));
    try (TokenEncoder encoder =
        TokenEncoder.builder(folder).config(RAW.withNormalize(true)).build()) {
      IllegalStateException e =
          expectThrows(IllegalStateException.class, () -> encoder.encodeQuery("hello"));
      assertTrue(e.getMessage(), e.getMessage().contains(name + " gave a zero vector for token"));
    }
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(RAW).build()) {
      assertArrayEquals(new int[] {0, 0, 0}, ids(encoder.encodeQuery("hello")));
    }
  }

  public void testOutputNames() throws Exception {
    Path folder = createTempDir();
    TinyModel.writeTokenizer(folder);
    for (String output : List.of("last_hidden_state", "token_embeddings", "1234")) {
      Files.write(
          folder.resolve("model.onnx"), TinyModel.onnx(TinyModel.Kind.ECHO, output, "input_ids"));
      try (TokenEncoder encoder = TokenEncoder.load(folder)) {
        assertEquals(2, encoder.dimension());
      }
    }
  }

  public void testFoldersThatAreNoModels() throws Exception {
    Path folder = createTempDir();
    assertRefused("modelFolder is not a folder", folder.resolve("none"));
    assertRefused("modelFolder has no tokenizer.json", folder);
    TinyModel.writeTokenizer(folder);
    assertRefused("exactly one *.onnx file, found []", folder);
    byte[] onnx = TinyModel.onnx(TinyModel.Kind.ECHO, "token_embeddings", "input_ids");
    Files.write(folder.resolve("b.onnx"), onnx);
    Files.write(folder.resolve("c.onnx"), onnx);
    assertRefused("exactly one *.onnx file, found [", folder);
    Files.createDirectory(folder.resolve("onnx"));
    Files.write(folder.resolve("onnx/model.onnx"), onnx);
    TokenEncoder.load(folder).close();
    Path model = folder.resolve("model.onnx"); // is preferred
    Files.writeString(model, "not a model");
    assertRefused("ONNX Runtime cannot open model", folder);
    Files.write(model, TinyModel.onnx(TinyModel.Kind.ECHO, "token_embeddings", "pixels"));
    assertRefused("must have an input input_ids, it has [pixels, attention_mask]", folder);
    Files.delete(model);
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    assertRefused("tokenizer.json of model", folder);
    Files.writeString(folder.resolve("tokenizer.json"), "[");
    assertRefused("tokenizer.json of model", folder);
    // Can be opened, but knows no letter and nothing to put in its place.
    Files.writeString(
        folder.resolve("tokenizer.json"),
        "{\"version\": \"1.0\", \"added_tokens\": [], \"model\": {\"type\": \"WordLevel\","
            + " \"vocab\": {\"word\": 0}, \"unk_token\": \"[UNK]\"}}");
    assertRefused("cannot be used: WordLevel error", folder);
  }

  public void testIdsOfTokensAreBounded() throws Exception {
    Path folder = TinyModel.write(createTempDir("huge"));
    int id = TestUtil.nextInt(random(), 1 << 22, Integer.MAX_VALUE);
    TinyModel.addToken(folder, "[far]", id);
    assertRefused(
        "tokenizer.json of model "
            + folder.getFileName()
            + " cannot be used: the id of token [far] must be at most 4194303, got "
            + id,
        folder);
  }

  private static void assertRefused(String message, Path folder) {
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> TokenEncoder.load(folder));
    assertTrue(e.getMessage(), e.getMessage().contains(message));
  }

  public void testProjection() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    Path layer = Files.createDirectory(folder.resolve("1_Dense"));
    // Three outputs from [id, attention]: id + attention, id / 2, 4 - attention.
    float[] weight = {1, 1, 0.5f, 0, 0, -1};
    float[] bias = {0, 0, 4};
    String type = List.of("F32", "F16", "BF16").get(random().nextInt(3));
    writeSafetensors(layer.resolve("model.safetensors"), type, weight, 3, 2, bias);
    Files.writeString(
        layer.resolve("config.json"),
        "{\"in_features\": 2, \"activation_function\": \"torch.nn.modules.linear.Identity\"}");
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(RAW).build()) {
      assertEquals(3, encoder.dimension());
      float[][] vectors = encoder.encodeDocument("hello").vectors();
      assertArrayEquals(new float[] {7593, 3796, 3}, vectors[1], 0);
    }
    try (TokenEncoder encoder =
        TokenEncoder.builder(folder).config(RAW.withNormalize(true)).build()) {
      float[] vector = encoder.encodeDocument("hello").vectors()[1];
      assertEquals(1, VectorUtil.dotProduct(vector, vector), 1e-6);
    }
    // A layer whose output the model already has is inside the model.
    writeSafetensors(layer.resolve("model.safetensors"), type, new float[10], 2, 5, null);
    try (TokenEncoder encoder = TokenEncoder.builder(folder).config(RAW).build()) {
      assertArrayEquals(new int[] {CLS, 7592, SEP}, ids(encoder.encodeDocument("hello")));
    }
  }

  public void testProjectionsThatAreRefused() throws Exception {
    Path folder = TinyModel.write(createTempDir());
    Path layer = Files.createDirectory(folder.resolve("1_Dense"));
    Path file = layer.resolve("model.safetensors");
    assertRefused("the linear layer in " + layer + " has no model.safetensors", folder);
    writeSafetensors(file, "F32", new float[12], 3, 4, null);
    assertRefused("must take the model's dimension 2, it takes 4", folder);
    writeSafetensors(file, "F32", new float[6], 3, 2, new float[2]);
    assertRefused("linear.bias must have 3 values, got 2", folder);
    writeSafetensors(file, "I32", new float[6], 3, 2, null);
    assertRefused("dtype must be F32, F16 or BF16, got I32", folder);
    writeSafetensors(file, "F32", new float[5], 3, 2, null);
    assertRefused("data_offsets must span 24 bytes, got [0, 20]", folder);
    writeSafetensors(file, "F32", new float[6], 3, Integer.MAX_VALUE, null);
    assertRefused("shape must be of at most", folder);
    Files.write(file, new byte[] {-1, -1, -1, -1, -1, -1, -1, 127});
    assertRefused("header length must be in", folder);
    Files.write(file, new byte[5]);
    expectThrows(EOFException.class, () -> TokenEncoder.load(folder));
    writeSafetensors(file, "F32", new float[6], 3, 2, null);
    Files.writeString(layer.resolve("config.json"), "{\"activation_function\": \"Tanh\"}");
    assertRefused("activation_function must be Identity, got Tanh", folder);
    Files.createDirectory(folder.resolve("2_Dense"));
    assertRefused("more than one linear layer", folder);
  }

  private static void writeSafetensors(
      Path file, String type, float[] weight, int rows, int columns, float[] bias)
      throws IOException {
    int width = type.endsWith("32") ? 4 : 2;
    int end = weight.length * width;
    String header =
        "{\"linear.weight\":"
            + tensor(type, rows + "," + columns, 0, end)
            + (bias == null
                ? ""
                : ",\"linear.bias\":"
                    + tensor(type, "" + bias.length, end, end + bias.length * width))
            + "}";
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    int values = weight.length + (bias == null ? 0 : bias.length);
    ByteBuffer out =
        ByteBuffer.allocate(8 + json.length + values * width).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(json.length).put(json);
    for (float[] part : new float[][] {weight, bias == null ? new float[0] : bias}) {
      for (float value : part) {
        switch (type) {
          case "F16" -> out.putShort(Float.floatToFloat16(value));
          case "BF16" -> out.putShort((short) (Float.floatToIntBits(value) >>> 16));
          default -> out.putFloat(value);
        }
      }
    }
    Files.write(file, out.array());
  }

  private static String tensor(String type, String shape, int from, int to) {
    return "{\"dtype\":\""
        + type
        + "\",\"shape\":["
        + shape
        + "],\"data_offsets\":["
        + from
        + ","
        + to
        + "]}";
  }
}
