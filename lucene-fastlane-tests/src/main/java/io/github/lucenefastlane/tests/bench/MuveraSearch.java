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
import java.util.Arrays;
import java.util.Optional;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TopDocs;

/**
 * MUVERA over a {@link MuveraIndex}: the documents of the nearest fixed-dimensional encodings,
 * reranked by our kernel. The comparison of two encodings counts as one, though they are many times
 * as long as tokens.
 */
final class MuveraSearch extends RerankedVectorSearch {

  private final FixedDimensionalEncoding encoding;

  /**
   * @param dimension of the tokens
   * @param candidates documents that are reranked
   */
  MuveraSearch(int dimension, int candidates) {
    this(MuveraIndex.encoding(dimension), candidates, null);
  }

  private MuveraSearch(FixedDimensionalEncoding encoding, int candidates, Query filter) {
    super(MuveraIndex.ENCODING, candidates, filter);
    this.encoding = encoding;
  }

  @Override
  public String name() {
    return "muvera";
  }

  @Override
  public Optional<SearchMethod> within(Scope scope) {
    return Optional.of(new MuveraSearch(encoding, candidates(), scope.filter()));
  }

  @Override
  float[] vector(float[][] query) {
    return encoding.ofQuery(query);
  }

  @Override
  int[] rerank(IndexSearcher searcher, float[][] query, TopDocs nearest, int k) throws IOException {
    int[] found = Answer.documents(nearest);
    Arrays.sort(found); // a rerank reads in the order of the disk
    TopDocuments best = new TopDocuments(k);
    MaxSim.Scorer scorer = MaxSim.of(query, VectorIndex.SIMILARITY).scorer();
    int next = 0;
    for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
      MultiVectorValues values = MultiVectorValues.get(leaf.reader(), VectorIndex.TOKENS);
      KnnVectorValues.DocIndexIterator documents = values.iterator();
      int end = leaf.docBase + leaf.reader().maxDoc();
      for (; next < found.length && found[next] < end; next++) {
        documents.advance(found[next] - leaf.docBase);
        int ord = documents.index();
        best.add(found[next], scorer.score(values.tokenVectors(ord), values.tokenCount(ord)));
      }
    }
    return best.documents();
  }
}
