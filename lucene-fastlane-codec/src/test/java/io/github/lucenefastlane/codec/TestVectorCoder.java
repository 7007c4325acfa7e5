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

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.util.Arrays;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

public class TestVectorCoder extends LuceneTestCase {

  private static float maxMagnitude(float[] vector) {
    float max = 0;
    for (float v : vector) {
      max = Math.max(max, Math.abs(v));
    }
    return max;
  }

  /**
   * Half a level of {@link TokenEncoding}, and what 24 bits of a float round away; of residuals,
   * what the root mean square may be.
   */
  private static double bound(TokenEncoding encoding, float[] vector) {
    float max = maxMagnitude(vector);
    return switch (encoding) {
      case FLOAT32 -> 0;
      // A scale that is subnormal has few bits: each level is off by as much as it.
      case INT8 -> max / 127.0 / 2 + max * 0x1p-21 + 127 * (double) Float.MIN_VALUE;
      // The smallest scale is 2^-133, and the largest level below 2^14, or 2^9.
      case RESIDUAL4 -> max / 8.0 + 0x1p-120;
      case RESIDUAL3 -> max / 4.0 + 0x1p-125;
    };
  }

  private static float[] roundTrip(VectorCoder coder, float[] vector) {
    int offset = random().nextInt(10);
    byte[] code = new byte[offset + coder.bytes() + random().nextInt(3)];
    random().nextBytes(code);
    byte[] before = code.clone();
    coder.encode(vector, code, offset);
    for (int i = 0; i < code.length; i++) {
      if (i < offset || i >= offset + coder.bytes()) {
        assertEquals("wrote outside its code", before[i], code[i]);
      }
    }
    float[] decoded = new float[3 + vector.length + 2];
    Arrays.fill(decoded, -77f);
    coder.decode(code, offset, decoded, 3);
    for (int i = 0; i < decoded.length; i++) {
      if (i < 3 || i >= 3 + vector.length) {
        assertEquals("decoded outside its vector", -77f, decoded[i], 0f);
      }
    }
    return Arrays.copyOfRange(decoded, 3, 3 + vector.length);
  }

  private static void assertWithinBound(float[] vector) {
    for (TokenEncoding encoding : TokenEncoding.values()) {
      VectorCoder coder = VectorCoder.of(VectorEncoding.FLOAT32, encoding, vector.length);
      float[] decoded = roundTrip(coder, vector);
      double bound = bound(encoding, vector);
      if (coder.isRelative()) {
        double error = meanError(vector, decoded);
        assertTrue(encoding + ": error " + error + ", bound " + bound, error <= bound);
        continue;
      }
      for (int d = 0; d < vector.length; d++) {
        double error = Math.abs((double) decoded[d] - vector[d]);
        assertTrue(
            encoding + ": " + vector[d] + " became " + decoded[d] + ", bound " + bound,
            error <= bound);
      }
    }
  }

  private static double meanError(float[] vector, float[] decoded) {
    double squares = 0;
    for (int d = 0; d < vector.length; d++) {
      double difference = (double) decoded[d] - vector[d];
      squares += difference * difference;
    }
    return Math.sqrt(squares / vector.length);
  }

  private static float[] randomVector(float magnitude) {
    float[] vector = new float[TestUtil.nextInt(random(), 1, 70)];
    for (int d = 0; d < vector.length; d++) {
      vector[d] = magnitude * (2 * random().nextFloat() - 1);
    }
    return vector;
  }

  public void testLengths() {
    for (int dimension = 1; dimension < 70; dimension++) {
      assertEquals(4 * dimension, bytes(TokenEncoding.FLOAT32, dimension));
      assertEquals(4 + dimension, bytes(TokenEncoding.INT8, dimension));
      assertEquals(4 + (dimension + 1) / 2, bytes(TokenEncoding.RESIDUAL4, dimension));
      assertEquals(4 + 3 * ((dimension + 7) / 8), bytes(TokenEncoding.RESIDUAL3, dimension));
    }
  }

  private static int bytes(TokenEncoding encoding, int dimension) {
    int bytes = VectorCoder.of(VectorEncoding.FLOAT32, encoding, dimension).bytes();
    assertEquals(dimension, VectorCoder.of(VectorEncoding.BYTE, encoding, dimension).bytes());
    return bytes;
  }

  public void testRandom() {
    for (int i = atLeast(100); i > 0; i--) {
      assertWithinBound(randomVector((float) Math.pow(10, 60 * random().nextDouble() - 30)));
    }
  }

  /** Each of some codes decodes as it does alone. */
  public void testManyAtOnce() {
    for (TokenEncoding encoding : TokenEncoding.values()) {
      int count = TestUtil.nextInt(random(), 1, 20);
      float[] vector = randomVector(1f);
      VectorCoder coder = VectorCoder.of(VectorEncoding.FLOAT32, encoding, vector.length);
      byte[] codes = new byte[count * coder.bytes()];
      float[] alone = new float[count * vector.length];
      for (int i = 0; i < count; i++) {
        vector[random().nextInt(vector.length)] = random().nextFloat();
        coder.encode(vector, codes, i * coder.bytes());
        coder.decode(codes, i * coder.bytes(), alone, i * vector.length);
      }
      float[] together = new float[alone.length];
      coder.decode(codes, 0, count, together, 0);
      assertArrayEquals(encoding.toString(), alone, together, 0f);
    }
  }

  public void testZero() {
    assertWithinBound(new float[TestUtil.nextInt(random(), 1, 9)]);
  }

  public void testOutlier() {
    float[] vector = randomVector(1f);
    vector[random().nextInt(vector.length)] = random().nextBoolean() ? 1e6f : -1e6f;
    assertWithinBound(vector);
  }

  public void testSubnormal() {
    for (int i = atLeast(50); i > 0; i--) {
      float[] vector = new float[TestUtil.nextInt(random(), 1, 9)];
      int magnitude = 1 << random().nextInt(23);
      for (int d = 0; d < vector.length; d++) {
        float v = Float.intBitsToFloat(random().nextInt(magnitude));
        vector[d] = random().nextBoolean() ? v : -v;
      }
      assertWithinBound(vector);
    }
  }

  public void testMaximum() {
    for (int i = atLeast(50); i > 0; i--) {
      float[] vector = randomVector(Float.MAX_VALUE);
      vector[random().nextInt(vector.length)] = Float.MAX_VALUE;
      vector[random().nextInt(vector.length)] = -Float.MAX_VALUE;
      assertWithinBound(vector);
    }
  }

  /** Decoded vectors are finite, whatever finite vector was encoded. */
  public void testAnyFloats() {
    for (int i = atLeast(200); i > 0; i--) {
      float[] vector = new float[TestUtil.nextInt(random(), 1, 9)];
      for (int d = 0; d < vector.length; d++) {
        do {
          vector[d] = Float.intBitsToFloat(random().nextInt());
        } while (Float.isFinite(vector[d]) == false);
      }
      assertWithinBound(vector);
    }
  }

  public void testBytes() {
    float[] vector = new float[TestUtil.nextInt(random(), 1, 70)];
    for (int d = 0; d < vector.length; d++) {
      vector[d] = TestUtil.nextInt(random(), -128, 127);
    }
    TokenEncoding encoding = RandomPicks.randomFrom(random(), TokenEncoding.values());
    VectorCoder coder = VectorCoder.of(VectorEncoding.BYTE, encoding, vector.length);
    assertArrayEquals(vector, roundTrip(coder, vector), 0f);
  }

  /** A head is a mean, scaled: it may lie between bytes, and beyond them. */
  public void testHeadsAsBytes() {
    float[] head = {0.4f, -0.6f, 126.6f, 127.4f, 128f, 300f, -128.4f, -128.6f, -300f};
    VectorCoder coder = VectorCoder.of(VectorEncoding.BYTE, TokenEncoding.INT8, head.length);
    assertArrayEquals(
        new float[] {0, -1, 127, 127, 127, 127, -128, -128, -128}, roundTrip(coder, head), 0f);
  }
}
