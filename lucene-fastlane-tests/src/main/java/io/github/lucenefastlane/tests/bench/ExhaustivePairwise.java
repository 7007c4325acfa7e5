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
package io.github.lucenefastlane.tests.bench;

import java.io.IOException;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.VectorUtil;

/**
 * Scores every document of a {@link LateInteractionIndex} by MaxSim, one pair of vectors at a time
 * by {@link VectorUtil}.
 */
final class ExhaustivePairwise implements SearchMethod {

  @Override
  public String name() {
    return "exhaustive-pairwise";
  }

  @Override
  public String views() {
    return "-";
  }

  @Override
  public int candidates() {
    return 0;
  }

  @Override
  public Answer search(IndexSearcher searcher, float[][] query, int k) throws IOException {
    TopDocuments top = new TopDocuments(k);
    long comparisons = 0;
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      BinaryDocValues values = DocValues.getBinary(leaf.reader(), VectorIndex.TOKENS);
      while (values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        float[][] tokens = LateInteractionField.decode(values.binaryValue());
        top.add(leaf.docBase + values.docID(), maxSim(query, tokens));
        comparisons += (long) query.length * tokens.length;
      }
    }
    return new Answer(top.documents(), comparisons);
  }

  private static float maxSim(float[][] query, float[][] tokens) {
    float sum = 0;
    for (float[] ofQuery : query) {
      float best = 0;
      for (float[] token : tokens) {
        best = Math.max(best, VectorIndex.SIMILARITY.compare(ofQuery, token));
      }
      sum += best;
    }
    return sum;
  }
}
