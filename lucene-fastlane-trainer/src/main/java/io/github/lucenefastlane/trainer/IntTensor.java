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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongBinaryOperator;
import java.util.stream.LongStream;

/**
 * A tensor of integers or truth values on the Java heap: ids, masks, and the shapes that a graph
 * reckons with. Gradients never pass them.
 *
 * @param shape size of each axis; none for a scalar
 * @param values row-major
 */
record IntTensor(long[] shape, long[] values) {

  /** Checks that there are as many values as the shape has places. */
  IntTensor {
    if (size(shape) != values.length) {
      throw new IllegalArgumentException(
          "a tensor of shape "
              + Arrays.toString(shape)
              + " must have "
              + size(shape)
              + " values, got "
              + values.length);
    }
  }

  static IntTensor vector(long... values) {
    return new IntTensor(new long[] {values.length}, values);
  }

  /** How many values a shape has. */
  static int size(long[] shape) {
    return Math.toIntExact(LongStream.of(shape).reduce(1, Math::multiplyExact));
  }

  /** An axis of a tensor of so many axes, where negative ones are counted from the end. */
  static int axis(long axis, int axes) {
    if (axis < -axes || axis >= axes) {
      throw new IllegalArgumentException("no axis " + axis + " of " + axes);
    }
    return (int) (axis < 0 ? axis + axes : axis);
  }

  /** The shape with axes of size 1 put in, at these places of the new shape. */
  static long[] unsqueeze(long[] shape, long... axes) {
    List<Long> result = new ArrayList<>();
    LongStream.of(shape).forEach(result::add);
    int count = shape.length + axes.length;
    LongStream.of(axes).map(a -> axis(a, count)).sorted().forEach(a -> result.add((int) a, 1L));
    return result.stream().mapToLong(Long::longValue).toArray();
  }

  /** The shape without some axes of size 1. */
  static long[] squeeze(long[] shape, long... axes) {
    boolean[] gone = new boolean[shape.length];
    for (long given : axes) {
      int axis = axis(given, shape.length);
      if (shape[axis] != 1) {
        throw new IllegalArgumentException("axis " + axis + " has the size " + shape[axis]);
      }
      gone[axis] = true;
    }
    List<Long> result = new ArrayList<>();
    for (int i = 0; i < shape.length; i++) {
      if (!gone[i]) {
        result.add(shape[i]);
      }
    }
    return result.stream().mapToLong(Long::longValue).toArray();
  }

  /**
   * Another shape of as many values.
   *
   * @param wanted may have 0 for the size that the axis has now, and once -1 for what remains
   */
  static long[] reshape(long[] shape, long[] wanted) {
    long[] result = wanted.clone();
    int open = -1;
    long known = 1;
    for (int i = 0; i < result.length; i++) {
      if (result[i] == 0) {
        result[i] = shape[i];
      }
      if (result[i] == -1) {
        open = i;
      } else {
        known *= result[i];
      }
    }
    if (open >= 0) {
      result[open] = size(shape) / known;
    }
    return result;
  }

  IntTensor withShape(long... newShape) {
    return new IntTensor(newShape, values);
  }

  /** The places of an axis that these say, in their shape. */
  IntTensor gather(int axis, IntTensor indices) {
    int outer = size(Arrays.copyOf(shape, axis));
    int inner = size(Arrays.copyOfRange(shape, axis + 1, shape.length));
    int width = Math.toIntExact(shape[axis]);
    long[] result = new long[outer * indices.values.length * inner];
    int to = 0;
    for (int i = 0; i < outer; i++) {
      for (long index : indices.values) {
        int from = (i * width + axis(index, width)) * inner;
        System.arraycopy(values, from, result, to, inner);
        to += inner;
      }
    }
    long[] resultShape =
        LongStream.concat(
                LongStream.concat(Arrays.stream(shape, 0, axis), LongStream.of(indices.shape)),
                Arrays.stream(shape, axis + 1, shape.length))
            .toArray();
    return new IntTensor(resultShape, result);
  }

  /**
   * Some places of an axis, in order.
   *
   * @param from first; negative ones are counted from the end
   * @param to after the last, as above; beyond the end is the end
   */
  IntTensor slice(int axis, long from, long to) {
    long width = shape[axis];
    long first = Math.clamp(from < 0 ? from + width : from, 0, width);
    long end = Math.clamp(to < 0 ? to + width : to, first, width);
    return gather(axis, vector(LongStream.range(first, end).toArray()));
  }

  /** One behind the other, of tensors of one axis. */
  static IntTensor concat(List<IntTensor> parts) {
    return vector(parts.stream().flatMapToLong(part -> LongStream.of(part.values)).toArray());
  }

  /** The values, repeated along axes of size 1 to a shape that this is broadcast to. */
  IntTensor expand(long... wanted) {
    long[] target = broadcast(shape, wanted);
    int missing = target.length - shape.length;
    long[] result = new long[size(target)];
    for (int i = 0; i < result.length; i++) {
      int from = 0;
      int rest = i;
      int stride = 1;
      for (int axis = target.length - 1; axis >= missing; axis--) {
        int place = rest % (int) target[axis];
        rest /= (int) target[axis];
        from += shape[axis - missing] == 1 ? 0 : place * stride;
        stride *= (int) shape[axis - missing];
      }
      result[i] = values[from];
    }
    return new IntTensor(target, result);
  }

  /** The shape of what is made of tensors of two shapes, as NumPy has it. */
  static long[] broadcast(long[] a, long[] b) {
    long[] result = new long[Math.max(a.length, b.length)];
    for (int back = 1; back <= result.length; back++) {
      long x = back > a.length ? 1 : a[a.length - back];
      long y = back > b.length ? 1 : b[b.length - back];
      if (x != y && x != 1 && y != 1) {
        throw new IllegalArgumentException(
            Arrays.toString(a) + " and " + Arrays.toString(b) + " do not go together");
      }
      result[result.length - back] = x == 1 ? y : x;
    }
    return result;
  }

  /** Of each pair of values one, broadcast as above. */
  IntTensor combine(IntTensor other, LongBinaryOperator operator) {
    long[] target = broadcast(shape, other.shape);
    long[] a = expand(target).values;
    long[] b = other.expand(target).values;
    long[] result = new long[a.length];
    Arrays.setAll(result, i -> operator.applyAsLong(a[i], b[i]));
    return new IntTensor(target, result);
  }

  @Override
  public String toString() {
    return Arrays.toString(values) + " of shape " + Arrays.toString(shape);
  }
}
