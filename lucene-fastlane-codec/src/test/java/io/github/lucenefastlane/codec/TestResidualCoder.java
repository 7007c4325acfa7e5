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
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/**
 * {@link TokenEncoding#RESIDUAL4} and {@link TokenEncoding#RESIDUAL3} beside their specifications,
 * and what they lose.
 */
public class TestResidualCoder extends LuceneTestCase {

  private static final int[] LEVELS_OF_3_BITS = {-335, -198, -105, -40, 13, 70, 147, 260};

  private static final int[] LEVELS_OF_4_BITS = {
    -10110, -8034, -6270, -4770, -3486, -2370, -1374, -450, 450, 1374, 2370, 3486, 4770, 6270, 8034,
    10110
  };

  private static VectorCoder coder(TokenEncoding encoding, int dimension) {
    return VectorCoder.of(VectorEncoding.FLOAT32, encoding, dimension);
  }

  private static ResidualCoder residual(VectorCoder coder) {
    return (ResidualCoder) coder;
  }

  private static TokenEncoding anyEncoding() {
    return random().nextBoolean() ? TokenEncoding.RESIDUAL4 : TokenEncoding.RESIDUAL3;
  }

  /** Independent, Gaussian. */
  private static float[] gaussian(int dimension, double deviation) {
    float[] vector = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      vector[d] = (float) (deviation * random().nextGaussian());
    }
    return vector;
  }

  private static float[] decode(VectorCoder coder, byte[] code, int offset, float[] head) {
    float[] vector = new float[2 + coder.dimension + 3];
    Arrays.fill(vector, -77f);
    if (head == null) {
      coder.decode(code, offset, vector, 2);
    } else {
      int row = random().nextInt(3);
      float[] heads = new float[(row + 1) * head.length + random().nextInt(3)];
      Arrays.fill(heads, Float.NaN);
      System.arraycopy(head, 0, heads, row * head.length, head.length);
      coder.decode(code, offset, vector, 2);
      residual(coder).addReferences(code, offset, 1, heads, new int[] {row}, vector, 2);
    }
    for (int i = 0; i < vector.length; i++) {
      if (i < 2 || i >= 2 + coder.dimension) {
        assertEquals("decoded outside its vector", -77f, vector[i], 0f);
      }
    }
    return Arrays.copyOfRange(vector, 2, 2 + coder.dimension);
  }

  public void testSpecificationOf3Bits() {
    checkSpecification(TokenEncoding.RESIDUAL3, TestResidualCoder::levelOf3Bits);
  }

  private static int levelOf3Bits(byte[] numbers, int dimension, int d) {
    int words = (dimension + 7) / 8;
    int order = d % words * 8 + d / words;
    int last = numberOf3Bits(numbers, words, order - 1) & 1;
    int secondLast = numberOf3Bits(numbers, words, order - 2) & 1;
    int index = numberOf3Bits(numbers, words, order) ^ last ^ secondLast;
    return last == 0 ? LEVELS_OF_3_BITS[index] : -LEVELS_OF_3_BITS[index];
  }

  /** The number that is so many after the lowest of the first word. */
  private static int numberOf3Bits(byte[] numbers, int words, int order) {
    int number = 0;
    for (int bit = 0; order >= 0 && bit < 3; bit++) {
      int at = 3 * (order % 8) + bit;
      number |= (numbers[at / 8 * words + order / 8] >> at % 8 & 1) << bit;
    }
    return number;
  }

  public void testSpecificationOf4Bits() {
    checkSpecification(
        TokenEncoding.RESIDUAL4,
        (numbers, dimension, d) -> {
          int half = (dimension + 1) / 2;
          int both = numbers[d % half] & 0xFF;
          return LEVELS_OF_4_BITS[d < half ? both % 16 : both / 16];
        });
  }

  private interface Specification {

    /** The level of a component. */
    int level(byte[] numbers, int dimension, int component);
  }

  /** Any bytes decode to what the specification says, to the last bit. */
  private static void checkSpecification(TokenEncoding encoding, Specification specification) {
    for (int i = atLeast(100); i > 0; i--) {
      int dimension = TestUtil.nextInt(random(), 1, 300);
      VectorCoder coder = coder(encoding, dimension);
      int offset = random().nextInt(10);
      byte[] code = new byte[offset + coder.bytes() + random().nextInt(3)];
      random().nextBytes(code);
      // A scale between 2^-63 and 2^65, above or below zero.
      code[offset + 1] = (byte) (code[offset + 1] & 0x9F | 0x20);
      float scale =
          Float.intBitsToFloat((code[offset + 1] & 0xFF) << 24 | (code[offset] & 0xFF) << 16);
      float[] head = random().nextBoolean() ? null : gaussian(dimension, 1);
      float[] decoded = decode(coder, code, offset, head);
      byte[] numbers = Arrays.copyOfRange(code, offset + 4, offset + coder.bytes());
      for (int d = 0; d < dimension; d++) {
        float expected = scale * specification.level(numbers, dimension, d);
        if (head != null) {
          expected += code[offset + 2] / 128f * head[d];
        }
        assertEquals("component " + d + " of " + dimension, expected, decoded[d], 0f);
      }
    }
  }

  /** Each of some codes decodes as it does alone, against the reference that is its own. */
  public void testManyAtOnce() {
    int dimension = TestUtil.nextInt(random(), 1, 150);
    VectorCoder coder = coder(anyEncoding(), dimension);
    int count = TestUtil.nextInt(random(), 1, 20);
    byte[] codes = new byte[count * coder.bytes()];
    float[][] heads = new float[TestUtil.nextInt(random(), 1, 5)][];
    float[] references = new float[heads.length * dimension];
    for (int h = 0; h < heads.length; h++) {
      heads[h] = gaussian(dimension, 1);
      System.arraycopy(heads[h], 0, references, h * dimension, dimension);
    }
    int[] referenceOf = new int[count];
    for (int i = 0; i < count; i++) {
      referenceOf[i] = random().nextInt(heads.length);
      coder.encode(gaussian(dimension, 1), heads[referenceOf[i]], 0, codes, i * coder.bytes());
    }
    float[] together = new float[count * dimension];
    for (boolean withHead : new boolean[] {false, true}) {
      coder.decode(codes, 0, count, together, 0);
      if (withHead) {
        residual(coder).addReferences(codes, 0, count, references, referenceOf, together, 0);
      }
      for (int i = 0; i < count; i++) {
        float[] head = withHead ? heads[referenceOf[i]] : null;
        float[] alone = decode(coder, codes, i * coder.bytes(), head);
        int from = i * dimension;
        assertArrayEquals(alone, Arrays.copyOfRange(together, from, from + dimension), 0f);
      }
    }
  }

  private static double squareLength(float[] vector) {
    double sum = 0;
    for (float v : vector) {
      sum += (double) v * v;
    }
    return sum;
  }

  /** Square of the error, relative to that of the length, of some vectors near a head. */
  private static double loss(TokenEncoding encoding, double nearness, boolean withHead) {
    int dimension = TestUtil.nextInt(random(), 128, 160);
    VectorCoder coder = coder(encoding, dimension);
    byte[] code = new byte[coder.bytes()];
    double error = 0;
    double squares = 0;
    for (int i = 0; i < 200; i++) {
      float[] head = gaussian(dimension, 1);
      float[] vector = gaussian(dimension, Math.sqrt(1 - nearness * nearness));
      for (int d = 0; d < dimension; d++) {
        vector[d] += (float) nearness * head[d];
      }
      if (withHead) {
        coder.encode(vector, head, 0, code, 0);
      } else {
        coder.encode(vector, code, 0);
      }
      float[] decoded = decode(coder, code, 0, withHead ? head : null);
      assertEquals("length", 1, squareLength(decoded) / squareLength(vector), 0.01);
      for (int d = 0; d < dimension; d++) {
        double difference = (double) decoded[d] - vector[d];
        error += difference * difference;
      }
      squares += squareLength(vector);
    }
    return error / squares;
  }

  /**
   * The best quantiser of 16 levels loses .00950 of independent Gaussian numbers, and a little less
   * where each 128 of them have a scale of their own. The best of 8 levels would lose .03454, of
   * which the choice of all numbers together saves more than a quarter.
   */
  public void testLoss() {
    for (boolean withHead : new boolean[] {false, true}) {
      assertEquals(.025, loss(TokenEncoding.RESIDUAL3, 0, withHead), .002);
      assertEquals(.0092, loss(TokenEncoding.RESIDUAL4, 0, withHead), .0008);
    }
  }

  /** What is left of a vector beside its head is all that is lost from. */
  public void testHeadHelps() {
    for (TokenEncoding encoding :
        new TokenEncoding[] {TokenEncoding.RESIDUAL3, TokenEncoding.RESIDUAL4}) {
      double alone = loss(encoding, .9, false);
      assertEquals(1 - .65 * .65, loss(encoding, .65, true) / alone, .05);
      assertEquals(1 - .9 * .9, loss(encoding, .9, true) / alone, .03);
    }
  }

  /** No other numbers of three bits are nearer, but for what the rounding of sizes loses. */
  public void testBestNumbersOf3Bits() {
    for (int i = atLeast(20); i > 0; i--) {
      int dimension = TestUtil.nextInt(random(), 1, 4);
      float[] rest = gaussian(dimension, 335.0 / TestUtil.nextInt(random(), 1, 4));
      for (int d = 0; d < dimension; d++) {
        rest[d] = Math.clamp(rest[d], -500f, 500f); // those beyond are alike
      }
      Residual3Coder coder = new Residual3Coder(dimension);
      int[] levels = new int[dimension];
      coder.choose(rest, 1, levels);
      byte[] chosen = new byte[3];
      coder.pack(chosen, 0);
      double least = Double.POSITIVE_INFINITY;
      for (int all = 0; all < 1 << 3 * dimension; all++) {
        byte[] numbers = {(byte) all, (byte) (all >> 8), 0};
        double error = 0;
        for (int d = 0; d < dimension; d++) {
          error += Math.pow(rest[d] - levelOf3Bits(numbers, dimension, d), 2);
        }
        least = Math.min(least, error);
      }
      double error = 0;
      for (int d = 0; d < dimension; d++) {
        assertEquals(levelOf3Bits(chosen, dimension, d), levels[d]);
        error += Math.pow(rest[d] - levels[d], 2);
      }
      assertEquals(Math.sqrt(least), Math.sqrt(error), Math.sqrt(dimension));
    }
  }

  /** A head of any size never makes a code worse than what is stated for one without it. */
  public void testBoundWithHead() {
    for (int i = atLeast(300); i > 0; i--) {
      int dimension = TestUtil.nextInt(random(), 1, 70);
      TokenEncoding encoding = anyEncoding();
      VectorCoder coder = coder(encoding, dimension);
      byte[] code = new byte[coder.bytes()];
      float[] vector = gaussian(dimension, Math.pow(10, 76 * random().nextDouble() - 38));
      float[] head = gaussian(dimension, Math.pow(10, 76 * random().nextDouble() - 38));
      if (random().nextBoolean()) {
        vector[random().nextInt(dimension)] = Float.MAX_VALUE;
      }
      for (float[] floats : new float[][] {vector, head}) {
        for (int d = 0; d < dimension; d++) {
          floats[d] = Math.clamp(floats[d], -Float.MAX_VALUE, Float.MAX_VALUE);
        }
      }
      coder.encode(vector, head, 0, code, 0);
      float[] decoded = decode(coder, code, 0, head);
      double max = 0;
      double error = 0;
      for (int d = 0; d < dimension; d++) {
        max = Math.max(max, Math.abs(vector[d]));
        error += Math.pow((double) decoded[d] - vector[d], 2);
      }
      double mean = Math.sqrt(error / dimension);
      double bound = encoding == TokenEncoding.RESIDUAL4 ? max / 8 + 0x1p-120 : max / 4 + 0x1p-125;
      assertTrue(encoding + ": " + mean + " of " + max, mean <= bound);
    }
  }

  /** Nothing of a vector is left in the next one's code, where that has no rest to code. */
  public void testCodesOfNothing() {
    TokenEncoding encoding = anyEncoding();
    int dimension = TestUtil.nextInt(random(), 1, 40);
    float[] head = gaussian(dimension, 1);
    float[] half = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      half[d] = head[d] / 2;
    }
    for (float[] vector : new float[][] {new float[dimension], half}) {
      VectorCoder used = coder(encoding, dimension);
      byte[] after = new byte[used.bytes()];
      used.encode(gaussian(dimension, 1), after, 0);
      used.encode(vector, head, 0, after, 0);
      byte[] first = new byte[used.bytes()];
      coder(encoding, dimension).encode(vector, head, 0, first, 0);
      assertArrayEquals(first, after);
      assertArrayEquals(vector, decode(used, after, 0, head), 0f);
    }
  }

  public void testPool() {
    float[] vector = gaussian(TestUtil.nextInt(random(), 1, 40), 1);
    VectorCoder coder = coder(anyEncoding(), vector.length);
    int offset = random().nextInt(10);
    byte[] code = new byte[offset + coder.bytes()];
    int pool = random().nextInt(TokenPooling.WINDOW_POOLS);
    coder.encode(vector, gaussian(vector.length, 1), pool, code, offset);
    assertEquals(pool, ResidualCoder.pool(code, offset));
  }

  public void testZeroHead() {
    float[] vector = gaussian(20, 1);
    VectorCoder coder = coder(anyEncoding(), 20);
    byte[] alone = new byte[coder.bytes()];
    byte[] beside = new byte[coder.bytes()];
    coder.encode(vector, alone, 0);
    coder.encode(vector, new float[20], 0, beside, 0);
    assertArrayEquals(alone, beside);
  }
}
