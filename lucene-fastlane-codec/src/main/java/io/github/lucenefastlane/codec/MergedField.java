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
import java.util.concurrent.Executor;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.DocIDMerger;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.search.TaskExecutor;

/**
 * One field in a merge. All tokens of a document move together: verbatim out of a segment of the
 * same settings, else decoded and encoded anew, heads and pooled vectors included. Vectors of other
 * formats become documents of one token.
 */
final class MergedField {

  private final FieldInfo info;
  private final MergeState mergeState;
  private final FastLaneVectorsFormat format;
  private final DocumentEncoder encoder;
  private final EncodedDocument scratch;

  MergedField(FastLaneVectorsFormat format, FieldInfo info, MergeState mergeState) {
    this.format = format;
    this.info = info;
    this.mergeState = mergeState;
    this.encoder = new DocumentEncoder(format, info);
    this.scratch = encoder.newDocument();
  }

  void write(FieldOutput out, int maxDoc) throws IOException {
    List<Source> sources = new ArrayList<>();
    for (int i = 0; i < mergeState.knnVectorsReaders.length; i++) {
      if (mergeState.knnVectorsReaders[i] != null
          && KnnVectorsWriter.MergedVectorValues.hasVectorValues(
              mergeState.fieldInfos[i], info.name)) {
        Source source = source(i);
        if (source != null) {
          sources.add(source);
        }
      }
    }
    DocIDMerger<Source> documents = DocIDMerger.of(sources, mergeState.needsIndexSort);
    for (Source source = documents.next(); source != null; source = documents.next()) {
      mergeState.checkAborted();
      source.read();
      out.add(source.mappedDocID, scratch);
    }
    Executor offered = mergeState.intraMergeTaskExecutor;
    out.finish(
        maxDoc,
        new TaskExecutor(offered == null ? Runnable::run : offered),
        mergeState::checkAborted);
  }

  /** The reader of the field itself, behind Lucene's reader of all fields. */
  private KnnVectorsReader reader(int i) {
    return mergeState.knnVectorsReaders[i] instanceof PerFieldKnnVectorsFormat.FieldsReader perField
        ? perField.getFieldReader(info.name)
        : mergeState.knnVectorsReaders[i];
  }

  private Source source(int i) throws IOException {
    KnnVectorsReader reader = reader(i);
    if (reader instanceof FastLaneVectorsReader ours) {
      SegmentField field = ours.field(info.name);
      return field == null ? null : new Segment(i, field);
    }
    if (reader == null) {
      return null;
    }
    MergeTap.Tapped tapped = MergeTap.open(reader, info);
    return tapped.values() == null ? null : new Wrapped(i, tapped, reader);
  }

  /** Reads the documents of one segment into {@link #scratch}. */
  private abstract class Source extends DocIDMerger.Sub {
    final DocIndexIterator documents;

    Source(int reader, DocIndexIterator documents) {
      super(mergeState.docMaps[reader]);
      this.documents = documents;
    }

    @Override
    public int nextDoc() throws IOException {
      return documents.nextDoc();
    }

    abstract void read() throws IOException;
  }

  /** A segment of this format. */
  private final class Segment extends Source {
    private final Copier copier;

    Segment(int reader, SegmentField field) throws IOException {
      super(reader, field.iterator());
      this.copier = new Copier(field);
    }

    @Override
    void read() throws IOException {
      copier.copy(documents.index());
    }
  }

  /** Any other reader: of another format, or wrapped around ours. */
  private final class Wrapped extends Source {
    private final KnnVectorValues values;
    private final KnnVectorsReader reader;
    private final List<SegmentFieldView> behind;
    private final List<Copier> copiers = new ArrayList<>();
    private final float[][] single = new float[1][];
    private int otherDocuments;

    Wrapped(int reader, MergeTap.Tapped tapped, KnnVectorsReader wrapper) throws IOException {
      super(reader, tapped.values().iterator());
      this.values = tapped.values();
      this.reader = wrapper;
      this.behind = tapped.behind();
      this.otherDocuments = values.size();
      for (SegmentFieldView view : behind) {
        copiers.add(new Copier(view.segmentField()));
        otherDocuments -= view.size();
      }
      FieldInfo source = mergeState.fieldInfos[reader].fieldInfo(info.name);
      if (behind.isEmpty()
          && Boolean.parseBoolean(source.getAttribute(FastLaneVectorsFormat.MULTI_VALUED_KEY))) {
        throw refused();
      }
    }

    private IllegalArgumentException refused() {
      return new IllegalArgumentException(
          "field \""
              + info.name
              + "\" has several vectors in a document, and its reader "
              + reader.getClass().getName()
              + " gives one; merge the index without that wrapper");
    }

    @Override
    void read() throws IOException {
      behind.forEach(SegmentFieldView::takeLastOrd);
      int index = documents.index();
      float[] vector =
          switch (info.getVectorEncoding()) {
            case FLOAT32 -> ((FloatVectorValues) values).vectorValue(index);
            case BYTE -> toFloats(((ByteVectorValues) values).vectorValue(index));
          };
      for (int i = 0; i < behind.size(); i++) {
        int ord = behind.get(i).takeLastOrd();
        if (ord >= 0) {
          copiers.get(i).copy(ord);
          return;
        }
      }
      // A document that none of our segments was asked for must come from another format.
      if (otherDocuments-- <= 0) {
        throw refused();
      }
      single[0] = vector;
      encoder.encode(single, 1, scratch);
    }
  }

  private static float[] toFloats(byte[] vector) {
    float[] floats = new float[vector.length];
    for (int d = 0; d < vector.length; d++) {
      floats[d] = vector[d];
    }
    return floats;
  }

  /**
   * Copies documents of a segment of this format: verbatim if its settings are the same; else with
   * new heads, but the same codes of tokens and of pooled vectors where these can stay, so that
   * merging never changes them.
   */
  private final class Copier {
    private final SegmentField field;
    private final boolean sameDocuments;
    private final boolean sameCodes;
    private final boolean sameOwnPools;
    private float[][] rows = new float[0][];

    Copier(SegmentField field) {
      this.field = field;
      this.sameDocuments = field.entry.sameDocuments(format);
      this.sameCodes = field.entry.sameCodes(format);
      this.sameOwnPools = field.entry.sameOwnPools(format);
    }

    void copy(int ord) throws IOException {
      if (sameDocuments) {
        field.read(ord, scratch);
        return;
      }
      int count = field.tokenCount(ord);
      int dimension = info.getVectorDimension();
      float[] tokens = field.tokenVectors(ord);
      if (rows.length < count) {
        rows = new float[count][dimension];
      }
      for (int t = 0; t < count; t++) {
        System.arraycopy(tokens, t * dimension, rows[t], 0, dimension);
      }
      if (sameOwnPools) {
        encoder.encodeHeads(rows, count, scratch);
        field.readPooled(ord, scratch.pooled);
      } else {
        encoder.encode(rows, count, scratch);
      }
      if (sameCodes) {
        System.arraycopy(field.tokenCodes(ord), 0, scratch.tokens, 0, scratch.tokenBytes());
      }
    }
  }
}
