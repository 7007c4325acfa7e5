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
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.KnnVectorValues;

/**
 * Finds our token vectors behind a reader that wraps ours during a merge.
 *
 * <p>Lucene's wrappers, such as {@code SortingCodecReader}, hide the vector values they were given
 * and pass on one vector a document. While a tap is open, our readers leave it the values they hand
 * out to the same thread. When the wrapper is then asked for a document's vector, the values that
 * it asks in turn have noted for which of their documents, and all tokens of that can be had.
 */
final class MergeTap {

  private static final ThreadLocal<List<SegmentFieldView>> OPEN = new ThreadLocal<>();

  /** What the writers of Lucene's formats read a merge through, and its nested classes. */
  private static final String MERGED_VALUES = KnnVectorsWriter.MergedVectorValues.class.getName();

  /** Frames between our values and Lucene's merge: one or two a wrapper. */
  private static final int CALLERS = 32;

  private MergeTap() {}

  /** Values of a reader, and ours behind them: none, or one or several segments. */
  record Tapped(KnnVectorValues values, List<SegmentFieldView> behind) {}

  static Tapped open(KnnVectorsReader reader, FieldInfo info) throws IOException {
    List<SegmentFieldView> behind = new ArrayList<>();
    OPEN.set(behind);
    try {
      KnnVectorValues values =
          switch (info.getVectorEncoding()) {
            case FLOAT32 -> reader.getFloatVectorValues(info.name);
            case BYTE -> reader.getByteVectorValues(info.name);
          };
      return new Tapped(values, behind);
    } finally {
      OPEN.remove();
    }
  }

  /** Leaves values to the open tap; false if there is none. */
  static boolean offer(SegmentFieldView values) {
    List<SegmentFieldView> behind = OPEN.get();
    return behind != null && behind.add(values);
  }

  /** Why a field of several vectors a document is kept from the writers of other formats. */
  static IllegalArgumentException refusal(String field) {
    return new IllegalArgumentException(
        "field \""
            + field
            + "\" has several vectors in a document, and only "
            + FastLaneVectorsFormat.NAME
            + " can merge them; write the merged segment with "
            + FastLaneVectorsFormat.class.getSimpleName()
            + " for this field");
  }

  /**
   * Whether another format's writer is asking for a vector, of which it would keep one a document.
   * Behind a wrapper its merge cannot be told from a search but by who calls.
   */
  static boolean askedByOtherWriter() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .limit(CALLERS)
                    .anyMatch(frame -> frame.getClassName().startsWith(MERGED_VALUES)));
  }
}
