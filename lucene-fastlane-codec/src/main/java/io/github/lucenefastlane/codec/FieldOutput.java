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
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.packed.DirectMonotonicWriter;
import org.apache.lucene.util.packed.DirectWriter;
import org.apache.lucene.util.packed.PackedInts;
import org.apache.lucene.util.packed.PackedLongValues;

/**
 * Writes the documents of one field, in order, to the files of {@link FastLaneVectorsFormat}.
 *
 * <p>Codes go to disk as they come. Only the small tables are kept, packed, until {@link #finish},
 * since their widths are not known before.
 */
final class FieldOutput {

  private final FastLaneVectorsFormat format;
  private final FieldInfo info;
  private final IndexOutput meta;
  private final IndexOutput tokenData;
  private final IndexOutput routeData;
  private final long tokenCodesOffset;
  private final long headCodesOffset;

  private final DocsWithFieldSet docs = new DocsWithFieldSet();
  private final PackedLongValues.Builder tokenStarts =
      PackedLongValues.monotonicBuilder(PackedInts.COMPACT);
  private final PackedLongValues.Builder headStarts =
      PackedLongValues.monotonicBuilder(PackedInts.COMPACT);

  private int documentCount;
  private long tokenCount;
  private long headCount;
  private int ownHeadCount;

  FieldOutput(
      FastLaneVectorsFormat format,
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
    this.headCodesOffset = routeData.alignFilePointer(Float.BYTES);
    tokenStarts.add(0);
    headStarts.add(0);
  }

  void add(int doc, EncodedDocument document) throws IOException {
    docs.add(doc);
    documentCount++;
    tokenData.writeBytes(document.tokens, 0, document.tokenBytes());
    routeData.writeBytes(document.ownHeads, 0, document.ownHeadBytes());
    tokenCount += document.tokenCount();
    headCount += document.headCount();
    if (headCount > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "field \""
              + info.name
              + "\": a segment holds at most "
              + Integer.MAX_VALUE
              + " routes, got "
              + headCount
              + "; index with more tokens per route, or limit the size of merged segments");
    }
    ownHeadCount += document.ownHeadCount();
    tokenStarts.add(tokenCount);
    headStarts.add(headCount);
  }

  /** Number of heads so far; the next document's first head has this ordinal. */
  int headCount() {
    return (int) headCount;
  }

  /** Writes the tables and the meta of the field. */
  void finish(int maxDoc) throws IOException {
    meta.writeInt(info.number);
    meta.writeByte((byte) info.getVectorEncoding().ordinal());
    meta.writeByte((byte) info.getVectorSimilarityFunction().ordinal());
    meta.writeVInt(info.getVectorDimension());
    meta.writeByte((byte) format.tokenEncoding().ordinal());
    meta.writeVInt(format.tokensPerRoute());
    meta.writeVInt(documentCount);
    meta.writeVLong(tokenCount);
    meta.writeVInt((int) headCount);
    meta.writeVInt(ownHeadCount);
    meta.writeVLong(tokenCodesOffset);
    meta.writeVLong(headCodesOffset);
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
    writeMonotonic(firstHeads);
    writeHeadDocuments(firstHeads);
    writeHeadCodes(firstTokens, firstHeads);
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

  private void writeHeadDocuments(PackedLongValues starts) throws IOException {
    long start = routeData.getFilePointer();
    DirectMonotonicWriter writer =
        DirectMonotonicWriter.getInstance(
            meta, routeData, headCount, FastLaneVectorsFormat.DIRECT_MONOTONIC_BLOCK_SHIFT);
    for (int ord = 0; ord < documentCount; ord++) {
      for (long head = starts.get(ord); head < starts.get(ord + 1); head++) {
        writer.add(ord);
      }
    }
    writer.finish();
    writeExtent(start);
  }

  private void writeHeadCodes(PackedLongValues firstTokens, PackedLongValues firstHeads)
      throws IOException {
    long start = routeData.getFilePointer();
    if (ownHeadCount == 0 || ownHeadCount == headCount) {
      meta.writeByte((byte) 0);
    } else {
      int bits = DirectWriter.unsignedBitsRequired(tokenCount + ownHeadCount);
      meta.writeByte((byte) bits);
      DirectWriter writer = DirectWriter.getInstance(routeData, headCount, bits);
      long nextOwn = tokenCount;
      for (int ord = 0; ord < documentCount; ord++) {
        long token = firstTokens.get(ord);
        int tokens = (int) (firstTokens.get(ord + 1) - token);
        for (long head = firstHeads.get(ord); head < firstHeads.get(ord + 1); head++) {
          writer.add(format.blocks().headsAreTokens(tokens) ? token++ : nextOwn++);
        }
      }
      writer.finish();
    }
    writeExtent(start);
  }

  private void writeExtent(long start) throws IOException {
    meta.writeVLong(start);
    meta.writeVLong(routeData.getFilePointer() - start);
  }
}
