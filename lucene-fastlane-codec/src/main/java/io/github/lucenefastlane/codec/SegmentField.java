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
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.LongValues;
import org.apache.lucene.util.packed.DirectReader;

/** One field of one segment on disk, through file slices of its own. Belongs to one thread. */
final class SegmentField {

  final FieldEntry entry;
  private final VectorCoder coder;
  private final int codeBytes;

  /** The coder, if tokens are coded against the vectors of their pools, else null. */
  private final ResidualCoder residuals;

  private final VectorCoder meanCoder;
  private final int meanBytes;
  private final VectorCoder pooledCoder;
  private final int pooledBytes;
  private final IndexInput tokenFile;
  private final IndexInput routeFile;

  private final IndexInput tokenCodes;
  private final IndexInput pooledCodes;
  private final RandomAccessInput headCodes;
  private final RandomAccessInput centroids;
  private final LongValues tokenStarts;
  private final LongValues poolStarts;
  private final LongValues headStarts;
  private final LongValues listStarts;
  private final LongValues listDocuments;
  private final LongValues headPlaces;
  private final TokenBlocks routes;

  /** Blocks of as many tokens as pools have on the average. */
  private final TokenBlocks poolBlocks;

  private final LongValues ordToDoc;
  private final IndexedDISI sparseDocs;

  private byte[] codes = new byte[0];
  private float[] vectors = new float[0];
  private float[] heads = new float[0];
  private float[] pooled = new float[0];

  /** Pooled vectors that tokens are decoded against, which are not to change those handed out. */
  private float[] references = new float[0];

  /** Which of them each token is decoded against. */
  private int[] referenceOf = new int[1];

  private byte[] meanCodes = new byte[0];

  /** Whether the first to ask for a first token was no writer that would keep one of several. */
  private boolean firstTokensAllowed;

  SegmentField(FieldEntry entry, IndexInput tokenFile, IndexInput routeFile) throws IOException {
    this.entry = entry;
    this.coder = entry.coder();
    this.codeBytes = coder.bytes();
    this.residuals = coder instanceof ResidualCoder residual ? residual : null;
    this.meanCoder = entry.meanCoder();
    this.meanBytes = meanCoder.bytes();
    this.pooledCoder = entry.poolsAreTokens() ? coder : meanCoder;
    this.pooledBytes = pooledCoder.bytes();
    this.routes = entry.routes();
    this.poolBlocks = entry.poolBlocks();
    this.tokenFile = tokenFile;
    this.routeFile = routeFile;
    long tokenBytes = entry.tokens() * codeBytes;
    this.tokenCodes = tokenFile.slice("token codes", entry.tokenCodesOffset(), tokenBytes);
    this.pooledCodes =
        entry.poolsAreTokens()
            ? tokenCodes
            : routeFile.slice(
                "pooled codes", entry.pooledCodesOffset(), entry.pools() * pooledBytes);
    this.headCodes =
        entry.headsAreTokens()
            ? tokenFile.randomAccessSlice(entry.tokenCodesOffset(), tokenBytes)
            : routeFile.randomAccessSlice(
                entry.headCodesOffset(), (long) entry.heads() * meanBytes);
    this.centroids =
        routeFile.randomAccessSlice(entry.centroidsOffset(), (long) entry.lists() * meanBytes);
    this.tokenStarts = open(entry.tokenStarts());
    this.poolStarts = open(entry.poolStarts());
    this.headStarts = open(entry.headStarts());
    this.listStarts = open(entry.listStarts());
    this.listDocuments = open(entry.listDocuments(), entry.documents());
    this.headPlaces = open(entry.headPlaces(), entry.heads());
    OrdToDocDISIReaderConfiguration docs = entry.docs();
    boolean sparse = docs.isDense() == false && docs.isEmpty() == false;
    this.ordToDoc = sparse ? docs.getDirectMonotonicReader(routeFile) : LongValues.IDENTITY;
    this.sparseDocs = sparse ? docs.getIndexedDISI(routeFile) : null;
  }

  private LongValues open(FieldEntry.MonotonicTable table) throws IOException {
    return table.open(routeFile);
  }

  private LongValues open(FieldEntry.PackedTable table, int bound) throws IOException {
    return entry.heads() == 0
        ? LongValues.ZEROES
        : DirectReader.getInstance(
            routeFile.randomAccessSlice(table.offset(), table.length()), FieldEntry.bits(bound));
  }

  /** The same field for another reader in the same or another thread. */
  SegmentField copy() throws IOException {
    return new SegmentField(entry, tokenFile, routeFile);
  }

  VectorCoder coder() {
    return coder;
  }

  /** The coder of heads and centroids. */
  VectorCoder meanCoder() {
    return meanCoder;
  }

  // Documents

  int ordToDoc(int ord) {
    return (int) ordToDoc.get(ord);
  }

  /** As in Lucene's formats, all iterators over some of the documents advance together. */
  DocIndexIterator iterator() {
    return sparseDocs == null
        ? new AllDocuments(entry.documents())
        : IndexedDISI.asDocIndexIterator(sparseDocs);
  }

  private static final class AllDocuments extends DocIndexIterator {
    private final DocIdSetIterator all;

    AllDocuments(int count) {
      this.all = DocIdSetIterator.all(count);
    }

    @Override
    public int index() {
      return all.docID();
    }

    @Override
    public int docID() {
      return all.docID();
    }

    @Override
    public int nextDoc() throws IOException {
      return all.nextDoc();
    }

    @Override
    public int advance(int target) throws IOException {
      return all.advance(target);
    }

    @Override
    public long cost() {
      return all.cost();
    }
  }

  // Tokens

  private void checkOrd(int ord) {
    if (ord < 0 || ord >= entry.documents()) {
      throw new IndexOutOfBoundsException(
          "field \""
              + entry.info().name
              + "\": document ordinal must be in [0, "
              + entry.documents()
              + "), got "
              + ord);
    }
  }

  int tokenCount(int ord) {
    checkOrd(ord);
    return (int) (tokenStarts.get(ord + 1L) - tokenStarts.get(ord));
  }

  /** Codes of all tokens of a document, in a shared array. */
  byte[] tokenCodes(int ord) throws IOException {
    int length = Math.multiplyExact(tokenCount(ord), codeBytes);
    codes = ArrayUtil.growNoCopy(codes, length);
    tokenCodes.seek(tokenStarts.get(ord) * codeBytes);
    tokenCodes.readBytes(codes, 0, length);
    return codes;
  }

  /** Vectors of all tokens of a document, row after row, in a shared array. */
  float[] tokenVectors(int ord) throws IOException {
    int count = tokenCount(ord);
    int dimension = coder.dimension;
    boolean relative = isRelative(count);
    if (relative) {
      references = decodePooled(ord, references);
    }
    tokenCodes(ord);
    vectors = grow(vectors, Math.multiplyExact(count, dimension));
    coder.decode(codes, 0, count, vectors, 0);
    if (relative) {
      findReferences(ord, count);
      residuals.addReferences(codes, 0, count, references, referenceOf, vectors, 0);
    }
    return vectors;
  }

  private static float[] grow(float[] array, int length) {
    return array.length >= length ? array : new float[ArrayUtil.oversize(length, Float.BYTES)];
  }

  /**
   * Code of a document's first token, in the caller's array.
   *
   * @throws IllegalArgumentException if the merge of another format asks, and there are more tokens
   */
  void firstTokenCode(int ord, byte[] code) throws IOException {
    if (firstTokensAllowed == false && entry.multiValued() && MergeTap.askedByOtherWriter()) {
      throw MergeTap.refusal(entry.info().name);
    }
    firstTokensAllowed = true;
    checkOrd(ord);
    tokenCodes.seek(tokenStarts.get(ord) * codeBytes);
    tokenCodes.readBytes(code, 0, codeBytes);
  }

  /**
   * Vector of a document's first token, in the caller's array.
   *
   * @throws IllegalArgumentException as {@link #firstTokenCode}
   */
  void firstTokenVector(int ord, float[] vector) throws IOException {
    codes = ArrayUtil.growNoCopy(codes, codeBytes);
    firstTokenCode(ord, codes);
    coder.decode(codes, 0, vector, 0);
    if (isRelative(tokenCount(ord))) {
      references = grow(references, coder.dimension);
      meanCodes = ArrayUtil.growNoCopy(meanCodes, pooledBytes);
      readPooled(poolStarts.get(ord), 1, meanCodes); // pools are numbered by their first tokens
      pooledCoder.decode(meanCodes, 0, references, 0);
      referenceOf[0] = 0;
      residuals.addReferences(codes, 0, 1, references, referenceOf, vector, 0);
    }
  }

  /** Finds the pools of a document's tokens, of which the codes are read. */
  private void findReferences(int ord, int count) throws IOException {
    int pools = poolCount(ord);
    referenceOf = ArrayUtil.growNoCopy(referenceOf, count);
    for (int t = 0; t < count; t++) {
      int inWindow = ResidualCoder.pool(codes, t * codeBytes);
      int pool = TokenPooling.firstPool(poolBlocks, t) + inWindow;
      if (inWindow < 0 || inWindow >= TokenPooling.WINDOW_POOLS || pool >= pools) {
        throw new CorruptIndexException(
            "field \""
                + entry.info().name
                + "\": token "
                + t
                + " of document "
                + ordToDoc(ord)
                + " is in pool "
                + pool
                + " of "
                + pools
                + "; restore the index from a backup, or see what CheckIndex finds",
            tokenCodes);
      }
      referenceOf[t] = pool;
    }
  }

  /** Whether the tokens of a document of so many are coded against the vectors of their pools. */
  private boolean isRelative(int tokens) {
    return residuals != null && poolBlocks.areTokens(tokens) == false;
  }

  // Pools

  int poolCount(int ord) {
    return poolBlocks.count(tokenCount(ord));
  }

  /** Reads the codes of all pooled vectors of a document. */
  void readPooled(int ord, byte[] codes) throws IOException {
    readPooled(poolStarts.get(ord), poolCount(ord), codes);
  }

  /** Reads the codes of neighbouring pooled vectors. */
  private void readPooled(long first, int count, byte[] codes) throws IOException {
    pooledCodes.seek(first * pooledBytes);
    pooledCodes.readBytes(codes, 0, count * pooledBytes);
  }

  /** Vectors of all pools of a document, row after row, in a shared array. */
  float[] pooledVectors(int ord) throws IOException {
    pooled = decodePooled(ord, pooled);
    return pooled;
  }

  private float[] decodePooled(int ord, float[] into) throws IOException {
    int count = poolCount(ord);
    meanCodes = ArrayUtil.growNoCopy(meanCodes, Math.multiplyExact(count, pooledBytes));
    readPooled(ord, meanCodes);
    return decodeMeans(pooledCoder, count, into);
  }

  private float[] decodeMeans(VectorCoder coder, int count, float[] into) {
    float[] rows = grow(into, Math.multiplyExact(count, coder.dimension));
    coder.decode(meanCodes, 0, count, rows, 0);
    return rows;
  }

  // Heads

  /** Reads the codes of some heads of one document. */
  private void readHeads(int first, int count, byte[] codes) throws IOException {
    if (entry.headsAreTokens()) {
      headCodes.readBytes((long) first * meanBytes, codes, 0, count * meanBytes);
      return;
    }
    for (int h = 0; h < count; h++) {
      long position = headPlaces.get(first + h);
      headCodes.readBytes(position * meanBytes, codes, h * meanBytes, meanBytes);
    }
  }

  /** Codes of all heads of a document, in a shared array. */
  byte[] headCodes(int ord) throws IOException {
    int count = headCount(ord);
    meanCodes = ArrayUtil.growNoCopy(meanCodes, Math.multiplyExact(count, meanBytes));
    readHeads(firstHead(ord), count, meanCodes);
    return meanCodes;
  }

  /** First head of a document; those of the next one follow its last. */
  int firstHead(int ord) {
    return (int) headStarts.get(ord);
  }

  int headCount(int ord) {
    checkOrd(ord);
    return firstHead(ord + 1) - firstHead(ord);
  }

  /** Heads of all routes of a document, row after row, in a shared array. */
  float[] headVectors(int ord) throws IOException {
    headCodes(ord);
    heads = decodeMeans(meanCoder, headCount(ord), heads);
    return heads;
  }

  // Posting lists

  /** Reads the codes of the centroids of neighbouring lists. */
  void readCentroids(int from, int to, byte[] into) throws IOException {
    centroids.readBytes((long) from * meanBytes, into, 0, (to - from) * meanBytes);
  }

  /** Position of a list's first head; the next list begins after its last. */
  int listStart(int list) {
    return (int) listStarts.get(list);
  }

  /** Ordinal of the document that the head at a position in the lists belongs to. */
  int documentAt(int position) {
    return (int) listDocuments.get(position);
  }

  /** Reads the codes of heads at neighbouring positions in the lists. */
  void readPositions(int from, int to, byte[] codes) throws IOException {
    if (entry.headsAreTokens()) {
      for (int position = from; position < to; position++) {
        long at = headPlaces.get(position) * meanBytes;
        headCodes.readBytes(at, codes, (position - from) * meanBytes, meanBytes);
      }
    } else {
      headCodes.readBytes((long) from * meanBytes, codes, 0, (to - from) * meanBytes);
    }
  }

  /** The document as it was written, for a segment of the same format settings. */
  void read(int ord, EncodedDocument document) throws IOException {
    int count = tokenCount(ord);
    document.setTokenCount(count);
    tokenCodes.seek(tokenStarts.get(ord) * codeBytes);
    tokenCodes.readBytes(document.tokens, 0, document.tokenBytes());
    if (routes.areTokens() == false) {
      readHeads(firstHead(ord), document.headCount(), document.heads);
    }
    if (poolBlocks.areTokens() == false) {
      readPooled(ord, document.pooled);
    }
  }

  /** The document-level view of the tokens. */
  KnnVectorValues documents() {
    return switch (entry.info().getVectorEncoding()) {
      case FLOAT32 -> new FloatMultiVectorValues(this);
      case BYTE -> new ByteMultiVectorValues(this);
    };
  }
}
