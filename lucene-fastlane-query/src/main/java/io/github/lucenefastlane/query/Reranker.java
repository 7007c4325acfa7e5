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

import io.github.lucenefastlane.codec.MaxSim;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.IOFunction;

/**
 * Scores documents by MaxSim of all query tokens over their tokens, or over the vectors of their
 * pools, segment by segment on the searcher's executor, until done or out of time.
 */
final class Reranker {

  /**
   * Scores of the documents asked for, NaN for those that the timeout left unscored.
   *
   * @param comparisons query tokens times document tokens, over the scored documents
   */
  record Result(float[] scores, long comparisons) {}

  private final IndexSearcher searcher;
  private final String field;
  private final IOFunction<LeafReader, DocumentTokens> source;
  private final MaxSim query;
  private final StickyTimeout timeout;

  /**
   * @param field that the source reads
   */
  Reranker(
      IndexSearcher searcher,
      String field,
      IOFunction<LeafReader, DocumentTokens> source,
      MaxSim query,
      StickyTimeout timeout) {
    this.searcher = searcher;
    this.field = field;
    this.source = source;
    this.query = query;
    this.timeout = timeout;
  }

  /**
   * @param docs documents of the whole index, ascending
   */
  Result score(int[] docs) throws IOException {
    float[] scores = new float[docs.length];
    Arrays.fill(scores, Float.NaN);
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    List<Callable<Long>> tasks = new ArrayList<>();
    for (int from = 0; from < docs.length; ) {
      LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(docs[from], leaves));
      int end = Arrays.binarySearch(docs, from, docs.length, leaf.docBase + leaf.reader().maxDoc());
      int to = end < 0 ? -1 - end : end;
      int first = from;
      tasks.add(() -> scoreLeaf(leaf, docs, first, to, scores));
      from = to;
    }
    long comparisons = 0;
    for (long ofLeaf : searcher.getTaskExecutor().invokeAll(tasks)) {
      comparisons += ofLeaf;
    }
    return new Result(scores, comparisons);
  }

  private long scoreLeaf(LeafReaderContext leaf, int[] docs, int from, int to, float[] scores)
      throws IOException {
    MaxSim.Scorer scorer = query.scorer();
    DocumentTokens tokens = source.apply(leaf.reader());
    long comparisons = 0;
    for (int i = from; i < to && timeout.shouldExit() == false; i++) {
      if (tokens.advanceExact(docs[i] - leaf.docBase)) {
        scores[i] = checkNumber(scorer.score(tokens.vectors(), tokens.count()), docs[i]);
        comparisons += (long) query.tokenCount() * tokens.count();
      } else {
        scores[i] = 0;
      }
    }
    return comparisons;
  }

  /** Not a number, a score would count as none, and the document would be left out. */
  private float checkNumber(float score, int doc) {
    if (Float.isNaN(score)) {
      throw new IllegalArgumentException(
          "field ["
              + field
              + "] of document "
              + doc
              + " must have a number as MaxSim with the query, got: "
              + score
              + "; a component of its vectors is not finite, or products of components too large");
    }
    return score;
  }
}
