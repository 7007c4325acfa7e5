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
package io.github.lucenefastlane.tests;

import io.github.lucenefastlane.codec.MultiVectorField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestMultiVectorField extends LuceneTestCase {

  private static final VectorSimilarityFunction DOT = VectorSimilarityFunction.DOT_PRODUCT;
  private static final VectorSimilarityFunction COSINE = VectorSimilarityFunction.COSINE;

  public void testAddsFloatTokensInOrder() {
    float[][] tokens = {{1, 2}, {3, 4}, {1, 2}};
    Document document = new Document();
    MultiVectorField.add(document, "field", tokens, COSINE);
    assertEquals(3, document.getFields().size());
    for (int t = 0; t < tokens.length; t++) {
      KnnFloatVectorField field = (KnnFloatVectorField) document.getFields().get(t);
      assertEquals("field", field.name());
      assertEquals(COSINE, field.fieldType().vectorSimilarityFunction());
      assertArrayEquals(tokens[t], field.vectorValue(), 0f);
    }
  }

  public void testAddsByteTokensInOrder() {
    byte[][] tokens = {{1, 2}, {-128, 127}};
    Document document = new Document();
    MultiVectorField.add(document, "field", tokens, DOT);
    assertEquals(2, document.getFields().size());
    for (int t = 0; t < tokens.length; t++) {
      KnnByteVectorField field = (KnnByteVectorField) document.getFields().get(t);
      assertEquals(DOT, field.fieldType().vectorSimilarityFunction());
      assertArrayEquals(tokens[t], field.vectorValue());
    }
  }

  public void testNoTokens() {
    Document document = new Document();
    MultiVectorField.add(document, "field", new float[0][], DOT);
    MultiVectorField.add(document, "field", new byte[0][], DOT);
    assertEquals(0, document.getFields().size());
  }

  public void testDifferentDimensions() {
    String reason =
        "field \"field\": all tokens must have the dimension of the first, 2, but token 1 has 3";
    assertRefused(reason, new float[][] {{1, 2}, {1, 2, 3}}, DOT);
    assertRefused(reason, new byte[][] {{1, 2}, {1, 2, 3}}, DOT);
  }

  public void testNotFinite() {
    for (float component :
        new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertRefused(
          "field \"field\": components must be finite, but token 1 has " + component + " at 2",
          new float[][] {{1, 2, 3}, {1, 2, component}},
          DOT);
    }
  }

  public void testZeroVectors() {
    String reason = "field \"field\": token 1 is a zero vector, which has no cosine";
    assertRefused(reason, new float[][] {{1, 2}, {0, -0f}}, COSINE);
    assertRefused(reason, new byte[][] {{1, 2}, {0, 0}}, COSINE);
    Document document = new Document();
    MultiVectorField.add(document, "field", new float[][] {{0, 0}}, DOT);
    MultiVectorField.add(document, "bytes", new byte[][] {{0, 0}}, DOT);
    assertEquals(2, document.getFields().size());
  }

  private static void assertRefused(
      String reason, float[][] tokens, VectorSimilarityFunction similarity) {
    assertRefused(reason, document -> MultiVectorField.add(document, "field", tokens, similarity));
  }

  private static void assertRefused(
      String reason, byte[][] tokens, VectorSimilarityFunction similarity) {
    assertRefused(reason, document -> MultiVectorField.add(document, "field", tokens, similarity));
  }

  private interface Addition {
    void to(Document document);
  }

  /** Refused by name, and with the document as it was. */
  private static void assertRefused(String reason, Addition addition) {
    Document document = new Document();
    IllegalArgumentException refusal =
        expectThrows(IllegalArgumentException.class, () -> addition.to(document));
    assertEquals(reason, refusal.getMessage());
    for (IndexableField field : document) {
      fail("added " + field);
    }
  }
}
