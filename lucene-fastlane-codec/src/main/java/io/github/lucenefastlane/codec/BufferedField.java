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
import java.util.Arrays;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.store.ByteBuffersDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;

/**
 * The documents of one field since the last flush. A document's token vectors are kept as floats
 * until the next document comes; then they, its heads and its pooled vectors are encoded, and
 * appended to a log in memory.
 */
abstract class BufferedField<T> extends KnnFieldVectorsWriter<T> {

  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(BufferedField.class);

  /**
   * Blocks of the log are small beside the regions of the G1 collector: an array of half a region
   * has regions of its own, and one that is a few bytes larger than a region has two.
   */
  private static final int MAX_LOG_BLOCK_BITS = 16;

  final FieldInfo info;
  private final VectorCoder coder;
  private final DocumentEncoder encoder;
  private final EncodedDocument scratch;

  /** Token vectors of {@link #currentDoc}; rows beyond {@link #currentTokens} are spare. */
  private float[][] current = new float[0][];

  private int currentTokens;
  private int currentDoc = -1;

  /** As many as an array holds, coded or decoded; so what can be written can be read. */
  private final int maxTokens;

  private final ByteBuffersDataOutput log =
      new ByteBuffersDataOutput(
          ByteBuffersDataOutput.DEFAULT_MIN_BITS_PER_BLOCK,
          MAX_LOG_BLOCK_BITS,
          ByteBuffersDataOutput.ALLOCATE_BB_ON_HEAP,
          ByteBuffersDataOutput.NO_REUSE);

  private int[] docs = new int[0];
  private long[] logStarts = new long[0];
  private int documentCount;

  private BufferedField(FastLaneVectorsFormat format, FieldInfo info) {
    this.info = info;
    this.coder = VectorCoder.of(info, format.tokenEncoding());
    this.encoder = new DocumentEncoder(format, info);
    this.scratch = encoder.newDocument();
    this.maxTokens = ArrayUtil.MAX_ARRAY_LENGTH / Math.max(coder.dimension, coder.bytes());
  }

  static BufferedField<?> of(FastLaneVectorsFormat format, FieldInfo info) {
    return switch (info.getVectorEncoding()) {
      case FLOAT32 ->
          new BufferedField<float[]>(format, info) {
            @Override
            void copy(float[] vector, float[] row) {
              System.arraycopy(vector, 0, row, 0, row.length);
            }

            @Override
            public float[] copyValue(float[] vector) {
              return vector.clone();
            }
          };
      case BYTE ->
          new BufferedField<byte[]>(format, info) {
            @Override
            void copy(byte[] vector, float[] row) {
              for (int d = 0; d < row.length; d++) {
                row[d] = vector[d];
              }
            }

            @Override
            public byte[] copyValue(byte[] vector) {
              return vector.clone();
            }
          };
    };
  }

  abstract void copy(T vector, float[] row);

  @Override
  public void addValue(int doc, T vector) throws IOException {
    if (doc != currentDoc) {
      if (doc < currentDoc) {
        throw new IllegalArgumentException(
            "field \"" + info.name + "\": document " + doc + " comes after " + currentDoc);
      }
      closeDocument();
      currentDoc = doc;
    }
    if (currentTokens == maxTokens) {
      throw new IllegalArgumentException(
          "field \""
              + info.name
              + "\": a document holds at most "
              + maxTokens
              + " vectors of dimension "
              + coder.dimension
              + ", document "
              + doc
              + " has more");
    }
    if (currentTokens == current.length) {
      current = ArrayUtil.grow(current, currentTokens + 1);
    }
    if (current[currentTokens] == null) {
      current[currentTokens] = new float[coder.dimension];
    }
    copy(vector, current[currentTokens++]);
  }

  private void closeDocument() throws IOException {
    if (currentTokens == 0) {
      return;
    }
    encoder.encode(current, currentTokens, scratch);
    docs = ArrayUtil.grow(docs, documentCount + 1);
    logStarts = ArrayUtil.grow(logStarts, documentCount + 1);
    docs[documentCount] = currentDoc;
    logStarts[documentCount++] = log.size();
    scratch.writeTo(log);
    currentTokens = 0;
  }

  /** Writes all documents in their final order. */
  void flush(FieldOutput out, int maxDoc, Sorter.DocMap sortMap) throws IOException {
    closeDocument();
    writeDocuments(out, sortMap);
    // Grouping the heads comes next, and needs its own memory.
    current = new float[0][];
    log.reset();
    out.finish(maxDoc, new TaskExecutor(Runnable::run), () -> {});
  }

  private void writeDocuments(FieldOutput out, Sorter.DocMap sortMap) throws IOException {
    ByteBuffersDataInput in = log.toDataInput();
    // One number sorts a document by its new id and remembers where it is in the log.
    long[] order = new long[documentCount];
    for (int i = 0; i < documentCount; i++) {
      long newDoc = sortMap == null ? docs[i] : sortMap.oldToNew(docs[i]);
      order[i] = newDoc << 32 | i;
    }
    Arrays.sort(order);
    for (long entry : order) {
      in.seek(logStarts[(int) entry]);
      scratch.readFrom(in);
      out.add((int) (entry >>> 32), scratch);
    }
  }

  @Override
  public long ramBytesUsed() {
    long currentBytes = (long) current.length * RamUsageEstimator.NUM_BYTES_OBJECT_REF;
    for (float[] row : current) {
      currentBytes += row == null ? 0 : RamUsageEstimator.sizeOf(row);
    }
    return SHALLOW_SIZE
        + currentBytes
        + scratch.ramBytesUsed()
        + encoder.ramBytesUsed()
        + log.ramBytesUsed()
        + RamUsageEstimator.sizeOf(docs)
        + RamUsageEstimator.sizeOf(logStarts);
  }
}
