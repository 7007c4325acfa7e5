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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LateInteractionRescorer;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.DiversifyingChildrenFloatKnnVectorQuery;

/**
 * Lucene's full late interaction over a {@link ChildrenIndex}: each query token finds the documents
 * of its nearest tokens; the documents of the highest sums of what they were found with are
 * rescored by {@link LateInteractionRescorer}.
 */
final class ChildrenRescored implements SearchMethod {

  private final String name;
  private final int perToken;
  private final int candidates;
  private final BitSetProducer parents = ChildrenIndex.parents();

  /**
   * @param name of the index's kind
   * @param perToken documents that each query token finds
   * @param candidates documents that are rescored
   */
  ChildrenRescored(String name, int perToken, int candidates) {
    this.name = name;
    this.perToken = perToken;
    this.candidates = candidates;
  }

  @Override
  public String name() {
    return name + "-" + perToken;
  }

  @Override
  public String views() {
    return "all";
  }

  @Override
  public int candidates() {
    return candidates;
  }

  @Override
  public Answer search(IndexSearcher searcher, float[][] query, int k) throws IOException {
    VisitedCount visited = new VisitedCount();
    Map<Integer, Float> sums = new HashMap<>();
    for (float[] token : query) {
      TopDocs children = searcher.search(new TokenQuery(token, visited), perToken);
      for (ScoreDoc child : children.scoreDocs) {
        sums.merge(parent(searcher, child.doc), child.score, Float::sum);
      }
    }
    TopDocuments best = new TopDocuments(candidates);
    sums.forEach(best::add);
    int[] documents = best.documents();
    ScoreDoc[] hits = new ScoreDoc[documents.length];
    for (int i = 0; i < hits.length; i++) {
      hits[i] = new ScoreDoc(documents[i], sums.get(documents[i]));
    }
    TopDocs firstPass = new TopDocs(new TotalHits(hits.length, TotalHits.Relation.EQUAL_TO), hits);
    TopDocs rescored =
        LateInteractionRescorer.create(VectorIndex.TOKENS, query, VectorIndex.SIMILARITY)
            .rescore(searcher, firstPass, Math.min(k, candidates));
    return new Answer(Answer.documents(rescored), visited.visited(), documents);
  }

  private int parent(IndexSearcher searcher, int child) throws IOException {
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(child, leaves));
    return leaf.docBase + parents.getBitSet(leaf).nextSetBit(child - leaf.docBase);
  }

  private final class TokenQuery extends DiversifyingChildrenFloatKnnVectorQuery {
    private final VisitedCount visited;

    TokenQuery(float[] token, VisitedCount visited) {
      super(ChildrenIndex.TOKEN, token, null, perToken, parents);
      this.visited = visited;
    }

    @Override
    protected TopDocs mergeLeafResults(TopDocs[] perLeafResults) {
      visited.add(perLeafResults);
      return super.mergeLeafResults(perLeafResults);
    }
  }
}
