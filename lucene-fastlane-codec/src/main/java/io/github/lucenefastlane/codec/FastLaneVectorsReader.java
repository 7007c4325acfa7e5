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
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;

/** Reads {@link FastLaneVectorsFormat}. */
final class FastLaneVectorsReader extends KnnVectorsReader {

  private final TokenStorage storage;
  private final boolean forMerge;

  FastLaneVectorsReader(SegmentReadState state) throws IOException {
    this.storage = new TokenStorage(state);
    this.forMerge = false;
  }

  private FastLaneVectorsReader(FastLaneVectorsReader reader) {
    this.storage = reader.storage;
    this.forMerge = true;
  }

  /**
   * A reader that lets only {@link FastLaneVectorsWriter}, which asks for {@link #field}, have a
   * field with several vectors in a document: any other writer would keep the first and drop the
   * rest.
   */
  @Override
  public FastLaneVectorsReader getMergeInstance() {
    return new FastLaneVectorsReader(this);
  }

  /** The field's tokens and heads, or null if the segment has none. */
  SegmentField field(String field) throws IOException {
    FieldEntry entry = storage.entry(field);
    return entry == null ? null : storage.field(entry);
  }

  private FieldEntry entry(String field) {
    FieldEntry entry = storage.entry(field);
    if (entry == null) {
      throw new IllegalArgumentException("field \"" + field + "\" has no vectors in this segment");
    }
    return entry;
  }

  private SegmentField field(String field, VectorEncoding encoding) throws IOException {
    FieldEntry entry = entry(field);
    if (entry.info().getVectorEncoding() != encoding) {
      throw new IllegalArgumentException(
          "field \""
              + field
              + "\" holds "
              + entry.info().getVectorEncoding()
              + " vectors, not "
              + encoding);
    }
    return storage.field(entry);
  }

  private KnnVectorValues documents(String field, VectorEncoding encoding) throws IOException {
    SegmentField segment = field(field, encoding);
    KnnVectorValues values = segment.documents();
    boolean tapped = MergeTap.offer((SegmentFieldView) values);
    if (forMerge && tapped == false && segment.entry.multiValued()) {
      throw MergeTap.refusal(field);
    }
    return values;
  }

  @Override
  public FloatVectorValues getFloatVectorValues(String field) throws IOException {
    return (FloatVectorValues) documents(field, VectorEncoding.FLOAT32);
  }

  @Override
  public ByteVectorValues getByteVectorValues(String field) throws IOException {
    return (ByteVectorValues) documents(field, VectorEncoding.BYTE);
  }

  @Override
  public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    SegmentField segment = field(field, VectorEncoding.FLOAT32);
    checkDimension(segment.entry.info(), target.length);
    CodeComparer heads =
        CodeComparer.of(
            segment.meanCoder(), segment.entry.info().getVectorSimilarityFunction(), target);
    new Lane(segment, heads, TokenScorer.of(segment, target), collector).search(acceptDocs);
  }

  @Override
  public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    SegmentField segment = field(field, VectorEncoding.BYTE);
    checkDimension(segment.entry.info(), target.length);
    CodeComparer heads =
        CodeComparer.ofBytes(segment.entry.info().getVectorSimilarityFunction(), target);
    new Lane(segment, heads, TokenScorer.of(segment, target), collector).search(acceptDocs);
  }

  private static void checkDimension(FieldInfo info, int dimension) {
    if (dimension != info.getVectorDimension()) {
      throw new IllegalArgumentException(
          "field \""
              + info.name
              + "\" has dimension "
              + info.getVectorDimension()
              + ", the target has "
              + dimension);
    }
  }

  @Override
  public Map<String, Long> getOffHeapByteSize(FieldInfo info) {
    return storage.byteSizes(entry(info.name));
  }

  @Override
  public void checkIntegrity() throws IOException {
    storage.checkIntegrity();
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }
}
