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
import java.nio.file.Files;
import java.nio.file.Path;
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
        "model", "", "print", 256, new IndexSettings(TokenEncoding.INT8, 8, true), source, 1, 0, 0);
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
    assertRefused("fastlane did not make; it will not be overwritten", true);
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

  public void testHalfWrittenIsReplacedOrRemoved() throws IOException {
    Path partial = parent.resolve("index.partial");
    try (Directory directory = FSDirectory.open(partial);
        IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      writer.addDocument(new Document());
    }
    if (random().nextBoolean()) {
      assertTrue(IndexFolder.removePartial(target));
      assertEquals(List.of(), names());
      assertFalse(IndexFolder.removePartial(target));
    }
    make("first", false);
    assertEquals("first", source());
    assertEquals(List.of("index"), names());
  }

  public void testTwoWriters() throws IOException {
    try (IndexFolder folder = IndexFolder.create(target, false, new IndexWriterConfig())) {
      assertRefused("another process is writing", false);
      expectThrows(CommandFailure.class, () -> IndexFolder.removePartial(target));
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
            1 + random().nextInt(500),
            new IndexSettings(
                TokenEncoding.values()[random().nextInt(3)],
                1 + random().nextInt(20),
                random().nextBoolean()),
            "corpus.jsonl",
            random().nextInt(),
            random().nextLong(),
            random().nextInt());
    assertEquals(description, IndexDescription.fromUserData(description.toUserData()));
    assertNull(IndexDescription.fromUserData(Map.of()));
  }
}
