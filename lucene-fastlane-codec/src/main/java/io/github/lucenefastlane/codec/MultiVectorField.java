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

import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.VectorUtil;

/**
 * Adds a multi-vector to a document: one {@link KnnFloatVectorField} or {@link KnnByteVectorField}
 * a token, all of the same name, in the order of the tokens. The field must be written by {@link
 * FastLaneVectorsFormat}; Lucene's own formats refuse the second vector of a document.
 */
public final class MultiVectorField {

  private MultiVectorField() {}

  /**
   * Adds float token vectors.
   *
   * @param document the document to add to
   * @param field name of the field
   * @param tokens {@code [tokens][dimension]}; no token at all adds nothing, which leaves the
   *     document without the field
   * @param similarity how tokens are compared; the same for all documents of an index
   * @throws IllegalArgumentException if the tokens differ in dimension, have a component that is
   *     not finite, or one of them is zero and the similarity is {@link
   *     VectorSimilarityFunction#COSINE}
   */
  public static void add(
      Document document, String field, float[][] tokens, VectorSimilarityFunction similarity) {
    for (int i = 0; i < tokens.length; i++) {
      checkDimension(field, i, tokens[i].length, tokens[0].length);
      checkDirection(field, i, similarity, VectorUtil.isZeroVector(tokens[i]));
      for (int d = 0; d < tokens[i].length; d++) {
        if (Float.isFinite(tokens[i][d]) == false) {
          throw new IllegalArgumentException(
              "field \""
                  + field
                  + "\": components must be finite, but token "
                  + i
                  + " has "
                  + tokens[i][d]
                  + " at "
                  + d);
        }
      }
    }
    for (float[] token : tokens) {
      document.add(new KnnFloatVectorField(field, token, similarity));
    }
  }

  /**
   * Adds byte token vectors.
   *
   * @param document the document to add to
   * @param field name of the field
   * @param tokens {@code [tokens][dimension]}; no token at all adds nothing, which leaves the
   *     document without the field
   * @param similarity how tokens are compared; the same for all documents of an index
   * @throws IllegalArgumentException if the tokens differ in dimension, or one of them is zero and
   *     the similarity is {@link VectorSimilarityFunction#COSINE}
   */
  public static void add(
      Document document, String field, byte[][] tokens, VectorSimilarityFunction similarity) {
    for (int i = 0; i < tokens.length; i++) {
      checkDimension(field, i, tokens[i].length, tokens[0].length);
      checkDirection(field, i, similarity, VectorUtil.isZeroVector(tokens[i]));
    }
    for (byte[] token : tokens) {
      document.add(new KnnByteVectorField(field, token, similarity));
    }
  }

  private static void checkDimension(String field, int token, int dimension, int expected) {
    if (dimension != expected) {
      throw new IllegalArgumentException(
          "field \""
              + field
              + "\": all tokens must have the dimension of the first, "
              + expected
              + ", but token "
              + token
              + " has "
              + dimension);
    }
  }

  private static void checkDirection(
      String field, int token, VectorSimilarityFunction similarity, boolean zero) {
    if (zero && similarity == VectorSimilarityFunction.COSINE) {
      throw new IllegalArgumentException(
          "field \"" + field + "\": token " + token + " is a zero vector, which has no cosine");
    }
  }
}
