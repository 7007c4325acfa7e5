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

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A model folder that is a head on MiniLM: the vectors of the first components, and a router whose
 * two views are given. The ONNX fragment is written field by field, with the numbers of onnx.proto.
 */
final class TinyHead {
  private static final int BASE_DIMENSION = 384;
  private static final int FLOAT = 1;

  private TinyHead() {}

  /** Writes {@code head.onnx} and {@code fastlane.json}; the views are of the dimension. */
  static Path write(Path folder, int dimension, float[]... views) throws IOException {
    float[] projection = new float[BASE_DIMENSION * dimension];
    for (int d = 0; d < dimension; d++) {
      projection[d * dimension + d] = 1;
    }
    float[] given = new float[views.length * dimension];
    for (int v = 0; v < views.length; v++) {
      System.arraycopy(views[v], 0, given, v * dimension, dimension);
    }
    Fields graph =
        new Fields()
            .message(1, node("MatMul", "token_embeddings", "last_hidden_state", "projection"))
            .message(1, node("Identity", "views", "given_views"))
            .message(5, constant("projection", projection, BASE_DIMENSION, dimension))
            .message(5, constant("given_views", given, 1, views.length, dimension))
            .message(12, output("token_embeddings", "batch", "tokens", "dimension"))
            .message(12, output("views", "one", "views", "dimension"));
    Files.write(folder.resolve("head.onnx"), new Fields().message(7, graph).bytes());
    Files.writeString(folder.resolve("fastlane.json"), "{\"base\": \"all-MiniLM-L6-v2\"}");
    return folder;
  }

  private static Fields node(String operation, String output, String... inputs) {
    Fields node = new Fields();
    for (String input : inputs) {
      node.text(1, input);
    }
    return node.text(2, output).text(4, operation);
  }

  private static Fields constant(String name, float[] values, long... shape) {
    ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES);
    raw.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    Fields tensor = new Fields();
    for (long axis : shape) {
      tensor.number(1, axis);
    }
    return tensor.number(2, FLOAT).text(8, name).bytes(9, raw.array());
  }

  private static Fields output(String name, String... axes) {
    Fields shape = new Fields();
    for (String axis : axes) {
      shape.message(1, new Fields().text(2, axis));
    }
    Fields tensor = new Fields().number(1, FLOAT).message(2, shape);
    return new Fields().text(1, name).message(2, new Fields().message(1, tensor));
  }

  /** A protocol buffers message under construction. */
  private static final class Fields {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Fields number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    private Fields text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    private Fields message(int field, Fields value) {
      return bytes(field, value.bytes());
    }

    private Fields bytes(int field, byte[] value) {
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
