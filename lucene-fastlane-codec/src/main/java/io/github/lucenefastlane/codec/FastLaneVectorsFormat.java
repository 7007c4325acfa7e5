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
package io.github.lucenefastlane.codec;

import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Stores any number of vectors per document and field, and finds documents through lists of like
 * <em>routes</em>.
 *
 * <p>A route is some neighbouring tokens of one document: where {@code s} is {@link
 * #tokensPerRoute()}, a document of {@code m} tokens is cut into {@code ceil(m / s)} routes, one
 * after the other, where its tokens change most; {@link RouteBoundaries} tells how. Each route is
 * stood for by one <em>head</em>: the sum of its tokens, scaled to their mean length, which is the
 * normalised mean of unit vectors; under Euclidean distance it is the mean. Where routes end is not
 * stored. Routes belong to one document, so merging copies their heads as they are, where settings
 * stay. Codes of tokens are copied as well; they are only made anew, of the vectors that they stand
 * for, if this format's {@link #tokenEncoding()} is another, or the size of its pools where codes
 * depend on these, as those of {@link TokenEncoding#RESIDUAL4} and {@link TokenEncoding#RESIDUAL3}
 * do.
 *
 * <p>Neighbouring tokens are what a lane is best searched by, but like ones forecast MaxSim better.
 * So a document's tokens are also grouped into <em>pools</em> of like tokens, wherever in the
 * document, of {@code p = ceil(s / 2)} tokens on the average, {@code ceil(m / p)} of them, by
 * Ward's criterion (token pooling: Clavi&eacute;, Chaffin and Adams, 2024, arXiv:2409.14683): each
 * window of {@code 64 * p} tokens into its share of them, numbered by their first tokens. A pool is
 * stood for by its <em>pooled vector</em>: the mean of its tokens, scaled to their mean length as a
 * head is, times the square root of the sum of their lengths over the length of their sum, or twice
 * if that is more, since the best of tokens that differ is further from their mean; under cosine
 * the direction alone counts, and under Euclidean distance it is the mean. Pooled vectors are read
 * document by document, for the forecast by which the candidates of a rerank are chosen.
 *
 * <p>The heads of a segment's field lie in <em>posting lists</em>, groups of like heads found by
 * k-means, of about 16 to 48 heads each, and more in segments of very many. A list is stood for by
 * its <em>centroid</em>, made of its heads as a head is of tokens. A search compares its target
 * with all centroids, and with the heads of the nearest lists, one after the other as they lie in
 * the file. Flushes and merges group the heads of their segment anew, on the merge scheduler's
 * {@linkplain org.apache.lucene.index.MergeScheduler#getIntraMergeExecutor intra-merge executor}.
 *
 * <p>A merge copies codes one document at a time, those of heads and pooled vectors by way of
 * temporary files. While it groups the heads, it holds 8 bytes for each of them on the Java heap,
 * half a byte a token at the default {@link #tokensPerRoute()}; the centroids, 4 bytes a component,
 * of at most about 64 lists for each square root of the number of heads; some 3 bytes a document;
 * and some megabytes for each thread that it runs on. Of heads of 128 components that is 4 MB for
 * 96,000, 12 for 482,000, and some 100 for 4.8 million. A flush holds as much for one field at a
 * time, after what was buffered of that has been written and let go.
 *
 * <p>In the files below, {@code Tokens}, {@code Documents}, {@code Pools}, {@code Heads} and {@code
 * Lists} are the numbers of token vectors, documents, pools, heads and posting lists that a field
 * has in the segment. A document ordinal counts the documents that have the field, in the order of
 * their ids; a token ordinal counts all tokens, document by document; a head ordinal counts all
 * heads, document by document, and within a document in the order of its routes; a pool ordinal
 * counts all pools, document by document, and within a document by their numbers, window after
 * window; a position counts all heads list by list. Where Heads is Tokens, each route has one
 * token, whose code is its head's too, and where Pools is Tokens, its pooled vector's. A token code
 * is as {@link TokenEncoding} says, and for byte fields the {@code dimension} bytes as they are. A
 * code of a head, a centroid or, where Pools is not Tokens, a pooled vector is a token code where
 * Heads is Tokens, and in byte fields and those of {@link TokenEncoding#RESIDUAL3}; else it is one
 * of {@link TokenEncoding#RESIDUAL4} without a pool, whatever the encoding of tokens. Every file
 * begins with {@link org.apache.lucene.codecs.CodecUtil#writeIndexHeader IndexHeader} and ends with
 * {@link org.apache.lucene.codecs.CodecUtil#writeFooter Footer}; all numbers between them are
 * little-endian, and all data offsets are positions in their file.
 *
 * <h2>.vec (token codes)</h2>
 *
 * <p>For each field, aligned to 4 bytes:
 *
 * <ul>
 *   <li>[code] * Tokens, by token ordinal: all codes of a document are one run of bytes
 * </ul>
 *
 * <h2>.flr (routes)</h2>
 *
 * <p>For each field, aligned to 4 bytes:
 *
 * <ul>
 *   <li>if Pools is not Tokens: [code] * Pools, the pooled vectors, document by document: all of a
 *       document are one run of bytes
 *   <li>if Heads is not Tokens: [code] * Heads, the heads, by position, aligned to 4 bytes
 *   <li>[code] * Lists: the centroids, aligned to 4 bytes
 *   <li>if only some documents of the segment have the field: their ids and the ids by ordinal, in
 *       the format of {@link org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration}
 *   <li>TokenStarts: Documents + 1 numbers by {@link
 *       org.apache.lucene.util.packed.DirectMonotonicWriter}, the first token of each document
 *   <li>PoolStarts: Documents + 1 numbers by DirectMonotonicWriter, the first pool of each document
 *   <li>HeadStarts: Documents + 1 numbers by DirectMonotonicWriter, the first head of each document
 *   <li>ListStarts: Lists + 1 numbers by DirectMonotonicWriter, the first position of each list
 *   <li>ListDocuments: Heads numbers by {@link org.apache.lucene.util.packed.DirectWriter} in as
 *       many bits as its {@code unsignedBitsRequired} says for Documents - 1, or for 1 if that is
 *       more: the document ordinal of the head at each position. Empty if Heads is 0
 *   <li>HeadPlaces: Heads numbers, likewise, for Heads - 1: the position of each head, or, if Heads
 *       is Tokens, the head at each position
 * </ul>
 *
 * <h2>.flm (meta)</h2>
 *
 * <p>For each field:
 *
 * <ul>
 *   <li><b>[int32]</b> field number
 *   <li><b>[byte]</b> ordinal of the {@link org.apache.lucene.index.VectorEncoding}
 *   <li><b>[byte]</b> ordinal of the {@link org.apache.lucene.index.VectorSimilarityFunction}
 *   <li><b>[vint]</b> dimension
 *   <li><b>[byte]</b> ordinal of the {@link TokenEncoding}
 *   <li><b>[vint]</b> tokens per route
 *   <li><b>[vint]</b> Documents
 *   <li><b>[vlong]</b> Tokens
 *   <li><b>[vlong]</b> Pools
 *   <li><b>[vint]</b> Heads
 *   <li><b>[vint]</b> Lists
 *   <li><b>[vlong]</b> offset of the token codes
 *   <li><b>[vlong]</b> offset of the pooled vectors' codes
 *   <li><b>[vlong]</b> offset of the head codes
 *   <li><b>[vlong]</b> offset of the centroids
 *   <li>meta of OrdToDocDISIReaderConfiguration
 *   <li>for each of TokenStarts, PoolStarts, HeadStarts and ListStarts: meta of
 *       DirectMonotonicWriter in blocks of 2<sup>16</sup>, then <b>[vlong]</b> offset,
 *       <b>[vlong]</b> length
 *   <li>for ListDocuments and HeadPlaces: <b>[vlong]</b> offset, <b>[vlong]</b> length
 * </ul>
 *
 * <p>and, after the last field, <b>[int32]</b> -1.
 *
 * <p>Two attributes of the field tell of a segment without opening these files: {@value
 * #MULTI_VALUED_KEY} whether any document has several vectors, and {@value #FORMAT_KEY} the
 * parameters it was written with.
 */
public final class FastLaneVectorsFormat extends KnnVectorsFormat {

  /** Name by which an index finds this format. */
  public static final String NAME = "FastLane";

  /** Largest number of components of a vector. */
  public static final int MAX_DIMENSIONS = 4096;

  /**
   * Default of {@link #tokensPerRoute()}. Of lanes that compare all heads of 12, 16 and 24 tokens,
   * the best 392 documents by the mean view hold .993, .991 and .990 of exact MaxSim's ten on SQuAD
   * paragraphs beside 4,094 other passages (300 questions); of 20,000 synthetic documents of four
   * passages of 17 tokens each, .978, .968 and .954.
   */
  public static final int DEFAULT_TOKENS_PER_ROUTE = 16;

  /** Largest {@link #tokensPerRoute()}. Documents of up to as many tokens have one route. */
  public static final int MAX_TOKENS_PER_ROUTE = 1 << 20;

  /** Attribute of a field, "true" if a document of the segment has several vectors in it. */
  public static final String MULTI_VALUED_KEY = "FastLane.multiValued";

  /** Attribute of a field, the {@link #toString()} of the format that wrote the segment. */
  public static final String FORMAT_KEY = "FastLane.format";

  static final String META_CODEC_NAME = "FastLaneVectorsFormatMeta";
  static final String TOKEN_CODEC_NAME = "FastLaneVectorsFormatTokens";
  static final String ROUTE_CODEC_NAME = "FastLaneVectorsFormatRoutes";
  static final String META_EXTENSION = "flm";
  static final String TOKEN_EXTENSION = "vec";
  static final String ROUTE_EXTENSION = "flr";

  /** Earlier versions were of snapshots before the first release. */
  static final int VERSION_START = 5;

  static final int VERSION_CURRENT = VERSION_START;
  static final int DIRECT_MONOTONIC_BLOCK_SHIFT = 16;

  private final TokenEncoding tokenEncoding;
  private final TokenBlocks routes;

  /** Blocks of as many tokens as pools have on the average. */
  private final TokenBlocks poolBlocks;

  /** {@link TokenEncoding#INT8} and default routes. */
  public FastLaneVectorsFormat() {
    this(TokenEncoding.INT8);
  }

  /**
   * Default routes.
   *
   * @param tokenEncoding how float tokens are stored
   */
  public FastLaneVectorsFormat(TokenEncoding tokenEncoding) {
    this(tokenEncoding, DEFAULT_TOKENS_PER_ROUTE);
  }

  /**
   * A format of routes of another size.
   *
   * @param tokenEncoding how float tokens are stored
   * @param tokensPerRoute a document has a route for each so many tokens that it has or begins, in
   *     [1, {@value #MAX_TOKENS_PER_ROUTE}]; 1 makes each token a route and a pool, 2 each a pool
   *     alone
   * @throws IllegalArgumentException if the number is out of its range
   */
  public FastLaneVectorsFormat(TokenEncoding tokenEncoding, int tokensPerRoute) {
    super(NAME);
    this.tokenEncoding = Objects.requireNonNull(tokenEncoding, "tokenEncoding");
    this.routes = new TokenBlocks(check("tokensPerRoute", tokensPerRoute, 1, MAX_TOKENS_PER_ROUTE));
    this.poolBlocks = TokenPooling.poolBlocks(routes);
  }

  static int check(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " must be in [" + min + ", " + max + "], got " + value);
    }
    return value;
  }

  /**
   * How float tokens are stored.
   *
   * @return the encoding of new segments
   */
  public TokenEncoding tokenEncoding() {
    return tokenEncoding;
  }

  /**
   * How many tokens a route has, about: a document has one for each so many that it has or begins.
   * Pools have half as many on the average, rounded up.
   *
   * @return at least 1
   */
  public int tokensPerRoute() {
    return routes.size();
  }

  TokenBlocks routes() {
    return routes;
  }

  TokenBlocks poolBlocks() {
    return poolBlocks;
  }

  @Override
  public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
    return new FastLaneVectorsWriter(this, state);
  }

  @Override
  public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
    return new FastLaneVectorsReader(state);
  }

  @Override
  public int getMaxDimensions(String fieldName) {
    return MAX_DIMENSIONS;
  }

  @Override
  public String toString() {
    return "FastLaneVectorsFormat(tokenEncoding="
        + tokenEncoding
        + ", tokensPerRoute="
        + tokensPerRoute()
        + ")";
  }
}
