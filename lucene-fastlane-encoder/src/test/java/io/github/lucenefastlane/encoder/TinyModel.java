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

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Model folders with an ONNX file of a few operations and MiniLM's tokenizer. The vector of a token
 * is {@code [its id, its attention]}, so that tests see what the model was given.
 */
final class TinyModel {
  /** What stands between the ids and the output. */
  enum Kind {
    /** The ids and attentions themselves. */
    ECHO,
    /** Less the largest of the whole batch, a batch that is scaled as one. */
    SHARED_RANGE,
    /** Their difference with themselves: zero vectors. */
    ZERO,
    /** That difference divided by itself: NaN. */
    NAN
  }

  private static final int INT64 = 7;
  private static final int FLOAT = 1;

  private TinyModel() {}

  /** A folder with an echoing {@code model.onnx}. */
  static Path write(Path folder) throws IOException {
    Files.write(folder.resolve("model.onnx"), onnx(Kind.ECHO, "token_embeddings", "input_ids"));
    writeTokenizer(folder);
    return folder;
  }

  static void writeTokenizer(Path folder) throws IOException {
    try (InputStream stream = ResourceModel.miniLm().openTokenizer()) {
      Files.copy(stream, folder.resolve("tokenizer.json"));
    }
  }

  /** Makes a string one token of the folder's tokenizer. */
  static void addToken(Path folder, String token, int id) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    JsonArray added = json.getAsJsonArray("added_tokens");
    JsonObject entry = added.get(0).getAsJsonObject().deepCopy();
    entry.addProperty("id", id);
    entry.addProperty("content", token);
    added.add(entry);
    Files.writeString(file, json.toString());
  }

  /** A graph fragment that continues the graph of another file. */
  static final class Head {
    private final Message graph = new Message();

    Head node(String operation, String output, String... inputs) {
      graph.message(1, TinyModel.node(operation, output, inputs));
      return this;
    }

    Head constant(String name, float[] values, long... shape) {
      ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES);
      raw.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
      return constant(name, FLOAT, raw.array(), shape);
    }

    Head constant(String name, long[] values, long... shape) {
      ByteBuffer raw = ByteBuffer.allocate(values.length * Long.BYTES);
      raw.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
      return constant(name, INT64, raw.array(), shape);
    }

    private Head constant(String name, int type, byte[] raw, long... shape) {
      Message tensor = new Message();
      for (long axis : shape) {
        tensor.number(1, axis);
      }
      graph.message(5, tensor.number(2, type).text(8, name).bytes(9, raw));
      return this;
    }

    /** Names an output; an axis is a number or, where it is free, a name. */
    Head output(String name, Object... axes) {
      graph.message(12, value(name, FLOAT, axes));
      return this;
    }

    byte[] bytes() {
      return new Message().message(7, graph).bytes();
    }
  }

  /** An ONNX file, with chosen names of its output and of its first input. */
  static byte[] onnx(Kind kind, String output, String input) {
    return onnx(kind, output, input, "batch", "tokens");
  }

  /** The same with chosen axes of the first input: a number or, where it is free, a name. */
  static byte[] onnx(Kind kind, String output, String input, Object... inputAxes) {
    Message graph = new Message();
    graph.message(1, node("Cast", "ids", input).message(5, attribute("to", FLOAT)));
    graph.message(1, node("Cast", "mask", "attention_mask").message(5, attribute("to", FLOAT)));
    graph.message(1, node("Unsqueeze", "ids3", "ids", "axes"));
    graph.message(1, node("Unsqueeze", "mask3", "mask", "axes"));
    String echo = kind == Kind.ECHO ? output : "echo";
    graph.message(1, node("Concat", echo, "ids3", "mask3").message(5, attribute("axis", 2)));
    if (kind == Kind.SHARED_RANGE) {
      graph.message(1, node("ReduceMax", "largest", echo));
      graph.message(1, node("Sub", output, echo, "largest"));
    } else if (kind != Kind.ECHO) {
      String zero = kind == Kind.ZERO ? output : "zero";
      graph.message(1, node("Sub", zero, echo, echo));
      if (kind == Kind.NAN) {
        graph.message(1, node("Div", output, zero, zero));
      }
    }
    graph.text(2, "tiny");
    graph.message(5, new Message().number(1, 1).number(2, INT64).number(7, 2).text(8, "axes"));
    graph.message(11, value(input, INT64, inputAxes));
    graph.message(11, value("attention_mask", INT64, "batch", "tokens"));
    graph.message(12, value(output, FLOAT, "batch", "tokens", "dimension"));
    return new Message()
        .number(1, 8)
        .message(7, graph)
        .message(8, new Message().text(1, "").number(2, 13))
        .bytes();
  }

  private static Message node(String operation, String output, String... inputs) {
    Message node = new Message();
    for (String input : inputs) {
      node.text(1, input);
    }
    return node.text(2, output).text(4, operation);
  }

  private static Message attribute(String name, long value) {
    return new Message().text(1, name).number(3, value).number(20, 2);
  }

  private static Message value(String name, int type, Object... axes) {
    Message shape = new Message();
    for (Object axis : axes) {
      shape.message(
          1,
          axis instanceof Number number
              ? new Message().number(1, number.longValue())
              : new Message().text(2, (String) axis));
    }
    Message tensor = new Message().number(1, type).message(2, shape);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  /** A protocol buffers message, written field by field. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Message number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    private Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    private Message message(int field, Message value) {
      return bytes(field, value.bytes());
    }

    private Message bytes(int field, byte[] value) {
      varint((long) field << 3 | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    private byte[] bytes() {
      return out.toByteArray();
    }

    private void varint(long value) {
      while ((value & ~0x7FL) != 0) {
        out.write((int) (value & 0x7F | 0x80));
        value >>>= 7;
      }
      out.write((int) value);
    }
  }
}
