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
package io.github.lucenefastlane.trainer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.lucenefastlane.demo.CommandFailure;
import io.github.lucenefastlane.encoder.TokenEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Map;

/**
 * The files of the encoder that a projection and a router are put on.
 *
 * @param onnx its ONNX file
 * @param tokenizer its {@code tokenizer.json}
 */
record BaseModel(byte[] onnx, byte[] tokenizer) {

  /**
   * Reads the files.
   *
   * @param folder null for the model that ships with the program
   */
  static BaseModel read(Path folder) throws IOException {
    if (folder == null) {
      return new BaseModel(
          resource("all-minilm-l6-v2.onnx"), resource("all-minilm-l6-v2-tokenizer.json"));
    }
    for (String name : new String[] {"model.onnx", "onnx/model.onnx"}) {
      if (Files.isRegularFile(folder.resolve(name))) {
        return new BaseModel(
            Files.readAllBytes(folder.resolve(name)),
            Files.readAllBytes(folder.resolve("tokenizer.json")));
      }
    }
    throw new CommandFailure("no model.onnx in " + folder);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream stream = TokenEncoder.class.getClassLoader().getResourceAsStream(name)) {
      return stream.readAllBytes();
    }
  }

  /** Ids of the tokens whose vectors a query keeps. */
  BitSet queryContent() {
    JsonObject json =
        JsonParser.parseString(new String(tokenizer, StandardCharsets.UTF_8)).getAsJsonObject();
    BitSet content = new BitSet();
    for (Map.Entry<String, JsonElement> entry :
        json.getAsJsonObject("model").getAsJsonObject("vocab").entrySet()) {
      String spelling = entry.getKey();
      String word = spelling.startsWith("##") ? spelling.substring(2) : spelling;
      content.set(
          entry.getValue().getAsInt(), word.codePoints().anyMatch(Character::isLetterOrDigit));
    }
    for (JsonElement added : json.getAsJsonArray("added_tokens")) {
      JsonObject token = added.getAsJsonObject();
      if (token.get("special").getAsBoolean()
          && !token.get("content").getAsString().contains("UNK")) {
        content.clear(token.get("id").getAsInt());
      }
    }
    return content;
  }
}
