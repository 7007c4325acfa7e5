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
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsReader;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.DocIDMerger;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.util.Bits;

/**
 * One field in a merge. All tokens of a document move together: verbatim out of a segment of the
 * same settings, else decoded and encoded anew, heads included. Vectors of other formats become
 * documents of one token.
 */
final class MergedField {

  private final FieldInfo info;
  private final MergeState mergeState;
  private final FastLaneVectorsFormat format;
  private final DocumentEncoder encoder;
  private final EncodedDocument scratch;

  /** For each reader copied verbatim its field, else null. */
  private final SegmentField[] verbatim;

  /** For each reader of this format, and each of its documents, the first new head, or -1. */
  private final int[][] newHeads;

  MergedField(FastLaneVectorsFormat format, FieldInfo info, MergeState mergeState) {
    this.format = format;
    this.info = info;
    this.mergeState = mergeState;
    this.encoder = new DocumentEncoder(format, info);
    this.scratch = encoder.newDocument();
    this.verbatim = new SegmentField[mergeState.knnVectorsReaders.length];
    this.newHeads = new int[mergeState.knnVectorsReaders.length][];
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
      source.read(out.headCount());
      out.add(source.mappedDocID, scratch);
    }
    out.finish(maxDoc);
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
      if (field == null) {
        return null;
      }
      newHeads[i] = new int[field.entry.documents()];
      Arrays.fill(newHeads[i], -1);
      if (field.entry.sameRoutes(format)) {
        verbatim[i] = field;
      }
      return new Segment(i, field, newHeads[i]);
    }
    if (reader == null) {
      return null;
    }
    MergeTap.Tapped tapped = MergeTap.open(reader, info);
    return tapped.values() == null ? null : new Wrapped(i, tapped, reader);
  }

  /**
   * The merge as Lucene's graph merging sees it: the documents are heads. Only graphs of segments
   * copied verbatim are reused; the heads of all others are added to them one by one. Nor are
   * graphs of another {@code maxConn}, to which Lucene cannot add nodes.
   */
  MergeState headMergeState() throws IOException {
    int readers = mergeState.knnVectorsReaders.length;
    KnnVectorsReader[] graphs = new KnnVectorsReader[readers];
    MergeState.DocMap[] headMaps = new MergeState.DocMap[readers];
    Bits[] liveHeads = new Bits[readers];
    for (int i = 0; i < readers; i++) {
      if (verbatim[i] != null) {
        Lucene99HnswVectorsReader graph = ((FastLaneVectorsReader) reader(i)).graphs();
        if (graph.getGraph(info.name).maxConn() != format.maxConn()) {
          continue;
        }
        graphs[i] = graph;
        headMaps[i] = headMap(verbatim[i], newHeads[i]);
        liveHeads[i] = mergeState.liveDocs[i] == null ? null : liveHeads(verbatim[i], newHeads[i]);
      }
    }
    return new MergeState(
        headMaps,
        mergeState.segmentInfo,
        mergeState.mergeFieldInfos,
        mergeState.storedFieldsReaders,
        mergeState.termVectorsReaders,
        mergeState.normsProducers,
        mergeState.docValuesProducers,
        mergeState.fieldInfos,
        liveHeads,
        mergeState.fieldsProducers,
        mergeState.pointsReaders,
        graphs,
        mergeState.maxDocs,
        mergeState.infoStream,
        mergeState.intraMergeTaskExecutor,
        mergeState.needsIndexSort,
        mergeState.oneMerge);
  }

  private static MergeState.DocMap headMap(SegmentField field, int[] newHeads) {
    return head -> {
      int ord = field.documentOf(head);
      return newHeads[ord] < 0 ? -1 : newHeads[ord] + head - field.firstHead(ord);
    };
  }

  private static Bits liveHeads(SegmentField field, int[] newHeads) {
    return new Bits() {
      @Override
      public boolean get(int head) {
        return newHeads[field.documentOf(head)] >= 0;
      }

      @Override
      public int length() {
        return field.size();
      }
    };
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

    abstract void read(int firstHead) throws IOException;
  }

  /** A segment of this format. */
  private final class Segment extends Source {
    private final Copier copier;
    private final int[] newHeads;

    Segment(int reader, SegmentField field, int[] newHeads) throws IOException {
      super(reader, field.iterator());
      this.copier = new Copier(field);
      this.newHeads = newHeads;
    }

    @Override
    void read(int firstHead) throws IOException {
      int ord = documents.index();
      newHeads[ord] = firstHead;
      copier.copy(ord);
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
    void read(int firstHead) throws IOException {
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
   * new heads, but the same codes of tokens where they can stay, so that merging never changes
   * them.
   */
  private final class Copier {
    private final SegmentField field;
    private final boolean sameRoutes;
    private final boolean sameCodes;
    private float[][] rows = new float[0][];

    Copier(SegmentField field) {
      this.field = field;
      this.sameRoutes = field.entry.sameRoutes(format);
      this.sameCodes = field.entry.sameCodes(format);
    }

    void copy(int ord) throws IOException {
      if (sameRoutes) {
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
      encoder.encode(rows, count, scratch);
      if (sameCodes) {
        System.arraycopy(field.tokenCodes(ord), 0, scratch.tokens, 0, scratch.tokenBytes());
      }
    }
  }
}
