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

import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Integers are reckoned with as ONNX defines it. */
public class TestIntTensor extends LuceneTestCase {
  private static final IntTensor MATRIX =
      new IntTensor(new long[] {2, 3}, new long[] {1, 2, 3, 4, 5, 6});

  private static void assertTensor(IntTensor actual, long[] shape, long... values) {
    assertArrayEquals(actual.toString(), shape, actual.shape());
    assertArrayEquals(actual.toString(), values, actual.values());
  }

  public void testGather() {
    assertTensor(
        MATRIX.gather(1, IntTensor.vector(2, -3)), new long[] {2, 2}, new long[] {3, 1, 6, 4});
    IntTensor scalar = new IntTensor(new long[0], new long[] {1});
    assertTensor(MATRIX.gather(0, scalar), new long[] {3}, 4, 5, 6);
    assertTensor(MATRIX.gather(1, scalar), new long[] {2}, 2, 5);
    expectThrows(IllegalArgumentException.class, () -> MATRIX.gather(1, IntTensor.vector(3)));
  }

  public void testSlice() {
    assertTensor(MATRIX.slice(1, 1, 3), new long[] {2, 2}, 2, 3, 5, 6);
    assertTensor(MATRIX.slice(1, -2, Long.MAX_VALUE), new long[] {2, 2}, 2, 3, 5, 6);
    assertTensor(MATRIX.slice(1, 0, -1), new long[] {2, 2}, 1, 2, 4, 5);
    assertTensor(MATRIX.slice(0, 1, 1), new long[] {0, 3});
    assertTensor(MATRIX.slice(1, -9, 1), new long[] {2, 1}, 1, 4);
  }

  public void testExpand() {
    IntTensor column = new IntTensor(new long[] {2, 1}, new long[] {7, 8});
    assertTensor(column.expand(2, 1, 3), new long[] {2, 2, 3}, 7, 7, 7, 8, 8, 8, 7, 7, 7, 8, 8, 8);
    assertTensor(column.expand(1), new long[] {2, 1}, 7, 8);
    assertTensor(
        column.combine(MATRIX, (a, b) -> 10 * a + b), new long[] {2, 3}, 71, 72, 73, 84, 85, 86);
    IllegalArgumentException refused =
        expectThrows(IllegalArgumentException.class, () -> MATRIX.expand(2));
    assertEquals("[2, 3] and [2] do not go together", refused.getMessage());
  }

  public void testShapes() {
    assertArrayEquals(new long[] {1, 2, 1, 3}, IntTensor.unsqueeze(new long[] {2, 3}, 2, 0));
    assertArrayEquals(new long[] {2, 3, 1}, IntTensor.unsqueeze(new long[] {2, 3}, -1));
    assertArrayEquals(new long[] {2, 3}, IntTensor.squeeze(new long[] {1, 2, 3, 1}, -1, 0));
    expectThrows(IllegalArgumentException.class, () -> IntTensor.squeeze(new long[] {2, 3}, 0));
    assertArrayEquals(
        new long[] {4, 2, 3}, IntTensor.reshape(new long[] {4, 6}, new long[] {0, -1, 3}));
    assertTensor(
        IntTensor.concat(List.of(IntTensor.vector(1, 2), IntTensor.vector(), IntTensor.vector(3))),
        new long[] {3},
        1,
        2,
        3);
    IllegalArgumentException refused =
        expectThrows(
            IllegalArgumentException.class, () -> new IntTensor(new long[] {2, 2}, new long[3]));
    assertEquals("a tensor of shape [2, 2] must have 4 values, got 3", refused.getMessage());
  }
}
