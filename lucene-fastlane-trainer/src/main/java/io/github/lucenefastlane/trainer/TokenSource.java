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

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The token vectors of numbered texts, as 16-bit floats. Used by one thread. */
interface TokenSource extends Closeable {
  /** Number of texts. */
  int size();

  /** Components of a vector. */
  int dimension();

  /** Vectors of a text; may be 0. */
  int tokens(int text);

  /**
   * Appends the first vectors of a text.
   *
   * @param count how many, in 0..{@link #tokens}
   * @param target takes {@code count * dimension()} halves, in its own byte order, which must be
   *     little endian
   */
  void read(int text, int count, ByteBuffer target) throws IOException;

  /** The first vectors of a text, {@code float[count][dimension()]}. */
  default float[][] vectors(int text, int count) throws IOException {
    ByteBuffer halves =
        ByteBuffer.allocate(count * dimension() * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    read(text, count, halves);
    halves.flip();
    float[][] vectors = new float[count][dimension()];
    for (float[] vector : vectors) {
      for (int i = 0; i < vector.length; i++) {
        vector[i] = Float.float16ToFloat(halves.getShort());
      }
    }
    return vectors;
  }
}
