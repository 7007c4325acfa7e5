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

import java.util.Arrays;

/**
 * {@link TokenEncoding#RESIDUAL3}: trellis-coded quantisation (Marcellin and Fischer, "Trellis
 * Coded Quantization of Memoryless and Gauss-Markov Sources", IEEE Transactions on Communications
 * 38, 1990).
 *
 * <p>A component has one of eight levels, but of eight others, their negatives, after an odd
 * number; and what the even and the odd numbers stand for depends on the two numbers before. So
 * sixteen levels are to be had for three bits, at the cost that a component's number narrows the
 * choice of the next ones. Which numbers lose least together is found by the algorithm of Viterbi
 * ("Error Bounds for Convolutional Codes", IEEE Transactions on Information Theory 13, 1967). The
 * code, of four states, is Ungerboeck's ("Channel Coding with Multilevel/Phase Signals", IEEE
 * Transactions on Information Theory 28, 1982), without feedback, so that a number is decoded from
 * bits that lie beside it.
 *
 * <p>Of Gaussian numbers, 128 at a time, .0246 of their square is lost, where the best eight levels
 * lose .0334. Eight states would lose .0240, and trellises of eight components, each ending in the
 * state that it began with, .0263.
 */
final class Residual3Coder extends ResidualCoder {

  /** Bits of a number. */
  static final int BITS = 3;

  /** Components of a word of three bytes. */
  static final int WORD_COMPONENTS = 8;

  /** Of each number of a word, the lowest bit. */
  static final int LOWEST_BITS = 0x249249;

  static final int NUMBERS = 1 << BITS;

  private static final int[] LEVELS = new int[NUMBERS];

  /**
   * Of a component in scales, rounded down, from {@link #LOWEST_SIZE} on: which of the four levels
   * of even index is nearest, and, two bits higher, which of odd index.
   */
  private static final byte[] NEAREST;

  private static final int LOWEST_SIZE;

  static {
    for (int i = 0; i < NUMBERS; i++) {
      int odd = 4 * i - 15;
      LEVELS[i] = odd * (odd * odd + 311) / 24;
    }
    LOWEST_SIZE = between(0) - 1;
    NEAREST = new byte[between(5) - LOWEST_SIZE + 1];
    for (int i = 0; i < NUMBERS - 2; i++) {
      for (int size = between(i); size - LOWEST_SIZE < NEAREST.length; size++) {
        NEAREST[size - LOWEST_SIZE] += (byte) (i % 2 == 0 ? 1 : 4);
      }
    }
  }

  private final int words;

  /** The numbers chosen last. */
  private final int[] chosen;

  /** What {@link #NEAREST} says of each component, and, four bits higher, of its negative. */
  private final byte[] nearest;

  /**
   * For each component and each state after it, a bit: the lowest of the number two before. A state
   * is the lowest bit of the last number and twice that of the one before.
   */
  private final byte[] before;

  Residual3Coder(int dimension) {
    super(dimension, NUMBERS, -LEVELS[0], -LEVELS[0] / 2.3);
    this.words = words(dimension);
    this.chosen = new int[words];
    this.nearest = new byte[words * WORD_COMPONENTS];
    this.before = new byte[words * WORD_COMPONENTS];
  }

  /** Half way between a level and the second after it. */
  private static int between(int i) {
    return Math.floorDiv(LEVELS[i] + LEVELS[i + 2], 2);
  }

  static int words(int dimension) {
    return Math.ceilDiv(dimension, WORD_COMPONENTS);
  }

  /** The numbers of a word, as they are stored. */
  private static int word(byte[] code, int firstWord, int words, int i) {
    int low = code[firstWord + i] & 0xFF;
    int middle = code[firstWord + words + i] & 0xFF;
    int high = code[firstWord + 2 * words + i] & 0xFF;
    return low | middle << Byte.SIZE | high << 2 * Byte.SIZE;
  }

  /** The level of an index. */
  static int level(int index) {
    return LEVELS[index];
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
      int last = done == 0 ? 0 : word(codes, firstNumber(code), words, done - 1);
      for (int i = done; i < words; i++) {
        int word = word(codes, firstNumber(code), words, i);
        int negative = (word << BITS | last >>> BITS * 7) & LOWEST_BITS;
        int indexes = word ^ negative ^ (word << BITS * 2 | last >>> BITS * 6) & LOWEST_BITS;
        for (int j = 0, d = i; d < dimension; j++, d += words) {
          int level = LEVELS[indexes >>> BITS * j & NUMBERS - 1];
          vectors[at + t * dimension + d] =
              scale * ((negative >>> BITS * j & 1) == 0 ? level : -level);
        }
        last = word;
      }
    }
  }

  @Override
  void choose(float[] rest, double scale, int[] levels) {
    Arrays.fill(chosen, 0);
    int state = cheapestEnd(rest, scale);
    for (int step = words * WORD_COMPONENTS - 1; step >= 0; step--) {
      int i = step / WORD_COMPONENTS;
      int j = step % WORD_COMPONENTS;
      int d = j * words + i;
      int lowest = state & 1;
      int last = state >> 1;
      int secondLast = before[step] >> state & 1;
      if (d < dimension) {
        int lowestOfIndex = lowest ^ last ^ secondLast;
        int index = nearest(step, last, lowestOfIndex);
        levels[d] = last == 0 ? LEVELS[index] : -LEVELS[index];
        chosen[i] |= (index ^ lowestOfIndex ^ lowest) << BITS * j;
      }
      state = last | secondLast << 1;
    }
  }

  /** The best index of a component of which sign and lowest bit are given. */
  private int nearest(int step, int negative, int lowestOfIndex) {
    return (nearest[step] >> 4 * negative + 2 * lowestOfIndex & 3) << 1 | lowestOfIndex;
  }

  /**
   * Follows all ways through the trellis, and keeps of those that meet in a state the one of which
   * the squares of errors have the least sum.
   *
   * @return the state, of the last number, in which the best way ends
   */
  private int cheapestEnd(float[] rest, double scale) {
    double scales = scale > 0 ? 1 / scale : 0;
    // The numbers before the first one are 0.
    float cost0 = 0;
    float cost1 = Float.POSITIVE_INFINITY;
    float cost2 = Float.POSITIVE_INFINITY;
    float cost3 = Float.POSITIVE_INFINITY;
    for (int i = 0, step = 0; i < words; i++) {
      for (int j = 0, d = i; j < WORD_COMPONENTS; j++, d += words, step++) {
        // Squares of errors: by an index that is even or odd, and negative after an odd number.
        float even = 0;
        float odd = 0;
        float evenNegative = 0;
        float oddNegative = 0;
        if (d < dimension) {
          float component = (float) (rest[d] * scales);
          int both = nearest(component) | nearest(-component) << 4;
          nearest[step] = (byte) both;
          even = square(component - LEVELS[both << 1 & 6]);
          odd = square(component - LEVELS[both >> 1 & 6 | 1]);
          evenNegative = square(component + LEVELS[both >> 3 & 6]);
          oddNegative = square(component + LEVELS[both >> 5 & 6 | 1]);
        }
        float zero = cost0 + even;
        float zeroAfterOdd = cost2 + odd;
        float one = cost0 + odd;
        float oneAfterOdd = cost2 + even;
        float two = cost1 + oddNegative;
        float twoAfterOdd = cost3 + evenNegative;
        float three = cost1 + evenNegative;
        float threeAfterOdd = cost3 + oddNegative;
        before[step] =
            (byte)
                ((zeroAfterOdd < zero ? 1 : 0)
                    | (oneAfterOdd < one ? 2 : 0)
                    | (twoAfterOdd < two ? 4 : 0)
                    | (threeAfterOdd < three ? 8 : 0));
        cost0 = Math.min(zero, zeroAfterOdd);
        cost2 = Math.min(two, twoAfterOdd);
        // Numbers without a component are 0.
        cost1 = d < dimension ? Math.min(one, oneAfterOdd) : Float.POSITIVE_INFINITY;
        cost3 = d < dimension ? Math.min(three, threeAfterOdd) : Float.POSITIVE_INFINITY;
      }
    }
    float cheapest = Math.min(Math.min(cost0, cost1), Math.min(cost2, cost3));
    return cost0 == cheapest ? 0 : cost1 == cheapest ? 1 : cost2 == cheapest ? 2 : 3;
  }

  private static int nearest(float component) {
    // The cast makes 0 of what is not a number.
    return NEAREST[(int) Math.clamp(component - LOWEST_SIZE, 0f, NEAREST.length - 1)];
  }

  private static float square(float error) {
    return error * error;
  }

  @Override
  void pack(byte[] code, int first) {
    for (int i = 0; i < words; i++) {
      code[first + i] = (byte) chosen[i];
      code[first + words + i] = (byte) (chosen[i] >>> Byte.SIZE);
      code[first + 2 * words + i] = (byte) (chosen[i] >>> 2 * Byte.SIZE);
    }
  }
}
