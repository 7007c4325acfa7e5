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

  /** As found by trial. */
  private static final double DEVIATION = 335 / 2.3;

  /** A second time would take 1.4 of 100 from the square of the error, and almost as long again. */
  private static final int FITS = 1;

  /** More than any sum of losses, and far from the largest long. */
  private static final long IMPOSSIBLE = 1L << 60;

  private static final int[] LEVELS = new int[NUMBERS];

  /** Sizes, in scales, from which on components are treated as alike. */
  private static final int LARGEST_SIZE = 512;

  /**
   * Of a component in scales and {@link #LARGEST_SIZE}, rounded down: which of the four levels of
   * even index is nearest, and, two bits higher, which of odd index. Of the negative of a component
   * the same entry counted from the end tells.
   */
  private static final byte[] NEAREST = new byte[2 * LARGEST_SIZE];

  /** Likewise, twice the square of the distance from the nearest level of even index. */
  private static final int[] EVEN_LOSS = new int[2 * LARGEST_SIZE];

  private static final int[] ODD_LOSS = new int[2 * LARGEST_SIZE];

  static {
    for (int i = 0; i < NUMBERS; i++) {
      int odd = 4 * i - 15;
      LEVELS[i] = odd * (odd * odd + 311) / 24;
    }
    for (int size = 0; size < NEAREST.length; size++) {
      double middle = size - LARGEST_SIZE + 0.5;
      int even = nearestLevel(middle, 0);
      int odd = nearestLevel(middle, 1);
      NEAREST[size] = (byte) (even >> 1 | odd >> 1 << 2);
      EVEN_LOSS[size] = loss(middle, even);
      ODD_LOSS[size] = loss(middle, odd);
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
    super(dimension, NUMBERS, -LEVELS[0], DEVIATION, FITS);
    this.words = words(dimension);
    this.chosen = new int[words];
    this.nearest = new byte[words * WORD_COMPONENTS];
    this.before = new byte[words * WORD_COMPONENTS];
  }

  /** Index of the nearest level of those whose index is even, or odd, as the first one's is. */
  private static int nearestLevel(double size, int first) {
    int nearest = first;
    for (int i = first + 2; i < NUMBERS; i += 2) {
      if (Math.abs(size - LEVELS[i]) < Math.abs(size - LEVELS[nearest])) {
        nearest = i;
      }
    }
    return nearest;
  }

  /** Even, for the lowest bit to tell which of two ways is better. */
  private static int loss(double size, int index) {
    double distance = size - LEVELS[index];
    return 2 * (int) Math.round(distance * distance);
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
    // Twice the sums of squares. The numbers before the first one are 0.
    long loss0 = 0;
    long loss1 = IMPOSSIBLE;
    long loss2 = IMPOSSIBLE;
    long loss3 = IMPOSSIBLE;
    for (int i = 0, step = 0; i < words; i++) {
      for (int j = 0, d = i; j < WORD_COMPONENTS; j++, d += words, step++) {
        long even = 0;
        long odd = 0;
        long evenNegative = 0;
        long oddNegative = 0;
        if (d < dimension) {
          // The cast makes 0 of what is not a number.
          int size = Math.clamp((int) (rest[d] * scales + LARGEST_SIZE), 0, NEAREST.length - 1);
          int negative = NEAREST.length - 1 - size;
          nearest[step] = (byte) (NEAREST[size] | NEAREST[negative] << 4);
          even = EVEN_LOSS[size];
          odd = ODD_LOSS[size];
          evenNegative = EVEN_LOSS[negative];
          oddNegative = ODD_LOSS[negative];
        }
        // Of each two ways the second one's number two before was odd.
        long best0 = Math.min(loss0 + even, loss2 + odd | 1);
        long best1 = Math.min(loss0 + odd, loss2 + even | 1);
        long best2 = Math.min(loss1 + oddNegative, loss3 + evenNegative | 1);
        long best3 = Math.min(loss1 + evenNegative, loss3 + oddNegative | 1);
        before[step] = (byte) (best0 & 1 | (best1 & 1) << 1 | (best2 & 1) << 2 | (best3 & 1) << 3);
        loss0 = best0 & -2;
        loss2 = best2 & -2;
        // Numbers without a component are 0.
        loss1 = d < dimension ? best1 & -2 : IMPOSSIBLE;
        loss3 = d < dimension ? best3 & -2 : IMPOSSIBLE;
      }
    }
    long least = Math.min(Math.min(loss0, loss1), Math.min(loss2, loss3));
    return loss0 == least ? 0 : loss1 == least ? 1 : loss2 == least ? 2 : 3;
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
