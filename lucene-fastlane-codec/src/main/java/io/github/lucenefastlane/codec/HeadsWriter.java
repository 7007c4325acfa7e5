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
import java.util.AbstractList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;

/**
 * Owns the files of tokens and routes, and shows their heads to Lucene's HNSW writer, which closes
 * them when it needs to read the heads back.
 *
 * <p>By the time the HNSW writer hears of a field, its documents have been written through {@link
 * #startField}; the HNSW writer only builds the graph over their heads.
 */
final class HeadsWriter extends FlatVectorsWriter {

  private final FastLaneVectorsFormat format;
  private final IndexOutput meta;
  private final IndexOutput tokenData;
  private final IndexOutput routeData;
  private final Map<Integer, HeadFieldWriter<?>> fields = new HashMap<>();
  private boolean finished;

  HeadsWriter(FastLaneVectorsFormat format, SegmentWriteState state) throws IOException {
    super(HeadScoring.INSTANCE);
    this.format = format;
    IndexOutput meta = null;
    IndexOutput tokenData = null;
    IndexOutput routeData = null;
    boolean success = false;
    try {
      meta =
          create(
              state, FastLaneVectorsFormat.META_EXTENSION, FastLaneVectorsFormat.META_CODEC_NAME);
      tokenData =
          create(
              state, FastLaneVectorsFormat.TOKEN_EXTENSION, FastLaneVectorsFormat.TOKEN_CODEC_NAME);
      routeData =
          create(
              state, FastLaneVectorsFormat.ROUTE_EXTENSION, FastLaneVectorsFormat.ROUTE_CODEC_NAME);
      success = true;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(meta, tokenData, routeData);
      }
    }
    this.meta = meta;
    this.tokenData = tokenData;
    this.routeData = routeData;
  }

  private static IndexOutput create(SegmentWriteState state, String extension, String codecName)
      throws IOException {
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

  /** Starts the documents of a field. */
  FieldOutput startField(FieldInfo info) throws IOException {
    return new FieldOutput(format, info, meta, tokenData, routeData);
  }

  /** Gives the heads of a flushed field, for the graph that is built next. */
  void flushedHeads(FieldInfo info, HeadCodes heads) {
    fields.put(info.number, new HeadFieldWriter<>(heads));
  }

  @Override
  public FlatFieldVectorsWriter<?> addField(FieldInfo info) {
    return fields.get(info.number);
  }

  @Override
  public void flush(int maxDoc, Sorter.DocMap sortMap) {
    fields.values().forEach(HeadFieldWriter::finish);
  }

  /** Nothing is left to do: the heads of a merged field went to disk with their documents. */
  @Override
  public void mergeOneFlatVectorField(FieldInfo info, MergeState mergeState) {}

  @Override
  public void finish() throws IOException {
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
  public void close() throws IOException {
    IOUtils.close(meta, tokenData, routeData);
  }

  @Override
  public long ramBytesUsed() {
    return 0;
  }

  /** Counts the heads of a flushed field that are in the graph; the vectors are there already. */
  private static final class HeadFieldWriter<T> extends FlatFieldVectorsWriter<T> {
    private final HeadCodes heads;
    private final DocsWithFieldSet added = new DocsWithFieldSet();
    private boolean finished;

    HeadFieldWriter(HeadCodes heads) {
      this.heads = heads;
    }

    @Override
    public void addValue(int head, T ignored) {
      added.add(head);
    }

    @Override
    public T copyValue(T vector) {
      throw new UnsupportedOperationException("heads are not buffered");
    }

    @Override
    public List<T> getVectors() {
      return new AbstractList<>() {
        @Override
        public T get(int head) {
          throw new UnsupportedOperationException("heads are read through asKnnVectorValues");
        }

        @Override
        public int size() {
          return added.cardinality();
        }
      };
    }

    @Override
    public KnnVectorValues asKnnVectorValues(VectorEncoding encoding, int dimension) {
      return heads.values(encoding);
    }

    @Override
    public DocsWithFieldSet getDocsWithFieldSet() {
      return added;
    }

    @Override
    public void finish() {
      finished = true;
    }

    @Override
    public boolean isFinished() {
      return finished;
    }

    @Override
    public long ramBytesUsed() {
      return added.ramBytesUsed();
    }
  }
}
