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
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.search.VectorScorer;

/** {@link MultiVectorValues} of a float field. */
final class FloatMultiVectorValues extends FloatVectorValues implements SegmentFieldView {

  private final SegmentField field;
  private final float[] vector;
  private int lastOrd = -1;

  FloatMultiVectorValues(SegmentField field) {
    this.field = field;
    this.vector = new float[field.coder().dimension];
  }

  @Override
  public SegmentField segmentField() {
    return field;
  }

  @Override
  public int takeLastOrd() {
    int ord = lastOrd;
    lastOrd = -1;
    return ord;
  }

  // KnnVectorValues declares these too, so the interface's defaults must be asked for.

  @Override
  public int size() {
    return SegmentFieldView.super.size();
  }

  @Override
  public int dimension() {
    return SegmentFieldView.super.dimension();
  }

  @Override
  public int ordToDoc(int ord) {
    return SegmentFieldView.super.ordToDoc(ord);
  }

  @Override
  public DocIndexIterator iterator() {
    return field.iterator();
  }

  @Override
  public float[] vectorValue(int ord) throws IOException {
    field.firstTokenVector(ord, vector);
    lastOrd = ord;
    return vector;
  }

  @Override
  public VectorScorer scorer(float[] target) throws IOException {
    if (size() == 0) {
      return null;
    }
    SegmentField documents = field.copy();
    return TokenScorer.of(documents, target).over(documents.iterator());
  }

  @Override
  public FloatMultiVectorValues copy() throws IOException {
    return new FloatMultiVectorValues(field.copy());
  }
}
