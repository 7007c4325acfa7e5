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

import java.io.IOException;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.VectorScorer;

/** The best similarity of one target among a document's tokens. Belongs to one thread. */
abstract class TokenScorer {

  final SegmentField field;

  private TokenScorer(SegmentField field, int dimension) {
    FlatVectorsScorer.checkDimensions(dimension, field.coder().dimension);
    this.field = field;
  }

  static TokenScorer of(SegmentField field, float[] target) {
    VectorSimilarityFunction similarity = field.entry.info().getVectorSimilarityFunction();
    if (field.coder().isRelative()) {
      return decoding(field, similarity, target);
    }
    return new OverCodes(field, CodeComparer.of(field.coder(), similarity, target), target.length);
  }

  /** Of tokens whose codes do not tell them without their pools. */
  private static TokenScorer decoding(
      SegmentField field, VectorSimilarityFunction similarity, float[] target) {
    float[] vector = new float[target.length];
    return new TokenScorer(field, target.length) {
      @Override
      float best(int ord) throws IOException {
        float[] tokens = field.tokenVectors(ord);
        int count = field.tokenCount(ord);
        float best = 0;
        for (int t = 0; t < count; t++) {
          System.arraycopy(tokens, t * vector.length, vector, 0, vector.length);
          float ofToken = similarity.compare(target, vector);
          if (ofToken > best) {
            best = ofToken;
          }
        }
        return best;
      }
    };
  }

  static TokenScorer of(SegmentField field, byte[] target) {
    VectorSimilarityFunction similarity = field.entry.info().getVectorSimilarityFunction();
    return new OverCodes(field, CodeComparer.ofBytes(similarity, target), target.length);
  }

  /** The best of a document; what is not a number is 0. */
  abstract float best(int ord) throws IOException;

  /** Number of comparisons that {@link #best} makes. */
  int comparisons(int ord) {
    return field.tokenCount(ord);
  }

  /** Scores the documents of an iterator over the field. */
  VectorScorer over(DocIndexIterator documents) {
    return new VectorScorer() {
      @Override
      public float score() throws IOException {
        return best(documents.index());
      }

      @Override
      public DocIdSetIterator iterator() {
        return documents;
      }
    };
  }

  /** Compares the codes of tokens where they lie. */
  private static final class OverCodes extends TokenScorer {
    private final CodeComparer comparer;

    OverCodes(SegmentField field, CodeComparer comparer, int dimension) {
      super(field, dimension);
      this.comparer = comparer;
    }

    @Override
    float best(int ord) throws IOException {
      return comparer.best(field.tokenCodes(ord), field.tokenCount(ord));
    }
  }
}
