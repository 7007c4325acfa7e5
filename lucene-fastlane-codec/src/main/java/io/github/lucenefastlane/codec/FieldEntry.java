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
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.LongValues;
import org.apache.lucene.util.packed.DirectMonotonicReader;
import org.apache.lucene.util.packed.DirectWriter;

/** What the meta file says of one field; see {@link FastLaneVectorsFormat} for the bytes. */
record FieldEntry(
    FieldInfo info,
    TokenEncoding tokenEncoding,
    int tokensPerRoute,
    int documents,
    long tokens,
    long pools,
    int heads,
    int lists,
    long tokenCodesOffset,
    long pooledCodesOffset,
    long headCodesOffset,
    long centroidsOffset,
    OrdToDocDISIReaderConfiguration docs,
    MonotonicTable tokenStarts,
    MonotonicTable poolStarts,
    MonotonicTable headStarts,
    MonotonicTable listStarts,
    PackedTable listDocuments,
    PackedTable headPlaces) {

  /** Where a monotonic sequence lies in the routes file. */
  record MonotonicTable(DirectMonotonicReader.Meta meta, long offset, long length) {

    static MonotonicTable read(IndexInput meta, long count) throws IOException {
      DirectMonotonicReader.Meta table =
          DirectMonotonicReader.loadMeta(
              meta, count, FastLaneVectorsFormat.DIRECT_MONOTONIC_BLOCK_SHIFT);
      return new MonotonicTable(table, meta.readVLong(), meta.readVLong());
    }

    LongValues open(IndexInput routeFile) throws IOException {
      return DirectMonotonicReader.getInstance(meta, routeFile.randomAccessSlice(offset, length));
    }
  }

  /** Where numbers of a fixed width lie in the routes file, one for each head. */
  record PackedTable(long offset, long length) {

    static PackedTable read(IndexInput meta) throws IOException {
      return new PackedTable(meta.readVLong(), meta.readVLong());
    }
  }

  /** Reads what {@link FieldOutput#finish} wrote. */
  static FieldEntry read(IndexInput meta, FieldInfo info, int maxDoc) throws IOException {
    check(meta, info, "vector encoding", meta.readByte(), info.getVectorEncoding().ordinal());
    check(meta, info, "similarity", meta.readByte(), info.getVectorSimilarityFunction().ordinal());
    check(meta, info, "dimension", meta.readVInt(), info.getVectorDimension());
    int encoding = meta.readByte();
    if (encoding < 0 || encoding >= TokenEncoding.values().length) {
      throw corrupt(meta, info, "token encoding", encoding);
    }
    int tokensPerRoute = meta.readVInt();
    if (tokensPerRoute < 1 || tokensPerRoute > FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE) {
      throw corrupt(meta, info, "tokens per route", tokensPerRoute);
    }
    int documents = meta.readVInt();
    long tokens = meta.readVLong();
    long pools = meta.readVLong();
    int heads = meta.readVInt();
    int lists = meta.readVInt();
    if (documents < 0 || documents > maxDoc) {
      throw corrupt(meta, info, "number of documents", documents);
    }
    if (tokens < documents || documents == 0 && tokens > 0) {
      throw corrupt(meta, info, "number of tokens", tokens);
    }
    TokenBlocks routes = new TokenBlocks(tokensPerRoute);
    if (isPossible(pools, TokenPooling.poolBlocks(routes), documents, tokens) == false) {
      throw corrupt(meta, info, "number of pools", pools);
    }
    if (isPossible(heads, routes, documents, tokens) == false) {
      throw corrupt(meta, info, "number of heads", heads);
    }
    if (lists < Math.min(1, heads) || lists > heads) {
      throw corrupt(meta, info, "number of posting lists", lists);
    }
    return new FieldEntry(
        info,
        TokenEncoding.values()[encoding],
        tokensPerRoute,
        documents,
        tokens,
        pools,
        heads,
        lists,
        meta.readVLong(),
        meta.readVLong(),
        meta.readVLong(),
        meta.readVLong(),
        OrdToDocDISIReaderConfiguration.fromStoredMeta(meta, documents),
        MonotonicTable.read(meta, documents + 1L),
        MonotonicTable.read(meta, documents + 1L),
        MonotonicTable.read(meta, documents + 1L),
        MonotonicTable.read(meta, lists + 1L),
        PackedTable.read(meta),
        PackedTable.read(meta));
  }

  /**
   * Whether tokens of documents can be so many blocks: one of each document, and one for each
   * further {@code size} of its tokens.
   */
  private static boolean isPossible(long count, TokenBlocks blocks, int documents, long tokens) {
    return count >= documents
        && count >= Math.ceilDiv(tokens, (long) blocks.size())
        && count - documents <= (tokens - documents) / blocks.size();
  }

  private static void check(IndexInput meta, FieldInfo info, String what, int found, int expected)
      throws CorruptIndexException {
    if (found != expected) {
      throw corrupt(meta, info, what, found + ", the field's is " + expected);
    }
  }

  private static CorruptIndexException corrupt(
      IndexInput meta, FieldInfo info, String what, Object found) {
    return new CorruptIndexException("field \"" + info.name + "\": " + what + " is " + found, meta);
  }

  /**
   * Checks that what this entry tells of lies within the files, before their footers, and that
   * documents and posting lists hold all tokens, pools and heads.
   */
  void check(IndexInput tokenFile, IndexInput routeFile) throws IOException {
    long meanBytes = meanCoder().bytes();
    checkExtent(tokenFile, "token codes", tokenCodesOffset, tokens, coder().bytes());
    long ownPools = poolsAreTokens() ? 0 : pools;
    long ownHeads = headsAreTokens() ? 0 : heads;
    checkExtent(routeFile, "pooled codes", pooledCodesOffset, ownPools, meanBytes);
    checkExtent(routeFile, "head codes", headCodesOffset, ownHeads, meanBytes);
    checkExtent(routeFile, "centroids", centroidsOffset, lists, meanBytes);
    checkExtent(routeFile, "token starts", tokenStarts.offset, tokenStarts.length, 1);
    checkExtent(routeFile, "pool starts", poolStarts.offset, poolStarts.length, 1);
    checkExtent(routeFile, "head starts", headStarts.offset, headStarts.length, 1);
    checkExtent(routeFile, "list starts", listStarts.offset, listStarts.length, 1);
    checkTable(routeFile, "documents of lists", listDocuments, documents);
    checkTable(routeFile, "places of heads", headPlaces, heads);
    checkEnd(routeFile, "end of tokens", tokenStarts, documents, tokens);
    checkEnd(routeFile, "end of pools", poolStarts, documents, pools);
    checkEnd(routeFile, "end of heads", headStarts, documents, heads);
    checkEnd(routeFile, "end of posting lists", listStarts, lists, heads);
  }

  private void checkEnd(IndexInput in, String what, MonotonicTable table, int last, long expected)
      throws IOException {
    long end = table.open(in).get(last);
    if (end != expected) {
      throw corrupt(in, info, what, end + " of " + expected);
    }
  }

  private void checkTable(IndexInput in, String what, PackedTable table, int bound)
      throws CorruptIndexException {
    checkExtent(in, what, table.offset, table.length, 1);
    if (heads > 0 && table.length < DirectWriter.bytesRequired(heads, bits(bound))) {
      throw corrupt(in, info, what, heads + " numbers in " + table.length + " bytes");
    }
  }

  /** Width of numbers below a bound. */
  static int bits(int bound) {
    return DirectWriter.unsignedBitsRequired(Math.max(1, bound - 1));
  }

  private void checkExtent(IndexInput in, String what, long offset, long count, long bytes)
      throws CorruptIndexException {
    long end = in.length() - CodecUtil.footerLength();
    if (offset < 0 || offset > end || count < 0 || count > (end - offset) / bytes) {
      throw corrupt(
          in, info, what, count + " of " + bytes + " bytes at " + offset + ", past " + end);
    }
  }

  /** Whether each route has one token, which is its head, so that this has no other code. */
  boolean headsAreTokens() {
    return heads == tokens;
  }

  /** Whether each pool has one token, which is its vector, so that this has no other code. */
  boolean poolsAreTokens() {
    return pools == tokens;
  }

  boolean multiValued() {
    return tokens > documents;
  }

  TokenBlocks routes() {
    return new TokenBlocks(tokensPerRoute);
  }

  /** Blocks of as many tokens as pools have on the average. */
  TokenBlocks poolBlocks() {
    return TokenPooling.poolBlocks(routes());
  }

  VectorCoder coder() {
    return VectorCoder.of(info, tokenEncoding);
  }

  /** The coder of heads, centroids, and pooled vectors that are no tokens. */
  VectorCoder meanCoder() {
    return VectorCoder.ofMeans(info, tokenEncoding, headsAreTokens());
  }

  /** Whether tokens of this segment keep their codes in one of a format. */
  boolean sameCodes(FastLaneVectorsFormat format) {
    return info.getVectorEncoding() == VectorEncoding.BYTE
        || (tokenEncoding == format.tokenEncoding()
            && (coder().isRelative() == false || poolsAreTokens() || samePools(format)));
  }

  /** Whether they also keep the codes of pooled vectors, and there are such codes. */
  boolean sameOwnPools(FastLaneVectorsFormat format) {
    return sameCodes(format) && poolsAreTokens() == false && samePools(format);
  }

  private boolean samePools(FastLaneVectorsFormat format) {
    return poolBlocks().equals(format.poolBlocks());
  }

  /** Whether documents of this segment keep all their codes. */
  boolean sameDocuments(FastLaneVectorsFormat format) {
    return sameCodes(format)
        && tokensPerRoute == format.tokensPerRoute()
        && (headsAreTokens() == false || routes().areTokens());
  }
}
