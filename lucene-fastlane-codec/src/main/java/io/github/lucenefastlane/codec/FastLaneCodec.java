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

import java.util.Objects;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;

/**
 * Lucene's default codec with its vectors written by {@link FastLaneVectorsFormat}.
 *
 * <p>It keeps the name of the default codec, and each field records the format that wrote it. An
 * index written with it is therefore opened by {@code DirectoryReader.open} without naming this
 * class, as long as this library is on the class path, and an existing index of the default codec
 * can be written to with it: its old segments stay as they are.
 *
 * <p>A default codec that does not record formats by field, such as that of plain text which
 * Lucene's tests draw, could not open what it writes; then {@link Lucene104Codec} takes its place.
 *
 * <p>To use the format for some fields only, override {@code getKnnVectorsFormatForField} of
 * Lucene's default codec and return one {@link FastLaneVectorsFormat} instance for them.
 */
public final class FastLaneCodec extends FilterCodec {

  private final KnnVectorsFormat perField;

  /** All vector fields in {@link FastLaneVectorsFormat}'s default settings. */
  public FastLaneCodec() {
    this(new FastLaneVectorsFormat());
  }

  /**
   * All vector fields in one format.
   *
   * @param format writes the vectors of every field
   */
  public FastLaneCodec(KnnVectorsFormat format) {
    this(base(), format);
  }

  private FastLaneCodec(Codec base, KnnVectorsFormat format) {
    super(base.getName(), base);
    Objects.requireNonNull(format, "format");
    this.perField =
        new PerFieldKnnVectorsFormat() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return format;
          }
        };
  }

  private static Codec base() {
    Codec codec = Codec.getDefault();
    return codec.knnVectorsFormat() instanceof PerFieldKnnVectorsFormat
        ? codec
        : new Lucene104Codec();
  }

  @Override
  public KnnVectorsFormat knnVectorsFormat() {
    return perField;
  }
}
