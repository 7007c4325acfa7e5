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

import io.github.lucenefastlane.codec.MultiVectorValues;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.BytesRef;

/**
 * The token vectors of one segment's documents, or what stands for them, for MaxSim. Documents are
 * visited in ascending order, by one thread.
 */
abstract class DocumentTokens {

  /**
   * The tokens of a vector field: all of a document's in a multi-vector field, its only vector in a
   * field of another format.
   */
  static DocumentTokens ofVectorField(LeafReader reader, String field) throws IOException {
    MultiVectorValues multi = MultiVectorValues.get(reader, field);
    if (multi != null) {
      return new MultiVectors(multi);
    }
    FieldInfo info = reader.getFieldInfos().fieldInfo(field);
    if (info == null || info.hasVectorValues() == false) {
      return new None();
    }
    return switch (info.getVectorEncoding()) {
      case FLOAT32 -> new FloatVectors(reader.getFloatVectorValues(field));
      case BYTE -> new ByteVectors(reader.getByteVectorValues(field));
    };
  }

  /** The heads of a document's routes in place of its tokens; its only vector in other formats. */
  static DocumentTokens ofHeads(LeafReader reader, String field) throws IOException {
    MultiVectorValues multi = MultiVectorValues.get(reader, field);
    return multi == null ? ofVectorField(reader, field) : new Heads(multi);
  }

  /** The vectors of a document's pools in place of its tokens; its only one in other formats. */
  static DocumentTokens ofPools(LeafReader reader, String field) throws IOException {
    MultiVectorValues multi = MultiVectorValues.get(reader, field);
    return multi == null ? ofVectorField(reader, field) : new Pools(multi);
  }

  /** The tokens of a {@link org.apache.lucene.document.LateInteractionField}. */
  static DocumentTokens ofLateInteractionField(LeafReader reader, String field, int dimension)
      throws IOException {
    BinaryDocValues values = reader.getBinaryDocValues(field);
    return values == null ? new None() : new LateInteraction(field, values, dimension);
  }

  /** Goes to a document after the previous one; false if it has no tokens. */
  abstract boolean advanceExact(int doc) throws IOException;

  /** Number of tokens of the current document. */
  abstract int count() throws IOException;

  /**
   * The current document's tokens, {@code [count()][dimension]} row after row; shared, and valid
   * until the next call.
   */
  abstract float[] vectors() throws IOException;

  /** No document has tokens. */
  private static final class None extends DocumentTokens {
    @Override
    boolean advanceExact(int doc) {
      return false;
    }

    @Override
    int count() {
      return 0;
    }

    @Override
    float[] vectors() {
      return new float[0];
    }
  }

  /** Tokens in vector values of any kind. */
  private abstract static class VectorField extends DocumentTokens {
    final KnnVectorValues.DocIndexIterator documents;

    VectorField(KnnVectorValues.DocIndexIterator documents) {
      this.documents = documents;
    }

    @Override
    final boolean advanceExact(int doc) throws IOException {
      if (documents.docID() < doc) {
        documents.advance(doc);
      }
      return documents.docID() == doc;
    }

    @Override
    int count() {
      return 1;
    }
  }

  /** Some vectors of a multi-vector field. */
  private abstract static class MultiVectorSource extends VectorField {
    final MultiVectorValues values;

    MultiVectorSource(MultiVectorValues values) {
      super(values.iterator());
      this.values = values;
    }
  }

  private static final class MultiVectors extends MultiVectorSource {
    MultiVectors(MultiVectorValues values) {
      super(values);
    }

    @Override
    int count() {
      return values.tokenCount(documents.index());
    }

    @Override
    float[] vectors() throws IOException {
      return values.tokenVectors(documents.index());
    }
  }

  private static final class Heads extends MultiVectorSource {
    Heads(MultiVectorValues values) {
      super(values);
    }

    @Override
    int count() {
      return values.routeCount(documents.index());
    }

    @Override
    float[] vectors() throws IOException {
      return values.headVectors(documents.index());
    }
  }

  private static final class Pools extends MultiVectorSource {
    Pools(MultiVectorValues values) {
      super(values);
    }

    @Override
    int count() {
      return values.poolCount(documents.index());
    }

    @Override
    float[] vectors() throws IOException {
      return values.pooledVectors(documents.index());
    }
  }

  private static final class FloatVectors extends VectorField {
    private final FloatVectorValues values;

    FloatVectors(FloatVectorValues values) {
      super(values.iterator());
      this.values = values;
    }

    @Override
    float[] vectors() throws IOException {
      return values.vectorValue(documents.index());
    }
  }

  private static final class ByteVectors extends VectorField {
    private final ByteVectorValues values;
    private final float[] vector;

    ByteVectors(ByteVectorValues values) {
      super(values.iterator());
      this.values = values;
      this.vector = new float[values.dimension()];
    }

    @Override
    float[] vectors() throws IOException {
      byte[] bytes = values.vectorValue(documents.index());
      for (int d = 0; d < vector.length; d++) {
        vector[d] = bytes[d];
      }
      return vector;
    }
  }

  /** The payload is the dimension and the rows, little-endian: the field's encode method. */
  private static final class LateInteraction extends DocumentTokens {
    private final String field;
    private final BinaryDocValues values;
    private final int dimension;
    private float[] vectors = new float[0];
    private int count;

    LateInteraction(String field, BinaryDocValues values, int dimension) {
      this.field = field;
      this.values = values;
      this.dimension = dimension;
    }

    @Override
    boolean advanceExact(int doc) throws IOException {
      if (values.advanceExact(doc) == false) {
        return false;
      }
      BytesRef payload = values.binaryValue();
      int rowBytes = dimension * Float.BYTES;
      int rowsBytes = payload.length - Integer.BYTES;
      if (rowsBytes < rowBytes || rowsBytes % rowBytes != 0) {
        throw new IllegalArgumentException(
            "late interaction field ["
                + field
                + "] of document "
                + doc
                + " must hold token vectors of the query's dimension "
                + dimension
                + ", got a value of "
                + payload.length
                + " bytes");
      }
      ByteBuffer buffer =
          ByteBuffer.wrap(payload.bytes, payload.offset, payload.length)
              .order(ByteOrder.LITTLE_ENDIAN);
      int stored = buffer.getInt();
      if (stored != dimension) {
        throw new IllegalArgumentException(
            "late interaction field ["
                + field
                + "] of document "
                + doc
                + " must have the query's dimension "
                + dimension
                + ", got: "
                + stored);
      }
      count = rowsBytes / rowBytes;
      if (vectors.length < count * dimension) {
        vectors = new float[count * dimension];
      }
      buffer.asFloatBuffer().get(vectors, 0, count * dimension);
      return true;
    }

    @Override
    int count() {
      return count;
    }

    @Override
    float[] vectors() {
      return vectors;
    }
  }
}
