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
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.util.IORunnable;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.RamUsageEstimator;

/**
 * Writes {@link FastLaneVectorsFormat}: documents through {@link FieldOutput}, and the graph over
 * their heads through Lucene's HNSW writer.
 */
final class FastLaneVectorsWriter extends KnnVectorsWriter {

  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(FastLaneVectorsWriter.class);

  private final FastLaneVectorsFormat format;
  private final SegmentWriteState state;
  private final HeadsWriter heads;
  private final Lucene99HnswVectorsWriter graphs;
  private final List<BufferedField<?>> fields = new ArrayList<>();
  private boolean flushed;

  FastLaneVectorsWriter(
      FastLaneVectorsFormat format, SegmentWriteState state, TaskExecutor mergeExecutor)
      throws IOException {
    this.format = format;
    this.state = state;
    this.heads = new HeadsWriter(format, state);
    try {
      this.graphs =
          new Lucene99HnswVectorsWriter(
              state,
              format.maxConn(),
              format.beamWidth(),
              new HeadsFormat(),
              heads,
              format.mergeWorkers(),
              mergeExecutor);
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, heads);
      throw t;
    }
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
      HeadCodes codes = field.flush(heads.startField(field.info), maxDoc, sortMap);
      heads.flushedHeads(field.info, codes);
      KnnFieldVectorsWriter<?> graph = graphs.addField(field.info);
      for (int head = 0; head < codes.size(); head++) {
        graph.addValue(head, null);
      }
    }
    graphs.flush(maxDoc, null);
  }

  @Override
  public IORunnable mergeOneField(FieldInfo info, MergeState mergeState) throws IOException {
    MergedField merged = new MergedField(format, info, mergeState);
    merged.write(heads.startField(info), state.segmentInfo.maxDoc());
    return graphs.mergeOneField(info, merged.headMergeState());
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
    graphs.finish();
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
    IOUtils.close(graphs);
  }
}
