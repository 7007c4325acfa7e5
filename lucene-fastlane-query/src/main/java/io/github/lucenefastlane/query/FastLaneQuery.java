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
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Weight;

/**
 * Finds the documents whose token vectors match a query's token vectors best, by routed late
 * interaction: a {@link QueryRouter} chooses a few <em>views</em> of the query, each view searches
 * one <em>lane</em> through each segment, and the best of what they found are scored by exact
 * MaxSim.
 *
 * <h2>Score</h2>
 *
 * <p>The score of a document is MaxSim (Khattab and Zaharia, ColBERT, 2020): the sum over query
 * tokens of the maximum over document tokens of {@link VectorSimilarityFunction#compare} with the
 * field's similarity. It is never negative, and the same number that Lucene's {@link
 * org.apache.lucene.search.LateInteractionRescorer} gives on vectors that are not quantised, within
 * float tolerance. Documents of equal score are ordered by document id. This definition will not
 * change.
 *
 * <p>Without {@linkplain Builder#rerank rerank} the score is the routed one: the sum over views of
 * the view's weight times the similarity to it of the document's best <em>head</em>, which stands
 * for neighbouring tokens of it, where a view that did not find the document counts with the lowest
 * similarity that it found anywhere. Neighbours tell better than single tokens what a document is
 * about (blocks of 8, one view, real text: nDCG@10 of .883 against .820; those of the default 16 a
 * little worse than of 8); an index of one token per route has tokens for heads, and so the score
 * of the FastLane paper.
 *
 * <h2>Which documents are scored</h2>
 *
 * <p>Each view looks in every segment for documents by the similarity of their best head, and keeps
 * the best of all segments, more than {@code candidates} of them, so that a second look can tell
 * the better ones. Where the documents' pooled vectors, each of which stands for like tokens, are
 * far fewer than tokens, that look is MaxSim over them, in which the routed score (as above, of
 * these similarities) has a small part, and each view keeps 192 documents and {@code 2 * candidates
 * / views} more, {@code candidates} at least. Else it is the routed score, and each view keeps 192
 * and {@code 2 * candidates} more. The {@code candidates} so chosen from the union of the views'
 * documents are scored exactly, and the best {@code k} are the query's matches: {@code k} over the
 * whole index. Without rerank each view looks for {@code candidates} documents, and the matches are
 * the {@code k} best routed scores of the union.
 *
 * <p>A {@linkplain Builder#filter filter} is applied before the search, as are deletions: the
 * matches are the best of the accepted documents. In a segment where the filter leaves no more than
 * {@code candidates} documents nothing is searched: with rerank, all of them are scored exactly,
 * beyond the {@code candidates} of other segments; without, each view is compared with all of them.
 *
 * <p>The search happens in {@link #rewrite}, on the searcher's executor, under the searcher's
 * {@linkplain IndexSearcher#getTimeout timeout}: when that is reached, the matches are the
 * documents that were scored so far. That searcher gives no hits then, since it has no time left to
 * visit them, and {@link IndexSearcher#timedOut} tells so; another one, without a timeout, gives
 * those of the rewritten query. The timeouts of an {@code ExitableDirectoryReader} hold in lanes
 * and filters, but not where documents are scored one by one. A segment whose field was written by
 * another format, with one vector per document, is searched alike: its documents have one token. An
 * index without the field, or without documents, has no matches.
 *
 * <p>Immutable and thread-safe, provided that the router is.
 */
public final class FastLaneQuery extends Query {

  /** The highest number of views that may be asked of a router. */
  public static final int MAX_VIEWS = 64;

  /** The highest number of candidates, and so of matches. */
  public static final int MAX_CANDIDATES = 10_000;

  /** The number of matches of a query that does not say. */
  public static final int DEFAULT_K = 10;

  /** The number of candidates of a query that does not say; its k if that is higher. */
  public static final int DEFAULT_CANDIDATES = 100;

  private final String field;
  private final QueryTokens tokens;
  private final QueryRouter router;
  private final int views;
  private final int k;
  private final int candidates;
  private final Query filter;
  private final boolean rerank;
  private final TokenSource tokenSource;
  private final Consumer<FastLaneStats> stats;

  private FastLaneQuery(Builder builder) {
    this.field = builder.field;
    this.tokens = builder.tokens;
    this.router = builder.router;
    this.views = builder.views;
    this.k = builder.k;
    this.candidates =
        builder.candidates == null ? Math.max(DEFAULT_CANDIDATES, k) : builder.candidates;
    this.filter = builder.filter;
    this.rerank = builder.rerank;
    this.tokenSource = new TokenSource(field, builder.rerankFrom, tokens.dimension());
    this.stats = builder.stats;
    if (candidates < k || candidates > MAX_CANDIDATES) {
      throw outOfRange("candidates", "k = " + k, MAX_CANDIDATES, candidates);
    }
    if (tokenSource.lateInteractionField() != null) {
      if (rerank == false) {
        throw new IllegalArgumentException(
            "rerankFrom [" + builder.rerankFrom + "] needs rerank to be true, got: false");
      }
      if (tokens.encoding() != VectorEncoding.FLOAT32) {
        throw new IllegalArgumentException(
            "rerankFrom ["
                + builder.rerankFrom
                + "] needs FLOAT32 query tokens, as late interaction fields hold floats, got: "
                + tokens.encoding());
      }
    }
  }

  private static IllegalArgumentException outOfRange(
      String parameter, Object least, int most, int value) {
    return new IllegalArgumentException(
        parameter + " must be in [" + least + ", " + most + "], got: " + value);
  }

  /**
   * Starts a query over a field of float vectors.
   *
   * @param field name of the vector field
   * @param queryTokens the query's token vectors, {@code [tokens][dimension]}; copied
   * @throws IllegalArgumentException if there is no token, if tokens differ in dimension, or if a
   *     component is not finite
   */
  public static Builder builder(String field, float[][] queryTokens) {
    return new Builder(field, QueryTokens.of(field, queryTokens));
  }

  /**
   * Starts a query over a field of byte vectors.
   *
   * @param field name of the vector field
   * @param queryTokens the query's token vectors, {@code [tokens][dimension]}; copied
   * @throws IllegalArgumentException if there is no token, or if tokens differ in dimension
   */
  public static Builder builder(String field, byte[][] queryTokens) {
    return new Builder(field, QueryTokens.of(field, queryTokens));
  }

  /** Sets up a {@link FastLaneQuery}; everything but field and tokens has a default. */
  public static final class Builder {
    private final String field;
    private final QueryTokens tokens;
    private QueryRouter router = MeanRouter.INSTANCE;
    private int views = 1;
    private int k = DEFAULT_K;
    private Integer candidates;
    private Query filter;
    private boolean rerank = true;
    private String rerankFrom;
    private Consumer<FastLaneStats> stats;

    private Builder(String field, QueryTokens tokens) {
      this.field = Objects.requireNonNull(field, "field");
      this.tokens = tokens;
    }

    /** Sets the router that chooses the views, {@link MeanRouter} by default. */
    public Builder router(QueryRouter router) {
      this.router = Objects.requireNonNull(router, "router");
      return this;
    }

    /**
     * Sets the number of views to ask of the router, 1 by default. Routers may give fewer, and some
     * say that they give more.
     *
     * @throws IllegalArgumentException if it is not in [1, {@value #MAX_VIEWS}]
     */
    public Builder views(int views) {
      if (views < 1 || views > MAX_VIEWS) {
        throw outOfRange("views", 1, MAX_VIEWS, views);
      }
      this.views = views;
      return this;
    }

    /**
     * Sets the number of matches over the whole index, {@value #DEFAULT_K} by default.
     *
     * @throws IllegalArgumentException if it is not in [1, {@value #MAX_CANDIDATES}]
     */
    public Builder k(int k) {
      if (k < 1 || k > MAX_CANDIDATES) {
        throw outOfRange("k", 1, MAX_CANDIDATES, k);
      }
      this.k = k;
      return this;
    }

    /**
     * Sets how many documents are scored exactly and how far the lanes look, {@value
     * #DEFAULT_CANDIDATES} by default or k if that is higher. It has to lie in [k, {@value
     * #MAX_CANDIDATES}], which {@link #build} checks. More find more of the true best matches, at
     * the cost of longer lanes and of the rerank.
     */
    public Builder candidates(int candidates) {
      this.candidates = candidates;
      return this;
    }

    /** Sets a filter: only documents that it matches are searched. None by default, or if null. */
    public Builder filter(Query filter) {
      this.filter = filter;
      return this;
    }

    /** Sets whether candidates are scored by exact MaxSim, true by default. */
    public Builder rerank(boolean rerank) {
      this.rerank = rerank;
      return this;
    }

    /**
     * Takes the documents' token vectors for the rerank from a {@link
     * org.apache.lucene.document.LateInteractionField} of the index and not from the searched
     * field, which may then be any vector field, such as one pooled vector per document. A document
     * without a value there scores 0, below all others.
     *
     * @param lateInteractionField name of the field; null for the searched field, the default
     */
    public Builder rerankFrom(String lateInteractionField) {
      this.rerankFrom = lateInteractionField;
      return this;
    }

    /**
     * Sets who is told what a search cost: called once by every search of the query, in the thread
     * that started it, before the search returns. It is no part of the query's {@code equals}.
     *
     * @param stats takes the figures; null for nobody, the default
     */
    public Builder stats(Consumer<FastLaneStats> stats) {
      this.stats = stats;
      return this;
    }

    /**
     * Makes the query.
     *
     * @throws IllegalArgumentException if candidates is not in [k, {@value #MAX_CANDIDATES}], or
     *     rerankFrom is set for byte tokens or without rerank
     */
    public FastLaneQuery build() {
      return new FastLaneQuery(this);
    }
  }

  /** Name of the vector field. */
  public String field() {
    return field;
  }

  /** The router that chooses the views. */
  public QueryRouter router() {
    return router;
  }

  /** Number of views asked of the router. */
  public int views() {
    return views;
  }

  /** Number of matches over the whole index. */
  public int k() {
    return k;
  }

  /** Most documents that are chosen from what the views found, to be reranked. */
  public int candidates() {
    return candidates;
  }

  /** The filter, null if there is none. */
  public Query filter() {
    return filter;
  }

  /** Whether candidates are scored by exact MaxSim. */
  public boolean rerank() {
    return rerank;
  }

  /** The late interaction field that the rerank reads, null if it reads the searched field. */
  public String rerankFrom() {
    return tokenSource.lateInteractionField();
  }

  QueryTokens tokens() {
    return tokens;
  }

  TokenSource tokenSource() {
    return tokenSource;
  }

  void report(FastLaneStats figures) {
    if (stats != null) {
      stats.accept(figures);
    }
  }

  /**
   * Searches the index.
   *
   * @return a query that matches the documents found, with their scores
   * @throws IllegalArgumentException if the field has no vectors, or vectors of another dimension
   *     or encoding than the query's tokens; if a token is a zero vector and the field's similarity
   *     is COSINE; if the late interaction field holds something else; if the router breaks its
   *     contract
   */
  @Override
  public Query rewrite(IndexSearcher searcher) throws IOException {
    VectorSimilarityFunction similarity = checkField(searcher.getIndexReader().leaves());
    if (similarity == null) {
      return noMatch(new MatchNoDocsQuery("no segment has field [" + field + "]"));
    }
    Weight filterWeight = null;
    if (filter != null) {
      Query rewritten = searcher.rewrite(filter);
      if (rewritten instanceof MatchAllDocsQuery == false) {
        Query acceptedWithField =
            searcher.rewrite(
                new BooleanQuery.Builder()
                    .add(rewritten, BooleanClause.Occur.FILTER)
                    .add(new FieldExistsQuery(field), BooleanClause.Occur.FILTER)
                    .build());
        if (acceptedWithField instanceof MatchNoDocsQuery) {
          return noMatch(acceptedWithField);
        }
        filterWeight = searcher.createWeight(acceptedWithField, ScoreMode.COMPLETE_NO_SCORES, 1f);
      }
    }
    return new FastLaneSearch(this, searcher, similarity).run(filterWeight);
  }

  private Query noMatch(Query matchNoDocs) {
    report(new FastLaneStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false));
    return matchNoDocs;
  }

  /** Checks the field in every segment, and returns its similarity; null if no segment has it. */
  private VectorSimilarityFunction checkField(List<LeafReaderContext> leaves) {
    VectorSimilarityFunction similarity = null;
    for (LeafReaderContext leaf : leaves) {
      checkLateInteractionField(leaf);
      FieldInfo info = leaf.reader().getFieldInfos().fieldInfo(field);
      if (info == null) {
        continue;
      }
      if (info.hasVectorValues() == false) {
        throw new IllegalArgumentException(
            "field ["
                + field
                + "] must have vectors in all segments that have it, got one without");
      }
      checkEqual("encoding", info.getVectorEncoding(), tokens.encoding());
      checkEqual("dimension", info.getVectorDimension(), tokens.dimension());
      if (similarity != null && similarity != info.getVectorSimilarityFunction()) {
        throw new IllegalArgumentException(
            "field ["
                + field
                + "] must have one similarity in all segments, got: "
                + similarity
                + " and "
                + info.getVectorSimilarityFunction());
      }
      similarity = info.getVectorSimilarityFunction();
    }
    if (similarity == VectorSimilarityFunction.COSINE && tokens.zeroToken() >= 0) {
      throw new IllegalArgumentException(
          "query tokens for field ["
              + field
              + "] of similarity "
              + similarity
              + " must not be zero vectors, got token "
              + tokens.zeroToken());
    }
    return similarity;
  }

  private void checkEqual(String property, Object ofField, Object ofTokens) {
    if (ofField.equals(ofTokens) == false) {
      throw new IllegalArgumentException(
          "query tokens for field ["
              + field
              + "] must have its "
              + property
              + " "
              + ofField
              + ", got: "
              + ofTokens);
    }
  }

  private void checkLateInteractionField(LeafReaderContext leaf) {
    if (rerankFrom() != null) {
      FieldInfo info = leaf.reader().getFieldInfos().fieldInfo(rerankFrom());
      if (info != null && info.getDocValuesType() != DocValuesType.BINARY) {
        throw new IllegalArgumentException(
            "rerankFrom ["
                + rerankFrom()
                + "] must have doc values of type BINARY, got: "
                + info.getDocValuesType());
      }
    }
  }

  @Override
  public void visit(QueryVisitor visitor) {
    if (visitor.acceptField(field)) {
      visitor.visitLeaf(this);
    }
  }

  @Override
  public String toString(String defaultField) {
    StringBuilder text = new StringBuilder("FastLaneQuery:").append(field);
    text.append("[").append(tokens.count()).append(" tokens of dimension ");
    text.append(tokens.dimension()).append("][router=").append(router);
    text.append(",views=").append(views).append(",k=").append(k);
    text.append(",candidates=").append(candidates).append(",rerank=").append(rerank);
    if (rerankFrom() != null) {
      text.append(",rerankFrom=").append(rerankFrom());
    }
    text.append("]");
    if (filter != null) {
      text.append("[").append(filter).append("]");
    }
    return text.toString();
  }

  @Override
  public boolean equals(Object other) {
    return sameClassAs(other) && equalsTo((FastLaneQuery) other);
  }

  private boolean equalsTo(FastLaneQuery other) {
    return views == other.views
        && k == other.k
        && candidates == other.candidates
        && rerank == other.rerank
        && tokenSource.equals(other.tokenSource)
        && router.equals(other.router)
        && Objects.equals(filter, other.filter)
        && tokens.equals(other.tokens);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        classHash(), tokenSource, tokens, router, views, k, candidates, rerank, filter);
  }
}
