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
package io.github.lucenefastlane.tests;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnFieldVectorsWriter;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.index.DocValuesSkipIndexType;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.util.InfoStream;
import org.apache.lucene.util.StringHelper;
import org.apache.lucene.util.Version;

/** A format's writer of one float field, outside an {@code IndexWriter}; never flushed. */
final class BufferingWriter implements Closeable {

  private final KnnVectorsWriter writer;
  private final KnnFieldVectorsWriter<float[]> field;

  @SuppressWarnings("unchecked")
  BufferingWriter(Directory directory, KnnVectorsFormat format, int dimension) throws IOException {
    SegmentInfo segment =
        new SegmentInfo(
            directory,
            Version.LATEST,
            Version.LATEST,
            "0",
            10_000,
            false,
            false,
            Codec.getDefault(),
            Map.of(),
            StringHelper.randomId(),
            new HashMap<>(),
            null);
    FieldInfo info =
        new FieldInfo(
            "field",
            0,
            false,
            false,
            false,
            IndexOptions.NONE,
            DocValuesType.NONE,
            DocValuesSkipIndexType.NONE,
            -1,
            new HashMap<>(),
            0,
            0,
            0,
            dimension,
            VectorEncoding.FLOAT32,
            VectorSimilarityFunction.DOT_PRODUCT,
            false,
            false);
    FieldInfos infos = new FieldInfos(new FieldInfo[] {info});
    this.writer =
        format.fieldsWriter(
            new SegmentWriteState(
                InfoStream.getDefault(), directory, segment, infos, null, IOContext.DEFAULT));
    this.field = (KnnFieldVectorsWriter<float[]>) writer.addField(info);
  }

  void add(int doc, float[] vector) throws IOException {
    field.addValue(doc, vector);
  }

  long ramBytesUsed() {
    return writer.ramBytesUsed();
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
