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
package io.github.lucenefastlane.demo;

import io.github.lucenefastlane.codec.MaxSim;
import io.github.lucenefastlane.codec.MultiVectorValues;
import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.util.Bits;

/** Full late interaction: scores every document of an index by MaxSim. What routing must find. */
final class ExhaustiveMaxSim {
  private final PassageIndex index;

  ExhaustiveMaxSim(PassageIndex index) {
    this.index = index;
  }

  /** Comparisons that {@link #search} makes for a query of this many tokens. */
  long comparisons(int queryTokens) {
    return queryTokens * index.tokenCount();
  }

  TopDocs search(float[][] queryTokens, int k) throws IOException {
    MaxSim.Scorer scorer = MaxSim.of(queryTokens, index.similarity()).scorer();
    BestHits best = new BestHits(k);
    long scored = 0;
    for (LeafReaderContext leaf : index.reader().leaves()) {
      MultiVectorValues values = MultiVectorValues.get(leaf.reader(), IndexFields.TOKENS);
      if (values == null) {
        continue;
      }
      Bits live = leaf.reader().getLiveDocs();
      for (int ord = 0; ord < values.size(); ord++) {
        int doc = values.ordToDoc(ord);
        if (live != null && !live.get(doc)) {
          continue;
        }
        float score = scorer.score(values.tokenVectors(ord), values.tokenCount(ord));
        scored++;
        best.offer(leaf.docBase + doc, score);
      }
    }
    return new TopDocs(new TotalHits(scored, TotalHits.Relation.EQUAL_TO), best.toArray());
  }
}
