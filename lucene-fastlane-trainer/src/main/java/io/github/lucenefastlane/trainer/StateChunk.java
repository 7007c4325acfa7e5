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

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;

/**
 * A file of the token states of some texts: an index header with the key of its content; VInt
 * number of texts; VInt dimension; for each text, VInt number of tokens; the states as
 * little-endian 16-bit floats, text by text; a footer with a checksum.
 */
final class StateChunk implements Closeable {
  private static final String CODEC = "FastLaneTokenStates";
  private static final int VERSION = 0;

  private final IndexInput in;
  private final int dimension;
  private final long start;
  private final int[] firstTokens; // of each text, and their number

  private StateChunk(IndexInput in, byte[] key) throws IOException {
    this.in = in;
    CodecUtil.checkIndexHeader(in, CODEC, VERSION, VERSION, key, "");
    int texts = in.readVInt();
    this.dimension = in.readVInt();
    this.firstTokens = new int[texts + 1];
    for (int i = 0; i < texts; i++) {
      firstTokens[i + 1] = firstTokens[i] + in.readVInt();
    }
    this.start = in.getFilePointer();
    long expected = start + (long) firstTokens[texts] * dimension * Short.BYTES;
    if (in.length() != expected + CodecUtil.footerLength()) {
      throw new CorruptIndexException("the length is not that of the states", in);
    }
  }

  /**
   * Writes a file that is either there whole or not at all.
   *
   * @param key 16 bytes that tell what the states were made of
   * @param states one array of vectors per text
   */
  static void write(
      Directory directory, String name, byte[] key, int dimension, List<float[][]> states)
      throws IOException {
    String temporary;
    try (IndexOutput out = directory.createTempOutput("states", "chunk", IOContext.DEFAULT)) {
      temporary = out.getName();
      CodecUtil.writeIndexHeader(out, CODEC, VERSION, key, "");
      out.writeVInt(states.size());
      out.writeVInt(dimension);
      for (float[][] vectors : states) {
        out.writeVInt(vectors.length);
      }
      for (float[][] vectors : states) {
        for (float[] vector : vectors) {
          for (float component : vector) {
            out.writeShort(Float.floatToFloat16(component));
          }
        }
      }
      CodecUtil.writeFooter(out);
    }
    directory.sync(List.of(temporary));
    directory.rename(temporary, name);
    directory.syncMetaData();
  }

  /**
   * Opens a file and reads all of it once.
   *
   * @throws CorruptIndexException if a byte is not as it was written
   */
  static StateChunk open(Directory directory, String name, byte[] key) throws IOException {
    try (IndexInput all = directory.openInput(name, IOContext.READONCE)) {
      CodecUtil.checksumEntireFile(all);
    }
    IndexInput in = directory.openInput(name, IOContext.DEFAULT);
    try {
      StateChunk chunk = new StateChunk(in, key);
      in = null;
      return chunk;
    } finally {
      if (in != null) {
        in.close();
      }
    }
  }

  int size() {
    return firstTokens.length - 1;
  }

  int dimension() {
    return dimension;
  }

  int tokens(int text) {
    return firstTokens[text + 1] - firstTokens[text];
  }

  void read(int text, int count, ByteBuffer target) throws IOException {
    int width = dimension * Short.BYTES;
    in.seek(start + (long) firstTokens[text] * width);
    byte[] bytes = new byte[count * width];
    in.readBytes(bytes, 0, bytes.length);
    target.put(bytes);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
