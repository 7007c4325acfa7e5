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
package io.github.lucenefastlane.codec;

/** {@link TokenEncoding#RESIDUAL3}. */
final class Residual3Coder extends ResidualCoder {

  static final ResidualLevels LEVELS = ResidualLevels.THREE_BITS;

  /** Components of a word of three bytes. */
  static final int WORD_COMPONENTS = 8;

  private final int words;

  Residual3Coder(int dimension) {
    super(LEVELS, dimension);
    this.words = words(dimension);
  }

  static int words(int dimension) {
    return Math.ceilDiv(dimension, WORD_COMPONENTS);
  }

  static int word(byte[] code, int firstWord, int words, int i) {
    int low = code[firstWord + i] & 0xFF;
    int middle = code[firstWord + words + i] & 0xFF;
    int high = code[firstWord + 2 * words + i] & 0xFF;
    return low | middle << Byte.SIZE | high << 2 * Byte.SIZE;
  }

  /** The level of a component of a word. */
  static int level(int word, int component) {
    return LEVELS.level(word >>> LEVELS.bits * component & LEVELS.count() - 1);
  }

  @Override
  int numberBytes() {
    return 3 * words;
  }

  @Override
  void decode(byte[] codes, int offset, int count, float[] vectors, int at) {
    int done = Simd.PRESENT ? PanamaDecoder.words(codes, offset, count, dimension, vectors, at) : 0;
    for (int t = 0; t < count && done < words; t++) {
      int code = offset + t * bytes();
      float scale = scale(codes, code);
      for (int i = done; i < words; i++) {
        int word = word(codes, firstNumber(code), words, i);
        for (int j = 0, d = i; d < dimension; j++, d += words) {
          vectors[at + t * dimension + d] = scale * level(word, j);
        }
      }
    }
  }

  @Override
  void pack(byte[] numbers, byte[] code, int first) {
    for (int i = 0; i < words; i++) {
      int word = 0;
      for (int j = 0, d = i; d < dimension; j++, d += words) {
        word |= numbers[d] << LEVELS.bits * j;
      }
      code[first + i] = (byte) word;
      code[first + words + i] = (byte) (word >>> Byte.SIZE);
      code[first + 2 * words + i] = (byte) (word >>> 2 * Byte.SIZE);
    }
  }
}
