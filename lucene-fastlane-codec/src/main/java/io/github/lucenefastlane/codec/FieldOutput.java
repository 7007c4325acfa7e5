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
import org.apache.lucene.util.LongValues;
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
  private final int codeBytes;
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

  /** For each head its token's ordinal, or -1 - i for the i-th head with a code of its own. */
  private final PackedLongValues.Builder heads =
      PackedLongValues.deltaPackedBuilder(PackedInts.COMPACT);

  private final PackedLongValues.Builder routes =
      PackedLongValues.packedBuilder(PackedInts.COMPACT);

  private int documentCount;
  private long tokenCount;
  private long headCount;
  private int ownHeadCount;
  private int maxRoute;

  FieldOutput(
      FastLaneVectorsFormat format,
      FieldInfo info,
      IndexOutput meta,
      IndexOutput tokenData,
      IndexOutput routeData)
      throws IOException {
    this.format = format;
    this.info = info;
    this.codeBytes = VectorCoder.of(info, format.tokenEncoding()).bytes();
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
    tokenData.writeBytes(document.tokens, 0, document.tokenCount * codeBytes);
    routeData.writeBytes(document.ownHeads, 0, document.ownHeadCount * codeBytes);
    for (int h = 0; h < document.headCount(); h++) {
      int head = document.heads[h];
      heads.add(head >= 0 ? tokenCount + head : head - ownHeadCount);
    }
    for (int t = 0; t < document.tokenCount; t++) {
      routes.add(document.routes[t]);
      maxRoute = Math.max(maxRoute, document.routes[t]);
    }
    tokenCount += document.tokenCount;
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
    ownHeadCount += document.ownHeadCount;
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
    meta.writeByte((byte) (format.documentRoute() ? 1 : 0));
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
    writeMonotonic(tokenStarts.build());
    PackedLongValues starts = headStarts.build();
    writeMonotonic(starts);
    writeHeadDocuments(starts);
    writeHeadCodes(heads.build());
    writePacked(routes.build(), maxRoute);
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

  private void writeHeadCodes(PackedLongValues heads) throws IOException {
    if (ownHeadCount == 0 && headCount == tokenCount) {
      // Each token is its own head.
      meta.writeByte((byte) 0);
      writeExtent(routeData.getFilePointer());
      return;
    }
    LongValues codes =
        new LongValues() {
          @Override
          public long get(long h) {
            long head = heads.get(h);
            return head >= 0 ? head : tokenCount - 1 - head;
          }
        };
    int bits = DirectWriter.unsignedBitsRequired(tokenCount + ownHeadCount);
    writePacked(codes, headCount, bits);
  }

  private void writePacked(PackedLongValues values, long max) throws IOException {
    writePacked(values, values.size(), max == 0 ? 0 : DirectWriter.unsignedBitsRequired(max));
  }

  private void writePacked(LongValues values, long count, int bits) throws IOException {
    meta.writeByte((byte) bits);
    long start = routeData.getFilePointer();
    if (bits > 0) {
      DirectWriter writer = DirectWriter.getInstance(routeData, count, bits);
      for (long i = 0; i < count; i++) {
        writer.add(values.get(i));
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
