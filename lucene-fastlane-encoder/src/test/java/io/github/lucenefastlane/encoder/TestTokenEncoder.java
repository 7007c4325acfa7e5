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

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.NamedThreadFactory;
import org.apache.lucene.util.VectorUtil;
import org.junit.AfterClass;
import org.junit.BeforeClass;

/** The published MiniLM, as applications meet it. */
public class TestTokenEncoder extends EncoderTestCase {
  private static TokenEncoder encoder;

  @BeforeClass
  public static void load() throws Exception {
    encoder = TokenEncoder.loadMiniLm();
  }

  @AfterClass
  public static void close() throws Exception {
    encoder.close();
    encoder = null;
  }

  public void testDescribesItself() {
    assertEquals("all-MiniLM-L6-v2", encoder.name());
    assertEquals(384, encoder.dimension());
    assertEquals(EncoderConfig.DEFAULT, encoder.config());
    assertTrue(encoder.toString(), encoder.toString().contains("all-MiniLM-L6-v2"));
  }

  /** The vector that the model's card gives for this sentence, by mean pooling of all tokens. */
  public void testKnownVector() throws Exception {
    EncoderConfig everything =
        EncoderConfig.DEFAULT
            .withDropSpecialTokens(false)
            .withDropDocumentPunctuation(false)
            .withNormalize(false);
    try (TokenEncoder raw = TokenEncoder.miniLmBuilder().config(everything).build()) {
      TokenVectors vectors = raw.encodeDocument("This is an example sentence");
      assertEquals(
          List.of("[CLS]", "this", "is", "an", "example", "sentence", "[SEP]"), vectors.tokens());
      float[] mean = new float[raw.dimension()];
      for (float[] vector : vectors.vectors()) {
        for (int i = 0; i < mean.length; i++) {
          mean[i] += vector[i];
        }
      }
      VectorUtil.l2normalize(mean);
      assertEquals(0.0676569f, mean[0], 1e-4f);
      assertEquals(0.0634959f, mean[1], 1e-4f);
      assertEquals(0.0487131f, mean[2], 1e-4f);
      assertEquals(0.0793049f, mean[3], 1e-4f);
    }
  }

  public void testRelatedTextsAreNearer() {
    TokenVectors query = encoder.encodeQuery("How do plants make food from sunlight?");
    TokenVectors related =
        encoder.encodeDocument("Photosynthesis turns light, water and carbon dioxide into sugar.");
    TokenVectors unrelated =
        encoder.encodeDocument("The committee postponed the vote on the new railway line.");
    assertTrue(maxSim(query, related) > maxSim(query, unrelated) + 0.1 * query.size());
    float[] bankOfRiver = vectorOf("we sat on the bank of the river", "bank");
    float[] bankOfMoney = vectorOf("the bank raised its interest rates", "bank");
    float[] shore = vectorOf("they walked along the shore of the lake", "shore");
    assertTrue(
        "the same word means what its sentence says",
        VectorUtil.dotProduct(bankOfRiver, shore) > VectorUtil.dotProduct(bankOfMoney, shore));
  }

  private static float[] vectorOf(String text, String token) {
    TokenVectors vectors = encoder.encodeDocument(text);
    return vectors.vectors()[vectors.tokens().indexOf(token)];
  }

  private static double maxSim(TokenVectors query, TokenVectors document) {
    double sum = 0;
    for (float[] q : query.vectors()) {
      double best = Double.NEGATIVE_INFINITY;
      for (float[] d : document.vectors()) {
        best = Math.max(best, VectorUtil.dotProduct(q, d));
      }
      sum += best;
    }
    return sum;
  }

  public void testVectorsAreNormalized() {
    for (float[] vector : encoder.encodeDocument(randomSentence(20)).vectors()) {
      assertEquals(384, vector.length);
      assertEquals(1, VectorUtil.dotProduct(vector, vector), 1e-5);
    }
  }

  public void testOffsetsMapToTheText() {
    List<String> texts =
        List.of(
            "Late-interaction retrieval, unbelievably, isn't hard!",
            "Caf\u00e9 \ud83d\ude00\ud83d\ude00 na\u00efve \ud83d\udc69\u200d\ud83d\udcbb coding",
            "\ud800 lone \udc00 surrogates\ud83d",
            "tabs\tand\nlines\u0000and nothing",
            "\u6771\u4eac \u30bf\u30ef\u30fc tower",
            "e\u0301clair with a combining accent");
    for (String text : texts) {
      TokenVectors vectors = encoder.encodeDocument(text);
      assertTrue(text, vectors.size() > 0);
      int last = 0;
      for (int i = 0; i < vectors.size(); i++) {
        int start = vectors.starts()[i];
        int end = vectors.ends()[i];
        assertTrue(start >= last && end > start && end <= text.length());
        last = end;
        if (vectors.tokens().get(i).equals("[UNK]") == false) {
          assertEquals(
              vectors.tokens().get(i).replace("##", ""),
              spelledAsToken(text.substring(start, end)));
        }
      }
    }
    TokenVectors emoji = encoder.encodeDocument("\ud83d\ude00 word");
    assertEquals(List.of("[UNK]", "word"), emoji.tokens());
    assertArrayEquals(new int[] {0, 3}, emoji.starts());
    assertArrayEquals(new int[] {2, 7}, emoji.ends());
  }

  /** What the tokenizer's normaliser does to a word: lower case, no accents, no control signs. */
  private static String spelledAsToken(String covered) {
    String lower = covered.toLowerCase(Locale.ROOT).replace("\u0000", "");
    return java.text.Normalizer.normalize(lower, java.text.Normalizer.Form.NFD)
        .replaceAll("\\p{Mn}", "");
  }

  public void testPunctuationAndMarkersAreDropped() {
    TokenVectors vectors =
        encoder.encodeDocument("[SEP] Yes; \u201cno\u201d \u2014 $5 [MASK] (maybe)... [CLS]");
    assertEquals(List.of("yes", "no", "5", "maybe"), vectors.tokens());
  }

  public void testNothingToKeepGivesNoVectors() {
    List<String> texts = new ArrayList<>(List.of("", " \t\n", "...", "?!\u2026", "[SEP][MASK]"));
    Collections.shuffle(texts, random());
    for (String text : texts) {
      for (TokenVectors vectors :
          List.of(encoder.encodeDocument(text), encoder.encodeQuery(text))) {
        assertEquals(text, 0, vectors.size());
        assertEquals(0, vectors.vectors().length);
        assertEquals(List.of(), vectors.tokens());
        assertFalse(vectors.truncated());
      }
    }
    assertEquals(List.of(), encoder.encodeDocuments(List.of(), EncodingProgress.NONE));
    assertEquals(5, encoder.encodeDocuments(texts, EncodingProgress.NONE).size());
  }

  public void testTruncationIsCounted() {
    int words = TestUtil.nextInt(random(), 255, 600);
    String text = "word ".repeat(words);
    TokenVectors document = encoder.encodeDocument(text);
    assertEquals(254, document.size()); // 256 less [CLS] and [SEP]
    assertEquals(words - 254, document.truncatedTokens());
    assertTrue(document.truncated());
    TokenVectors query = encoder.encodeQuery(text);
    assertEquals(62, query.size());
    assertEquals(words - 62, query.truncatedTokens());
    assertEquals(0, encoder.encodeDocument("word ".repeat(254)).truncatedTokens());
    // A cut text has the vectors of what is left of it.
    assertSame(
        encoder.encodeDocument(text.substring(0, 254 * 5)),
        new TokenVectors(
            document.vectors(), document.tokens(), document.starts(), document.ends(), 0));
  }

  public void testVeryLongText() {
    String text = "Lucene searches, quickly. ".repeat(40_000); // about a million chars
    TokenVectors vectors = encoder.encodeDocument(text);
    int all = encoder.encodeDocument("Lucene searches, quickly. ").tokens().size() + 2;
    assertEquals(all * 40_000 - 254, vectors.truncatedTokens());
    assertTrue(vectors.size() < 254);
  }

  public void testBatchesEqualSingles() {
    List<String> texts = new ArrayList<>();
    for (int i = atLeast(40); i > 0; i--) {
      texts.add(rarely() ? "" : randomSentence(20));
    }
    texts.add("word ".repeat(300));
    Collections.shuffle(texts, random());
    List<long[]> updates = new ArrayList<>();
    List<TokenVectors> batched =
        encoder.encodeDocuments(
            texts, (done, total, tokens) -> updates.add(new long[] {done, total, tokens}));
    assertEquals(texts.size(), batched.size());
    long tokens = 0;
    for (int i = 0; i < texts.size(); i++) {
      assertSame(encoder.encodeDocument(texts.get(i)), batched.get(i));
      tokens += batched.get(i).size();
    }
    long[] before = new long[3];
    for (long[] update : updates) {
      assertTrue(update[0] > before[0] && update[2] >= before[2]);
      assertEquals(texts.size(), update[1]);
      before = update;
    }
    assertArrayEquals(new long[] {texts.size(), texts.size(), tokens}, before);
  }

  public void testQueriesAndDocumentsAgreeWithoutPrefixes() {
    String text = randomSentence(2); // far below the length that queries are cut at
    assertSame(encoder.encodeQuery(text), encoder.encodeDocument(text));
  }

  public void testManyThreads() throws Exception {
    List<String> texts = new ArrayList<>();
    List<TokenVectors> expected = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      texts.add(randomSentence(20));
      expected.add(encoder.encodeDocument(texts.get(i)));
    }
    int threads = TestUtil.nextInt(random(), 2, 5);
    ExecutorService executor =
        Executors.newFixedThreadPool(threads, new NamedThreadFactory("encode"));
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Future<List<TokenVectors>>> futures = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        boolean together = random().nextBoolean();
        futures.add(
            executor.submit(
                () -> {
                  start.await();
                  return together
                      ? encoder.encodeDocuments(texts, EncodingProgress.NONE)
                      : texts.stream().map(encoder::encodeDocument).toList();
                }));
      }
      for (Future<List<TokenVectors>> future : futures) {
        List<TokenVectors> actual = future.get();
        for (int i = 0; i < expected.size(); i++) {
          assertSame(expected.get(i), actual.get(i));
        }
      }
    } finally {
      executor.shutdown();
      assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
    }
  }

  public void testThreadsOfABatchDoNotChangeIt() throws Exception {
    String text = randomSentence(20);
    int threads = TestUtil.nextInt(random(), 1, 4);
    try (TokenEncoder other = TokenEncoder.miniLmBuilder().threads(threads).build()) {
      assertSame(encoder.encodeDocument(text), other.encodeDocument(text));
    }
  }

  public void testBadArguments() throws Exception {
    assertMessage("text must not be null", () -> encoder.encodeQuery(null));
    assertMessage("text must not be null", () -> encoder.encodeDocument(null));
    List<String> texts = new ArrayList<>(List.of("a"));
    texts.add(null);
    assertMessage(
        "texts[1] must not be null", () -> encoder.encodeDocuments(texts, EncodingProgress.NONE));
    for (int threads : new int[] {Integer.MIN_VALUE, 0, 1025}) {
      assertMessage(
          "threads must be in 1..1024, got " + threads,
          () -> TokenEncoder.miniLmBuilder().threads(threads));
    }
    assertMessage(
        "documentLength must be at most the 512 tokens that model all-MiniLM-L6-v2 reads, got 513",
        () ->
            TokenEncoder.miniLmBuilder()
                .config(EncoderConfig.DEFAULT.withDocumentLength(513))
                .build());
    assertMessage(
        "queryLength must be more than the 4 special and prefix tokens of every text, got 4",
        () ->
            TokenEncoder.miniLmBuilder()
                .config(EncoderConfig.DEFAULT.withQueryPrefix("search:").withQueryLength(4))
                .build());
    assertMessage(
        "resource is not on the class path: none.json",
        () ->
            TokenEncoder.builder("none", getClass().getClassLoader(), "none.onnx", "none.json")
                .build());
    expectThrows(NullPointerException.class, () -> encoder.encodeDocuments(List.of("a"), null));
  }

  private static void assertMessage(String message, ThrowingRunnable runnable) {
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, runnable);
    assertEquals(message, e.getMessage());
  }

  public void testClosed() throws Exception {
    TokenEncoder closed = TokenEncoder.loadMiniLm();
    closed.close();
    closed.close();
    expectThrows(AlreadyClosedException.class, () -> closed.encodeQuery("a"));
    expectThrows(AlreadyClosedException.class, () -> closed.encodeDocument(""));
    expectThrows(AlreadyClosedException.class, () -> closed.documentIds("a"));
    expectThrows(
        AlreadyClosedException.class,
        () -> closed.encodeDocuments(List.of("a"), EncodingProgress.NONE));
  }

  /** Closing in the middle of a call ends it by an exception, never by a crash. */
  public void testClosedWhileEncoding() throws Exception {
    TokenEncoder closing = TokenEncoder.loadMiniLm();
    expectThrows(
        AlreadyClosedException.class,
        () ->
            closing.encodeDocuments(
                List.of("one", "one two", "one two three"),
                (done, total, tokens) -> {
                  try {
                    closing.close();
                  } catch (java.io.IOException e) {
                    throw new AssertionError(e);
                  }
                }));
  }

  /** Threads encode while the encoder is closed: each call ends well or finds it closed. */
  public void testThreadsAndClose() throws Exception {
    String text = "closing " + randomSentence(20);
    int threads = 4;
    ExecutorService executor =
        Executors.newFixedThreadPool(threads, new NamedThreadFactory("encode-and-close"));
    TokenEncoder closing = TokenEncoder.defaultBuilder().threads(1).build();
    try {
      TokenVectors document = closing.encodeDocument(text);
      TokenVectors query = closing.encodeRoutedQuery(text).tokens();
      List<Future<?>> futures = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        boolean documents = thread % 2 == 0;
        boolean untilClosed = thread < threads / 2;
        futures.add(
            executor.submit(
                () -> {
                  for (int call = 0; untilClosed || call < 10; call++) {
                    try {
                      if (documents) {
                        assertSame(document, closing.encodeDocument(text));
                      } else {
                        assertSame(query, closing.encodeRoutedQuery(text).tokens());
                      }
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
      closing.close();
      for (Future<?> future : futures) {
        future.get();
      }
    } finally {
      closing.close();
      executor.shutdown();
      assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
    }
  }

  public void testMaskExpansion() throws Exception {
    EncoderConfig expanding = EncoderConfig.DEFAULT.withQueryExpansion(true).withQueryLength(16);
    try (TokenEncoder colbert = TokenEncoder.miniLmBuilder().config(expanding).build()) {
      TokenVectors vectors = colbert.encodeQuery("what is a segment");
      assertEquals(4 + 10, vectors.size()); // the words, and 16 less them, [CLS] and [SEP]
      assertEquals(Collections.nCopies(10, "[MASK]"), vectors.tokens().subList(4, 14));
      // Unattended masks do not change the words' vectors.
      TokenVectors plain = encoder.encodeQuery("what is a segment");
      for (int i = 0; i < 4; i++) {
        assertArrayEquals(plain.vectors()[i], vectors.vectors()[i], 1e-4f);
      }
      assertEquals(0, colbert.encodeQuery(" ").size());
      assertEquals(4, colbert.encodeDocument("what is a segment").size());
    }
  }

  /** Ids of the vocabulary of BERT: 101 is [CLS], 102 is [SEP], 103 is [MASK]. */
  public void testTokenIds() throws Exception {
    long[] ids = {101, 2054, 2003, 1037, 6903, 1029, 102};
    for (TokenIds segment :
        List.of(
            encoder.queryIds("what is a segment?"), encoder.documentIds("What is a segment?"))) {
      assertArrayEquals(ids, segment.ids());
      assertArrayEquals(new long[] {1, 1, 1, 1, 1, 1, 1}, segment.attention());
      assertArrayEquals(new int[] {1, 2, 3, 4}, segment.kept());
    }
    assertEquals(0, encoder.documentIds("...").kept().length);
    String text = randomSentence(400);
    assertEquals(encoder.encodeDocument(text).size(), encoder.documentIds(text).kept().length);
    assertEquals(64, encoder.queryIds("word ".repeat(80)).ids().length);
    EncoderConfig expanding = EncoderConfig.DEFAULT.withQueryExpansion(true).withQueryLength(9);
    try (TokenEncoder colbert = TokenEncoder.miniLmBuilder().config(expanding).build()) {
      TokenIds filled = colbert.queryIds("what is a segment?");
      assertArrayEquals(
          new long[] {101, 2054, 2003, 1037, 6903, 1029, 102, 103, 103}, filled.ids());
      assertArrayEquals(new long[] {1, 1, 1, 1, 1, 1, 1, 0, 0}, filled.attention());
      assertArrayEquals(new int[] {1, 2, 3, 4, 7, 8}, filled.kept());
    }
    IllegalArgumentException refused =
        expectThrows(IllegalArgumentException.class, () -> encoder.queryIds(null));
    assertEquals("text must not be null", refused.getMessage());
    refused =
        expectThrows(
            IllegalArgumentException.class,
            () -> new TokenIds(new long[2], new long[1], new int[0]));
    assertEquals("attention must have one entry per id (2), got 1", refused.getMessage());
    refused =
        expectThrows(
            IllegalArgumentException.class,
            () -> new TokenIds(new long[2], new long[2], new int[] {1, 1}));
    assertEquals("kept must be rising positions below 2, got 1", refused.getMessage());
  }

  private static String randomSentence(int maxWords) {
    StringBuilder sentence = new StringBuilder();
    for (int words = TestUtil.nextInt(random(), 1, maxWords); words > 0; words--) {
      sentence.append(
          random().nextInt(5) == 0
              ? TestUtil.randomRealisticUnicodeString(random(), 1, 8)
              : TestUtil.randomSimpleString(random(), 1, 10));
      sentence.append(random().nextInt(8) == 0 ? ", " : " ");
    }
    return sentence.toString();
  }
}
