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

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads and writes the tensors in ONNX files. */
final class OnnxTensors {
  private OnnxTensors() {}

  static boolean isFloat(TensorProto tensor) {
    return tensor.getDataType() == TensorProto.DataType.FLOAT_VALUE;
  }

  static long[] shape(TensorProto tensor) {
    return tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
  }

  /** The values of a tensor of 32-bit floats. */
  static float[] floats(TensorProto tensor) {
    float[] values = new float[IntTensor.size(shape(tensor))];
    if (tensor.getFloatDataCount() == values.length) {
      for (int i = 0; i < values.length; i++) {
        values[i] = tensor.getFloatData(i);
      }
    } else {
      raw(tensor, values.length * Float.BYTES).asFloatBuffer().get(values);
    }
    return values;
  }

  /** The values of a tensor of integers or truth values. */
  static IntTensor integers(TensorProto tensor) {
    long[] shape = shape(tensor);
    long[] values = new long[IntTensor.size(shape)];
    int bytes =
        switch (tensor.getDataType()) {
          case TensorProto.DataType.INT64_VALUE -> Long.BYTES;
          case TensorProto.DataType.INT32_VALUE -> Integer.BYTES;
          case TensorProto.DataType.BOOL_VALUE -> Byte.BYTES;
          default -> throw unsupported(tensor.getDataType());
        };
    boolean longs = tensor.getInt64DataCount() == values.length;
    boolean ints = tensor.getInt32DataCount() == values.length;
    ByteBuffer raw = longs || ints ? null : raw(tensor, values.length * bytes);
    for (int i = 0; i < values.length; i++) {
      if (raw == null) {
        values[i] = longs ? tensor.getInt64Data(i) : tensor.getInt32Data(i);
      } else {
        values[i] =
            switch (bytes) {
              case Long.BYTES -> raw.getLong();
              case Integer.BYTES -> raw.getInt();
              default -> raw.get();
            };
      }
    }
    return new IntTensor(shape, values);
  }

  /** Of a type of values that is neither 32-bit floats nor integers. */
  static IllegalArgumentException unsupported(long type) {
    return new IllegalArgumentException(
        "the type of tensors " + TensorProto.DataType.forNumber((int) type) + " is not supported");
  }

  private static ByteBuffer raw(TensorProto tensor, int bytes) {
    ByteString raw = tensor.getRawData();
    if (raw.size() != bytes || tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      throw new IllegalArgumentException(
          "the tensor "
              + tensor.getName()
              + " must be in the file, of "
              + bytes
              + " bytes, there are "
              + raw.size());
    }
    return raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** 32-bit floats as ONNX files hold them. */
  static ByteString raw(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return ByteString.copyFrom(bytes.array());
  }
}
