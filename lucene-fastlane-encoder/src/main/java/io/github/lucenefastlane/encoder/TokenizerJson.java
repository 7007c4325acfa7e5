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

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What of a {@code tokenizer.json} the tokenizer library does not tell: the size of the vocabulary,
 * which ids are special tokens, and the ids of single entries. Streamed, since vocabularies are
 * large and a handful of entries is wanted.
 */
final class TokenizerJson {
  /** Several times the largest vocabularies; keeps a broken file from asking for all memory. */
  private static final long MAX_ID = (1 << 22) - 1;

  private final Map<String, Long> added = new HashMap<>();
  private final Map<String, Long> vocabulary = new HashMap<>();
  private final Set<Long> special = new HashSet<>();
  private final Set<String> wanted;
  private String unknown; // what an unknown word becomes, null if nothing says
  private long unknownId = -1; // the same by its number
  private long highestId = -1;

  private TokenizerJson(Set<String> wanted) {
    this.wanted = wanted;
  }

  /** Reads the special tokens and the ids of the {@code wanted} entries. */
  static TokenizerJson read(InputStream stream, Set<String> wanted) throws IOException {
    TokenizerJson result = new TokenizerJson(wanted);
    try (JsonReader reader =
        new JsonReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      reader.beginObject();
      while (reader.hasNext()) {
        switch (reader.nextName()) {
          case "added_tokens" -> result.readAddedTokens(reader);
          case "model" -> result.readModel(reader);
          default -> reader.skipValue();
        }
      }
      reader.endObject();
    }
    return result;
  }

  /** The id of a wanted entry, null if the vocabulary has none of that spelling. */
  Long id(String token) {
    Long id = added.get(token);
    return id != null ? id : vocabulary.get(token);
  }

  /** Whether the id is a special token's, except the one that stands for an unknown word. */
  boolean isMarker(long id) {
    boolean standsForText =
        id == unknownId || unknown != null && Long.valueOf(id).equals(added.get(unknown));
    return special.contains(id) && !standsForText;
  }

  /** One more than the highest id. */
  int vocabularySize() {
    return Math.toIntExact(highestId + 1);
  }

  private void readAddedTokens(JsonReader reader) throws IOException {
    reader.beginArray();
    while (reader.hasNext()) {
      long id = -1;
      String content = null;
      boolean isSpecial = false;
      reader.beginObject();
      while (reader.hasNext()) {
        switch (reader.nextName()) {
          case "id" -> id = reader.nextLong();
          case "content" -> content = reader.nextString();
          case "special" -> isSpecial = reader.nextBoolean();
          default -> reader.skipValue();
        }
      }
      reader.endObject();
      added.put(content, id);
      count(content, id);
      if (isSpecial) {
        special.add(id);
      }
    }
    reader.endArray();
  }

  private void count(String token, long id) {
    if (id > MAX_ID) {
      throw new IllegalArgumentException(
          "the id of token " + token + " must be at most " + MAX_ID + ", got " + id);
    }
    highestId = Math.max(highestId, id);
  }

  private void readModel(JsonReader reader) throws IOException {
    reader.beginObject();
    while (reader.hasNext()) {
      String name = reader.nextName();
      if (name.equals("unk_token") && reader.peek() == JsonToken.STRING) {
        unknown = reader.nextString();
      } else if (name.equals("unk_id") && reader.peek() == JsonToken.NUMBER) {
        unknownId = reader.nextLong();
      } else if (!name.equals("vocab")) {
        reader.skipValue();
      } else if (reader.peek() == JsonToken.BEGIN_OBJECT) { // WordPiece, BPE, WordLevel
        reader.beginObject();
        while (reader.hasNext()) {
          String token = reader.nextName();
          long id = reader.nextLong();
          count(token, id);
          if (wanted.contains(token)) {
            vocabulary.put(token, id);
          }
        }
        reader.endObject();
      } else { // Unigram: pairs of token and score, numbered by place
        reader.beginArray();
        for (long id = 0; reader.hasNext(); id++) {
          reader.beginArray();
          String token = reader.nextString();
          reader.skipValue();
          reader.endArray();
          count(token, id);
          if (wanted.contains(token)) {
            vocabulary.put(token, id);
          }
        }
        reader.endArray();
      }
    }
    reader.endObject();
  }
}
