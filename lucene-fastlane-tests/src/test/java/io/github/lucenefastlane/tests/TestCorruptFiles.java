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

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.MultiVectorValues;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.store.ByteArrayDataOutput;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.store.BaseDirectoryWrapper;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.StringHelper;

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
      assertEquals(5, ByteBuffer.wrap(bytes).getInt(version));
      int old = random().nextInt(5);
      ByteBuffer.wrap(bytes).putInt(version, old);
      replace(index, meta, bytes);
      IndexFormatTooOldException e =
          expectThrows(IndexFormatTooOldException.class, () -> DirectoryReader.open(index));
      assertEquals(old, e.getVersion().intValue());
      assertEquals(5, e.getMinVersion().intValue());
    }
  }

  /** Replaces a file by one of other bytes before its footer, whose checksum is right. */
  private static void replace(Directory directory, String file, byte[] bytes) throws IOException {
    directory.deleteFile(file);
    try (IndexOutput out = directory.createOutput(file, IOContext.DEFAULT)) {
      out.writeBytes(bytes, bytes.length - CodecUtil.footerLength());
      CodecUtil.writeFooter(out);
    }
  }

  // Damage that no checksum tells of, as that of a program

  /** One segment of one field, which some documents do not have. */
  private static Directory newIndex(
      VectorField field, FastLaneVectorsFormat format, int documents, int maxTokens)
      throws IOException {
    Corpus corpus = new Corpus(List.of(field));
    Directory directory = new ByteBuffersDirectory();
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setUseCompoundFile(false)
            .setCodec(RandomFormats.codec(random(), format));
    config.getMergePolicy().setNoCFSRatio(0);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      new RandomIndexer(random(), corpus, maxTokens).add(writer, documents);
      writer.forceMerge(1);
    }
    return directory;
  }

  /** A token that is coded against the vector of a pool which its document does not have. */
  public void testPoolThatIsNot() throws IOException {
    TokenEncoding encoding = RandomPicks.randomFrom(random(), StoredVectors.RESIDUALS);
    VectorField field = VectorField.random(random(), "field", VectorEncoding.FLOAT32);
    int tokensPerPool = TestUtil.nextInt(random(), 2, 8);
    FastLaneVectorsFormat format =
        new FastLaneVectorsFormat(encoding, 2 * tokensPerPool - random().nextInt(2));
    int codeBytes =
        Integer.BYTES
            + (encoding == TokenEncoding.RESIDUAL4
                ? Math.ceilDiv(field.dimension(), 2)
                : 3 * Math.ceilDiv(field.dimension(), 8));
    try (Directory index = newIndex(field, format, 50, 30)) {
      String file = file(index, ".vec");
      byte[] bytes = read(index, file);
      int ord;
      int token;
      String expected;
      try (DirectoryReader reader = DirectoryReader.open(index)) {
        MultiVectorValues values = MultiVectorValues.get(getOnlyLeafReader(reader), "field");
        // One of several windows, now and then.
        IntStream ofSeveral =
            IntStream.range(0, values.size()).filter(o -> values.tokenCount(o) > 1);
        ord =
            random().nextBoolean()
                ? ofSeveral.boxed().max(Comparator.comparingInt(values::tokenCount)).orElseThrow()
                : RandomPicks.randomFrom(random(), ofSeveral.boxed().toList());
        token = random().nextInt(values.tokenCount(ord));
        int pools = values.poolCount(ord);
        int firstPool = token / tokensPerPool / 64 * 64; // a window has so many
        int pool =
            random().nextBoolean()
                ? TestUtil.nextInt(random(), Byte.MIN_VALUE, -1)
                : TestUtil.nextInt(random(), Math.min(64, pools - firstPool), Byte.MAX_VALUE);
        expected =
            "field \"field\": token "
                + token
                + " of document "
                + values.ordToDoc(ord)
                + " is in pool "
                + (firstPool + pool)
                + " of "
                + pools;
        // The codes are the last of the file before the footer.
        long codes = bytes.length - CodecUtil.footerLength() - values.tokenCount() * codeBytes;
        for (int before = 0; before < ord; before++) {
          codes += (long) values.tokenCount(before) * codeBytes;
        }
        // Of a code: two bytes of the scale, the coefficient, the pool.
        bytes[(int) codes + token * codeBytes + 3] = (byte) pool;
      }
      replace(index, file, bytes);
      openAndCheck(index);
      try (DirectoryReader reader = DirectoryReader.open(index)) {
        MultiVectorValues values = MultiVectorValues.get(getOnlyLeafReader(reader), "field");
        for (int other = 0; other < values.size(); other++) {
          if (other != ord) {
            values.tokenVectors(other);
          }
        }
        int damaged = ord;
        CorruptIndexException e =
            expectThrows(CorruptIndexException.class, () -> values.tokenVectors(damaged));
        assertTrue(e.getMessage(), e.getMessage().startsWith(expected + ";"));
      }
    }
  }

  /** Numbers of pools and heads that documents of so many tokens cannot have. */
  public void testNumbersOfPoolsAndHeads() throws IOException {
    VectorField field = VectorField.random(random(), "field");
    int tokensPerPool = TestUtil.nextInt(random(), 1, 10);
    int tokensPerRoute = 2 * tokensPerPool;
    FastLaneVectorsFormat format =
        new FastLaneVectorsFormat(RandomFormats.encoding(random()), tokensPerRoute);
    try (Directory index = newIndex(field, format, 100, 30)) {
      String file = file(index, ".flm");
      byte[] bytes = read(index, file);
      int documents;
      int start;
      long tokens;
      long pools;
      int heads;
      int end;
      try (IndexInput meta = index.openInput(file, IOContext.DEFAULT)) {
        documents = skipToTokens(meta);
        tokens = meta.readVLong();
        start = (int) meta.getFilePointer();
        pools = meta.readVLong();
        heads = meta.readVInt();
        end = (int) meta.getFilePointer();
      }
      for (int side = 0; side < 2; side++) {
        long wrongPools = beyond(side, documents, tokens, tokensPerPool);
        long wrongHeads = beyond(side, documents, tokens, tokensPerRoute);
        assertRefused(index, bytes, start, end, wrongPools, heads, "pools is " + wrongPools);
        assertRefused(index, bytes, start, end, pools, wrongHeads, "heads is " + wrongHeads);
      }
      replace(index, file, bytes);
      openAndCheck(index);
    }
  }

  /** A number of blocks, of such a size at most, that is just too low or just too high. */
  private static long beyond(int side, int documents, long tokens, int size) {
    return side == 0
        ? Math.max(documents, Math.ceilDiv(tokens, (long) size)) - 1
        : documents + (tokens - documents) / size + 1;
  }

  private static void assertRefused(
      Directory index, byte[] meta, int start, int end, long pools, long heads, String reason)
      throws IOException {
    byte[] numbers = new byte[20];
    ByteArrayDataOutput out = new ByteArrayDataOutput(numbers);
    out.writeVLong(pools);
    out.writeVInt((int) heads);
    byte[] damaged = new byte[start + out.getPosition() + meta.length - end];
    System.arraycopy(meta, 0, damaged, 0, start);
    System.arraycopy(numbers, 0, damaged, start, out.getPosition());
    System.arraycopy(meta, end, damaged, start + out.getPosition(), meta.length - end);
    replace(index, file(index, ".flm"), damaged);
    CorruptIndexException e =
        expectThrows(CorruptIndexException.class, () -> DirectoryReader.open(index));
    String expected = "field \"field\": number of " + reason + " ";
    assertTrue(e.getMessage(), e.getMessage().startsWith(expected));
  }

  /** Reads the meta of an index of one field up to its number of tokens; the documents. */
  private static int skipToTokens(IndexInput meta) throws IOException {
    meta.skipBytes(Integer.BYTES);
    meta.readString(); // name
    meta.skipBytes(Integer.BYTES + StringHelper.ID_LENGTH);
    meta.skipBytes(meta.readByte()); // suffix
    meta.skipBytes(Integer.BYTES + 2); // field, encoding, similarity
    meta.readVInt(); // dimension
    meta.readByte(); // token encoding
    meta.readVInt(); // tokens per route
    return meta.readVInt();
  }

  /** Where a table of starts lies in the routes file, and how many bits each number takes. */
  private record StartsTable(long count, long offset, int bits) {

    /** Only tables of one block. */
    static StartsTable read(IndexInput meta, long count) throws IOException {
      assertTrue(count <= 1 << 16);
      meta.skipBytes(Long.BYTES + Integer.BYTES + Long.BYTES); // first number, slope, offset
      int bits = meta.readByte();
      long offset = meta.readVLong();
      meta.readVLong(); // length
      return new StartsTable(count, offset, bits);
    }

    /** Changes the last number by one. */
    void damageEnd(byte[] routes) {
      assertTrue("numbers of a straight line take none", bits > 0);
      long bit = (count - 1) * bits;
      routes[(int) (offset + bit / Byte.SIZE)] ^= (byte) (1 << bit % Byte.SIZE);
    }
  }

  /** The tables of starts of an index of one field, as the format's Javadoc says. */
  private static List<StartsTable> startsTables(Directory index) throws IOException {
    try (IndexInput meta = index.openInput(file(index, ".flm"), IOContext.DEFAULT)) {
      int documents = skipToTokens(meta);
      meta.readVLong(); // tokens
      meta.readVLong(); // pools
      meta.readVInt(); // heads
      int lists = meta.readVInt();
      for (int offset = 0; offset < 4; offset++) {
        meta.readVLong();
      }
      OrdToDocDISIReaderConfiguration.fromStoredMeta(meta, documents);
      return List.of(
          StartsTable.read(meta, documents + 1L),
          StartsTable.read(meta, documents + 1L),
          StartsTable.read(meta, documents + 1L),
          StartsTable.read(meta, lists + 1L));
    }
  }

  /**
   * Starts that end elsewhere than the tokens, the pools, the heads or the lists do, are noticed at
   * once.
   */
  public void testEndsOfStarts() throws IOException {
    VectorField field = VectorField.random(random(), "field");
    FastLaneVectorsFormat format = new FastLaneVectorsFormat(RandomFormats.encoding(random()), 4);
    try (Directory index = newIndex(field, format, 300, 30)) {
      String file = file(index, ".flr");
      byte[] bytes = read(index, file);
      List<StartsTable> tables = startsTables(index);
      List<String> names = List.of("tokens", "pools", "heads", "posting lists");
      for (int t = 0; t < tables.size(); t++) {
        byte[] damaged = bytes.clone();
        tables.get(t).damageEnd(damaged);
        replace(index, file, damaged);
        CorruptIndexException e =
            expectThrows(CorruptIndexException.class, () -> DirectoryReader.open(index));
        String expected = "field \"field\": end of " + names.get(t) + " is ";
        assertTrue(e.getMessage(), e.getMessage().startsWith(expected));
      }
      replace(index, file, bytes);
      openAndCheck(index);
    }
  }

  // Any damage

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
