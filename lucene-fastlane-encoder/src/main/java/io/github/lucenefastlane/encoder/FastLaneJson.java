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

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The keys of {@code fastlane.json}: one for each component of {@link EncoderConfig}, the base of a
 * model that is a head, and what is written about it for people.
 */
final class FastLaneJson {
  private static final String QUERY_PREFIX = "query_prefix";
  private static final String DOCUMENT_PREFIX = "document_prefix";
  private static final String QUERY_LENGTH = "query_length";
  private static final String DOCUMENT_LENGTH = "document_length";
  private static final String DROP_SPECIAL_TOKENS = "drop_special_tokens";
  private static final String DROP_QUERY_PUNCTUATION = "drop_query_punctuation";
  private static final String DROP_DOCUMENT_PUNCTUATION = "drop_document_punctuation";
  private static final String QUERY_EXPANSION = "query_expansion";
  private static final String ATTEND_TO_EXPANSION = "attend_to_expansion";
  private static final String NORMALIZE = "normalize";

  private static final String BASE = "base";
  private static final String ABOUT = "about";

  private static final Set<String> KEYS =
      Set.of(
          BASE,
          ABOUT,
          QUERY_PREFIX,
          DOCUMENT_PREFIX,
          QUERY_LENGTH,
          DOCUMENT_LENGTH,
          DROP_SPECIAL_TOKENS,
          DROP_QUERY_PUNCTUATION,
          DROP_DOCUMENT_PUNCTUATION,
          QUERY_EXPANSION,
          ATTEND_TO_EXPANSION,
          NORMALIZE);

  private FastLaneJson() {}

  /** The name of the base. */
  static Optional<String> base(JsonFields json) {
    return Optional.ofNullable(json.string(BASE, null));
  }

  /** The configuration with what the file states; a key that is not known is an error. */
  static EncoderConfig apply(JsonFields json, EncoderConfig config) {
    for (String key : json.keys()) {
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException(
            json + ": unknown key " + key + ", known are " + KEYS.stream().sorted().toList());
      }
    }
    json.object(ABOUT); // for people, but an object it must be
    return new EncoderConfig(
        json.string(QUERY_PREFIX, config.queryPrefix()),
        json.string(DOCUMENT_PREFIX, config.documentPrefix()),
        json.length(QUERY_LENGTH, config.queryLength()),
        json.length(DOCUMENT_LENGTH, config.documentLength()),
        json.bool(DROP_SPECIAL_TOKENS, config.dropSpecialTokens()),
        json.bool(DROP_QUERY_PUNCTUATION, config.dropQueryPunctuation()),
        json.bool(DROP_DOCUMENT_PUNCTUATION, config.dropDocumentPunctuation()),
        json.bool(QUERY_EXPANSION, config.queryExpansion()),
        json.bool(ATTEND_TO_EXPANSION, config.attendToExpansion()),
        json.bool(NORMALIZE, config.normalize()));
  }

  static void write(EncoderConfig config, Path file) throws IOException {
    JsonObject json = new JsonObject();
    Optional<JsonFields> before = JsonFields.read(file);
    before.ifPresent(fields -> fields.copy(BASE, json));
    json.addProperty(QUERY_PREFIX, config.queryPrefix());
    json.addProperty(DOCUMENT_PREFIX, config.documentPrefix());
    json.addProperty(QUERY_LENGTH, config.queryLength());
    json.addProperty(DOCUMENT_LENGTH, config.documentLength());
    json.addProperty(DROP_SPECIAL_TOKENS, config.dropSpecialTokens());
    json.addProperty(DROP_QUERY_PUNCTUATION, config.dropQueryPunctuation());
    json.addProperty(DROP_DOCUMENT_PUNCTUATION, config.dropDocumentPunctuation());
    json.addProperty(QUERY_EXPANSION, config.queryExpansion());
    json.addProperty(ATTEND_TO_EXPANSION, config.attendToExpansion());
    json.addProperty(NORMALIZE, config.normalize());
    before.ifPresent(fields -> fields.copy(ABOUT, json));
    String text = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(json);
    Files.writeString(file, text + "\n", StandardCharsets.UTF_8);
  }
}
