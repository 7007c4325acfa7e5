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

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.junit.BeforeClass;

/** Text in, answers out, with the model that ships with the program. */
@LuceneTestCase.SuppressFileSystems("ExtrasFS") // counts what is left behind
public class TestEndToEnd extends LuceneTestCase {

  /** Ten subjects in three passages each; the subject's number is the first part of an id. */
  private static final String[][] SUBJECTS = {
    {
      "Bees collect nectar and make honey in their hive.",
      "A queen lays all eggs of the swarm.",
      "Beekeepers wear veils against stings."
    },
    {
      "The violin has four strings and is played with a bow.",
      "Cellos are larger and sound deeper.",
      "An orchestra tunes to the oboe."
    },
    {
      "Volcanoes spit lava when magma rises to the surface.",
      "Ash from an eruption can ground aircraft.",
      "Geologists watch the mountain for tremors."
    },
    {
      "A chess game begins with thirty-two pieces on the board.",
      "The king may castle with a rook once.",
      "Grandmasters think many moves ahead."
    },
    {
      "Bread dough rises because yeast makes gas.",
      "Bakers knead flour and water before dawn.",
      "A crust browns in the hot oven."
    },
    {
      "Sailors reef their canvas in a storm.",
      "The keel keeps a yacht upright.",
      "Harbour pilots know each sandbank."
    },
    {
      "Vaccines teach the body to fight a virus.",
      "Doctors measure fever with a thermometer.",
      "Antibiotics kill bacteria."
    },
    {
      "Steam engines pulled the first trains.",
      "Signals keep locomotives apart on the track.",
      "The conductor checks tickets."
    },
    {
      "Owls hunt mice at night without a sound.",
      "Falcons dive faster than any other bird.",
      "Penguins swim but cannot fly."
    },
    {
      "Judges sentence those found guilty.",
      "A lawyer pleads for the accused.",
      "The jury decides unanimously."
    }
  };

  private static Path folder;
  private static Path corpus;
  private static Path index;

  @BeforeClass
  public static void makeIndex() throws IOException {
    folder = createTempDir();
    corpus = folder.resolve("corpus.jsonl");
    index = folder.resolve("index");
    List<String> lines = new ArrayList<>();
    for (int subject = 0; subject < SUBJECTS.length; subject++) {
      for (int i = 0; i < SUBJECTS[subject].length; i++) {
        JsonObject line = new JsonObject();
        line.addProperty("_id", subject + "-" + i);
        line.addProperty("title", i == 0 ? "" : "Note " + i);
        line.addProperty("text", SUBJECTS[subject][i]);
        lines.add(line.toString());
      }
    }
    lines.add("{\"_id\": \"empty\", \"text\": \"\"}");
    Files.write(corpus, lines);
    JsonObject summary =
        json(
            Cli.run(
                "index",
                "--input",
                corpus,
                "--index",
                index,
                "--tokens-per-route",
                1 + random().nextInt(8),
                "--json"));
    assertEquals(31, summary.get("documents").getAsInt());
    assertTrue(summary.get("tokens").getAsLong() > 31 * 4);
    assertEquals(0, summary.get("truncated").getAsInt());
    assertTrue(summary.get("seconds").getAsDouble() > 0);
    assertTrue(summary.get("bytes").getAsLong() > 31 * 4 * 128);
  }

  /** The only JSON object that a successful run printed. */
  private static JsonObject json(Cli cli) {
    assertEquals(cli.err(), 0, cli.code());
    assertEquals(cli.out(), 1, cli.out().lines().count());
    return JsonParser.parseString(cli.out()).getAsJsonObject();
  }

  private static List<String> hitIds(JsonObject answer) {
    List<String> ids = new ArrayList<>();
    for (JsonElement hit : answer.getAsJsonArray("hits")) {
      ids.add(hit.getAsJsonObject().get("id").getAsString());
    }
    return ids;
  }

  public void testNothingElseIsLeft() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      assertEquals(Set.of(corpus, index), new HashSet<>(entries.toList()));
    }
  }

  public void testSearch() {
    for (String router : List.of("mean", "coverage", "all")) {
      JsonObject answer =
          json(
              Cli.run(
                  "search",
                  "--index",
                  index,
                  "--router",
                  router,
                  "--views",
                  1 + random().nextInt(4),
                  "--k",
                  "3",
                  "--json",
                  "Which animals produce something sweet?"));
      assertEquals("Which animals produce something sweet?", answer.get("query").getAsString());
      assertEquals(answer.get("query"), answer.get("text"));
      assertEquals(router, answer.get("router").getAsString());
      assertEquals(3, answer.getAsJsonArray("hits").size());
      assertEquals("0-0", hitIds(answer).get(0));
      assertTrue(answer.get("comparisons").getAsLong() > 0);
      assertTrue(answer.get("ms").getAsDouble() > 0);
      assertTrue(answer.get("encode_ms").getAsDouble() > 0);
      double last = Double.POSITIVE_INFINITY;
      for (JsonElement hit : answer.getAsJsonArray("hits")) {
        double score = hit.getAsJsonObject().get("score").getAsDouble();
        assertTrue(score > 0 && score <= last);
        last = score;
      }
    }
  }

  public void testQueriesFile() throws IOException {
    Path queries = createTempFile("queries", ".jsonl");
    Files.write(
        queries,
        List.of(
            "{\"_id\": \"q1\", \"text\": \"What happens when molten rock comes out of the earth?\"}",
            "{\"_id\": \"q2\", \"text\": \"?\"}",
            "{\"_id\": \"q3\", \"text\": \"Why does dough grow?\"}"));
    Cli cli = Cli.run("search", "--index", index, "--queries", queries, "--k", "1", "--json");
    assertEquals(cli.err(), 0, cli.code());
    List<JsonObject> answers =
        cli.out().lines().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
    assertEquals(3, answers.size());
    assertEquals("q1", answers.get(0).get("query").getAsString());
    assertEquals(List.of("2-0"), hitIds(answers.get(0)));
    assertEquals("a question without words finds nothing", List.of(), hitIds(answers.get(1)));
    assertEquals(0, answers.get(1).get("comparisons").getAsLong());
    assertEquals(List.of("4-0"), hitIds(answers.get(2)));
  }

  public void testPeopleSeeMarkedWords() {
    Cli cli =
        Cli.run(
            "search",
            "--index",
            index,
            "--k",
            "2",
            "--router",
            "mean",
            "--explain",
            "bird of prey in the dark");
    assertEquals(cli.err(), 0, cli.code());
    assertTrue(cli.out(), cli.out().contains("*Owls*") || cli.out().contains("*bird*"));
    assertTrue(cli.out(), cli.out().contains("comparisons"));
    assertTrue(cli.out(), cli.out().contains("mean view: "));
    assertFalse("no escape sequences in a file", cli.out().contains("\u001b"));
  }

  public void testExplainAsJson() {
    JsonObject answer =
        json(Cli.run("search", "--index", index, "--k", "1", "--explain", "--json", "honey hive"));
    assertEquals(1, answer.getAsJsonArray("views").size());
    JsonObject hit = answer.getAsJsonArray("hits").get(0).getAsJsonObject();
    JsonArray matches = hit.getAsJsonArray("matches");
    assertEquals(2, matches.size());
    double sum = 0;
    for (JsonElement match : matches) {
      sum += match.getAsJsonObject().get("similarity").getAsDouble();
    }
    assertEquals("honey", matches.get(0).getAsJsonObject().get("match").getAsString());
    assertEquals("hive", matches.get(1).getAsJsonObject().get("match").getAsString());
    assertEquals(hit.get("score").getAsDouble(), sum, 1e-4);
  }

  public void testInfo() {
    JsonObject info = json(Cli.run("info", "--index", index, "--json"));
    assertEquals(31, info.get("documents").getAsInt());
    assertEquals(128, info.get("dimension").getAsInt());
    assertEquals("int8", info.get("encoding").getAsString());
    assertTrue(info.get("model").getAsString().startsWith("all-MiniLM-L6-v2+head-"));
    assertTrue(info.get("model_router").getAsBoolean());
    long tokens = info.get("tokens").getAsLong();
    assertTrue(info.get("routes").getAsLong() <= tokens + 30);
    assertTrue(info.get("routes").getAsLong() >= 30);
    long bytes = 0;
    for (var file : info.getAsJsonObject("files").entrySet()) {
      bytes += file.getValue().getAsJsonObject().get("bytes").getAsLong();
    }
    assertEquals(info.get("bytes").getAsLong(), bytes);
    assertEquals((double) bytes / tokens, info.get("bytes_per_token").getAsDouble(), 1e-3);

    Cli text = Cli.run("info", "--index", index);
    assertEquals(text.err(), 0, text.code());
    assertTrue(text.out(), text.out().contains("all-MiniLM-L6-v2"));
  }

  /** The bundled encoder is there by its name, in no folder. */
  public void testPlainEncoderByName() throws IOException {
    Path plain = createTempDir().resolve("plain");
    json(
        Cli.run(
            "index", "--input", corpus, "--index", plain, "--model", "all-MiniLM-L6-v2", "--json"));
    JsonObject info = json(Cli.run("info", "--index", plain, "--json"));
    assertEquals(384, info.get("dimension").getAsInt());
    assertEquals("all-MiniLM-L6-v2", info.get("model").getAsString());
    assertFalse(info.get("model_router").getAsBoolean());

    // A search takes the index's own model, with or without its name.
    List<Object> search =
        new ArrayList<>(List.of("search", "--index", plain, "--k", "1", "--json", "honey hive"));
    JsonObject unnamed = json(Cli.run(search.toArray()));
    assertEquals("mean", unnamed.get("router").getAsString());
    assertEquals(List.of("0-0"), hitIds(unnamed));
    search.addAll(List.of("--model", "all-MiniLM-L6-v2"));
    assertEquals(unnamed.get("hits"), json(Cli.run(search.toArray())).get("hits"));
  }

  public void testABadLineLeavesTheOldIndex() throws IOException {
    Path bad = createTempFile("bad", ".jsonl");
    Files.writeString(bad, Files.readString(corpus) + "{\"_id\": \"0-0\", \"text\": \"again\"}\n");
    Cli cli = Cli.run("index", "--input", bad, "--index", index, "--overwrite");
    assertEquals(1, cli.code());
    assertTrue(
        cli.err(), cli.err().contains(bad + ":32: \"_id\" \"0-0\" was used before, in line 1"));
    assertEquals(31, json(Cli.run("info", "--index", index, "--json")).get("documents").getAsInt());

    Path fresh = createTempDir().resolve("fresh");
    assertEquals(1, Cli.run("index", "--input", bad, "--index", fresh).code());
    try (Stream<Path> entries = Files.list(fresh.getParent())) {
      assertEquals(List.of(), entries.toList());
    }
    testNothingElseIsLeft();
  }

  public void testAnEmptyCorpusLeavesTheOldIndex() throws IOException {
    Path empty = createTempFile("empty", ".jsonl");
    Files.writeString(empty, random().nextBoolean() ? "" : "\n\n");
    Cli cli = Cli.run("index", "--input", empty, "--index", index, "--overwrite");
    assertEquals(1, cli.code());
    assertEquals("fastlane: " + empty + ": holds no passages", cli.err().strip());
    assertEquals(31, json(Cli.run("info", "--index", index, "--json")).get("documents").getAsInt());
    testNothingElseIsLeft();
  }

  public void testOverwriteHasToBeAsked() throws IOException {
    Path small = createTempFile("small", ".jsonl");
    Files.writeString(small, "{\"_id\": \"1\", \"text\": \"One small passage.\"}\n");
    Path place = createTempDir().resolve("place");
    for (String encoding : List.of("float32", "RESIDUAL4")) {
      Cli cli =
          Cli.run(
              "index",
              "--input",
              small,
              "--index",
              place,
              "--encoding",
              encoding,
              "--max-tokens",
              "5",
              "--overwrite",
              "--json");
      assertEquals(
          "[CLS] One small passage [SEP]: 3 tokens", 3, json(cli).get("tokens").getAsInt());
      assertEquals(1, json(cli).get("truncated").getAsInt());
    }
    Cli refused = Cli.run("index", "--input", small, "--index", place);
    assertEquals(1, refused.code());
    assertTrue(refused.err(), refused.err().contains("--overwrite"));
    assertEquals(
        "residual4",
        json(Cli.run("info", "--index", place, "--json")).get("encoding").getAsString());
    assertEquals(
        List.of("1"), hitIds(json(Cli.run("search", "--index", place, "--json", "small"))));
  }

  public void testAnotherModelIsRefused() throws IOException {
    Cli cli = Cli.run("search", "--index", index, "--model", createTempDir().resolve("gone"), "x");
    assertEquals(1, cli.code());
    assertTrue(cli.err(), cli.err().contains("no model folder"));
    PassageIndex opened = PassageIndex.open(index);
    try (opened) {
      IndexDescription real = opened.description();
      IndexDescription other =
          new IndexDescription(
              "another",
              "",
              "384-00000000",
              false,
              real.documentLength(),
              real.settings(),
              real.source(),
              real.documents(),
              real.tokens(),
              real.truncated());
      CommandFailure failure =
          expectThrows(CommandFailure.class, () -> Model.loadFor(other, null).close());
      assertTrue(
          failure.getMessage(),
          failure.getMessage().contains("384-00000000")
              && failure.getMessage().contains(real.fingerprint()));
    }
  }

  public void testDemoReusesItsIndex() throws IOException {
    Path place = createTempDir().resolve("demo");
    // The demo's whole text would take a minute: what is checked here is that an index of another
    // text is not taken for it, so a description that claims to be it is.
    Path small = createTempFile("small", ".jsonl");
    Files.writeString(
        small, "{\"_id\": \"1\", \"title\": \"T\", \"text\": \"Aborts a search.\"}\n");
    try (Model model = Model.load(null, null)) {
      Console quiet = new Console(writer(), writer(), false, false);
      new IndexBuilder(model, IndexSettings.DEFAULT, quiet)
          .build(PassageSource.of(small), DemoText.find().getFileName().toString(), place, false);
    }
    Files.createDirectory(place.resolveSibling("demo.partial"));
    Cli cli = Cli.run("demo", "--index", place);
    assertEquals(cli.err(), 0, cli.code());
    assertTrue(cli.out(), cli.out().contains("made before: 1 passages"));
    assertEquals(5, cli.out().lines().filter(line -> line.startsWith("  BM25: ")).count());
    assertEquals("Removed a half-written index beside " + place, cli.err().strip());
    assertFalse(Files.exists(place.resolveSibling("demo.partial")));
  }

  public void testDemoLeavesOtherIndexesAlone() throws IOException {
    for (List<Object> refresh : List.of(List.of(), List.<Object>of("--refresh"))) {
      List<Object> demo = new ArrayList<>(List.of("demo", "--index", index));
      demo.addAll(refresh);
      Cli cli = Cli.run(demo.toArray());
      assertEquals(1, cli.code());
      assertEquals("", cli.out());
      assertEquals(
          "fastlane: "
              + index
              + " already holds an index of "
              + corpus
              + ", which the demo does not replace; choose another --index",
          cli.err().strip());
    }
    assertEquals(31, json(Cli.run("info", "--index", index, "--json")).get("documents").getAsInt());
    testNothingElseIsLeft();
  }

  /** Such an index is the demo's own, to be made again with the text of this version. */
  public void testDemoKnowsItsTextInOtherVersions() throws IOException {
    assertTrue(DemoText.isName(DemoText.find().getFileName().toString()));
    assertTrue(DemoText.isName("lucene-core-10.4.0-sources.jar"));
    assertFalse(DemoText.isName("lucene-core-10.4.0.jar"));
  }

  private static PrintWriter writer() {
    return new PrintWriter(new StringWriter());
  }
}
