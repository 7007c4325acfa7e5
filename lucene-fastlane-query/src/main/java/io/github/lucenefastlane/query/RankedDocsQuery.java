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

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;

/**
 * What a {@link FastLaneQuery} is rewritten to: the documents found and their scores.
 *
 * <p>Of a search that ran out of time, every segment is scored, even one of which no document was
 * found: only there does a searcher look at the clock, and so tell that results are partial.
 */
final class RankedDocsQuery extends Query {

  private final Object readerIdentity;
  private final FastLaneQuery source;
  private final RankedDocs ranked;
  private final RankedDocsExplainer explainer;
  private final boolean partial;
  private final int[] leafStarts; // place of each segment's first document, and the number of all

  /**
   * @param partial whether the search ran out of time
   */
  RankedDocsQuery(
      IndexReader reader,
      FastLaneQuery source,
      RankedDocs ranked,
      RankedDocsExplainer explainer,
      boolean partial) {
    this.readerIdentity = reader.getContext().id();
    this.source = source;
    this.ranked = ranked;
    this.explainer = explainer;
    this.partial = partial;
    List<LeafReaderContext> leaves = reader.leaves();
    this.leafStarts = new int[leaves.size() + 1];
    for (int leaf = 0; leaf < leaves.size(); leaf++) {
      leafStarts[leaf] = firstAtOrAfter(ranked.docs(), 0, leaves.get(leaf).docBase);
    }
    leafStarts[leaves.size()] = ranked.docs().length;
  }

  private static int firstAtOrAfter(int[] docs, int from, int doc) {
    int place = Arrays.binarySearch(docs, from, docs.length, doc);
    return place < 0 ? -1 - place : place;
  }

  @Override
  public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
    if (searcher.getIndexReader().getContext().id() != readerIdentity) {
      throw new IllegalStateException("this query was rewritten for another reader: " + this);
    }
    return new RankedDocsWeight(boost);
  }

  private final class RankedDocsWeight extends Weight {
    private final float boost;

    RankedDocsWeight(float boost) {
      super(RankedDocsQuery.this);
      this.boost = boost;
    }

    @Override
    public Explanation explain(LeafReaderContext context, int doc) throws IOException {
      int place = Arrays.binarySearch(ranked.docs(), doc + context.docBase);
      if (place < 0) {
        return Explanation.noMatch("not among the " + ranked.docs().length + " documents found");
      }
      float score = ranked.scores()[place];
      Explanation unboosted = explainer.explain(context, place, doc, score);
      return boost == 1f
          ? unboosted
          : Explanation.match(
              score * boost,
              "boosted score, product of:",
              unboosted,
              Explanation.match(boost, "boost"));
    }

    @Override
    public int count(LeafReaderContext context) {
      return partial ? -1 : leafStarts[context.ord + 1] - leafStarts[context.ord];
    }

    @Override
    public ScorerSupplier scorerSupplier(LeafReaderContext context) {
      int from = leafStarts[context.ord];
      int to = leafStarts[context.ord + 1];
      return from == to && partial == false
          ? null
          : new DefaultScorerSupplier(new RankedDocsScorer(from, to, context.docBase, boost));
    }

    @Override
    public boolean isCacheable(LeafReaderContext context) {
      return true;
    }
  }

  /** Walks the ranked documents of one segment, those at places from {@code from} to {@code to}. */
  private final class RankedDocsScorer extends Scorer {
    /** Documents of a block whose best score is told before they are visited. */
    private static final int BLOCK = 64;

    private final int from;
    private final int to;
    private final int docBase;
    private final float boost;
    private final float[] bestFrom; // best score at or after a place, boosted
    private int place;
    private int shallowPlace; // first place at or after the last shallow target

    RankedDocsScorer(int from, int to, int docBase, float boost) {
      this.from = from;
      this.to = to;
      this.docBase = docBase;
      this.boost = boost;
      this.place = from - 1;
      this.shallowPlace = from;
      this.bestFrom = new float[to - from];
      float best = 0;
      for (int i = to - 1; i >= from; i--) {
        best = Math.max(best, ranked.scores()[i] * boost);
        bestFrom[i - from] = best;
      }
    }

    @Override
    public int docID() {
      if (place < from) {
        return -1;
      }
      return place < to ? ranked.docs()[place] - docBase : DocIdSetIterator.NO_MORE_DOCS;
    }

    @Override
    public float score() {
      return ranked.scores()[place] * boost;
    }

    @Override
    public DocIdSetIterator iterator() {
      return new DocIdSetIterator() {
        @Override
        public int docID() {
          return RankedDocsScorer.this.docID();
        }

        @Override
        public int nextDoc() {
          place = Math.min(place + 1, to);
          return docID();
        }

        @Override
        public int advance(int target) {
          place = placeOf(Math.max(place, from), target);
          return docID();
        }

        @Override
        public long cost() {
          return to - from;
        }
      };
    }

    private int placeOf(int start, int target) {
      return target == DocIdSetIterator.NO_MORE_DOCS
          ? to
          : Math.min(to, firstAtOrAfter(ranked.docs(), start, target + docBase));
    }

    @Override
    public int advanceShallow(int target) {
      shallowPlace = placeOf(shallowPlace, target);
      int next = shallowPlace + BLOCK;
      return next < to ? ranked.docs()[next] - docBase - 1 : DocIdSetIterator.NO_MORE_DOCS;
    }

    @Override
    public float getMaxScore(int upTo) {
      int end = upTo == DocIdSetIterator.NO_MORE_DOCS ? to : placeOf(shallowPlace, upTo + 1);
      if (end == to) {
        return shallowPlace == to ? 0 : bestFrom[shallowPlace - from];
      }
      float best = 0;
      for (int i = shallowPlace; i < end; i++) {
        best = Math.max(best, ranked.scores()[i] * boost);
      }
      return best;
    }
  }

  @Override
  public String toString(String field) {
    return "RankedDocsQuery[" + ranked.docs().length + " documents of " + source + "]";
  }

  @Override
  public void visit(QueryVisitor visitor) {
    if (visitor.acceptField(source.field())) {
      visitor.visitLeaf(this);
    }
  }

  @Override
  public boolean equals(Object other) {
    return sameClassAs(other)
        && readerIdentity == ((RankedDocsQuery) other).readerIdentity
        && source.equals(((RankedDocsQuery) other).source)
        && Arrays.equals(ranked.docs(), ((RankedDocsQuery) other).ranked.docs())
        && Arrays.equals(ranked.scores(), ((RankedDocsQuery) other).ranked.scores());
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        classHash(),
        readerIdentity,
        Arrays.hashCode(ranked.docs()),
        Arrays.hashCode(ranked.scores()));
  }
}
