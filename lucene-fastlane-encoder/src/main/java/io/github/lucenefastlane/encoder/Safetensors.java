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

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * A file of named tensors: 8 bytes with the header's length, little endian; the header, a JSON
 * object of {@code name -> {dtype, shape, data_offsets}}; the values, little endian, row-major.
 */
final class Safetensors {
  /** Far more than any single layer needs; keeps a broken header from asking for all memory. */
  private static final int MAX_HEADER_BYTES = 1 << 24;

  private static final int MAX_TENSOR_BYTES = 1 << 30;

  private final Path file;
  private final JsonFields header;
  private final long dataStart;

  private Safetensors(Path file, JsonFields header, long dataStart) {
    this.file = file;
    this.header = header;
    this.dataStart = dataStart;
  }

  /** A tensor's axes and its values, row-major. */
  record Tensor(long[] shape, float[] values) {}

  static Safetensors open(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long length = read(file, channel, 0, Long.BYTES).getLong();
      if (length < 2 || length > MAX_HEADER_BYTES) {
        throw new IllegalArgumentException(
            file + ": header length must be in 2.." + MAX_HEADER_BYTES + ", got " + length);
      }
      ByteBuffer json = read(file, channel, Long.BYTES, (int) length);
      String text = StandardCharsets.UTF_8.decode(json).toString();
      return new Safetensors(file, JsonFields.parse(file.toString(), text), Long.BYTES + length);
    }
  }

  /** A tensor by name, its values as floats. */
  Optional<Tensor> read(String name) throws IOException {
    Optional<JsonFields> entry = header.object(name);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    long[] shape = entry.get().longs("shape");
    long[] offsets = entry.get().longs("data_offsets");
    String type = entry.get().string("dtype", "");
    int width =
        switch (type) {
          case "F32" -> Float.BYTES;
          case "F16", "BF16" -> Short.BYTES;
          default ->
              throw new IllegalArgumentException(
                  entry.get() + ": dtype must be F32, F16 or BF16, got " + type);
        };
    long bytes = width;
    for (long size : shape) {
      if (size < 1 || size > MAX_TENSOR_BYTES / bytes) {
        throw new IllegalArgumentException(
            entry.get()
                + ": shape must be of at most "
                + MAX_TENSOR_BYTES
                + " bytes, got "
                + Arrays.toString(shape));
      }
      bytes *= size;
    }
    if (offsets.length != 2 || offsets[0] < 0 || offsets[1] - offsets[0] != bytes) {
      throw new IllegalArgumentException(
          entry.get()
              + ": data_offsets must span "
              + bytes
              + " bytes, got "
              + Arrays.toString(offsets));
    }
    float[] values = new float[(int) (bytes / width)];
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer data = read(file, channel, dataStart + offsets[0], (int) bytes);
      for (int i = 0; i < values.length; i++) {
        values[i] =
            switch (type) {
              case "F32" -> data.getFloat();
              case "F16" -> Float.float16ToFloat(data.getShort());
              default -> Float.intBitsToFloat(data.getShort() << 16); // BF16: a float's upper half
            };
      }
    }
    return Optional.of(new Tensor(shape, values));
  }

  private static ByteBuffer read(Path file, FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException(file + " ends before byte " + (position + length));
      }
    }
    return buffer.flip();
  }
}
