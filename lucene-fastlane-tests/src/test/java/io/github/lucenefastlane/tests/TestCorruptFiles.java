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

import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.store.BaseDirectoryWrapper;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Damaged files are noticed, at the latest when their checksums are compared. */
public class TestCorruptFiles extends LuceneTestCase {

  private static final List<String> EXTENSIONS = List.of(".vec", ".flr", ".flm");

  /** A change of a file's bytes. */
  private interface Damage {
    byte[] apply(byte[] file);
  }

  /** One segment in separate files, with and without documents of the field. */
  private static Directory newIndex() throws IOException {
    Corpus corpus =
        new Corpus(
            List.of(
                VectorField.random(random(), "floats", VectorEncoding.FLOAT32),
                VectorField.random(random(), "bytes", VectorEncoding.BYTE)));
    TokenEncoding encoding = RandomFormats.encoding(random());
    Directory directory = new ByteBuffersDirectory();
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setUseCompoundFile(false)
            .setMergeScheduler(new SerialMergeScheduler())
            .setCodec(RandomFormats.codec(random(), RandomFormats.format(random(), encoding)));
    config.getMergePolicy().setNoCFSRatio(0);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      new RandomIndexer(random(), corpus, 8).add(writer, 80);
      writer.forceMerge(1);
    }
    return directory;
  }

  private static String file(Directory directory, String extension) throws IOException {
    List<String> files =
        Arrays.stream(directory.listAll()).filter(name -> name.endsWith(extension)).toList();
    assertEquals(files.toString(), 1, files.size());
    return files.get(0);
  }

  private static byte[] read(Directory directory, String file) throws IOException {
    try (IndexInput in = directory.openInput(file, IOContext.DEFAULT)) {
      byte[] bytes = new byte[(int) in.length()];
      in.readBytes(bytes, 0, bytes.length);
      return bytes;
    }
  }

  private static void write(Directory directory, String file, byte[] bytes) throws IOException {
    try (IndexOutput out = directory.createOutput(file, IOContext.DEFAULT)) {
      out.writeBytes(bytes, bytes.length);
    }
  }

  private static void openAndCheck(Directory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        leaf.reader().checkIntegrity();
      }
    }
  }

  /** Copies the index with one file damaged, and opens that; no file may be left open either. */
  private static void assertNoticed(Directory index, String damaged, Damage damage, String what)
      throws IOException {
    try (BaseDirectoryWrapper copy = newMockDirectory()) {
      copy.setCheckIndexOnClose(false);
      for (String file : index.listAll()) {
        byte[] bytes = read(index, file);
        write(copy, file, file.equals(damaged) ? damage.apply(bytes) : bytes);
      }
      boolean noticed = false;
      try {
        openAndCheck(copy);
      } catch (CorruptIndexException
          | IndexFormatTooNewException
          | IndexFormatTooOldException
          | EOFException e) {
        noticed = true;
      }
      assertTrue(damaged + ", " + what + " went unnoticed", noticed);
    }
  }

  /** An index of a snapshot before the first release, whose files were others, is not misread. */
  public void testVersionBeforeTheFirstRelease() throws IOException {
    try (Directory index = newIndex()) {
      String meta = file(index, ".flm");
      byte[] bytes = read(index, meta);
      // The header is the magic number, the length and letters of the codec's name, the version.
      int version = Integer.BYTES + 1 + bytes[Integer.BYTES];
      assertEquals(3, ByteBuffer.wrap(bytes).getInt(version));
      int old = random().nextInt(3);
      ByteBuffer.wrap(bytes).putInt(version, old);
      index.deleteFile(meta);
      try (IndexOutput out = index.createOutput(meta, IOContext.DEFAULT)) {
        out.writeBytes(bytes, bytes.length - CodecUtil.footerLength());
        CodecUtil.writeFooter(out);
      }
      IndexFormatTooOldException e =
          expectThrows(IndexFormatTooOldException.class, () -> DirectoryReader.open(index));
      assertEquals(old, e.getVersion().intValue());
      assertEquals(3, e.getMinVersion().intValue());
    }
  }

  private static Set<Integer> positions(int length) {
    Set<Integer> positions = new TreeSet<>();
    for (int i = 0; i < atLeast(30); i++) {
      positions.add(random().nextInt(length));
    }
    // The header and the footer.
    positions.add(random().nextInt(20));
    positions.add(length - 1 - random().nextInt(16));
    return positions;
  }

  public void testUndamaged() throws IOException {
    try (Directory index = newIndex()) {
      openAndCheck(index);
    }
  }

  public void testFlippedBits() throws IOException {
    try (Directory index = newIndex()) {
      for (String extension : EXTENSIONS) {
        String file = file(index, extension);
        for (int position : positions(read(index, file).length)) {
          int bit = random().nextInt(8);
          assertNoticed(
              index,
              file,
              bytes -> {
                bytes[position] ^= (byte) (1 << bit);
                return bytes;
              },
              "bit " + bit + " at " + position);
        }
      }
    }
  }

  /** Nothing in the meta is believed that is not as it was written. */
  public void testEveryByteOfMeta() throws IOException {
    try (Directory index = newIndex()) {
      String file = file(index, ".flm");
      int length = read(index, file).length;
      for (int i = 0; i < length; i++) {
        int position = i;
        byte value = (byte) TestUtil.nextInt(random(), 1, 255);
        assertNoticed(
            index,
            file,
            bytes -> {
              bytes[position] ^= value;
              return bytes;
            },
            "byte " + position);
      }
    }
  }

  public void testTruncated() throws IOException {
    try (Directory index = newIndex()) {
      for (String extension : EXTENSIONS) {
        String file = file(index, extension);
        int length = read(index, file).length;
        List<Integer> lengths = new ArrayList<>(positions(length));
        lengths.add(0);
        lengths.add(length - 1);
        for (int shorter : lengths) {
          assertNoticed(
              index, file, bytes -> Arrays.copyOf(bytes, shorter), "cut off at " + shorter);
        }
      }
    }
  }

  /** A file of the same name and kind, but of another segment. */
  public void testExchangedFiles() throws IOException {
    try (Directory index = newIndex();
        Directory other = newIndex()) {
      for (String extension : EXTENSIONS) {
        byte[] exchanged = read(other, file(other, extension));
        assertNoticed(index, file(index, extension), bytes -> exchanged, "exchanged");
      }
    }
  }
}
