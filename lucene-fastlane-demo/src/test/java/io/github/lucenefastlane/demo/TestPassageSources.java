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

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;
import org.apache.lucene.tests.util.LuceneTestCase;

/** What is read from files, and how what is wrong with them is told. */
public class TestPassageSources extends LuceneTestCase {

  private static List<Passage> read(Path input) throws IOException {
    List<Passage> passages = new ArrayList<>();
    PassageSource.of(input).forEach(passages::add);
    return passages;
  }

  private Path jsonl(String... lines) throws IOException {
    return Files.writeString(createTempFile("corpus", ".jsonl"), String.join("\n", lines));
  }

  private void assertRefused(String messageEnd, Path input) {
    CommandFailure failure = expectThrows(CommandFailure.class, () -> read(input));
    assertTrue(failure.getMessage(), failure.getMessage().endsWith(messageEnd));
  }

  private void assertLineRefused(int line, String what, String... lines) throws IOException {
    Path file = jsonl(lines);
    assertRefused(file + ":" + line + ": " + what, file);
  }

  public void testJsonl() throws IOException {
    Path file =
        jsonl(
            "{\"_id\": \"a\", \"title\": \"T\", \"text\": \"caf\u00e9 \\u00fc\"}\r",
            "",
            "{\"_id\": \"b\", \"text\": \"\", \"more\": [1, {}]}",
            "{\"_id\": \"c\", \"title\": null, \"text\": \"x\"}");
    assertEquals(
        List.of(
            new Passage("a", "T", "caf\u00e9 \u00fc"),
            new Passage("b", "", ""),
            new Passage("c", "", "x")),
        read(file));
  }

  public void testGzipped() throws IOException {
    Path file = createTempFile("corpus", ".jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("{\"_id\": \"a\", \"text\": \"x\"}\n".getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(List.of(new Passage("a", "", "x")), read(file));

    byte[] bytes = Files.readAllBytes(file);
    Path cut = createTempFile("cut", ".jsonl.gz");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 12));
    CommandFailure failure = expectThrows(CommandFailure.class, () -> read(cut));
    assertTrue(failure.getMessage(), failure.getMessage().startsWith(cut + ":1: cannot be read: "));

    Path plain = createTempFile("plain", ".jsonl.gz");
    Files.writeString(plain, "{\"_id\": \"a\", \"text\": \"x\"}\n");
    failure = expectThrows(CommandFailure.class, () -> read(plain));
    assertTrue(failure.getMessage(), failure.getMessage().startsWith(plain + ": not a gzip file"));
  }

  public void testMalformedLines() throws IOException {
    String good = "{\"_id\": \"a\", \"text\": \"x\"}";
    assertLineRefused(2, "not valid JSON", good, "{\"_id\": \"b\", \"text\": ");
    assertLineRefused(2, "not valid JSON", good, "{'_id': 'b', 'text': 'x'}");
    assertLineRefused(1, "not valid JSON", good + " " + good);
    assertLineRefused(3, "not a JSON object", good, "", "[1]");
    assertLineRefused(1, "not a JSON object", "null");
    assertLineRefused(2, "\"_id\" is missing", good, "{\"text\": \"x\"}");
    assertLineRefused(2, "\"_id\" is empty", good, "{\"_id\": \"\", \"text\": \"x\"}");
    assertLineRefused(2, "\"_id\" must be a string, got 7", good, "{\"_id\": 7, \"text\": \"x\"}");
    assertLineRefused(2, "\"text\" is missing", good, "{\"_id\": \"b\", \"title\": \"x\"}");
    assertLineRefused(2, "\"text\" is missing", good, "{\"_id\": \"b\", \"text\": null}");
    assertLineRefused(
        1, "\"title\" must be a string, got []", "{\"_id\":\"b\",\"title\":[],\"text\":\"\"}");
    assertLineRefused(
        4,
        "\"_id\" \"a\" was used before, in line 1",
        good,
        "",
        "{\"_id\":\"b\",\"text\":\"\"}",
        good);
  }

  public void testNotUtf8() throws IOException {
    Path file = createTempFile("corpus", ".jsonl");
    Files.write(file, "{}\n{\"_id\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
    CommandFailure failure =
        expectThrows(CommandFailure.class, () -> JsonLines.read(file, line -> {}));
    assertEquals(file + ":2: not UTF-8", failure.getMessage());
  }

  public void testFolders() throws IOException {
    Path folder = createTempDir();
    assertRefused(
        folder + ": holds neither corpus.jsonl, corpus.jsonl.gz nor any .txt or .md file", folder);
    Files.createDirectories(folder.resolve("sub"));
    Files.writeString(folder.resolve("sub").resolve("b.md"), "# B");
    Files.writeString(folder.resolve("a.txt"), "first");
    Files.writeString(folder.resolve("c.html"), "not read");
    assertEquals(
        List.of(new Passage("a.txt", "a", "first"), new Passage("sub/b.md", "b", "# B")),
        read(folder));
    Files.writeString(folder.resolve("corpus.jsonl"), "{\"_id\": \"1\", \"text\": \"corpus\"}");
    assertEquals(List.of(new Passage("1", "", "corpus")), read(folder));
  }

  public void testFilesThatAreNotText() throws IOException {
    Path folder = createTempDir();
    Files.writeString(folder.resolve("good.txt"), "first");
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Path bad = folder.resolve(String.format(Locale.ROOT, "bad%02d.txt", i));
      Files.write(bad, new byte[] {'c', 'a', 'f', (byte) 0xe9});
      wrong.add(bad + ": not UTF-8");
      if (i == 1 || i == 9 || i == 10 || i == 11) {
        String more = i < 10 ? "" : "; and " + (i - 9) + " more";
        String told = String.join("; ", wrong.subList(0, Math.min(10, i + 1))) + more;
        CommandFailure failure = expectThrows(CommandFailure.class, () -> read(folder));
        assertEquals(told, failure.getMessage());
      }
    }
  }

  /** A file system in which names that begin with "secret" cannot be read. */
  private static final class Secrets extends FilterFileSystemProvider {
    Secrets(FileSystem delegate) {
      super("secrets://", delegate);
    }

    private static void check(Path path) throws IOException {
      if (path.getFileName().toString().startsWith("secret")) {
        throw new AccessDeniedException(path.toString());
      }
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path dir, DirectoryStream.Filter<? super Path> filter) throws IOException {
      check(dir);
      return super.newDirectoryStream(dir, filter);
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      check(path);
      return super.newByteChannel(path, options, attributes);
    }

    @Override
    public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
      check(path);
      return super.newInputStream(path, options);
    }
  }

  public void testNoPermission() throws IOException {
    Path plain = createTempDir();
    Path folder = new Secrets(plain.getFileSystem()).wrapPath(plain);
    Files.writeString(plain.resolve("good.txt"), "first");
    Files.writeString(plain.resolve("secret.txt"), "second");
    Files.writeString(plain.resolve("secret.jsonl"), "{}");
    Path sub = Files.createDirectory(plain.resolve("sub"));
    assertRefused("cannot read " + folder.resolve("secret.txt"), folder);
    assertRefused("cannot read " + folder.resolve("secret.jsonl"), folder.resolve("secret.jsonl"));
    Path secrets = Files.createDirectory(sub.resolve("secrets"));
    assertRefused("cannot read " + secrets, folder);
    assertRefused("cannot read " + secrets, folder.resolve("sub").resolve("secrets"));
  }

  public void testASingleTextFile() throws IOException {
    Path file = Files.writeString(createTempDir().resolve("sky.txt"), "The sky is blue.");
    assertRefused(
        file
            + " is a single text file: give --input a folder of .txt and .md files, or a .jsonl or"
            + " .jsonl.gz file",
        file);
  }

  public void testMissingInput() {
    Path missing = createTempDir().resolve("nothing");
    CommandFailure failure = expectThrows(CommandFailure.class, () -> PassageSource.of(missing));
    assertTrue(
        failure.getMessage(),
        failure.getMessage().startsWith("no such file or folder: " + missing));
  }
}
