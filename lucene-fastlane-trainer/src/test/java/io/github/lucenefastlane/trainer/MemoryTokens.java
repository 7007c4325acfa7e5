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

import java.nio.ByteBuffer;

/** Token vectors in memory: of each text some. */
record MemoryTokens(int dimension, float[]... texts) implements TokenSource {
  @Override
  public int size() {
    return texts.length;
  }

  @Override
  public int tokens(int text) {
    return texts[text].length / dimension;
  }

  @Override
  public void read(int text, int count, ByteBuffer target) {
    for (int i = 0; i < count * dimension; i++) {
      target.putShort(Float.floatToFloat16(texts[text][i]));
    }
  }

  @Override
  public void close() {}
}
