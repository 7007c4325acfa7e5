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

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** A JSON object with typed access whose errors name file, key and value. */
final class JsonFields {
  private final String source;
  private final JsonObject object;

  private JsonFields(String source, JsonObject object) {
    this.source = source;
    this.object = object;
  }

  /** The object in a file, or nothing if there is no such file. */
  static Optional<JsonFields> read(Path file) throws IOException {
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      return Optional.of(of(file.toString(), JsonParser.parseReader(reader)));
    } catch (JsonParseException e) {
      throw new IllegalArgumentException(file + " is not JSON: " + e.getMessage(), e);
    }
  }

  /** The object in a string that was read from {@code source}. */
  static JsonFields parse(String source, String json) {
    try {
      return of(source, JsonParser.parseString(json));
    } catch (JsonParseException e) {
      throw new IllegalArgumentException(source + " is not JSON: " + e.getMessage(), e);
    }
  }

  private static JsonFields of(String source, JsonElement element) {
    if (!element.isJsonObject()) {
      throw new IllegalArgumentException(source + " must hold a JSON object");
    }
    return new JsonFields(source, element.getAsJsonObject());
  }

  /** Whether the key is there and not null. */
  boolean has(String key) {
    return object.has(key) && !object.get(key).isJsonNull();
  }

  /** Whether the key holds an object. */
  boolean isObject(String key) {
    return has(key) && object.get(key).isJsonObject();
  }

  Set<String> keys() {
    return object.keySet();
  }

  /** Puts the key as it is into another object; nothing if it is not there. */
  void copy(String key, JsonObject to) {
    if (has(key)) {
      to.add(key, object.get(key));
    }
  }

  String string(String key, String otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    return primitive(key, JsonPrimitive::isString, "a string").getAsString();
  }

  boolean bool(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    return primitive(key, JsonPrimitive::isBoolean, "true or false").getAsBoolean();
  }

  /** A maximum length, as {@link EncoderConfig} takes it. */
  int length(String key, int otherwise) {
    return integer(key, otherwise, EncoderConfig.MIN_LENGTH, EncoderConfig.MAX_LENGTH);
  }

  /** An integer in a range; {@code otherwise} may be out of it. */
  int integer(String key, int otherwise, int smallest, int largest) {
    if (!has(key)) {
      return otherwise;
    }
    JsonPrimitive number = primitive(key, JsonPrimitive::isNumber, "an integer");
    int value;
    try {
      value = number.getAsBigDecimal().intValueExact();
    } catch (ArithmeticException | NumberFormatException e) { // the latter of a huge exponent
      throw wrong(key, "an integer", e);
    }
    if (value < smallest || value > largest) {
      throw wrong(
          key,
          largest == Integer.MAX_VALUE ? "at least " + smallest : "in " + smallest + ".." + largest,
          null);
    }
    return value;
  }

  /** The strings of an array. */
  List<String> strings(String key) {
    List<String> strings = new ArrayList<>();
    if (!has(key)) {
      return strings;
    }
    if (!object.get(key).isJsonArray()) {
      throw wrong(key, "an array of strings", null);
    }
    for (JsonElement element : object.getAsJsonArray(key)) {
      if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isString()) {
        throw wrong(key, "an array of strings", null);
      }
      strings.add(element.getAsString());
    }
    return strings;
  }

  /** The numbers of an array. */
  long[] longs(String key) {
    if (!has(key) || !object.get(key).isJsonArray()) {
      throw wrong(key, "an array of integers", null);
    }
    try {
      return object.getAsJsonArray(key).asList().stream()
          .mapToLong(element -> element.getAsBigDecimal().longValueExact())
          .toArray();
    } catch (RuntimeException e) { // not a number, or not a whole one
      throw wrong(key, "an array of integers", e);
    }
  }

  /** An object within. */
  Optional<JsonFields> object(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    if (!object.get(key).isJsonObject()) {
      throw wrong(key, "an object", null);
    }
    return Optional.of(new JsonFields(source + ": " + key, object.getAsJsonObject(key)));
  }

  private JsonPrimitive primitive(String key, Predicate<JsonPrimitive> type, String expected) {
    JsonElement element = object.get(key);
    if (!element.isJsonPrimitive() || !type.test(element.getAsJsonPrimitive())) {
      throw wrong(key, expected, null);
    }
    return element.getAsJsonPrimitive();
  }

  private IllegalArgumentException wrong(String key, String expected, Throwable cause) {
    return new IllegalArgumentException(
        source + ": " + key + " must be " + expected + ", got " + object.get(key), cause);
  }

  @Override
  public String toString() {
    return source;
  }
}
