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
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.VectorEncoding;

/**
 * The codes of a field's heads, wherever they lie, and the vectors they stand for. A head's ordinal
 * takes the place of a document id for Lucene's HNSW code, which builds, writes, merges and
 * searches the route graph.
 */
abstract class HeadCodes {

  /** Number of heads. */
  abstract int size();

  /** Reads the code of one head, {@code coder().bytes()} long, to an offset in an array. */
  abstract void read(int head, byte[] codes, int offset) throws IOException;

  abstract VectorCoder coder();

  /** The same codes for another reader in the same or another thread. */
  abstract HeadCodes copy() throws IOException;

  /** The heads as vectors of the field's own encoding. */
  final KnnVectorValues values(VectorEncoding encoding) {
    return switch (encoding) {
      case FLOAT32 -> new Floats(this);
      case BYTE -> new Bytes(this);
    };
  }

  /** Heads of a float field. */
  static final class Floats extends FloatVectorValues {
    final HeadCodes heads;
    private final VectorCoder coder;

    // Most heads are compared by their codes and never decoded.
    private byte[] code;
    private float[] vector;

    private Floats(HeadCodes heads) {
      this.heads = heads;
      this.coder = heads.coder();
    }

    @Override
    public float[] vectorValue(int ord) throws IOException {
      if (vector == null) {
        code = new byte[coder.bytes()];
        vector = new float[coder.dimension];
      }
      heads.read(ord, code, 0);
      coder.decode(code, 0, vector, 0);
      return vector;
    }

    @Override
    public int size() {
      return heads.size();
    }

    @Override
    public int dimension() {
      return coder.dimension;
    }

    @Override
    public Floats copy() throws IOException {
      return new Floats(heads.copy());
    }

    @Override
    public DocIndexIterator iterator() {
      return createDenseIterator();
    }
  }

  private static final class Bytes extends ByteVectorValues {
    private final HeadCodes heads;
    private final byte[] code;

    Bytes(HeadCodes heads) {
      this.heads = heads;
      this.code = new byte[heads.coder().bytes()];
    }

    @Override
    public byte[] vectorValue(int ord) throws IOException {
      heads.read(ord, code, 0);
      return code;
    }

    @Override
    public int size() {
      return heads.size();
    }

    @Override
    public int dimension() {
      return code.length;
    }

    @Override
    public ByteVectorValues copy() throws IOException {
      return new Bytes(heads.copy());
    }

    @Override
    public DocIndexIterator iterator() {
      return createDenseIterator();
    }
  }
}
