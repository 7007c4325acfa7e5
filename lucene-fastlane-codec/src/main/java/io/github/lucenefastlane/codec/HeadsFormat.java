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
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * Shows the heads of a segment to Lucene's HNSW code as flat vectors, one a virtual document. Not
 * registered by name: no index names it.
 */
final class HeadsFormat extends FlatVectorsFormat {

  HeadsFormat() {
    super("FastLaneHeads");
  }

  @Override
  public FlatVectorsWriter fieldsWriter(SegmentWriteState state) {
    throw new UnsupportedOperationException("heads are written with their documents");
  }

  @Override
  public Reader fieldsReader(SegmentReadState state) throws IOException {
    return new Reader(new TokenStorage(state));
  }

  /** Reads heads; closes the storage with itself. */
  static final class Reader extends FlatVectorsReader {

    final TokenStorage storage;

    Reader(TokenStorage storage) {
      this.storage = storage;
    }

    @Override
    public FloatVectorValues getFloatVectorValues(String field) throws IOException {
      return (FloatVectorValues) storage.field(field).heads();
    }

    @Override
    public ByteVectorValues getByteVectorValues(String field) throws IOException {
      return (ByteVectorValues) storage.field(field).heads();
    }

    @Override
    public FlatVectorsScorer getFlatVectorScorer(String field) {
      return HeadScoring.INSTANCE;
    }

    @Override
    public RandomVectorScorer getRandomVectorScorer(String field, float[] target)
        throws IOException {
      return HeadScoring.INSTANCE.getRandomVectorScorer(
          storage.entry(field).info().getVectorSimilarityFunction(),
          getFloatVectorValues(field),
          target);
    }

    @Override
    public RandomVectorScorer getRandomVectorScorer(String field, byte[] target)
        throws IOException {
      return HeadScoring.INSTANCE.getRandomVectorScorer(
          storage.entry(field).info().getVectorSimilarityFunction(),
          getByteVectorValues(field),
          target);
    }

    @Override
    public void checkIntegrity() throws IOException {
      storage.checkIntegrity();
    }

    @Override
    public Map<String, Long> getOffHeapByteSize(FieldInfo info) {
      return storage.byteSizes(storage.entry(info.name));
    }

    @Override
    public long ramBytesUsed() {
      return storage.ramBytesUsed();
    }

    @Override
    public void close() throws IOException {
      storage.close();
    }
  }
}
