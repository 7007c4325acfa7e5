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

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.lucenefastlane.encoder.TokenEncoder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.junit.BeforeClass;
import org.w3c.dom.Element;

/** {@code fastlane eval} on a handful of passages, with the model that ships with the program. */
@LuceneTestCase.SuppressFileSystems("ExtrasFS") // counts what is in the cache
public class TestEval extends LuceneTestCase {
  private static final List<String> KEYS =
      List.of(
          "data",
          "method",
          "router",
          "views",
          "candidates",
          "ndcg10",
          "mrr10",
          "recall10",
          "recall100",
          "recovered10",
          "comparisons",
          "ms",
          "bytes_per_token");

  private static final String[] MUSIC = {
    "The violin has four strings and is played with a bow.",
    "Cellos are larger and sound deeper.",
    "An orchestra tunes to the oboe.",
    "Drums keep the beat of the band.",
    "A trumpet has three valves."
  };

  private static final String[] ANIMALS = {
    "Owls hunt mice at night without a sound.",
    "Falcons dive faster than any other bird.",
    "Penguins swim but cannot fly.",
    "Bees collect nectar and make honey.",
    "Wolves live in packs."
  };

  private static final Map<String, String> QUERIES = new LinkedHashMap<>();

  /** The first two grades of each are of the passages meant, the third of one that is not there. */
  private static final List<String> QRELS =
      List.of(
          "query-id\tcorpus-id\tscore",
          "q1\t0\t2",
          "q1\t1\t1",
          "q3\t2\t1",
          "q3\tgone\t1",
          "q4\t3\t0",
          "q5\t4\t1");

  private static Path folder;
  private static Path music;
  private static Path animals;
  private static Path cache;

  @BeforeClass
  public static void writeData() throws IOException {
    QUERIES.put("q1", "Which instrument is played with a bow?");
    QUERIES.put("q2", "not judged");
    QUERIES.put("q3", "What does an orchestra tune to?");
    QUERIES.put("q4", "nothing relevant");
    QUERIES.put("q5", "brass with valves");
    folder = createTempDir();
    music = data("music", MUSIC);
    animals = data("animals", ANIMALS);
    cache = folder.resolve("cache");
  }

  /** Ids are the passages' numbers, the same in all folders. */
  private static Path data(String name, String[] passages) throws IOException {
    Path data = Files.createDirectories(folder.resolve(name));
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < passages.length; i++) {
      lines.add(line(Integer.toString(i), passages[i]));
    }
    lines.add(line("empty", ""));
    Files.write(data.resolve("corpus.jsonl"), lines);
    Files.write(
        data.resolve("queries.jsonl"),
        QUERIES.entrySet().stream().map(entry -> line(entry.getKey(), entry.getValue())).toList());
    Files.write(data.resolve("qrels.tsv"), QRELS);
    return data;
  }

  private static String line(String id, String text) {
    JsonObject line = new JsonObject();
    line.addProperty("_id", id);
    line.addProperty("text", text);
    return line.toString();
  }

  /** The rows that a run wrote. */
  private static List<JsonObject> rows(Cli cli, Path file) throws IOException {
    assertEquals(cli.err(), 0, cli.code());
    List<JsonObject> rows = new ArrayList<>();
    for (JsonElement row : JsonParser.parseString(Files.readString(file)).getAsJsonArray()) {
      rows.add(row.getAsJsonObject());
    }
    assertEquals("a header and the rows", 1 + rows.size(), cli.out().lines().count());
    return rows;
  }

  private static List<JsonObject> eval(Object... args) throws IOException {
    Path json = createTempDir().resolve("rows.json");
    List<Object> all = new ArrayList<>(List.of("eval", "--cache", cache, "--json", json));
    all.addAll(List.of(args));
    return rows(Cli.run(all.toArray()), json);
  }

  private static JsonObject only(List<JsonObject> rows, String method) {
    List<JsonObject> found =
        rows.stream().filter(row -> row.get("method").getAsString().equals(method)).toList();
    assertEquals(1, found.size());
    return found.get(0);
  }

  public void testRowsAndKeys() throws IOException {
    List<JsonObject> rows = eval("--data", music, "--candidates", "0,3,100", "--views", "1,2,all");
    List<String> expected = new ArrayList<>();
    expected.add("maxsim null null null");
    expected.add("bm25 null null null");
    expected.add("pooled null null null");
    expected.add("pooled+rerank null null 3");
    expected.add("pooled+rerank null null 100");
    for (String routed :
        List.of("mean 1", "coverage 1", "coverage 2", "learned 1", "learned 2", "all all")) {
      for (String candidates : List.of("0", "3", "100")) {
        expected.add("fastlane " + routed + " " + candidates);
      }
    }
    List<String> found = new ArrayList<>();
    for (JsonObject row : rows) {
      List<String> keys = new ArrayList<>(row.keySet());
      assertEquals(KEYS, keys.subList(0, KEYS.size()));
      List<String> names = new ArrayList<>();
      for (String key : List.of("method", "router", "views", "candidates")) {
        names.add(row.get(key).isJsonNull() ? "null" : row.get(key).getAsString());
      }
      found.add(String.join(" ", names));
      assertEquals("music", row.get("data").getAsString());
      boolean bm25 = row.get("method").getAsString().equals("bm25");
      for (String key : List.of("comparisons", "bytes_per_token", "lane_comparisons", "lane_ms")) {
        assertEquals(key, bm25, row.get(key).isJsonNull());
      }
      boolean shallow =
          !row.get("candidates").isJsonNull() && row.get("candidates").getAsInt() == 3;
      assertEquals(shallow, row.get("recall100").isJsonNull());
      double p = row.get("p_value").getAsDouble();
      assertTrue("p " + p, p > 0 && p <= 1);
      if (!bm25) {
        double sum = 0;
        for (String stage : List.of("routing", "lane", "forecast", "rerank")) {
          sum += row.get(stage + "_comparisons").getAsDouble();
        }
        assertEquals(row.get("comparisons").getAsDouble(), sum, 0.01);
      }
      if (!row.get("candidates").isJsonNull() && row.get("candidates").getAsInt() == 100) {
        assertEquals("all candidates, all found", 1, row.get("recovered10").getAsDouble(), 0);
        assertEquals(1, row.get("ndcg10_of_maxsim").getAsDouble(), 0);
        assertEquals(1, p, 0);
      }
      if (!row.get("candidates").isJsonNull() && row.get("candidates").getAsInt() == 0) {
        assertEquals(0, row.get("rerank_comparisons").getAsDouble(), 0);
      }
    }
    assertEquals(expected, found);
  }

  /** MaxSim and one pooled vector, worked out here from the encoder's own vectors. */
  public void testAgainstBruteForce() throws IOException {
    List<JsonObject> rows =
        eval("--data", music, "--candidates", "0", "--views", "1", "--encoding", "float32");
    double[] maxSim = new double[4]; // nDCG@10, MRR@10, recall@10, comparisons
    double[] pooled = new double[4];
    try (TokenEncoder encoder = TokenEncoder.loadDefault()) {
      List<float[][]> documents = new ArrayList<>();
      long tokens = 0;
      for (String passage : MUSIC) {
        documents.add(encoder.encodeDocument(passage).vectors());
        tokens += documents.getLast().length;
      }
      Map<String, Map<String, Integer>> grades =
          Map.of(
              "q1", Map.of("0", 2, "1", 1), "q3", Map.of("2", 1, "gone", 1), "q5", Map.of("4", 1));
      for (String id : grades.keySet()) {
        float[][] query = encoder.encodeQuery(QUERIES.get(id)).vectors();
        add(maxSim, ranking(documents, document -> maxSim(query, document)), grades.get(id));
        add(pooled, ranking(documents, document -> cosineOfMeans(query, document)), grades.get(id));
        maxSim[3] += query.length * tokens / 3d;
        pooled[3] += documents.size() / 3d;
      }
    }
    assertFigures(maxSim, only(rows, "maxsim"));
    assertFigures(pooled, only(rows, "pooled"));
    assertEquals(4 * 128, only(rows, "maxsim").get("bytes_per_token").getAsDouble(), 10);
  }

  private static void assertFigures(double[] expected, JsonObject row) {
    assertEquals(expected[0], row.get("ndcg10").getAsDouble(), 1e-5);
    assertEquals(expected[1], row.get("mrr10").getAsDouble(), 1e-5);
    assertEquals(expected[2], row.get("recall10").getAsDouble(), 1e-5);
    assertEquals(expected[2], row.get("recall100").getAsDouble(), 1e-5);
    assertEquals(expected[3], row.get("comparisons").getAsDouble(), 1e-2);
  }

  private interface Score {
    double of(float[][] document);
  }

  private static List<String> ranking(List<float[][]> documents, Score score) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(i -> -score.of(documents.get(i))));
    return order.stream().map(String::valueOf).toList();
  }

  private static void add(double[] sums, List<String> ranking, Map<String, Integer> grades) {
    double gain = 0;
    double reciprocal = 0;
    int found = 0;
    for (int i = 0; i < ranking.size(); i++) {
      int grade = grades.getOrDefault(ranking.get(i), 0);
      gain += grade / (Math.log(i + 2) / Math.log(2));
      reciprocal = Math.max(reciprocal, grade > 0 ? 1d / (i + 1) : 0);
      found += grade > 0 ? 1 : 0;
    }
    List<Integer> best = grades.values().stream().sorted(Comparator.reverseOrder()).toList();
    double ideal = 0;
    for (int i = 0; i < best.size(); i++) {
      ideal += best.get(i) / (Math.log(i + 2) / Math.log(2));
    }
    sums[0] += gain / ideal / 3;
    sums[1] += reciprocal / 3;
    sums[2] += (double) found / grades.size() / 3;
  }

  private static double maxSim(float[][] query, float[][] document) {
    double sum = 0;
    for (float[] token : query) {
      double best = -1;
      for (float[] other : document) {
        best = Math.max(best, dot(token, other));
      }
      sum += best;
    }
    return sum;
  }

  private static double cosineOfMeans(float[][] query, float[][] document) {
    float[] a = sum(query);
    float[] b = sum(document);
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  }

  private static float[] sum(float[][] tokens) {
    float[] sum = new float[tokens[0].length];
    for (float[] token : tokens) {
      for (int d = 0; d < sum.length; d++) {
        sum[d] += token[d];
      }
    }
    return sum;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (double) a[d] * b[d];
    }
    return sum;
  }

  /** Distractors have the ids of judged passages, and are relevant all the same to no query. */
  public void testDistractors() throws IOException {
    List<JsonObject> alone = eval("--data", animals, "--candidates", "0", "--views", "all");
    // The animals' judgements are the music's: nonsense, which music among them must not better.
    List<JsonObject> among =
        eval("--data", animals, "--distractors", music, "--candidates", "0", "--views", "all");
    for (int i = 0; i < alone.size(); i++) {
      assertTrue(
          among.get(i).get("ndcg10").getAsDouble() <= alone.get(i).get("ndcg10").getAsDouble());
    }
    assertTrue(
        only(among, "maxsim").get("ndcg10").getAsDouble()
            < only(alone, "maxsim").get("ndcg10").getAsDouble());
    assertEquals(10, only(among, "pooled").get("comparisons").getAsDouble(), 0);
  }

  /** Folders that BEIR ships have judgements for each use; what is of no use in them is told. */
  public void testWhichJudgementsCount() throws IOException {
    Path data = data("beir", MUSIC);
    Path all = data.resolve("qrels.tsv");
    Path forEach = Files.createDirectory(data.resolve("qrels"));
    Files.write(forEach.resolve("train.tsv"), List.of("q4\t3\t1"));
    Files.write(forEach.resolve("test.tsv"), QRELS);
    Files.writeString(
        data.resolve("queries.jsonl"), line("dots", "...") + "\n", StandardOpenOption.APPEND);
    Files.writeString(
        forEach.resolve("test.tsv"), "dots\t0\t1\nelsewhere\t0\t1\n", StandardOpenOption.APPEND);
    Object[] command = {
      "eval", "--cache", cache, "--data", data, "--candidates", "0", "--views", "1"
    };
    Cli both = Cli.run(command);
    assertEquals(both.err(), 0, both.code());
    assertFalse(both.err(), both.err().contains("judgements are those of"));
    assertTrue(both.err(), both.err().contains("beir: judged ids that are not in the corpus: 1\n"));
    Files.delete(all);
    Cli split = Cli.run(command);
    assertEquals(split.err(), 0, split.code());
    assertTrue(split.err(), split.err().contains("beir: judgements are those of qrels/test.tsv\n"));
    assertTrue(split.err(), split.err().contains("beir: 3 judged queries, "));
    assertTrue(
        split.err(),
        split
            .err()
            .contains(
                "beir: judged ids that are not in the corpus: 1; queries left out, without a token:"
                    + " 1\n"));
    Files.delete(forEach.resolve("test.tsv"));
    Cli none = Cli.run(command);
    assertEquals(1, none.code());
    assertTrue(none.err(), none.err().contains("no qrels.tsv or qrels/test.tsv in " + data));
  }

  public void testRootHasAName() {
    Path root = folder.toAbsolutePath().getRoot();
    assertEquals(root.toString(), DataFolder.of(root).name());
  }

  /** A set is not added to itself, whatever the folder is called. */
  public void testCopiesAreNoDistractors() throws IOException {
    Path copy = data("copy", MUSIC);
    Path json = folder.resolve("copies.json");
    Cli cli =
        Cli.run(
            "eval",
            "--cache",
            cache,
            "--json",
            json,
            "--data",
            music,
            "--distractors",
            copy,
            "--candidates",
            "0",
            "--views",
            "1");
    assertEquals(5, only(rows(cli, json), "pooled").get("comparisons").getAsDouble(), 0);
    assertTrue(cli.err(), cli.err().contains("copy is not added to music"));
  }

  /** Several sets: each with its rows, then the mean of each method; and drawings of all. */
  public void testSeveralSetsAndPlots() throws IOException {
    Path json = createTempDir().resolve("rows.json");
    Path png = json.resolveSibling("plot.png");
    List<Object> args =
        new ArrayList<>(
            List.of("eval", "--cache", cache, "--json", json, "--plot", png, "--data", music));
    args.addAll(List.of(animals, "--views", "1,2", "--candidates", "0,5", "--routers", "coverage"));
    List<JsonObject> rows = rows(Cli.run(args.toArray()), json);
    int each = 4 + 4;
    assertEquals(3 * each, rows.size());
    for (int i = 0; i < each; i++) {
      JsonObject average = rows.get(2 * each + i);
      assertEquals("average", average.get("data").getAsString());
      assertTrue(average.get("p_value").isJsonNull());
      for (String key : List.of("method", "router", "views", "candidates")) {
        assertEquals(rows.get(i).get(key), average.get(key));
      }
      for (String key : List.of("ndcg10", "mrr10", "recovered10", "comparisons", "rerank_ms")) {
        if (!average.get(key).isJsonNull()) {
          double sum =
              rows.get(i).get(key).getAsDouble() + rows.get(each + i).get(key).getAsDouble();
          assertEquals(key, sum / 2, average.get(key).getAsDouble(), 0.0011);
        }
      }
    }
    BufferedImage image = ImageIO.read(png.toFile());
    assertTrue("two panels and the average's", image.getWidth() >= 1000);
    assertTrue("something is drawn", colours(image) > 10);

    Path svg = json.resolveSibling("plot.svg");
    args.set(args.indexOf(png), svg);
    rows(Cli.run(args.toArray()), json);
    Element root;
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
      factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
      root = factory.newDocumentBuilder().parse(svg.toFile()).getDocumentElement();
    } catch (Exception e) {
      throw new AssertionError("not XML: " + svg, e);
    }
    assertEquals("svg", root.getLocalName());
    assertTrue("something is drawn", root.getElementsByTagName("*").getLength() > 100);
  }

  private static int colours(BufferedImage image) {
    Set<Integer> colours = new HashSet<>();
    for (int y = 0; y < image.getHeight(); y += 3) {
      for (int x = 0; x < image.getWidth(); x += 3) {
        colours.add(image.getRGB(x, y));
      }
    }
    return colours.size();
  }

  /** A model with a router has it measured beside the others, by the views that the model gave. */
  public void testLearnedRouter() throws IOException {
    int dimension = 16;
    float[][] axes = new float[2][dimension];
    axes[0][0] = 1;
    axes[1][1] = 1;
    Path model = TinyHead.write(Files.createDirectory(folder.resolve("learned")), dimension, axes);
    List<JsonObject> rows =
        eval("--data", music, "--model", model, "--candidates", "0,2,10", "--views", "1,2");
    List<JsonObject> learned =
        rows.stream()
            .filter(row -> !row.get("router").isJsonNull())
            .filter(row -> row.get("router").getAsString().equals("learned"))
            .toList();
    assertEquals(2 * 3, learned.size());
    for (JsonObject row : learned) {
      // The tiny model's views have nothing to do with the query.
      assertEquals(0, row.get("routing_comparisons").getAsDouble(), 0);
      if (row.get("candidates").getAsInt() == 10) {
        assertEquals(1, row.get("recovered10").getAsDouble(), 0);
      }
    }
    assertTrue(
        "two views search more than one",
        learned.get(3).get("lane_comparisons").getAsDouble()
            > learned.get(0).get("lane_comparisons").getAsDouble());
    rows =
        eval(
            "--data",
            music,
            "--model",
            model,
            "--candidates",
            "0",
            "--views",
            "1,2",
            "--routers",
            "Learned");
    assertEquals(
        List.of("learned", "learned"),
        rows.stream()
            .filter(row -> row.get("method").getAsString().equals("fastlane"))
            .map(row -> row.get("router").getAsString())
            .toList());
  }

  public void testLearnedRouterIsRefusedWithoutOne() {
    Cli cli =
        Cli.run(
            "eval",
            "--cache",
            cache,
            "--data",
            music,
            "--model",
            Model.PLAIN,
            "--routers",
            "mean,learned");
    assertEquals(1, cli.code());
    assertTrue(cli.err(), cli.err().contains("has no learned router"));
  }

  public void testUnknownRouterIsRefusedBeforeTheWork() throws IOException {
    Path fresh = folder.resolve("fresh");
    Cli cli = Cli.run("eval", "--cache", fresh, "--data", music, "--routers", "mean,nearest");
    assertEquals(1, cli.code());
    assertTrue(cli.err(), cli.err().contains("no router \"nearest\""));
    assertFalse(Files.exists(fresh));
  }

  public void testWhereNothingCanBeWrittenIsToldBeforeTheWork() {
    Path fresh = folder.resolve("fresh");
    for (Path file : List.of(folder, folder.toAbsolutePath().getRoot(), fresh.resolve("a.json"))) {
      Cli cli = Cli.run("eval", "--cache", fresh, "--data", music, "--json", file);
      assertEquals(1, cli.code());
      assertTrue(cli.err(), cli.err().contains("--json"));
      assertTrue(cli.err(), cli.err().contains(file.toString()));
      assertFalse(Files.exists(fresh));
    }
  }

  public void testNothingIsBesideTheCachesOwnFolders() throws IOException {
    eval("--data", music, "--candidates", "0", "--views", "1");
    try (Stream<Path> entries = Files.list(cache)) {
      for (Path entry : entries.toList()) {
        assertTrue(
            entry.toString(),
            entry.getFileName().toString().matches("(corpus|collection)-[0-9a-f]{16}"));
      }
    }
  }
}
