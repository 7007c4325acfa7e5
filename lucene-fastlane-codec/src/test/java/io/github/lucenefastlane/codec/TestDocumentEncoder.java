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
import java.util.Map;
import org.apache.lucene.index.DocValuesSkipIndexType;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

public class TestDocumentEncoder extends LuceneTestCase {

  private static FieldInfo info(
      int dimension, VectorEncoding encoding, VectorSimilarityFunction similarity) {
    return new FieldInfo(
        "field",
        0,
        false,
        false,
        false,
        IndexOptions.NONE,
        DocValuesType.NONE,
        DocValuesSkipIndexType.NONE,
        -1,
        Map.of(),
        0,
        0,
        0,
        dimension,
        encoding,
        similarity,
        false,
        false);
  }

  private static TokenEncoding randomEncoding() {
    TokenEncoding[] all = TokenEncoding.values();
    return all[random().nextInt(all.length)];
  }

  private static float[][] randomTokens(int count, int dimension) {
    return RandomVectors.gaussian(random(), count, dimension, 1);
  }

  private static float[] decode(VectorCoder coder, byte[] codes, int i) {
    float[] vector = new float[coder.dimension];
    coder.decode(codes, i * coder.bytes(), vector, 0);
    return vector;
  }

  /** Both codes of four and of three bits have such an error at most. */
  private static void assertNear(float[] expected, float[] decoded) {
    double largest = 0;
    double squares = 0;
    for (int d = 0; d < expected.length; d++) {
      largest = Math.max(largest, Math.abs(expected[d]));
      squares += Math.pow((double) expected[d] - decoded[d], 2);
    }
    double error = Math.sqrt(squares / expected.length);
    assertTrue("error " + error + " of " + largest, error <= largest / 4 + 1e-6);
  }

  /** Whole numbers from -128 to 127, not all of a token 0. */
  private static float[][] randomByteTokens(int count, int dimension) {
    int largest = random().nextBoolean() ? 128 : TestUtil.nextInt(random(), 1, 128);
    boolean sparse = random().nextInt(4) == 0;
    if (sparse && random().nextBoolean()) {
      largest = 1; // so that means are rounded to zero
    }
    float[][] tokens = new float[count][dimension];
    for (float[] token : tokens) {
      do {
        for (int d = 0; d < dimension; d++) {
          boolean zero = sparse && random().nextInt(dimension) > 0;
          int component = zero ? 0 : TestUtil.nextInt(random(), -largest, largest);
          token[d] = Math.min(Byte.MAX_VALUE, component);
        }
      } while (VectorUtil.isZeroVector(token));
    }
    return tokens;
  }

  /**
   * Bytes are rounded, after the vector was shortened for none to be more than 127. A direction
   * that is lost by that is the first token's.
   */
  private static void assertRounded(
      float[] expected, float[] firstToken, VectorSimilarityFunction similarity, float[] decoded) {
    float largest = 0;
    for (float component : expected) {
      largest = Math.max(largest, Math.abs(component));
    }
    float scale = largest > 127 ? 127 / largest : 1;
    boolean zero = true;
    for (float component : expected) {
      zero &= Math.round(scale * component) == 0;
    }
    if (zero && similarity == VectorSimilarityFunction.COSINE) {
      assertArrayEquals(firstToken, decoded, 0f);
      return;
    }
    for (int d = 0; d < expected.length; d++) {
      assertEquals(scale * expected[d], decoded[d], 0.5f + 1e-4f);
    }
  }

  public void testRandom() {
    for (VectorEncoding encoding : VectorEncoding.values()) {
      checkRandom(encoding);
    }
  }

  private static void checkRandom(VectorEncoding encoding) {
    boolean bytes = encoding == VectorEncoding.BYTE;
    VectorSimilarityFunction similarity = RandomVectors.similarity(random());
    int dimension = TestUtil.nextInt(random(), 1, 40);
    FieldInfo info = info(dimension, encoding, similarity);
    FastLaneVectorsFormat format =
        new FastLaneVectorsFormat(randomEncoding(), TestUtil.nextInt(random(), 2, 20));
    TokenBlocks routes = format.routes();
    TokenBlocks blocks = format.poolBlocks();
    boolean hasPools = blocks.areTokens() == false;
    DocumentEncoder encoder = new DocumentEncoder(format, info);
    EncodedDocument document = encoder.newDocument();
    VectorCoder coder = VectorCoder.of(info, format.tokenEncoding());
    VectorCoder meanCoder = VectorCoder.ofMeans(info, format.tokenEncoding(), false);
    for (int i = atLeast(10); i > 0; i--) {
      int count = TestUtil.nextInt(random(), 1, random().nextInt(10) == 0 ? 2000 : 100);
      float[][] tokens =
          bytes ? randomByteTokens(count, dimension) : randomTokens(count, dimension);
      encoder.encode(tokens, count, document);
      assertEquals(count, document.tokenCount());
      assertEquals(routes.count(count), document.headCount());
      assertEquals(blocks.count(count), document.poolCount());
      int[] ends = new int[document.headCount()];
      new RouteBoundaries(similarity, routes.size()).find(tokens, count, ends);
      for (int h = 0; h < document.headCount(); h++) {
        MeanVector head = new MeanVector(similarity, dimension);
        int start = h == 0 ? 0 : ends[h - 1];
        for (int t = start; t < ends[h]; t++) {
          head.add(tokens[t]);
        }
        float[] expected = new float[dimension];
        head.get(expected);
        float[] decoded = decode(meanCoder, document.heads, h);
        if (bytes) {
          assertRounded(expected, tokens[start], similarity, decoded);
        } else {
          assertNear(expected, decoded);
        }
      }
      // The last bits of a distance, which compiled code adds up in another order, may decide
      // between pools that are as good; so they are not found again.
      int[] pools = count == 1 ? new int[1] : encoder.pools();
      assertEquals(hasPools ? document.poolCount() * meanCoder.bytes() : 0, document.pooledBytes());
      int ofPools = 0;
      for (int p = 0; p < document.poolCount() && hasPools; p++) {
        MeanVector pool = new MeanVector(similarity, dimension);
        int firstOfPool = -1;
        for (int t = 0; t < count; t++) {
          if (pools[t] == p) {
            int first = TokenPooling.firstPool(blocks, t);
            assertTrue(
                "pool " + p + " of token " + t,
                first <= p && p < first + TokenPooling.WINDOW_POOLS);
            pool.add(tokens[t]);
            ofPools++;
            firstOfPool = firstOfPool < 0 ? t : firstOfPool;
          }
        }
        assertTrue("tokens of pool " + p, firstOfPool >= 0);
        float[] expected = new float[dimension];
        pool.getForecast(expected);
        float[] decoded = decode(meanCoder, document.pooled, p);
        if (bytes) {
          assertRounded(expected, tokens[firstOfPool], similarity, decoded);
        } else {
          assertNear(expected, decoded);
        }
      }
      assertEquals(hasPools ? count : 0, ofPools);
      for (int t = 0; t < count; t++) {
        float[] decoded = new float[dimension];
        if (coder.isRelative() && count > 1 && hasPools) {
          int offset = t * coder.bytes();
          int pool =
              TokenPooling.firstPool(blocks, t) + ResidualCoder.pool(document.tokens, offset);
          assertEquals(pools[t], pool);
          float[] pooled = decode(meanCoder, document.pooled, pool);
          coder.decode(document.tokens, offset, decoded, 0);
          ((ResidualCoder) coder)
              .addReferences(document.tokens, offset, 1, pooled, new int[1], decoded, 0);
        } else {
          decoded = decode(coder, document.tokens, t);
        }
        if (bytes) {
          assertArrayEquals(tokens[t], decoded, 0f);
        } else {
          assertNear(tokens[t], decoded);
        }
      }
    }
  }

  /** Under cosine nothing that stands for tokens is zero, though these cancel out. */
  public void testTokensThatCancelOut() {
    boolean bytes = random().nextBoolean();
    FieldInfo info =
        info(
            3,
            bytes ? VectorEncoding.BYTE : VectorEncoding.FLOAT32,
            VectorSimilarityFunction.COSINE);
    // All are of one route and of one pool.
    FastLaneVectorsFormat format = new FastLaneVectorsFormat(randomEncoding(), 8);
    DocumentEncoder encoder = new DocumentEncoder(format, info);
    EncodedDocument document = encoder.newDocument();
    float[][] tokens = {{1, -2, 3}, {-1, 2, -3}, {1, -2, 3}, {-1, 2, -3}};
    encoder.encode(tokens, 4, document);
    VectorCoder meanCoder = VectorCoder.ofMeans(info, format.tokenEncoding(), false);
    for (byte[] codes : new byte[][] {document.heads, document.pooled}) {
      float[] vector = decode(meanCoder, codes, 0);
      assertFalse(Arrays.toString(vector), VectorUtil.isZeroVector(vector));
    }
  }

  /** Where each token is a route, nothing else stands for it. */
  public void testOneTokenARoute() {
    int dimension = TestUtil.nextInt(random(), 1, 40);
    FieldInfo info = info(dimension, VectorEncoding.FLOAT32, RandomVectors.similarity(random()));
    FastLaneVectorsFormat format = new FastLaneVectorsFormat(randomEncoding(), 1);
    DocumentEncoder encoder = new DocumentEncoder(format, info);
    EncodedDocument document = encoder.newDocument();
    int count = TestUtil.nextInt(random(), 1, 100);
    float[][] tokens = randomTokens(count, dimension);
    encoder.encode(tokens, count, document);
    assertEquals(count, document.headCount());
    assertEquals(count, document.poolCount());
    assertEquals(0, document.headBytes());
    assertEquals(0, document.pooledBytes());
    VectorCoder coder = VectorCoder.of(info, format.tokenEncoding());
    for (int t = 0; t < count; t++) {
      assertNear(tokens[t], decode(coder, document.tokens, t));
    }
  }
}
