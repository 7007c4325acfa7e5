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
import io.github.lucenefastlane.encoder.TokenVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;

/** Tells which tokens of a found passage made its score. For one question, in one thread. */
final class Matcher {
  private final PassageIndex index;
  private final TokenVectors query;
  private final MaxSim.Scorer scorer;

  Matcher(PassageIndex index, TokenVectors query) {
    this.index = index;
    this.query = query;
    this.scorer = MaxSim.of(query.vectors(), index.similarity()).scorer();
  }

  /** What the query's tokens match in a passage. */
  Matches match(int doc) throws IOException {
    List<LeafReaderContext> leaves = index.reader().leaves();
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
    MultiVectorValues values = MultiVectorValues.get(leaf.reader(), IndexFields.TOKENS);
    if (values == null) {
      return Matches.NONE;
    }
    KnnVectorValues.DocIndexIterator documents = values.iterator();
    if (documents.advance(doc - leaf.docBase) != doc - leaf.docBase) {
      return Matches.NONE;
    }
    int ord = documents.index();
    int queryTokens = query.vectors().length;
    float[] similarities = new float[queryTokens];
    int[] bestTokens = new int[queryTokens];
    scorer.score(values.tokenVectors(ord), values.tokenCount(ord), similarities, bestTokens);
    TokenOffsets offsets = index.offsets(doc);
    List<Match> matches = new ArrayList<>(queryTokens);
    for (int i = 0; i < queryTokens; i++) {
      int token = bestTokens[i];
      matches.add(
          new Match(
              query.tokens().get(i),
              offsets.starts()[token],
              offsets.ends()[token],
              similarities[i]));
    }
    return new Matches(matches, offsets.end());
  }
}
