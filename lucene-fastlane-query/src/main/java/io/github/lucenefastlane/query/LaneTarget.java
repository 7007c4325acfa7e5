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
package io.github.lucenefastlane.query;

import io.github.lucenefastlane.codec.MaxSim;
import java.io.IOException;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;

/** A view's vector in the encoding of the field that it is searched in. */
sealed interface LaneTarget {

  /** Searches one lane. */
  void search(LeafReader reader, String field, KnnCollector collector, AcceptDocs accepted)
      throws IOException;

  /** MaxSim of this one vector: the best similarity to it among a document's vectors. */
  MaxSim best(VectorSimilarityFunction similarity);

  /** A view of a FLOAT32 field. */
  record OfFloats(float[] vector) implements LaneTarget {
    @Override
    public void search(LeafReader reader, String field, KnnCollector collector, AcceptDocs accepted)
        throws IOException {
      reader.searchNearestVectors(field, vector, collector, accepted);
    }

    @Override
    public MaxSim best(VectorSimilarityFunction similarity) {
      return MaxSim.of(new float[][] {vector}, similarity);
    }
  }

  /** A view of a BYTE field. */
  record OfBytes(byte[] vector) implements LaneTarget {
    @Override
    public void search(LeafReader reader, String field, KnnCollector collector, AcceptDocs accepted)
        throws IOException {
      reader.searchNearestVectors(field, vector, collector, accepted);
    }

    @Override
    public MaxSim best(VectorSimilarityFunction similarity) {
      return MaxSim.of(new byte[][] {vector}, similarity);
    }
  }
}
