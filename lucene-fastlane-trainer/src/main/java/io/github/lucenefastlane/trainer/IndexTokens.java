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
package io.github.lucenefastlane.trainer;

import io.github.lucenefastlane.codec.MultiVectorValues;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.Bits;

/**
 * The token vectors of an index's documents, decoded. Texts are numbered as their documents are in
 * the index; what is deleted or has no vectors is a text without tokens.
 */
final class IndexTokens implements TokenSource {
  /** Where the vectors of a document are. */
  private record Place(MultiVectorValues values, int ord) {}

  private final Place[] places; // null for a document without
  private final int dimension;

  /**
   * Reads where the vectors are.
   *
   * @param reader stays open as long as this is used
   * @throws IllegalArgumentException if no document has a vector in the field
   */
  IndexTokens(IndexReader reader, String field) throws IOException {
    this.places = new Place[reader.maxDoc()];
    int found = 0;
    for (LeafReaderContext leaf : reader.leaves()) {
      MultiVectorValues values = MultiVectorValues.get(leaf.reader(), field);
      Bits live = leaf.reader().getLiveDocs();
      for (int ord = 0; values != null && ord < values.size(); ord++) {
        int doc = values.ordToDoc(ord);
        if (live == null || live.get(doc)) {
          places[leaf.docBase + doc] = new Place(values, ord);
          found = values.dimension();
        }
      }
    }
    if (found == 0) {
      throw new IllegalArgumentException("no document has vectors in field \"" + field + "\"");
    }
    this.dimension = found;
  }

  @Override
  public int size() {
    return places.length;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public int tokens(int text) {
    Place place = places[text];
    return place == null ? 0 : place.values().tokenCount(place.ord());
  }

  @Override
  public void read(int text, int count, ByteBuffer target) throws IOException {
    if (count == 0) {
      return; // there may be no place
    }
    Place place = places[text];
    float[] vectors = place.values().tokenVectors(place.ord());
    for (int i = 0; i < count * dimension; i++) {
      target.putShort(Float.floatToFloat16(vectors[i]));
    }
  }

  /** The reader is its owner's. */
  @Override
  public void close() {}
}
