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
import io.github.lucenefastlane.query.MeanRouter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.VectorUtil;

/**
 * What late interaction competes with: one vector a document, the mean of the very token vectors
 * that the index holds, and one a query. All documents are compared, so nothing is lost to an
 * approximate search; the best of them can then be scored by MaxSim.
 */
final class PooledSearch {
  private final PassageIndex index;
  private final int[] docs;
  private final float[][] pooled;

  /** Reads all token vectors, and keeps a vector a document in memory. */
  PooledSearch(PassageIndex index) throws IOException {
    this.index = index;
    List<Integer> found = new ArrayList<>();
    List<float[]> means = new ArrayList<>();
    for (LeafReaderContext leaf : index.reader().leaves()) {
      MultiVectorValues values = MultiVectorValues.get(leaf.reader(), IndexFields.TOKENS);
      if (values != null) {
        for (int ord = 0; ord < values.size(); ord++) {
          found.add(leaf.docBase + values.ordToDoc(ord));
          means.add(mean(values.tokenVectors(ord), values.tokenCount(ord), values.dimension()));
        }
      }
    }
    this.docs = found.stream().mapToInt(Integer::intValue).toArray();
    this.pooled = means.toArray(float[][]::new);
  }

  /** Comparisons that {@link #search} makes. */
  long comparisons() {
    return docs.length;
  }

  /** Bytes of the vectors, as floats. */
  long bytes() {
    return pooled.length == 0 ? 0 : (long) pooled.length * pooled[0].length * Float.BYTES;
  }

  /** The best documents of all, best first. */
  ScoreDoc[] search(float[][] queryTokens, int k) {
    float[] query = MeanRouter.INSTANCE.route(queryTokens, 1).getFirst().vector();
    BestHits best = new BestHits(k);
    for (int i = 0; i < docs.length; i++) {
      best.offer(docs[i], VectorUtil.dotProduct(query, pooled[i]));
    }
    return best.toArray();
  }

  /**
   * Scores documents by MaxSim.
   *
   * @param found is scored, and put in the order of the scores
   * @return comparisons made
   */
  long rerank(float[][] queryTokens, ScoreDoc[] found) throws IOException {
    MaxSim.Scorer scorer = MaxSim.of(queryTokens, index.similarity()).scorer();
    Arrays.sort(found, (a, b) -> Integer.compare(a.doc, b.doc));
    long comparisons = 0;
    int next = 0;
    for (LeafReaderContext leaf : index.reader().leaves()) {
      MultiVectorValues values = MultiVectorValues.get(leaf.reader(), IndexFields.TOKENS);
      if (values == null) {
        continue;
      }
      KnnVectorValues.DocIndexIterator iterator = values.iterator();
      int end = leaf.docBase + leaf.reader().maxDoc();
      for (; next < found.length && found[next].doc < end; next++) {
        iterator.advance(found[next].doc - leaf.docBase);
        int ord = iterator.index();
        int count = values.tokenCount(ord);
        found[next].score = scorer.score(values.tokenVectors(ord), count);
        comparisons += (long) queryTokens.length * count;
      }
    }
    Arrays.sort(found, ScoreDoc.COMPARATOR);
    return comparisons;
  }

  /** As long as the tokens are, like the query's: a unit vector where they are. */
  private float[] mean(float[] tokens, int count, int dimension) {
    float[][] rows = new float[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = Arrays.copyOfRange(tokens, i * dimension, (i + 1) * dimension);
    }
    return MeanRouter.INSTANCE.route(rows, 1).getFirst().vector();
  }
}
