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

import io.github.lucenefastlane.codec.MaxSim;
import io.github.lucenefastlane.codec.MultiVectorValues;
import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;

/** Scores every document of a {@link FastLaneIndex} by {@link MaxSim}. */
final class ExhaustiveKernel implements SearchMethod {

  @Override
  public String name() {
    return "exhaustive-kernel";
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
    MaxSim.Scorer scorer = MaxSim.of(query, VectorIndex.SIMILARITY).scorer();
    long comparisons = 0;
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      MultiVectorValues values = MultiVectorValues.get(leaf.reader(), VectorIndex.TOKENS);
      for (int ord = 0; ord < values.size(); ord++) {
        float score = scorer.score(values.tokenVectors(ord), values.tokenCount(ord));
        top.add(leaf.docBase + values.ordToDoc(ord), score);
      }
      comparisons += query.length * values.tokenCount();
    }
    return new Answer(top.documents(), comparisons);
  }
}
