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
package io.github.lucenefastlane.query;

import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;

/** What lanes search for a view. */
public class TestQueryTokens extends LuceneTestCase {

  private static final byte[][] BYTES = {{30, 40, 0}, {0, 0, -50}};

  private static byte[] target(float[] view, VectorSimilarityFunction similarity) {
    LaneTarget target = QueryTokens.of("f", BYTES).target(view, similarity);
    return ((LaneTarget.OfBytes) target).vector();
  }

  public void testFloatViewsStay() {
    float[] view = {.1f, 2};
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      LaneTarget target = QueryTokens.of("f", new float[][] {{1, 2}}).target(view, similarity);
      assertSame(view, ((LaneTarget.OfFloats) target).vector());
    }
  }

  public void testByteTokensStay() {
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      assertArrayEquals(BYTES[1], target(new float[] {0, 0, -50}, similarity));
    }
  }

  public void testDirectionGetsTokensLength() {
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      if (similarity != VectorSimilarityFunction.COSINE) {
        assertArrayEquals(new byte[] {0, 50, 0}, target(new float[] {0, .1f, 0}, similarity));
        assertArrayEquals(new byte[] {0, 30, -40}, target(new float[] {0, 3, -4}, similarity));
        assertArrayEquals(new byte[3], target(new float[3], similarity));
      }
    }
  }

  public void testDirectionFillsBytesUnderCosine() {
    VectorSimilarityFunction cosine = VectorSimilarityFunction.COSINE;
    assertArrayEquals(new byte[] {0, 127, 0}, target(new float[] {0, .1f, 0}, cosine));
    assertArrayEquals(new byte[] {64, 0, -127}, target(new float[] {2, 0, -4}, cosine));
  }

  public void testLengthBeyondBytesIsCut() {
    byte[][] tokens = {{-128, -128, -128}, {127, 127, 127}};
    LaneTarget target =
        QueryTokens.of("f", tokens)
            .target(new float[] {0, 0, -1}, VectorSimilarityFunction.EUCLIDEAN);
    assertArrayEquals(new byte[] {0, 0, -128}, ((LaneTarget.OfBytes) target).vector());
  }
}
