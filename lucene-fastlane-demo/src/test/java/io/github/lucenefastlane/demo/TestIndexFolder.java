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
package io.github.lucenefastlane.demo;

import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.CopyOption;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;
import org.apache.lucene.tests.util.LuceneTestCase;

/** An index folder is at any time absent, the old index or the new one. */
@LuceneTestCase.SuppressFileSystems("ExtrasFS") // counts what is left behind
public class TestIndexFolder extends LuceneTestCase {
  private Path parent;
  private Path target;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    parent = createTempDir();
    target = parent.resolve("index");
  }

  private static IndexDescription description(String source) {
    return new IndexDescription(
        "model",
        "",
        "print",
        false,
        256,
        new IndexSettings(TokenEncoding.INT8, 8),
        source,
        1,
        0,
        0);
  }

  private void make(String id, boolean overwrite) throws IOException {
    try (IndexFolder folder = IndexFolder.create(target, overwrite, new IndexWriterConfig())) {
      add(folder, id);
      assertFalse(source().equals(id));
      folder.publish(description(id));
    }
  }

  private static void add(IndexFolder folder, String id) throws IOException {
    Document document = new Document();
    document.add(new StringField(IndexFields.ID, id, Field.Store.YES));
    folder.writer().addDocument(document);
  }

  /** What the index at the target was made of; empty if there is none. */
  private String source() throws IOException {
    if (!PassageIndex.exists(target)) {
      return "";
    }
    try (Directory directory = FSDirectory.open(target);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      assertEquals(1, reader.numDocs());
      return IndexDescription.fromUserData(reader.getIndexCommit().getUserData()).source();
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> entries = Files.list(parent)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  public void testPublish() throws IOException {
    make("first", false);
    assertEquals("first", source());
    assertEquals(List.of("index"), names());
    make("second", true);
    assertEquals("second", source());
    assertEquals(List.of("index"), names());
  }

  public void testEmptyFolderIsTaken() throws IOException {
    Files.createDirectory(target);
    make("first", false);
    assertEquals("first", source());
  }

  public void testFailureLeavesNothing() throws IOException {
    try (IndexFolder folder = IndexFolder.create(target, false, new IndexWriterConfig())) {
      add(folder, "first");
      if (random().nextBoolean()) {
        folder.writer().flush();
      }
    }
    assertEquals(List.of(), names());
  }

  public void testFailureKeepsTheOldIndex() throws IOException {
    make("first", false);
    try (IndexFolder folder = IndexFolder.create(target, true, new IndexWriterConfig())) {
      add(folder, "second");
    }
    assertEquals("first", source());
    assertEquals(List.of("index"), names());
  }

  public void testRefusesToOverwrite() throws IOException {
    make("first", false);
    assertRefused("already holds an index; add --overwrite", false);
    assertEquals("first", source());
  }

  public void testRefusesForeignFolders() throws IOException {
    Files.createDirectory(target);
    Files.writeString(target.resolve("thesis.txt"), "years of work");
    assertRefused("is not empty and not an index", true);
    assertEquals("years of work", Files.readString(target.resolve("thesis.txt")));
  }

  public void testRefusesForeignIndexes() throws IOException {
    try (Directory directory = FSDirectory.open(target);
        IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      writer.addDocument(new Document());
    }
    assertRefused("holds an index that fastlane did not make; it will not be overwritten", true);
    CommandFailure failure =
        expectThrows(CommandFailure.class, () -> PassageIndex.open(target).close());
    assertTrue(failure.getMessage(), failure.getMessage().contains("not one made by fastlane"));
  }

  public void testRefusesFiles() throws IOException {
    Files.writeString(target, "x");
    assertRefused("is a file", true);
  }

  private void assertRefused(String why, boolean overwrite) {
    CommandFailure failure =
        expectThrows(
            CommandFailure.class,
            () -> IndexFolder.create(target, overwrite, new IndexWriterConfig()).close());
    assertTrue(failure.getMessage(), failure.getMessage().contains(why));
  }

  /** An index without a description, as it is while being written. */
  private static void writeIndex(Path folder) throws IOException {
    try (Directory directory = FSDirectory.open(folder);
        IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      writer.addDocument(new Document());
    }
  }

  public void testHalfWrittenIsReplacedOrRemoved() throws IOException {
    Path partial = Files.createDirectory(parent.resolve("index.partial"));
    if (random().nextBoolean()) {
      OwnFolder.mark(partial);
      if (random().nextBoolean()) {
        writeIndex(partial);
      }
    } else if (random().nextBoolean()) {
      Files.createFile(partial.resolve(IndexWriter.WRITE_LOCK_NAME));
    }
    if (random().nextBoolean()) {
      assertEquals(
          List.of("Removed a half-written index beside " + target), IndexFolder.recover(target));
      assertEquals(List.of(), names());
      assertEquals(List.of(), IndexFolder.recover(target));
    }
    make("first", false);
    assertEquals("first", source());
    assertEquals(List.of("index"), names());
    assertEquals(List.of(), marked());
  }

  /** The folders that have the mark. */
  private List<String> marked() throws IOException {
    return names().stream()
        .filter(name -> Files.exists(parent.resolve(name).resolve(OwnFolder.MARK)))
        .toList();
  }

  public void testHalfWrittenHasTheMark() throws IOException {
    try (IndexFolder folder = IndexFolder.create(target, false, new IndexWriterConfig())) {
      assertEquals(List.of("index.partial"), marked());
      add(folder, "first");
      folder.writer().flush();
      assertEquals(List.of("index.partial"), marked());
    }
    assertEquals(List.of(), names());
  }

  /** Somebody else's folder, file or index, under a name that is needed beside the target. */
  public void testForeignNeighboursAreLeftAlone() throws IOException {
    boolean present = random().nextBoolean();
    if (present) {
      make("first", false);
    }
    Path neighbour =
        parent.resolve(present && random().nextBoolean() ? "index.replaced" : "index.partial");
    String why;
    switch (random().nextInt(4)) {
      case 0 -> {
        Files.createDirectory(neighbour);
        Files.writeString(neighbour.resolve("thesis.txt"), "years of work");
        why = "it was not left there by fastlane";
      }
      case 1 -> {
        writeIndex(neighbour);
        why = "it was not left there by fastlane";
      }
      case 2 -> {
        writeIndex(neighbour);
        OwnFolder.mark(neighbour);
        Files.writeString(neighbour.resolve("thesis.txt"), "years of work");
        why = "it holds thesis.txt, which is not a part of an index";
      }
      default -> {
        Files.writeString(neighbour, "years of work");
        why = "it is a file";
      }
    }
    List<Path> before = tree(neighbour);
    assertRefused(neighbour + " is in the way: " + why + "; move it elsewhere", true);
    if (neighbour.toString().endsWith(".partial")) {
      CommandFailure failure =
          expectThrows(CommandFailure.class, () -> IndexFolder.recover(target));
      assertTrue(failure.getMessage(), failure.getMessage().contains("is in the way: " + why));
    } else {
      assertEquals(List.of(), IndexFolder.recover(target));
    }
    assertEquals(before, tree(neighbour));
    assertEquals(present ? "first" : "", source());
  }

  private static List<Path> tree(Path root) throws IOException {
    try (Stream<Path> walk = Files.walk(root)) {
      return walk.sorted().toList();
    }
  }

  public void testNeighbourThatIsNotNeededIsLeftAlone() throws IOException {
    Path neighbour = Files.createDirectory(parent.resolve("index.replaced"));
    Files.writeString(neighbour.resolve("thesis.txt"), "years of work");
    make("first", false);
    assertEquals("first", source());
    assertEquals("years of work", Files.readString(neighbour.resolve("thesis.txt")));
  }

  public void testForeignFilesInAnIndexAreLeftAlone() throws IOException {
    make("first", false);
    Path notes = Files.writeString(target.resolve("notes.txt"), "years of work");
    assertRefused(target + " holds notes.txt, which is not a part of an index", true);
    assertEquals("first", source());
    Files.delete(notes);
    make("second", true);
  }

  public void testPlaceThatWasTakenMeanwhile() throws IOException {
    try (IndexFolder folder = IndexFolder.create(target, true, new IndexWriterConfig())) {
      add(folder, "first");
      Files.createDirectory(target);
      Files.writeString(target.resolve("thesis.txt"), "years of work");
      CommandFailure failure =
          expectThrows(CommandFailure.class, () -> folder.publish(description("first")));
      assertTrue(failure.getMessage(), failure.getMessage().contains("not an index"));
      assertTrue(failure.getMessage(), failure.getMessage().endsWith(".partial; rename that"));
    }
    assertEquals(List.of("index", "index.partial"), names());
    assertEquals("years of work", Files.readString(target.resolve("thesis.txt")));
    assertKept("first");
  }

  /** The complete index that could not be moved to its place stays until somebody moves it. */
  private void assertKept(String source) throws IOException {
    Path place = target;
    Path partial = parent.resolve("index.partial");
    target = partial;
    assertEquals(source, source());
    target = place;
    assertFalse(marked().contains("index.partial"));
    String why = partial + " is in the way: it holds a complete index; move it elsewhere";
    CommandFailure failure = expectThrows(CommandFailure.class, () -> IndexFolder.recover(target));
    assertTrue(failure.getMessage(), failure.getMessage().contains(why));
  }

  /** A file system in which chosen moves, and the making of chosen folders, fail. */
  private static final class FailingMoves extends FilterFileSystemProvider {
    private final List<String> moves = new ArrayList<>();
    private final int first;
    private final List<String> failing;

    FailingMoves(FileSystem delegate, int first, List<String> failing) {
      super("failing-moves://", delegate);
      this.first = first;
      this.failing = failing;
    }

    @Override
    public void move(Path from, Path to, CopyOption... options) throws IOException {
      String move = from.getFileName() + " > " + to.getFileName();
      if (move.startsWith("index")) { // not one of Lucene's, inside an index
        moves.add(move);
      }
      if (moves.size() > first && failing.contains(move)) {
        throw new IOException("no " + move);
      }
      super.move(from, to, options);
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
      if (failing.contains("make " + folder.getFileName())) {
        throw new AccessDeniedException(folder.toString());
      }
      super.createDirectory(folder, attributes);
    }
  }

  /** From now on, but for the first moves, those that are named fail. */
  private FailingMoves failMoves(int first, String... failing) {
    FailingMoves moves = new FailingMoves(parent.getFileSystem(), first, List.of(failing));
    parent = moves.wrapPath(parent);
    target = parent.resolve("index");
    return moves;
  }

  /** Before the work, the old index is moved away and back. */
  private static final List<String> TRIAL =
      List.of("index > index.replaced", "index.replaced > index");

  private String assertPublishFails() {
    return expectThrows(CommandFailure.class, () -> make("second", true)).getMessage();
  }

  public void testOldIndexIsPutBack() throws IOException {
    make("first", false);
    FailingMoves moves = failMoves(TRIAL.size(), "index.partial > index");
    String message = assertPublishFails();
    Path partial = parent.resolve("index.partial");
    assertEquals(
        "cannot move the new index to "
            + target
            + " (no index.partial > index): it is in "
            + partial
            + "; rename that",
        message);
    List<String> expected = new ArrayList<>(TRIAL);
    expected.addAll(
        List.of("index > index.replaced", "index.partial > index", "index.replaced > index"));
    assertEquals(expected, moves.moves);
    assertEquals("first", source());
    assertEquals(List.of("index", "index.partial"), names());
    assertEquals(List.of(), marked());
    assertKept("second");
  }

  public void testOldIndexThatCannotBeMoved() throws IOException {
    make("first", false);
    failMoves(TRIAL.size(), "index > index.replaced");
    String message = assertPublishFails();
    assertTrue(message, message.contains("(no index > index.replaced): it is in "));
    assertEquals("first", source());
    assertEquals(List.of("index", "index.partial"), names());
    assertEquals(List.of(), marked());
    assertKept("second");
  }

  public void testNewIndexThatCannotBeMoved() throws IOException {
    failMoves(0, "index.partial > index");
    assertTrue(assertPublishFails().endsWith("it is in " + target + ".partial; rename that"));
    assertEquals(List.of("index.partial"), names());
    assertKept("second");
  }

  /** A mount point cannot be moved, whether it is empty or holds an index. */
  public void testMountPointIsRefusedBeforeTheWork() throws IOException {
    boolean empty = random().nextBoolean();
    if (empty) {
      Files.createDirectory(target);
    } else {
      make("first", false);
    }
    failMoves(0, "index > index.replaced");
    assertRefused("name a folder inside it: --index " + target.resolve("index"), true);
    assertEquals(empty ? "" : "first", source());
    assertEquals(List.of("index"), names());
    assertEquals(List.of(), marked());
    Path place = target;
    target = target.resolve("index");
    make("second", false);
    assertEquals("second", source());
    target = place;
  }

  public void testOldIndexThatCannotBeMovedBack() throws IOException {
    make("first", false);
    Path healthy = parent;
    failMoves(1, "index.replaced > index");
    assertRefused("cannot move " + target + ".replaced back to " + target + "; rename it", true);
    assertEquals(List.of("index.replaced"), names());
    target = healthy.resolve("index");
    assertEquals(1, IndexFolder.recover(target).size());
    assertEquals("first", source());
  }

  public void testNoPermissionBesideTheTarget() {
    failMoves(0, "make index.partial");
    assertRefused(
        "cannot make the folder " + target + ".partial: no permission; choose an --index", false);
  }

  /** As after a kill just before an empty folder is moved. */
  public void testMarkedEmptyFolderIsTaken() throws IOException {
    OwnFolder.mark(Files.createDirectory(target));
    make("first", false);
    assertEquals("first", source());
    assertEquals(List.of("index"), names());
    assertEquals(List.of(), marked());
  }

  public void testNeighbourOfAnEmptyFolderIsLeftAlone() throws IOException {
    Files.createDirectory(target);
    Path neighbour = parent.resolve("index.replaced");
    writeIndex(neighbour);
    List<Path> before = tree(neighbour);
    assertRefused(neighbour + " is in the way: it was not left there by fastlane", false);
    assertEquals(before, tree(neighbour));
  }

  public void testBothIndexesAreKeptWhenNoneCanBeMoved() throws IOException {
    make("first", false);
    failMoves(TRIAL.size(), "index.partial > index", "index.replaced > index");
    CommandFailure failure = expectThrows(CommandFailure.class, () -> make("second", true));
    assertTrue(failure.getMessage(), failure.getMessage().contains("rename one of them"));
    assertEquals(1, failure.getCause().getSuppressed().length);
    assertEquals(List.of("index.partial", "index.replaced"), names());
    Path place = target;
    target = parent.resolve("index.partial");
    assertEquals("second", source());
    target = parent.resolve("index.replaced");
    assertEquals("first", source());
    target = place;
  }

  /** As after a kill between the two moves. */
  public void testMovedIndexIsRecovered() throws IOException {
    make("first", false);
    OwnFolder.mark(target);
    Files.move(target, parent.resolve("index.replaced"));
    CommandFailure failure =
        expectThrows(CommandFailure.class, () -> PassageIndex.open(target).close());
    assertTrue(failure.getMessage(), failure.getMessage().contains("rename that to " + target));
    assertEquals(
        List.of("Put back the index " + target + ", which an interrupted run had moved away"),
        IndexFolder.recover(target));
    assertEquals("first", source());
    assertEquals(List.of("index"), names());
    assertEquals(List.of(), marked());
    assertEquals(List.of(), IndexFolder.recover(target));
  }

  /** As after a kill between the second move and the removal of the old index. */
  public void testReplacedIndexIsRemovedByTheNext() throws IOException {
    make("first", false);
    OwnFolder.mark(target);
    Files.move(target, parent.resolve("index.replaced"));
    make("second", false);
    if (random().nextBoolean()) {
      OwnFolder.mark(target);
      assertEquals(List.of(), IndexFolder.recover(target));
      assertEquals(List.of("index.replaced"), marked());
    }
    make("third", true);
    assertEquals("third", source());
    assertEquals(List.of("index"), names());
    assertEquals(List.of(), marked());
  }

  /** A link stays, and what is made or replaced is the folder that it leads to. */
  public void testSymbolicLink() throws IOException {
    Path disk = Files.createDirectory(parent.resolve("disk"));
    Path folder = disk.resolve("real");
    Path link = parent.resolve("link");
    boolean relative = random().nextBoolean();
    try {
      Files.createSymbolicLink(link, relative ? parent.relativize(folder) : folder);
    } catch (UnsupportedOperationException | FileSystemException e) {
      assumeNoException("no symbolic links here", e);
    }
    target = link;
    if (random().nextBoolean()) {
      Files.createDirectory(folder);
    }
    make("first", false);
    assertEquals("first", source());
    make("second", true);
    assertEquals("second", source());
    OwnFolder.mark(folder); // as after a kill between the two moves
    Files.move(folder, disk.resolve("real.replaced"));
    CommandFailure failure =
        expectThrows(CommandFailure.class, () -> PassageIndex.open(link).close());
    assertTrue(failure.getMessage(), failure.getMessage().endsWith("rename that to " + folder));
    assertEquals(1, IndexFolder.recover(link).size());
    assertEquals("second", source());
    make("third", true);
    assertEquals("third", source());
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(List.of("disk", "link"), names());
    try (Stream<Path> entries = Files.list(disk)) {
      assertEquals(List.of(folder), entries.toList());
    }
  }

  public void testTwoWriters() throws IOException {
    try (IndexFolder folder = IndexFolder.create(target, false, new IndexWriterConfig())) {
      assertRefused("another process is writing", false);
      expectThrows(CommandFailure.class, () -> IndexFolder.recover(target));
      add(folder, "first");
      folder.publish(description("first"));
    }
    assertEquals("first", source());
  }

  public void testDescriptionSurvives() {
    IndexDescription description =
        new IndexDescription(
            "m",
            "/models/m",
            "p",
            random().nextBoolean(),
            1 + random().nextInt(500),
            new IndexSettings(
                TokenEncoding.values()[random().nextInt(3)], 1 + random().nextInt(20)),
            "corpus.jsonl",
            random().nextInt(),
            random().nextLong(),
            random().nextInt());
    assertEquals(description, IndexDescription.fromUserData(description.toUserData()));
    assertNull(IndexDescription.fromUserData(Map.of()));
  }
}
