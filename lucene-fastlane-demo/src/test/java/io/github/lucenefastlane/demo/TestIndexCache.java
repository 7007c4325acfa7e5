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

import io.github.lucenefastlane.codec.MultiVectorValues;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.junit.AfterClass;
import org.junit.BeforeClass;

/** What is kept is used again, unless it is not as it was written. */
@LuceneTestCase.SuppressFileSystems("ExtrasFS") // damages each file in turn
public class TestIndexCache extends LuceneTestCase {
  private static Model model;

  private final StringWriter err = new StringWriter();
  private Path root;

  @BeforeClass
  public static void loadModel() throws IOException {
    model = Model.load(null, null);
  }

  @AfterClass
  public static void closeModel() throws IOException {
    model.close();
    model = null;
  }

  @Override
  public void setUp() throws Exception {
    super.setUp();
    root = createTempDir().resolve("cache");
  }

  private IndexCache cache(IndexSettings settings) {
    PrintWriter out = new PrintWriter(err, true);
    return new IndexCache(root, model, settings, new Console(out, out, false, false));
  }

  /** The corpora's index, with the settings that nobody chose. */
  private IndexCache.Collection collection(List<Corpus> corpora) throws IOException {
    return cache(IndexSettings.DEFAULT).collection(corpora);
  }

  private static Corpus corpus(String name, String... passages) throws IOException {
    Path folder = Files.createDirectories(createTempDir().resolve(name));
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < passages.length; i++) {
      lines.add("{\"_id\": \"" + i + "\", \"text\": \"" + passages[i] + "\"}");
    }
    Files.write(folder.resolve("corpus.jsonl"), lines);
    return DataFolder.of(folder).corpus();
  }

  /** What was written to the error stream since it was last asked. */
  private String said() {
    String said = err.toString();
    err.getBuffer().setLength(0);
    return said;
  }

  private static List<String> texts(IndexCache.Collection collection) throws IOException {
    List<String> texts = new ArrayList<>();
    try (PassageIndex index = PassageIndex.open(collection.folder())) {
      assertEquals("one lane a view", 1, index.reader().leaves().size());
      assertEquals(index.description().documents(), index.reader().numDocs());
      assertEquals(index.description().tokens(), index.tokenCount());
      for (int doc = 0; doc < index.reader().maxDoc(); doc++) {
        texts.add(index.passage(doc).text());
      }
    }
    return texts;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private Path only(String kind) throws IOException {
    List<Path> found =
        files(root).stream()
            .filter(folder -> folder.getFileName().toString().startsWith(kind))
            .toList();
    assertEquals(1, found.size());
    return found.get(0);
  }

  public void testUsedAgain() throws IOException {
    Corpus bees = corpus("bees", "Bees make honey.", "", "A queen lays eggs.");
    IndexCache.Collection made = collection(List.of(bees));
    assertTrue(said().contains("Encoding bees"));
    assertEquals(3, made.firstCorpusSize());
    assertEquals(List.of("Bees make honey.", "", "A queen lays eggs."), texts(made));
    assertEquals(made, collection(List.of(bees)));
    assertEquals("nothing was made", "", said());
    assertEquals(
        "the content counts, not the folder",
        made,
        collection(List.of(corpus("others", "Bees make honey.", "", "A queen lays eggs."))));
    assertNotEquals(
        made.folder(), collection(List.of(corpus("bees", "Bees make honey!"))).folder());
  }

  /** Corpora are encoded once, whatever they are put together with and however it is routed. */
  public void testCollectionsShareCorpora() throws IOException {
    Corpus bees = corpus("bees", "Bees make honey.", "A queen lays eggs.");
    Corpus owls = corpus("owls", "Owls hunt mice.");
    assertEquals(List.of("Owls hunt mice."), texts(collection(List.of(owls))));
    assertTrue(said().contains("Encoding owls"));
    IndexCache.Collection both = collection(List.of(bees, owls));
    String said = said();
    assertTrue(said, said.contains("Encoding bees") && !said.contains("Encoding owls"));
    assertEquals(2, both.firstCorpusSize());
    assertEquals(List.of("Bees make honey.", "A queen lays eggs.", "Owls hunt mice."), texts(both));
    IndexCache.Collection turned = collection(List.of(owls, bees));
    assertEquals(1, turned.firstCorpusSize());
    assertEquals(
        List.of("Owls hunt mice.", "Bees make honey.", "A queen lays eggs."), texts(turned));
    IndexSettings finer = new IndexSettings(IndexSettings.DEFAULT.encoding(), 1);
    IndexCache.Collection routed = cache(finer).collection(List.of(bees, owls));
    assertNotEquals(both.folder(), routed.folder());
    assertFalse(said().contains("Encoding"));
    try (PassageIndex coarse = PassageIndex.open(both.folder());
        PassageIndex fine = PassageIndex.open(routed.folder())) {
      assertTrue(routes(fine) > routes(coarse));
      assertEquals(coarse.tokenCount(), fine.tokenCount());
    }
  }

  private static long routes(PassageIndex index) throws IOException {
    return MultiVectorValues.get(index.reader().leaves().get(0).reader(), IndexFields.TOKENS)
        .routeCount();
  }

  /** A flipped bit, a cut or a missing file: whichever file it is, the index is made again. */
  public void testDamageIsFound() throws IOException {
    Corpus bees = corpus("bees", "Bees make honey.", "A queen lays eggs.", "Stings hurt.");
    List<String> expected = texts(collection(List.of(bees)));
    said();
    String kind = random().nextBoolean() ? "collection" : "corpus";
    Path folder = only(kind);
    int damaged = 0;
    for (Path file : files(folder)) {
      // Segments get other names where a folder was not empty.
      if (file.endsWith(IndexWriter.WRITE_LOCK_NAME) || !Files.exists(file)) {
        continue;
      }
      damaged++;
      damage(file);
      if (kind.equals("corpus")) {
        new CacheEntry(only("collection"), "").clear(); // or nobody would look
      }
      assertEquals(file.toString(), expected, texts(collection(List.of(bees))));
      String said = said();
      if (!file.getFileName().toString().startsWith("segments")) { // without it there is no index
        assertTrue(file + ": " + said, said.contains(folder + " again: it is damaged"));
      }
      assertEquals("", quiet(bees));
    }
    assertTrue("damaged " + damaged, damaged > 10);
  }

  private String quiet(Corpus corpus) throws IOException {
    collection(List.of(corpus));
    return said();
  }

  private static void damage(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    switch (random().nextInt(3)) {
      case 0 -> Files.delete(file);
      case 1 -> Files.write(file, Arrays.copyOf(bytes, random().nextInt(bytes.length)));
      default -> {
        bytes[random().nextInt(bytes.length)] ^= (byte) (1 << random().nextInt(8));
        Files.write(file, bytes);
      }
    }
  }

  /** What was committed before a kill is not encoded again, and what was not is no part of it. */
  public void testGoesOnAfterAKill() throws IOException {
    int committed = IndexCache.COMMIT_EVERY;
    String[] passages = new String[committed + 3];
    for (int i = 0; i < passages.length; i++) {
      passages[i] = "w" + i;
    }
    Corpus many = corpus("many", passages);
    Corpus killed =
        new Corpus(
            many.name(),
            new PassageSource() {
              private int reads;

              @Override
              public void forEach(Consumer consumer) throws IOException {
                boolean encoding = reads++ > 0; // the first time is for the progress bar
                int[] passed = new int[1];
                many.source()
                    .forEach(
                        passage -> {
                          if (encoding && passed[0]++ > committed) {
                            throw new IOException("killed");
                          }
                          consumer.accept(passage);
                        });
              }
            },
            many.checksum());
    assertEquals(
        "killed", expectThrows(IOException.class, () -> collection(List.of(killed))).getMessage());
    assertEquals(CacheEntry.State.PARTIAL, new CacheEntry(only("corpus"), many.checksum()).state());
    said();
    IndexCache.Collection made = collection(List.of(many));
    assertEquals(List.of(passages), texts(made));
    String said = said();
    // Each of the last three has a letter and a number of several pieces.
    String last = said.lines().filter(line -> line.contains("100%")).findFirst().orElseThrow();
    long tokens = Long.parseLong(last.replaceAll(".*100%  ([0-9,]+) tokens.*", "$1"));
    assertTrue(last, tokens > 0 && tokens < 50);
  }

  public void testAnotherProcessWrites() throws IOException {
    Corpus bees = corpus("bees", "Bees make honey.");
    collection(List.of(bees));
    new CacheEntry(only("collection"), "").clear();
    Path folder = only("corpus");
    for (Path file : files(folder)) {
      if (file.getFileName().toString().startsWith("_")) {
        Files.delete(file);
      }
    }
    try (Directory directory = FSDirectory.open(folder);
        var lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
      lock.ensureValid();
      CommandFailure failure = expectThrows(CommandFailure.class, () -> collection(List.of(bees)));
      assertTrue(failure.getMessage(), failure.getMessage().contains("--cache"));
    }
    assertEquals(List.of("Bees make honey."), texts(collection(List.of(bees))));
  }

  /** A folder of the name of an entry that holds something else is left alone. */
  public void testForeignFilesAreKept() throws IOException {
    Corpus bees = corpus("bees", "Bees make honey.");
    collection(List.of(bees));
    Path folder = only("collection");
    Path thesis = Files.writeString(folder.resolve("thesis.txt"), "years of work");
    for (Path file : files(folder)) {
      if (file.toString().endsWith(".vec")) {
        Files.delete(file);
      }
    }
    expectThrows(IOException.class, () -> collection(List.of(bees)));
    assertTrue(Files.exists(thesis));
  }
}
