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
package io.github.lucenefastlane.tests.bench;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** The benchmark from its command line, on little data. Times are not looked at. */
public class TestBenchmark extends DefaultCodecTestCase {

  private static final List<String> KEYS =
      List.of(
          "contender",
          "encoding",
          "views",
          "candidates",
          "recall10",
          "recall100",
          "comparisons",
          "mean_ms",
          "p50_ms",
          "p95_ms",
          "qps",
          "threads",
          "build_s",
          "bytes_per_token",
          "heap_mb",
          "merge_heap_mb");

  private static final StringWriter ERRORS = new StringWriter();

  private static int bench(StringWriter out, String... args) {
    ERRORS.getBuffer().setLength(0);
    return BenchCommand.run(new PrintWriter(out, true), new PrintWriter(ERRORS, true), args);
  }

  public void testAllContenders() throws Exception {
    Path folder = createTempDir();
    Path work = folder.resolve("work");
    Path plot = folder.resolve("curves.png");
    Path json = folder.resolve("new").resolve("rows.json");
    StringWriter out = new StringWriter();
    List<String> args = new ArrayList<>();
    args.addAll(List.of("--docs", "50", "--tokens", "16", "--dim", "32", "--queries", "4"));
    args.addAll(List.of("--repetitions", "1", "--threads", "2", "--seed", "" + random().nextInt()));
    args.addAll(List.of("--candidates", "12,100", "--views", "2,all", "--stock-k", "10,100"));
    args.addAll(List.of("--warm-up", "1"));
    args.addAll(List.of("--json", json.toString(), "--plot", plot.toString()));
    args.addAll(List.of("--work", work.toString()));
    if (random().nextBoolean()) {
      args.add("--hard");
    }
    assertEquals(ERRORS.toString(), 0, bench(out, args.toArray(String[]::new)));

    JsonArray rows = JsonParser.parseString(Files.readString(json)).getAsJsonArray();
    Set<String> contenders = new HashSet<>();
    Map<String, Double> bytes = new HashMap<>();
    for (JsonElement element : rows) {
      JsonObject row = element.getAsJsonObject();
      assertTrue(row.toString(), row.keySet().containsAll(KEYS));
      String contender = row.get("contender").getAsString();
      contenders.add(contender);
      assertTrue(out.toString(), out.toString().contains(contender));
      double recall10 = row.get("recall10").getAsDouble();
      double recall100 = row.get("recall100").getAsDouble();
      assertTrue(row.toString(), recall10 >= 0 && recall10 <= 1);
      assertTrue(row.toString(), recall100 >= 0 && recall100 <= 1);
      if (contender.startsWith("exhaustive")) {
        // The truth is the kernel's. A sum of pairs may round two equally good documents apart.
        double swapped = contender.equals("exhaustive-kernel") ? 0 : 1 / 40.0;
        assertEquals(row.toString(), 1, recall10, swapped);
        assertEquals(row.toString(), 1, recall100, 0);
        assertTrue(row.get("candidates").isJsonNull());
      }
      boolean scoresAll =
          row.get("candidates").isJsonNull() || row.get("candidates").getAsInt() >= 100;
      String encoding = row.get("encoding").getAsString();
      if (scoresAll) {
        // All documents are candidates of one pooled vector. Token by token, most are.
        boolean exact = encoding.equals("float32") && contender.startsWith("stock") == false;
        assertTrue(row.toString(), recall10 >= (exact ? 1 - 1 / 40.0 : 0.6));
      }
      if (contender.startsWith("fastlane")) {
        bytes.put(encoding, row.get("bytes_per_token").getAsDouble());
      }
      assertTrue(row.toString(), row.get("comparisons").getAsDouble() > 0);
      assertTrue(row.toString(), row.get("bytes_per_token").getAsDouble() > 32 * 3 / 8.0);
      assertTrue(row.toString(), row.get("build_s").getAsDouble() > 0);
      assertTrue(row.toString(), row.get("qps").getAsDouble() > 0);
      assertTrue(row.toString(), row.get("heap_mb").getAsDouble() >= 0);
    }
    assertTrue(bytes.toString(), bytes.get("float32") > bytes.get("int8"));
    assertTrue(bytes.toString(), bytes.get("int8") > bytes.get("residual4"));
    assertTrue(bytes.toString(), bytes.get("residual4") > bytes.get("residual3"));
    // Two threadings each of: 2 exhaustive, 2 + 2 pooled, 2 MUVERA, 4 + 4 stock, 4 encodings * 2
    // views * 2.
    assertEquals(2 * (2 + 4 + 2 + 8 + 16), rows.size());
    assertEquals(
        Set.of(
            "exhaustive-pairwise",
            "exhaustive-kernel",
            "pooled-lucene",
            "pooled-fastlane",
            "muvera",
            "stock-10",
            "stock-100",
            "stock-sq-10",
            "stock-sq-100",
            "fastlane-16"),
        contenders);
    BufferedImage image = ImageIO.read(plot.toFile());
    assertTrue(image.getWidth() > 0 && image.getHeight() > 0);
    try (Stream<Path> left = Files.list(work)) {
      assertEquals("the indexes are deleted", 0, left.filter(Files::isDirectory).count());
    }
  }

  public void testChosenContender() {
    StringWriter out = new StringWriter();
    int code =
        bench(
            out,
            "--docs=20",
            "--tokens=5",
            "--dim=16",
            "--queries=2",
            "--repetitions=1",
            "--warm-up=1",
            "--contenders=fastlane",
            "--encodings=residual4",
            "--views=2",
            "--candidates=10",
            "--tokens-per-route=1,4",
            "--threads=1",
            "--work=" + createTempDir());
    assertEquals(ERRORS.toString(), 0, code);
    assertTrue(out.toString(), out.toString().contains("fastlane-1 "));
    assertTrue(out.toString(), out.toString().contains("fastlane-4 "));
    assertFalse(out.toString(), out.toString().contains("pooled"));
  }

  public void testFiltersAndDeletes() throws Exception {
    Path json = createTempDir().resolve("rows.json");
    StringWriter out = new StringWriter();
    String[] args = {
      "--docs=60",
      "--tokens=12",
      "--dim=16",
      "--queries=5",
      "--repetitions=1",
      "--warm-up=1",
      "--threads=" + (1 + random().nextInt(2)),
      "--seed=" + random().nextInt(),
      "--contenders=exhaustive-kernel,pooled-lucene,pooled-fastlane,muvera,fastlane",
      "--encodings=float32",
      "--views=1",
      "--candidates=100",
      "--filters=0.5,0.2",
      "--deletes=0.3",
      "--segments=" + (1 + random().nextInt(4)),
      "--json=" + json,
      "--work=" + createTempDir()
    };
    assertEquals(ERRORS.toString(), 0, bench(out, args));
    assertTrue(out.toString(), out.toString().contains("slowdown"));
    Map<String, Integer> scopes = new HashMap<>();
    for (JsonElement element : JsonParser.parseString(Files.readString(json)).getAsJsonArray()) {
      JsonObject row = element.getAsJsonObject();
      if (row.get("threads").getAsInt() > 1) {
        continue;
      }
      double filter = row.get("filter").getAsDouble();
      double deleted = row.get("deleted").getAsDouble();
      boolean ofAll = filter == 1 && deleted == 0;
      assertEquals(ofAll, row.get("slowdown").isJsonNull());
      scopes.merge(filter + " " + deleted, 1, Integer::sum);
      // All documents are candidates: what is found is what a filter accepts and is not deleted.
      // Of two documents of nearly the same score either may be the last, and MUVERA has bytes.
      boolean exact = row.get("contender").getAsString().equals("muvera") == false;
      assertEquals(row.toString(), 1, row.get("recall10").getAsDouble(), exact ? 1 / 50.0 : 0.1);
      assertEquals(row.toString(), 1, row.get("recall100").getAsDouble(), 1e-9);
    }
    assertEquals(Map.of("1.0 0.0", 5, "0.5 0.0", 4, "0.2 0.0", 4, "1.0 0.3", 4), scopes);
  }

  /** A filter accepts what a deletion of as large a share deletes. */
  public void testScopesChooseTheSameDocuments() {
    Scope half = new Scope(0.5, 0);
    Scope rest = new Scope(1, 0.5);
    int accepted = 0;
    for (int n = 0; n < 10_000; n++) {
      assertTrue(Scope.ALL.contains(n));
      assertNotEquals(half.contains(n), rest.contains(n));
      accepted += half.contains(n) ? 1 : 0;
    }
    assertEquals(5000, accepted, 250); // five sigma
  }

  public void testSegments() throws Exception {
    SyntheticCorpus corpus = new SyntheticCorpus(40, 8, 16, false, random().nextLong());
    VectorIndex index = new FastLaneIndex(TokenEncoding.INT8, 4);
    Progress silent = new Progress(new PrintWriter(Writer.nullWriter()));
    for (int segments : new int[] {1, 2, 1 + random().nextInt(40), 40}) {
      Path folder = createTempDir();
      BuiltIndex.build(index, corpus, segments, folder, silent);
      try (Directory directory = FSDirectory.open(folder);
          DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(segments, reader.leaves().size());
        assertEquals(40, reader.numDocs());
        for (LeafReaderContext leaf : reader.leaves()) {
          assertEquals(40 / (double) segments, leaf.reader().numDocs(), 0.99);
        }
      }
    }
  }

  public void testVectorsOfAnIndex() throws Exception {
    Path folder = createTempDir();
    SyntheticCorpus corpus = new SyntheticCorpus(30, 20, 16, true, random().nextLong());
    VectorIndex index = new FastLaneIndex(TokenEncoding.FLOAT32, 8);
    BuiltIndex.build(index, corpus, 1, folder, new Progress(new PrintWriter(Writer.nullWriter())));
    try (StoredCorpus stored = new StoredCorpus(folder, VectorIndex.TOKENS, 25, 1)) {
      assertEquals(25, stored.size());
      assertEquals(16, stored.dimension());
      int n = random().nextInt(25);
      float[][] expected = corpus.document(n);
      float[][] actual = stored.document(n);
      assertEquals(expected.length, actual.length);
      for (int t = 0; t < expected.length; t++) {
        assertArrayEquals(expected[t], actual[t], 1e-5f);
      }
      assertArrayEquals(stored.query(n), stored.query(n));
      assertNotEquals(stored.query(n)[0][0], stored.query(n + 1)[0][0], 0);
    }
    StringWriter out = new StringWriter();
    String[] args = {
      "--data=" + folder,
      "--queries=2",
      "--repetitions=1",
      "--warm-up=1",
      "--contenders=exhaustive-kernel",
      "--work=" + createTempDir()
    };
    assertEquals(ERRORS.toString(), 0, bench(out, args));
    assertTrue(out.toString(), out.toString().contains("30 documents, dimension 16"));
    assertEquals(1, bench(new StringWriter(), "--data=" + folder, "--field=other"));
    assertTrue(ERRORS.toString(), ERRORS.toString().contains("other"));
    assertEquals(2, bench(new StringWriter(), "--data=" + folder, "--hard"));
    Path none = folder.resolve("none");
    assertEquals(1, bench(new StringWriter(), "--data=" + none));
    assertTrue(ERRORS.toString(), ERRORS.toString().contains("none"));
    assertFalse(Files.exists(none));
  }

  public void testWrongUsage() {
    String[][] wrong = {
      {"--docs=0"},
      {"--dim=1025"},
      {"--tokens=0"},
      {"--queries=0"},
      {"--threads=0"},
      {"--repetitions=0"},
      {"--warm-up=-1"},
      {"--stock-k=0"},
      {"--field=tokens"},
      {"--filters=0.4", "--docs=20"},
      {"--json=" + createTempDir()},
      {"--segments=0"},
      {"--segments=21", "--docs=20"},
      {"--views=65"},
      {"--views=some"},
      {"--candidates=0"},
      {"--tokens-per-route=0"},
      {"--contenders=nobody"},
      {"--encodings=INT2"},
      {"--filters=0.5,1"},
      {"--filters=0"},
      {"--deletes=1"},
      {"--deletes=-0.1"},
      {"--plot=curves.gif"},
    };
    for (String[] args : wrong) {
      assertEquals(args[0], 2, bench(new StringWriter(), args));
      String option = args[0].substring(0, args[0].indexOf('='));
      assertTrue(ERRORS.toString(), ERRORS.toString().contains(option));
    }
  }
}
