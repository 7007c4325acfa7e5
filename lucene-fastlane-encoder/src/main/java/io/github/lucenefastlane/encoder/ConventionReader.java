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
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads what the files of a model folder say about how the model wants its texts. */
final class ConventionReader {
  /** Position numbers of these model types begin after the padding token's, which is 1. */
  private static final Set<String> POSITIONS_FROM_TWO =
      Set.of("roberta", "xlm-roberta", "camembert", "mpnet");

  private static final String POSITIONS = "max_position_embeddings";

  private final Path folder;

  ConventionReader(Path folder) {
    this.folder = folder;
  }

  /** The most tokens that the model can read, {@link Integer#MAX_VALUE} if no file says. */
  int positions() throws IOException {
    Optional<JsonFields> config = JsonFields.read(folder.resolve("config.json"));
    if (config.isEmpty() || !config.get().has(POSITIONS)) {
      return Integer.MAX_VALUE;
    }
    int unused = POSITIONS_FROM_TWO.contains(config.get().string("model_type", "")) ? 2 : 0;
    int smallest = EncoderConfig.MIN_LENGTH + unused;
    return config.get().integer(POSITIONS, smallest, smallest, Integer.MAX_VALUE) - unused;
  }

  EncoderConfig read() throws IOException {
    int positions = positions();
    EncoderConfig config =
        EncoderConfig.DEFAULT
            .withQueryLength(Math.min(EncoderConfig.DEFAULT.queryLength(), positions))
            .withDocumentLength(Math.min(EncoderConfig.DEFAULT.documentLength(), positions));
    Optional<JsonFields> colbert = JsonFields.read(folder.resolve("artifact.metadata"));
    if (colbert.isPresent()) {
      config = colbert(colbert.get());
    }
    Optional<JsonFields> sentence =
        JsonFields.read(folder.resolve("config_sentence_transformers.json"));
    if (sentence.isPresent()) {
      config =
          sentence.get().has("query_prefix")
              ? pylate(sentence.get())
              : prompts(sentence.get(), config);
    }
    Optional<JsonFields> own = JsonFields.read(folder.resolve(EncoderConfig.FILE_NAME));
    return own.isPresent() ? FastLaneJson.apply(own.get(), config) : config;
  }

  /** The defaults are those of the ColBERT repository's settings. */
  private static EncoderConfig colbert(JsonFields json) {
    return new EncoderConfig(
        json.string("query_token_id", "[unused0]"),
        json.string("doc_token_id", "[unused1]"),
        json.length("query_maxlen", 32),
        json.length("doc_maxlen", 220),
        false,
        false,
        json.bool("mask_punctuation", true),
        true,
        json.bool("attend_to_mask_tokens", false),
        true);
  }

  /** The defaults are those of PyLate's ColBERT class. */
  private static EncoderConfig pylate(JsonFields json) {
    List<String> skipped = json.strings("skiplist_words");
    for (String word : skipped) {
      if (!Punctuation.isPunctuation(word)) {
        throw new IllegalArgumentException(
            json + ": skiplist_words must hold punctuation only, got " + word);
      }
    }
    return new EncoderConfig(
        json.string("query_prefix", ""),
        json.string("document_prefix", ""),
        json.length("query_length", 32),
        json.length("document_length", 180),
        false,
        false,
        !json.has("skiplist_words") || !skipped.isEmpty(),
        json.bool("do_query_expansion", true),
        json.bool("attend_to_expansion_tokens", false),
        true);
  }

  private static EncoderConfig prompts(JsonFields json, EncoderConfig config) {
    Optional<JsonFields> prompts = json.object("prompts");
    if (prompts.isEmpty()) {
      return config;
    }
    String passage = prompts.get().string("passage", config.documentPrefix());
    return config
        .withQueryPrefix(prompts.get().string("query", config.queryPrefix()))
        .withDocumentPrefix(prompts.get().string("document", passage));
  }
}
