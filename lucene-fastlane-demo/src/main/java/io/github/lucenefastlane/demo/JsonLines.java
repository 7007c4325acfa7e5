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
package io.github.lucenefastlane.demo;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * A file of one JSON object per line, UTF-8, gzipped if its name ends in {@code .gz}. Blank lines
 * are skipped. Whatever is wrong with a line is reported as {@code file:line: what}.
 */
final class JsonLines {
  private static final Gson STRICT = new GsonBuilder().setStrictness(Strictness.STRICT).create();

  /** One parsed line. */
  record Line(Path file, long number, JsonObject object) {

    /** The string member {@code name}; the line is malformed without it. */
    String requiredString(String name) {
      String value = optionalString(name, null);
      if (value == null) {
        throw failure("\"" + name + "\" is missing");
      }
      return value;
    }

    /** The string member {@code name}, or {@code absent} if there is none or it is null. */
    String optionalString(String name, String absent) {
      JsonElement value = object.get(name);
      if (value == null || value.isJsonNull()) {
        return absent;
      }
      if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
        throw failure("\"" + name + "\" must be a string, got " + value);
      }
      return value.getAsString();
    }

    /** The member {@code _id}, which must not be empty. */
    String id() {
      String id = requiredString("_id");
      if (id.isEmpty()) {
        throw failure("\"_id\" is empty");
      }
      return id;
    }

    CommandFailure failure(String what) {
      return malformed(file, number, what, null);
    }
  }

  /** Takes one line. */
  @FunctionalInterface
  interface Consumer {
    void accept(Line line) throws IOException;
  }

  private JsonLines() {}

  static void read(Path file, Consumer consumer) throws IOException {
    long number = 0;
    try (InputStream in = open(file)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      boolean more = true;
      while (more) {
        number++;
        bytes.reset();
        more = readLine(in, bytes, file, number);
        String text = decode(bytes.toByteArray(), file, number);
        if (!text.isBlank()) {
          consumer.accept(new Line(file, number, parse(text, file, number)));
        }
      }
    }
  }

  private static InputStream open(Path file) throws IOException {
    InputStream in;
    try {
      in = new BufferedInputStream(Files.newInputStream(file));
    } catch (NoSuchFileException e) {
      throw new CommandFailure("no such file: " + file, e);
    } catch (AccessDeniedException e) {
      throw new CommandFailure("cannot read " + file, e);
    }
    if (!file.toString().endsWith(".gz")) {
      return in;
    }
    try {
      return new BufferedInputStream(new GZIPInputStream(in, 1 << 16));
    } catch (IOException e) {
      in.close();
      throw new CommandFailure(file + ": not a gzip file: " + e.getMessage(), e);
    }
  }

  /** Reads up to a line feed; false at the end of the file. */
  private static boolean readLine(
      InputStream in, ByteArrayOutputStream line, Path file, long number) {
    try {
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b == '\n') {
          return true;
        }
        line.write(b);
      }
      return false;
    } catch (IOException e) {
      // A truncated or damaged gzip stream shows here, in the middle of a line.
      throw malformed(file, number, "cannot be read: " + e.getMessage(), e);
    }
  }

  private static String decode(byte[] bytes, Path file, long number) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw malformed(file, number, "not UTF-8", e);
    }
  }

  private static JsonObject parse(String text, Path file, long number) {
    JsonElement element;
    try {
      element = STRICT.fromJson(text, JsonElement.class);
    } catch (JsonParseException e) {
      throw malformed(file, number, "not valid JSON", e);
    }
    if (element == null || !element.isJsonObject()) {
      throw malformed(file, number, "not a JSON object", null);
    }
    return element.getAsJsonObject();
  }

  private static CommandFailure malformed(Path file, long number, String what, Throwable cause) {
    return new CommandFailure(file + ":" + number + ": " + what, cause);
  }
}
