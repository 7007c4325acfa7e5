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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Ranges of the settings, and the files they are read from. */
public class TestEncoderConfig extends LuceneTestCase {

  public void testLengths() {
    for (int length : new int[] {Integer.MIN_VALUE, 0, 2, 32_769, Integer.MAX_VALUE}) {
      IllegalArgumentException e =
          expectThrows(
              IllegalArgumentException.class, () -> EncoderConfig.DEFAULT.withQueryLength(length));
      assertEquals("queryLength must be in 3..32768, got " + length, e.getMessage());
      e =
          expectThrows(
              IllegalArgumentException.class,
              () -> EncoderConfig.DEFAULT.withDocumentLength(length));
      assertEquals("documentLength must be in 3..32768, got " + length, e.getMessage());
    }
    expectThrows(NullPointerException.class, () -> EncoderConfig.DEFAULT.withQueryPrefix(null));
    expectThrows(NullPointerException.class, () -> EncoderConfig.DEFAULT.withDocumentPrefix(null));
  }

  public void testWithChangesOneSetting() {
    EncoderConfig config = EncoderConfig.DEFAULT;
    assertEquals("q", config.withQueryPrefix("q").queryPrefix());
    assertEquals("d", config.withDocumentPrefix("d").documentPrefix());
    assertEquals(9, config.withQueryLength(9).queryLength());
    assertEquals(9, config.withDocumentLength(9).documentLength());
    assertFalse(config.withDropSpecialTokens(false).dropSpecialTokens());
    assertFalse(config.withDropQueryPunctuation(false).dropQueryPunctuation());
    assertFalse(config.withDropDocumentPunctuation(false).dropDocumentPunctuation());
    assertTrue(config.withQueryExpansion(true).queryExpansion());
    assertTrue(config.withAttendToExpansion(true).attendToExpansion());
    assertFalse(config.withNormalize(false).normalize());
    assertEquals(
        config,
        random(config)
            .withQueryPrefix("")
            .withDocumentPrefix("")
            .withQueryLength(64)
            .withDocumentLength(256)
            .withDropSpecialTokens(true)
            .withDropQueryPunctuation(true)
            .withDropDocumentPunctuation(true)
            .withQueryExpansion(false)
            .withAttendToExpansion(false)
            .withNormalize(true));
  }

  private static EncoderConfig random(EncoderConfig start) {
    return start
        .withQueryPrefix(TestUtil.randomUnicodeString(random(), 10))
        .withDocumentPrefix(TestUtil.randomSimpleString(random(), 10))
        .withQueryLength(TestUtil.nextInt(random(), 3, 32_768))
        .withDocumentLength(TestUtil.nextInt(random(), 3, 32_768))
        .withDropSpecialTokens(random().nextBoolean())
        .withDropQueryPunctuation(random().nextBoolean())
        .withDropDocumentPunctuation(random().nextBoolean())
        .withQueryExpansion(random().nextBoolean())
        .withAttendToExpansion(random().nextBoolean())
        .withNormalize(random().nextBoolean());
  }

  public void testNoFiles() throws Exception {
    assertEquals(EncoderConfig.DEFAULT, EncoderConfig.read(createTempDir()));
  }

  public void testWrittenIsRead() throws Exception {
    Path folder = createTempDir();
    for (int i = atLeast(20); i > 0; i--) {
      EncoderConfig config = random(EncoderConfig.DEFAULT);
      config.write(folder);
      assertEquals(config, EncoderConfig.read(folder));
    }
  }

  public void testOwnFileOverridesSingleSettings() throws Exception {
    Path folder = createTempDir();
    write(folder, "artifact.metadata", "{\"query_maxlen\": 24, \"mask_punctuation\": false}");
    write(folder, "fastlane.json", "{\"document_length\": 99, \"query_prefix\": \"[Q]\"}");
    EncoderConfig config = EncoderConfig.read(folder);
    assertEquals(24, config.queryLength());
    assertEquals(99, config.documentLength());
    assertEquals("[Q]", config.queryPrefix());
    assertEquals("[unused1]", config.documentPrefix());
    assertFalse(config.dropDocumentPunctuation());
  }

  public void testColbert() throws Exception {
    Path folder = createTempDir();
    write(
        folder,
        "artifact.metadata",
        "{\"query_token_id\": \"[unused0]\", \"doc_token_id\": \"[unused1]\", \"query_maxlen\": 32,"
            + " \"doc_maxlen\": 180, \"mask_punctuation\": true, \"attend_to_mask_tokens\": true,"
            + " \"dim\": 128, \"similarity\": \"cosine\"}");
    assertEquals(
        new EncoderConfig("[unused0]", "[unused1]", 32, 180, false, false, true, true, true, true),
        EncoderConfig.read(folder));
  }

  public void testPylate() throws Exception {
    Path folder = createTempDir();
    write(
        folder,
        "config_sentence_transformers.json",
        "{\"prompts\": {}, \"query_prefix\": \"[Q] \", \"document_prefix\": \"[D] \","
            + " \"query_length\": 48, \"document_length\": 300, \"attend_to_expansion_tokens\":"
            + " false, \"do_query_expansion\": false, \"skiplist_words\": [\"!\", \",\"]}");
    assertEquals(
        new EncoderConfig("[Q] ", "[D] ", 48, 300, false, false, true, false, false, true),
        EncoderConfig.read(folder));
    write(
        folder,
        "config_sentence_transformers.json",
        "{\"query_prefix\": \"\", \"query_length\": null, \"skiplist_words\": []}");
    assertEquals(
        new EncoderConfig("", "", 32, 180, false, false, false, true, false, true),
        EncoderConfig.read(folder));
    write(
        folder,
        "config_sentence_transformers.json",
        "{\"query_prefix\": \"\", \"skiplist_words\": [\",\", \"the\"]}");
    assertRefused(folder, "skiplist_words must hold punctuation only, got the");
  }

  public void testPrompts() throws Exception {
    Path folder = createTempDir();
    write(
        folder,
        "config_sentence_transformers.json",
        "{\"prompts\": {\"query\": \"query: \", \"passage\": \"passage: \"}}");
    assertEquals(
        EncoderConfig.DEFAULT.withQueryPrefix("query: ").withDocumentPrefix("passage: "),
        EncoderConfig.read(folder));
    write(folder, "config_sentence_transformers.json", "{\"similarity_fn_name\": \"cosine\"}");
    assertEquals(EncoderConfig.DEFAULT, EncoderConfig.read(folder));
  }

  public void testPositions() throws Exception {
    Path folder = createTempDir();
    write(folder, "config.json", "{\"max_position_embeddings\": 50, \"model_type\": \"bert\"}");
    assertEquals(50, EncoderConfig.read(folder).queryLength());
    assertEquals(50, EncoderConfig.read(folder).documentLength());
    write(folder, "config.json", "{\"max_position_embeddings\": 130, \"model_type\": \"mpnet\"}");
    assertEquals(64, EncoderConfig.read(folder).queryLength());
    assertEquals(128, EncoderConfig.read(folder).documentLength());
  }

  public void testTooFewPositions() throws Exception {
    Path folder = createTempDir();
    String bert = "config.json: max_position_embeddings must be at least 3, got ";
    for (String positions : new String[] {"2", "-1"}) {
      write(folder, "config.json", "{\"max_position_embeddings\": " + positions + "}");
      assertRefused(folder, bert + positions);
    }
    write(folder, "config.json", "{\"max_position_embeddings\": 4, \"model_type\": \"mpnet\"}");
    assertRefused(folder, "config.json: max_position_embeddings must be at least 5, got 4");
    write(folder, "config.json", "{\"max_position_embeddings\": 5, \"model_type\": \"mpnet\"}");
    assertEquals(3, EncoderConfig.read(folder).queryLength());
  }

  public void testBadFiles() throws Exception {
    Path folder = createTempDir();
    write(folder, "fastlane.json", "{\"query_length\": 64, \"qwery_prefix\": \"\"}");
    assertRefused(
        folder, "fastlane.json: unknown key qwery_prefix, known are [about, attend_to_expansion,");
    write(folder, "fastlane.json", "{\"query_length\": \"64\"}");
    assertRefused(folder, "fastlane.json: query_length must be an integer, got \"64\"");
    write(folder, "fastlane.json", "{\"query_length\": 64.5}");
    assertRefused(folder, "fastlane.json: query_length must be an integer, got 64.5");
    write(folder, "fastlane.json", "{\"query_length\": 1}");
    assertRefused(folder, "fastlane.json: query_length must be in 3..32768, got 1");
    write(folder, "fastlane.json", "{\"query_length\": 1e20000}");
    assertRefused(folder, "fastlane.json: query_length must be an integer, got 1e20000");
    write(folder, "fastlane.json", "{\"normalize\": 1}");
    assertRefused(folder, "fastlane.json: normalize must be true or false, got 1");
    write(folder, "fastlane.json", "{\"query_prefix\": []}");
    assertRefused(folder, "fastlane.json: query_prefix must be a string, got []");
    write(folder, "fastlane.json", "[]");
    assertRefused(folder, "fastlane.json must hold a JSON object");
    write(folder, "fastlane.json", "{\"query_length\": ");
    assertRefused(folder, "fastlane.json is not JSON");
  }

  private static void assertRefused(Path folder, String message) {
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> EncoderConfig.read(folder));
    assertTrue(e.getMessage(), e.getMessage().contains(message));
  }

  private static void write(Path folder, String name, String json) throws IOException {
    Files.writeString(folder.resolve(name), json);
  }
}
