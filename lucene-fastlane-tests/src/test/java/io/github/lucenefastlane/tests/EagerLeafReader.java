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

import static org.apache.lucene.search.DocIdSetIterator.NO_MORE_DOCS;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;

/**
 * Reads all float vectors of a field as soon as it is asked for them, one a document, which leaves
 * no way to any others.
 */
final class EagerLeafReader extends FilterLeafReader {

  EagerLeafReader(LeafReader in) {
    super(in);
  }

  @Override
  public FloatVectorValues getFloatVectorValues(String field) throws IOException {
    FloatVectorValues values = in.getFloatVectorValues(field);
    if (values == null) {
      return null;
    }
    List<float[]> vectors = new ArrayList<>();
    List<Integer> docs = new ArrayList<>();
    var iterator = values.iterator();
    while (iterator.nextDoc() != NO_MORE_DOCS) {
      docs.add(iterator.docID());
      vectors.add(values.vectorValue(iterator.index()).clone());
    }
    return new Copy(values.dimension(), vectors, docs);
  }

  @Override
  public CacheHelper getCoreCacheHelper() {
    return in.getCoreCacheHelper();
  }

  @Override
  public CacheHelper getReaderCacheHelper() {
    return in.getReaderCacheHelper();
  }

  private static final class Copy extends FloatVectorValues {
    private final int dimension;
    private final List<float[]> vectors;
    private final List<Integer> docs;

    Copy(int dimension, List<float[]> vectors, List<Integer> docs) {
      this.dimension = dimension;
      this.vectors = vectors;
      this.docs = docs;
    }

    @Override
    public float[] vectorValue(int ord) {
      return vectors.get(ord);
    }

    @Override
    public FloatVectorValues copy() {
      return this;
    }

    @Override
    public int dimension() {
      return dimension;
    }

    @Override
    public int size() {
      return vectors.size();
    }

    @Override
    public int ordToDoc(int ord) {
      return docs.get(ord);
    }

    @Override
    public DocIndexIterator iterator() {
      return new DocIndexIterator() {
        private int ord = -1;

        @Override
        public int index() {
          return ord;
        }

        @Override
        public int docID() {
          return ord < 0 ? -1 : ord < docs.size() ? docs.get(ord) : NO_MORE_DOCS;
        }

        @Override
        public int nextDoc() {
          ord++;
          return docID();
        }

        @Override
        public int advance(int target) throws IOException {
          return slowAdvance(target);
        }

        @Override
        public long cost() {
          return docs.size();
        }
      };
    }
  }
}
