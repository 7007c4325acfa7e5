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
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.RamUsageEstimator;

/** Writes {@link FastLaneVectorsFormat}, each field through {@link FieldOutput}. */
final class FastLaneVectorsWriter extends KnnVectorsWriter {

  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(FastLaneVectorsWriter.class);

  private final FastLaneVectorsFormat format;
  private final SegmentWriteState state;
  private final IndexOutput meta;
  private final IndexOutput tokenData;
  private final IndexOutput routeData;
  private final List<BufferedField<?>> fields = new ArrayList<>();
  private boolean flushed;
  private boolean finished;

  FastLaneVectorsWriter(FastLaneVectorsFormat format, SegmentWriteState state) throws IOException {
    this.format = format;
    this.state = state;
    IndexOutput meta = null;
    IndexOutput tokenData = null;
    IndexOutput routeData = null;
    try {
      meta = create(FastLaneVectorsFormat.META_EXTENSION, FastLaneVectorsFormat.META_CODEC_NAME);
      tokenData =
          create(FastLaneVectorsFormat.TOKEN_EXTENSION, FastLaneVectorsFormat.TOKEN_CODEC_NAME);
      routeData =
          create(FastLaneVectorsFormat.ROUTE_EXTENSION, FastLaneVectorsFormat.ROUTE_CODEC_NAME);
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, meta, tokenData, routeData);
      throw t;
    }
    this.meta = meta;
    this.tokenData = tokenData;
    this.routeData = routeData;
  }

  private IndexOutput create(String extension, String codecName) throws IOException {
    IndexOutput out =
        state.directory.createOutput(
            IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension),
            state.context);
    try {
      CodecUtil.writeIndexHeader(
          out,
          codecName,
          FastLaneVectorsFormat.VERSION_CURRENT,
          state.segmentInfo.getId(),
          state.segmentSuffix);
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, out);
      throw t;
    }
    return out;
  }

  @Override
  public KnnFieldVectorsWriter<?> addField(FieldInfo info) {
    BufferedField<?> field = BufferedField.of(format, info);
    fields.add(field);
    return field;
  }

  @Override
  public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
    flushed = true;
    for (BufferedField<?> field : fields) {
      try (FieldOutput out = startField(field.info)) {
        field.flush(out, maxDoc, sortMap);
      }
    }
  }

  private FieldOutput startField(FieldInfo info) throws IOException {
    return new FieldOutput(format, state, info, meta, tokenData, routeData);
  }

  /** Merges a field at once; nothing is left to do. */
  @Override
  public IORunnable mergeOneField(FieldInfo info, MergeState mergeState) throws IOException {
    try (FieldOutput out = startField(info)) {
      new MergedField(format, info, mergeState).write(out, state.segmentInfo.maxDoc());
    }
    return null;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if vectors were added but not flushed, which happens when a
   *     Lucene version other than the one this class was compiled for does not know its {@link
   *     #mergeOneField} and falls back to adding one vector a document
   */
  @Override
  public void finish() throws IOException {
    if (fields.isEmpty() == false && flushed == false) {
      throw new IllegalStateException(
          "vectors of field \""
              + fields.getFirst().info.name
              + "\" were added outside a flush; this version of "
              + FastLaneVectorsFormat.NAME
              + " was not made for the Lucene version it runs with");
    }
    if (finished) {
      throw new IllegalStateException("already finished");
    }
    finished = true;
    meta.writeInt(-1);
    CodecUtil.writeFooter(meta);
    CodecUtil.writeFooter(tokenData);
    CodecUtil.writeFooter(routeData);
  }

  @Override
  public long ramBytesUsed() {
    long bytes = SHALLOW_SIZE;
    for (BufferedField<?> field : fields) {
      bytes += field.ramBytesUsed();
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(meta, tokenData, routeData);
  }
}
