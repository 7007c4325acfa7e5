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
package io.github.lucenefastlane.query;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes small ONNX files, byte by byte in protobuf's wire format. Field numbers are those of
 * onnx.proto (ONNX 1.x); only what the tests' graphs need is here.
 */
final class OnnxModel {

  static final int FLOAT = 1;
  static final int INT64 = 7;
  static final int DOUBLE = 11;

  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;
  private static final int INT_ATTRIBUTE = 2;

  private final Message graph = new Message();

  /** Adds a node of one output. */
  OnnxModel node(String operator, String output, String... inputs) {
    graph.message(1, node(inputs).string(2, output).string(4, operator));
    return this;
  }

  /** Adds a node with the attribute "axis". */
  OnnxModel nodeWithAxis(String operator, String output, long axis, String... inputs) {
    Message attribute = new Message().string(1, "axis").varint(3, axis).varint(20, INT_ATTRIBUTE);
    graph.message(1, node(inputs).string(2, output).string(4, operator).message(5, attribute));
    return this;
  }

  private static Message node(String... inputs) {
    Message node = new Message();
    for (String input : inputs) {
      node.string(1, input);
    }
    return node;
  }

  /** Adds a constant of floats. */
  OnnxModel constant(String name, float[] values, long... shape) {
    ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES);
    raw.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return constant(name, FLOAT, raw.array(), shape);
  }

  /** Adds a constant of longs. */
  OnnxModel constant(String name, long[] values, long... shape) {
    ByteBuffer raw = ByteBuffer.allocate(values.length * Long.BYTES);
    raw.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
    return constant(name, INT64, raw.array(), shape);
  }

  private OnnxModel constant(String name, int type, byte[] raw, long... shape) {
    Message tensor = new Message();
    for (long dimension : shape) {
      tensor.varint(1, dimension);
    }
    graph.message(5, tensor.varint(2, type).string(8, name).bytes(9, raw));
    return this;
  }

  /** Adds an input; a dimension is a number or, when free, a name. */
  OnnxModel input(String name, int type, Object... shape) {
    graph.message(11, valueInfo(name, type, shape));
    return this;
  }

  /** Adds an output. */
  OnnxModel output(String name, int type, Object... shape) {
    graph.message(12, valueInfo(name, type, shape));
    return this;
  }

  private static Message valueInfo(String name, int type, Object... shape) {
    Message dimensions = new Message();
    for (Object dimension : shape) {
      dimensions.message(
          1,
          dimension instanceof Number number
              ? new Message().varint(1, number.longValue())
              : new Message().string(2, (String) dimension));
    }
    Message tensor = new Message().varint(1, type).message(2, dimensions);
    return new Message().string(1, name).message(2, new Message().message(1, tensor));
  }

  /** The whole file. */
  byte[] toBytes() {
    graph.string(2, "test");
    Message opset = new Message().string(1, "").varint(2, OPSET);
    return new Message().varint(1, IR_VERSION).message(7, graph).message(8, opset).toBytes();
  }

  /** A protobuf message under construction. */
  private static final class Message {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message varint(int field, long value) {
      raw((long) field << 3 | VARINT);
      raw(value);
      return this;
    }

    Message bytes(int field, byte[] value) {
      raw((long) field << 3 | LENGTH_DELIMITED);
      raw(value.length);
      out.writeBytes(value);
      return this;
    }

    Message string(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.toBytes());
    }

    private void raw(long value) {
      while ((value & ~0x7FL) != 0) {
        out.write((int) (value & 0x7F | 0x80));
        value >>>= 7;
      }
      out.write((int) value);
    }

    byte[] toBytes() {
      return out.toByteArray();
    }
  }
}
