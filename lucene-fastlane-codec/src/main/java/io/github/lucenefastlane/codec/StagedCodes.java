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

import java.io.Closeable;
import java.io.IOException;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.IOUtils;

/**
 * Codes of vectors of a field in a temporary file, document by document, until all are there.
 * Closing it deletes the file.
 */
final class StagedCodes implements Closeable {

  private final Directory directory;
  private final VectorCoder coder;
  private final IndexOutput out;
  private long size;
  private IndexInput in;

  /**
   * @param segment begins the name of the file
   * @param suffix is part of the name of the file
   */
  StagedCodes(
      Directory directory, String segment, String suffix, IOContext context, VectorCoder coder)
      throws IOException {
    this.directory = directory;
    this.coder = coder;
    this.out = directory.createTempOutput(segment, suffix, context);
  }

  /** Adds codes that follow one another. */
  void add(byte[] codes, int count) throws IOException {
    out.writeBytes(codes, 0, count * coder.bytes());
    size += count;
  }

  /** How many, if they are no more than have ordinals. */
  int size() {
    return Math.toIntExact(size);
  }

  /**
   * Ends writing; from now on, codes can be read.
   *
   * @param order in which they will be
   */
  void finish(DataAccessHint order) throws IOException {
    CodecUtil.writeFooter(out);
    out.close();
    in = directory.openInput(out.getName(), IOContext.DEFAULT.withHints(order));
    CodecUtil.retrieveChecksum(in);
  }

  /** Length of a code. */
  int codeBytes() {
    return coder.bytes();
  }

  /** The vector of a code. */
  void decode(byte[] code, float[] vector) {
    coder.decode(code, 0, vector, 0);
  }

  /** A reader of single codes, for one thread. */
  Reader reader() throws IOException {
    return new Reader(in.randomAccessSlice(0, in.length()));
  }

  /** Copies all codes. */
  void copyTo(IndexOutput target) throws IOException {
    in.seek(0);
    target.copyBytes(in, size * coder.bytes());
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(out, in, () -> directory.deleteFile(out.getName()));
  }

  /** Reads codes by the ordinals of their vectors. Belongs to one thread. */
  final class Reader {
    private final RandomAccessInput codes;
    private final byte[] code = new byte[coder.bytes()];

    private Reader(RandomAccessInput codes) {
      this.codes = codes;
    }

    /** The code of a vector, in a shared array. */
    byte[] code(int ordinal) throws IOException {
      codes.readBytes((long) ordinal * code.length, code, 0, code.length);
      return code;
    }
  }
}
