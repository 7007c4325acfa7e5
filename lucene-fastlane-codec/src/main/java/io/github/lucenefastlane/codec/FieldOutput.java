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

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.packed.DirectMonotonicWriter;
import org.apache.lucene.util.packed.DirectWriter;
import org.apache.lucene.util.packed.PackedInts;
import org.apache.lucene.util.packed.PackedLongValues;

/**
 * Writes the documents of one field, in order, to the files of {@link FastLaneVectorsFormat}.
 *
 * <p>Codes go to disk as they come, those of heads and pooled vectors to temporary files until
 * {@link #finish} groups the heads into posting lists. Only the small tables are kept, packed, till
 * then, since their widths are not known before.
 */
final class FieldOutput implements Closeable {

  /** Arrays hold a number for each head, and loops step beyond the last. */
  private static final int MAX_HEADS = Integer.MAX_VALUE - (1 << 16);

  private final FastLaneVectorsFormat format;
  private final FieldInfo info;
  private final IndexOutput meta;
  private final IndexOutput tokenData;
  private final IndexOutput routeData;
  private final long tokenCodesOffset;
  private final boolean routesAreTokens;

  /** Of heads and pooled vectors. */
  private final VectorCoder meanCoder;

  private final StagedCodes heads;

  /** Codes of pooled vectors, or null where each token is a pool. */
  private final StagedCodes pooled;

  private final DocsWithFieldSet docs = new DocsWithFieldSet();
  private final PackedLongValues.Builder tokenStarts =
      PackedLongValues.monotonicBuilder(PackedInts.COMPACT);
  private final PackedLongValues.Builder poolStarts =
      PackedLongValues.monotonicBuilder(PackedInts.COMPACT);
  private final PackedLongValues.Builder headStarts =
      PackedLongValues.monotonicBuilder(PackedInts.COMPACT);

  private int documentCount;
  private long tokenCount;
  private long poolCount;
  private long headCount;

  FieldOutput(
      FastLaneVectorsFormat format,
      SegmentWriteState state,
      FieldInfo info,
      IndexOutput meta,
      IndexOutput tokenData,
      IndexOutput routeData)
      throws IOException {
    this.format = format;
    this.info = info;
    this.meta = meta;
    this.tokenData = tokenData;
    this.routeData = routeData;
    this.tokenCodesOffset = tokenData.alignFilePointer(Float.BYTES);
    this.routesAreTokens = format.routes().areTokens();
    this.meanCoder = VectorCoder.ofMeans(info, format.tokenEncoding(), routesAreTokens);
    tokenStarts.add(0);
    poolStarts.add(0);
    headStarts.add(0);
    this.heads = stage(state, "heads");
    try {
      this.pooled = format.poolBlocks().areTokens() ? null : stage(state, "pooled");
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, heads);
      throw t;
    }
  }

  private StagedCodes stage(SegmentWriteState state, String suffix) throws IOException {
    return new StagedCodes(
        state.directory, state.segmentInfo.name, suffix, state.context, meanCoder);
  }

  void add(int doc, EncodedDocument document) throws IOException {
    headCount += document.headCount();
    if (headCount > MAX_HEADS) {
      throw new IllegalArgumentException(
          "field \""
              + info.name
              + "\": a segment holds at most "
              + MAX_HEADS
              + " routes, got "
              + headCount
              + "; index with more tokens per route, or limit the size of merged segments");
    }
    docs.add(doc);
    documentCount++;
    tokenData.writeBytes(document.tokens, 0, document.tokenBytes());
    heads.add(routesAreTokens ? document.tokens : document.heads, document.headCount());
    if (pooled != null) {
      pooled.add(document.pooled, document.poolCount());
    }
    tokenCount += document.tokenCount();
    poolCount += document.poolCount();
    tokenStarts.add(tokenCount);
    poolStarts.add(poolCount);
    headStarts.add(headCount);
  }

  /**
   * Groups the heads, and writes them, the tables and the meta of the field.
   *
   * @param executor groups heads in parallel
   * @param checkAborted throws when a merge is to end early
   */
  void finish(int maxDoc, TaskExecutor executor, IORunnable checkAborted) throws IOException {
    heads.finish(DataAccessHint.RANDOM);
    PostingLists lists =
        new PostingListBuilder(
                heads,
                info.getVectorSimilarityFunction(),
                meanCoder.dimension,
                executor,
                checkAborted)
            .build();
    meta.writeInt(info.number);
    meta.writeByte((byte) info.getVectorEncoding().ordinal());
    meta.writeByte((byte) info.getVectorSimilarityFunction().ordinal());
    meta.writeVInt(info.getVectorDimension());
    meta.writeByte((byte) format.tokenEncoding().ordinal());
    meta.writeVInt(format.tokensPerRoute());
    meta.writeVInt(documentCount);
    meta.writeVLong(tokenCount);
    meta.writeVLong(poolCount);
    meta.writeVInt((int) headCount);
    meta.writeVInt(lists.count());
    meta.writeVLong(tokenCodesOffset);
    writePooled();
    writeHeadCodes(lists);
    writeCentroids(lists);
    OrdToDocDISIReaderConfiguration.writeStoredMeta(
        FastLaneVectorsFormat.DIRECT_MONOTONIC_BLOCK_SHIFT,
        meta,
        routeData,
        documentCount,
        maxDoc,
        docs);
    PackedLongValues firstTokens = tokenStarts.build();
    PackedLongValues firstHeads = headStarts.build();
    writeMonotonic(firstTokens);
    writeMonotonic(poolStarts.build());
    writeMonotonic(firstHeads);
    writeLists(lists, firstHeads);
    info.putAttribute(
        FastLaneVectorsFormat.MULTI_VALUED_KEY, Boolean.toString(tokenCount > documentCount));
    info.putAttribute(FastLaneVectorsFormat.FORMAT_KEY, format.toString());
  }

  private void writeMonotonic(PackedLongValues values) throws IOException {
    long start = routeData.getFilePointer();
    DirectMonotonicWriter writer =
        DirectMonotonicWriter.getInstance(
            meta, routeData, values.size(), FastLaneVectorsFormat.DIRECT_MONOTONIC_BLOCK_SHIFT);
    for (PackedLongValues.Iterator it = values.iterator(); it.hasNext(); ) {
      writer.add(it.next());
    }
    writer.finish();
    writeExtent(start);
  }

  /** Whether heads have codes of their own: those that are tokens have theirs already. */
  private boolean ownHeads() {
    return headCount < tokenCount;
  }

  /** Whether pooled vectors have codes of their own. They are staged then: pools are no tokens. */
  private boolean ownPools() {
    return poolCount < tokenCount;
  }

  /** All at the end: before, it is not known whether any document has several tokens. */
  private void writePooled() throws IOException {
    meta.writeVLong(routeData.alignFilePointer(Float.BYTES));
    if (ownPools()) {
      pooled.finish(DataAccessHint.SEQUENTIAL);
      pooled.copyTo(routeData);
    }
  }

  private void writeHeadCodes(PostingLists lists) throws IOException {
    meta.writeVLong(routeData.alignFilePointer(Float.BYTES));
    if (ownHeads()) {
      StagedCodes.Reader staged = heads.reader();
      for (int head : lists.heads()) {
        routeData.writeBytes(staged.code(head), 0, meanCoder.bytes());
      }
    }
  }

  private void writeCentroids(PostingLists lists) throws IOException {
    meta.writeVLong(routeData.alignFilePointer(Float.BYTES));
    VectorCoder coder = VectorCoder.ofMeans(info, format.tokenEncoding(), ownHeads() == false);
    byte[] code = new byte[coder.bytes()];
    for (float[] centroid : lists.centroids()) {
      if (info.getVectorEncoding() == VectorEncoding.BYTE
          && info.getVectorSimilarityFunction() == VectorSimilarityFunction.COSINE) {
        // A direction of length 1 would be rounded to zeros.
        float largest = Math.max(Float.MIN_NORMAL, VectorCoder.maxMagnitude(centroid));
        VectorCoder.multiply(centroid, Byte.MAX_VALUE / largest);
      }
      coder.encode(centroid, code, 0);
      routeData.writeBytes(code, 0, code.length);
    }
  }

  private void writeLists(PostingLists lists, PackedLongValues firstHeads) throws IOException {
    PackedLongValues.Builder starts = PackedLongValues.monotonicBuilder(PackedInts.COMPACT);
    for (int start : lists.starts()) {
      starts.add(start);
    }
    writeMonotonic(starts.build());
    int[] heads = lists.heads();
    int[] documentOf = new int[heads.length];
    for (int ord = 0; ord < documentCount; ord++) {
      Arrays.fill(documentOf, (int) firstHeads.get(ord), (int) firstHeads.get(ord + 1), ord);
    }
    writePacked(position -> documentOf[heads[position]], documentCount);
    if (ownHeads()) {
      int[] positionOf = documentOf; // not needed any more
      for (int position = 0; position < heads.length; position++) {
        positionOf[heads[position]] = position;
      }
      writePacked(head -> positionOf[head], heads.length);
    } else {
      writePacked(position -> heads[position], heads.length);
    }
  }

  /** Writes a number below a bound for each head. */
  private void writePacked(IntUnaryOperator numbers, int bound) throws IOException {
    long start = routeData.getFilePointer();
    if (headCount > 0) {
      DirectWriter writer = DirectWriter.getInstance(routeData, headCount, FieldEntry.bits(bound));
      for (int i = 0; i < headCount; i++) {
        writer.add(numbers.applyAsInt(i));
      }
      writer.finish();
    }
    writeExtent(start);
  }

  private void writeExtent(long start) throws IOException {
    meta.writeVLong(start);
    meta.writeVLong(routeData.getFilePointer() - start);
  }

  /** Deletes the temporary files. */
  @Override
  public void close() throws IOException {
    IOUtils.close(heads, pooled);
  }
}
