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
package io.github.lucenefastlane.trainer;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.lucenefastlane.demo.CommandFailure;
import io.github.lucenefastlane.demo.Console;
import io.github.lucenefastlane.demo.FastLane;
import io.github.lucenefastlane.demo.Model;
import io.github.lucenefastlane.encoder.RoutedQuery;
import io.github.lucenefastlane.encoder.TokenEncoder;
import io.github.lucenefastlane.query.OnnxRouter;
import io.github.lucenefastlane.query.View;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.tests.util.LuceneTestCase;

/** From text to a model that other commands use. */
@LuceneTestCase.SuppressFileSystems("ExtrasFS") // looks at what is left behind
public class TestTrainCommand extends TrainerTestCase {
  private static final String[] THINGS = {
    "bees",
    "violins",
    "volcanoes",
    "chess",
    "bread",
    "sailing",
    "vaccines",
    "trains",
    "owls",
    "glaciers",
    "poetry",
    "copper"
  };

  private record Outcome(int code, String out, String err) {}

  private static Outcome run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] strings = Stream.of(args).map(Object::toString).toArray(String[]::new);
    int code = TrainCommand.run(console(out, err), strings);
    return new Outcome(code, out.toString(), err.toString());
  }

  private static Console console(StringWriter out, StringWriter err) {
    return new Console(new PrintWriter(out), new PrintWriter(err), false, false);
  }

  private static void assertWrong(String what, Object... args) {
    Outcome outcome = run(args);
    assertEquals(outcome.err(), 2, outcome.code());
    assertTrue(outcome.err(), outcome.err().contains(what));
  }

  private static void assertFails(String what, Object... args) {
    Outcome outcome = run(args);
    assertEquals(outcome.err(), 1, outcome.code());
    assertTrue(outcome.err(), outcome.err().contains(what));
    assertEquals("one line", 1, outcome.err().strip().lines().count());
  }

  /** A collection of three passages and three queries for each thing. */
  static Path writeData(String... extraPassages) throws IOException {
    Path folder = createTempDir("data");
    List<String> passages = new ArrayList<>(List.of(extraPassages));
    List<String> queries = new ArrayList<>();
    List<String> judgements = new ArrayList<>(List.of("query-id\tcorpus-id\tscore"));
    for (String thing : THINGS) {
      for (int i = 0; i < 3; i++) {
        String id = thing + i;
        passages.add(
            "{\"_id\": \""
                + id
                + "\", \"text\": \"Chapter "
                + i
                + " is on "
                + thing
                + ", and all of that".repeat(i) // of unlike lengths
                + ".\"}");
        queries.add(
            "{\"_id\": \"q"
                + id
                + "\", \"text\": \"where do I read of "
                + thing
                + " "
                + i
                + "?\"}");
        judgements.add("q" + id + "\t" + id + "\t1");
      }
    }
    Files.write(folder.resolve("corpus.jsonl"), passages);
    Files.write(folder.resolve("queries.jsonl"), queries);
    Files.write(folder.resolve("qrels.tsv"), judgements);
    Files.writeString(folder.resolve("NOTICE.txt"), "Made up. Public domain.\n");
    return folder;
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  public void testHeadOfTheBundledModel() throws Exception {
    Path out = createTempDir().resolve("model");
    Outcome trained =
        run(
            "--data",
            writeData(),
            "--out",
            out,
            "--cache",
            createTempDir(),
            "--dimension",
            32,
            "--views",
            4,
            "--steps",
            2,
            "--batch",
            8,
            "--threads",
            1);
    assertEquals(trained.err(), 0, trained.code());
    try (TokenEncoder encoder = TokenEncoder.load(out)) {
      assertEquals("all-MiniLM-L6-v2", encoder.base().orElseThrow());
    }
    assertModelsAgree(out);
  }

  public void testModelOfText() throws Exception {
    Path model = TinyModel.write(createTempDir());
    Path data =
        writeData("{\"_id\": \"empty\", \"text\": \"\"}", "{\"_id\": \"dots\", \"text\": \"...\"}");
    Files.writeString(
        data.resolve("queries.jsonl"),
        "{\"_id\": \"qdots\", \"text\": \"...\"}\n",
        StandardOpenOption.APPEND);
    Files.writeString(data.resolve("qrels.tsv"), "qdots\tbees0\t1\n", StandardOpenOption.APPEND);
    Path out = createTempDir().resolve("model");
    Path cache = createTempDir();
    Object[] command = {
      "--data",
      data,
      "--out",
      out,
      "--cache",
      cache,
      "--model",
      model,
      "--dimension",
      8,
      "--views",
      4,
      "--steps",
      6,
      "--batch",
      8,
      "--threads",
      1,
      "--licence",
      "CC-BY-SA-4.0",
      "--set",
      "learningRate=0.002"
    };
    Outcome trained = run(command);
    assertEquals(trained.err(), 0, trained.code());
    for (String texts : List.of("queries", "passages")) {
      String encoding = "Encoding " + data.getFileName() + " " + texts;
      long lines = trained.err().lines().filter(line -> line.startsWith(encoding)).count();
      assertTrue("moves while it encodes: " + trained.err(), lines > 1);
    }
    assertTrue(
        trained.err(),
        trained
            .err()
            .contains("queries left out, without a token in them or in a relevant passage: 1\n"));
    assertTrue(trained.err(), trained.err().contains("step 6/6"));
    assertTrue(trained.out(), trained.out().contains("dev nDCG@10"));
    assertEquals(
        Set.of("model.onnx", "head.onnx", "router.onnx", "tokenizer.json", "fastlane.json"),
        names(out));
    JsonObject about =
        JsonParser.parseString(Files.readString(out.resolve("fastlane.json")))
            .getAsJsonObject()
            .getAsJsonObject("about");
    assertEquals(8, about.get("dimension").getAsInt());
    assertEquals(0.002, about.getAsJsonObject("settings").get("learningRate").getAsDouble(), 0);
    assertEquals("CC-BY-SA-4.0", about.get("licence").getAsString());
    JsonObject source = about.getAsJsonArray("data").get(0).getAsJsonObject();
    assertEquals("Made up. Public domain.", source.get("notice").getAsString());
    assertEquals(38, source.get("documents").getAsInt());
    assertTrue(about.getAsJsonObject("metrics").has("dev_ndcg10_one_view"));

    assertModelsAgree(out);
    assertFails(
        "has a router; train the encoder that it was made of",
        "--data",
        data,
        "--out",
        createTempDir().resolve("twice"),
        "--model",
        out,
        "--dimension",
        4);
    assertFails("there is a model in " + out, command);
    Path again = createTempDir().resolve("again");
    command[3] = again;
    Outcome repeated = run(command);
    assertEquals(repeated.err(), 0, repeated.code());
    assertFalse("from the cache: " + repeated.err(), repeated.err().contains("Encoding"));
    for (String file : List.of("head.onnx", "router.onnx", "model.onnx", "fastlane.json")) {
      assertEquals(file, -1, Files.mismatch(out.resolve(file), again.resolve(file)));
    }
  }

  public void testWholeEncoder() throws Exception {
    Path model = TinyBert.write(createTempDir());
    Path data = writeData();
    Path cache = createTempDir();
    Path out = createTempDir().resolve("model");
    Outcome trained = run(fineTuning(model, data, out, cache));
    assertEquals(trained.err(), 0, trained.code());
    assertTrue(trained.err(), trained.err().contains("step 6/6"));
    assertEquals(
        Set.of("model.onnx", "router.onnx", "tokenizer.json", "fastlane.json"), names(out));
    JsonObject json =
        JsonParser.parseString(Files.readString(out.resolve("fastlane.json"))).getAsJsonObject();
    assertFalse("it is no head", json.has("base"));
    assertTrue(json.getAsJsonObject("about").get("encoder_trained").getAsBoolean());
    Path again = createTempDir().resolve("again");
    Outcome repeated = run(fineTuning(model, data, again, cache));
    assertEquals(repeated.err(), 0, repeated.code());
    assertEquals(-1, Files.mismatch(out.resolve("model.onnx"), again.resolve("model.onnx")));
    // Other commands take it as any model.
    Path index = createTempDir().resolve("index");
    StringWriter err = new StringWriter();
    StringWriter found = new StringWriter();
    String[][] commands = {
      {"index", "--input", data.toString(), "--index", index.toString(), "--model", out.toString()},
      {"search", "--index", index.toString(), "chapters on glaciers"}
    };
    for (String[] command : commands) {
      assertEquals(err.toString(), 0, FastLane.run(console(found, err), command));
    }
    assertTrue(found.toString(), found.toString().contains("view: "));
  }

  private static Object[] fineTuning(Path model, Path data, Path out, Path cache) {
    return new Object[] {
      "--data",
      data,
      "--out",
      out,
      "--cache",
      cache,
      "--model",
      model,
      "--fine-tune-encoder",
      "--dimension",
      8,
      "--views",
      2,
      "--steps",
      6,
      "--batch",
      8,
      "--threads",
      1,
      "--set",
      "encoderRate=0.1",
      "--set",
      "patience=100",
      "--epochs",
      2
    };
  }

  public void testEncoderThatCannotBeTrainedIsRefusedBeforeTheWork() throws Exception {
    Path model = TinyModel.write(createTempDir());
    Path onnx = model.resolve("model.onnx");
    ModelProto.Builder changed = ModelProto.parseFrom(Files.readAllBytes(onnx)).toBuilder();
    changed.getGraphBuilder().getNodeBuilder(0).setOutput(0, "looked up");
    changed
        .getGraphBuilder()
        .addNode(
            NodeProto.newBuilder()
                .setOpType("Softsign")
                .addInput("looked up")
                .addOutput("last_hidden_state"));
    Files.write(onnx, changed.build().toByteArray());
    Path cache = createTempDir().resolve("cache");
    assertFails(
        "this encoder cannot be trained, it has the operators [Softsign]; what can be is",
        fineTuning(model, writeData(), createTempDir().resolve("model"), cache));
    assertTrue("nothing was encoded", Files.notExists(cache));
  }

  /** The head on its base, the combined file, and base and router one after the other. */
  private static void assertModelsAgree(Path model) throws IOException {
    Path combined = createTempDir();
    for (String file : List.of("model.onnx", "tokenizer.json")) {
      Files.copy(model.resolve(file), combined.resolve(file));
    }
    try (TokenEncoder headed = TokenEncoder.builder(model).threads(1).build();
        TokenEncoder whole = TokenEncoder.builder(combined).threads(1).build();
        OnnxRouter router = OnnxRouter.load(model.resolve("router.onnx"))) {
      assertEquals(headed.dimension(), whole.dimension());
      for (String text : List.of("violins", "what, then, is on [CLS] owls (or poetry)?")) {
        RoutedQuery expected = headed.encodeRoutedQuery(text);
        RoutedQuery actual = whole.encodeRoutedQuery(text);
        float[][] tokens = expected.tokens().vectors();
        for (int token = 0; token < tokens.length; token++) {
          assertArrayEquals(tokens[token], actual.tokens().vectors()[token], 1e-4f);
        }
        List<View> views = expected.router().route(tokens, 4);
        assertEquals(4, views.size());
        List<View> alone = router.route(tokens, 4);
        for (int view = 0; view < 4; view++) {
          assertArrayEquals(views.get(view).vector(), alone.get(view).vector(), 1e-4f);
        }
      }
    }
  }

  public void testRouterOfAnIndex() throws Exception {
    Path data = writeData();
    Path index = createTempDir().resolve("index");
    StringWriter err = new StringWriter();
    assertEquals(
        err.toString(),
        0,
        FastLane.run(
            console(new StringWriter(), err),
            "index",
            "--input",
            data.toString(),
            "--index",
            index.toString(),
            "--model",
            TinyModel.write(createTempDir()).toString()));
    Path log = createTempFile("queries", ".txt");
    List<String> queries = new ArrayList<>();
    for (String thing : THINGS) {
      queries.add("tell me about " + thing);
      queries.add("");
      queries.add("?");
    }
    Files.write(log, queries);
    Path out = createTempDir().resolve("router");
    Path cache = createTempDir();
    Outcome trained =
        run(
            "--queries",
            log,
            "--index",
            index,
            "--out",
            out,
            "--cache",
            cache,
            "--views",
            2,
            "--steps",
            4,
            "--batch",
            4,
            "--threads",
            1);
    assertEquals(trained.err(), 0, trained.code());
    assertEquals(Set.of("router.onnx", "fastlane.json"), names(out));
    StringWriter found = new StringWriter();
    assertEquals(
        0,
        FastLane.run(
            console(found, err),
            "search",
            "--index",
            index.toString(),
            "--router",
            out.resolve("router.onnx").toString(),
            "chapters on glaciers"));
    assertTrue(found.toString(), found.toString().contains("glaciers"));
    assertTrue(found.toString(), found.toString().contains(out.resolve("router.onnx") + " view: "));
  }

  public void testWrongUsage() throws Exception {
    Path data = writeData();
    Path out = createTempDir().resolve("model");
    assertWrong("either --data", "--out", out);
    assertWrong("either --data", "--out", out, "--queries", data.resolve("queries.jsonl"));
    assertWrong("either --data", "--out", out, "--data", data, "--index", data);
    assertWrong("--out", "--data", data);
    assertWrong("--threads must be in", "--out", out, "--data", data, "--threads", 0);
    assertWrong("batch must be at least 1, got 0", "--out", out, "--data", data, "--batch", 0);
    assertWrong("no setting rate", "--out", out, "--data", data, "--set", "rate=1");
    assertWrong("got \"a\"", "--out", out, "--data", data, "--set", "learningRate=a");
    assertWrong(
        "learningRate must be above 0", "--out", out, "--data", data, "--set", "learningRate=NaN");
    assertWrong(
        "encoderRate above 0 needs --fine-tune-encoder",
        "--out",
        out,
        "--data",
        data,
        "--set",
        "encoderRate=0.01");
    assertWrong(
        "encoderRate must be above 0",
        "--out",
        out,
        "--data",
        data,
        "--fine-tune-encoder",
        "--set",
        "encoderRate=0");
    assertWrong(
        "--fine-tune-encoder changes the vectors",
        "--out",
        out,
        "--fine-tune-encoder",
        "--queries",
        data.resolve("queries.jsonl"),
        "--index",
        data);
    Path model = TinyModel.write(createTempDir());
    assertWrong(
        "dimension must be in 1..12, got 128", "--out", out, "--data", data, "--model", model);
    assertWrong(
        "heads must divide the dimension 12, got 5",
        "--out",
        out,
        "--data",
        data,
        "--model",
        model,
        "--dimension",
        12,
        "--heads",
        5);
    assertWrong(
        "--dimension is that of the vectors",
        "--out",
        out,
        "--queries",
        data.resolve("queries.jsonl"),
        "--index",
        data,
        "--dimension",
        64);
  }

  public void testBadData() throws Exception {
    Path out = createTempDir().resolve("model");
    Path data = writeData();
    assertFails("no such folder", "--out", out, "--data", data.resolve("none"));
    Path file = createTempFile();
    assertFails("is a file", "--out", file, "--data", data);
    String[][] missing = {
      {"qrels.tsv", "qrels/train.tsv"},
      {"queries.jsonl", "queries.jsonl.gz"},
      {"corpus.jsonl", "corpus.jsonl.gz"}
    };
    for (String[] either : missing) {
      Path without = writeData();
      Files.delete(without.resolve(either[0]));
      String refusal = "no " + either[0] + " or " + either[1] + " in " + without;
      assertFails(refusal, "--out", out, "--data", without);
    }
    Path malformed = writeData();
    Files.writeString(malformed.resolve("queries.jsonl"), "{\"_id\": 3}\n");
    assertFails("queries.jsonl:1: ", "--out", out, "--data", malformed);
    Path unjudged = writeData();
    Files.writeString(unjudged.resolve("qrels.tsv"), "query-id\tcorpus-id\tscore\n");
    assertFails("has 0 queries with a relevant passage", "--out", out, "--data", unjudged);
    assertFails("no such file", "--out", out, "--queries", data.resolve("none"), "--index", data);
    Path one = createTempFile("queries", ".txt");
    Files.writeString(one, "single\nsingle\n\n");
    assertFails("has 1 queries", "--out", out, "--queries", one, "--index", data);
    assertFails(
        "no index in", "--out", out, "--queries", data.resolve("queries.jsonl"), "--index", data);
    assertFails("modelFolder has no", "--out", out, "--data", data, "--model", data);
    assertFails("no model folder nowhere (", "--out", out, "--data", data, "--model", "nowhere");
    Path bytes = createTempFile("queries", ".txt");
    Files.write(bytes, new byte[] {'a', (byte) 0xff, '\n', 'b'});
    assertFails("is not UTF-8 text", "--out", out, "--queries", bytes, "--index", data);
  }

  public void testEncoderThatTakesNoHeadIsRefusedBeforeTheWork() throws Exception {
    Path model = TinyModel.write(createTempDir());
    Path onnx = model.resolve("model.onnx");
    String renamed =
        new String(Files.readAllBytes(onnx), StandardCharsets.ISO_8859_1)
            .replace("last_hidden_state", "first_hidden_size");
    Files.write(onnx, renamed.getBytes(StandardCharsets.ISO_8859_1));
    Path cache = createTempDir().resolve("cache");
    assertFails(
        "must have the output last_hidden_state",
        "--out",
        createTempDir().resolve("model"),
        "--data",
        writeData(),
        "--model",
        model,
        "--dimension",
        8,
        "--cache",
        cache);
    assertTrue("nothing was encoded", Files.notExists(cache));
  }

  /** The name that the help tells. */
  public void testBundledModelHasAName() throws Exception {
    try (BaseModel model = BaseModel.load(Model.PLAIN, 1)) {
      assertTrue(model.bundled());
      assertEquals(Model.PLAIN, model.encoder().name());
    }
  }

  /** Folders that BEIR ships have judgements for each use; what is of no use in them is told. */
  public void testWhichJudgementsAreLearnedFrom() throws Exception {
    Path data = writeData();
    StringWriter err = new StringWriter();
    Console console = console(new StringWriter(), err);
    assertEquals(36, LabelledData.read(data, console).queries().size());
    assertEquals("", err.toString());
    List<String> lines = Files.readAllLines(data.resolve("qrels.tsv"));
    lines.replaceAll(line -> line.replace("\towls0\t", "\tgone\t"));
    Path splits = Files.createDirectory(data.resolve("qrels"));
    Files.move(data.resolve("qrels.tsv"), splits.resolve("test.tsv"));
    CommandFailure refused =
        expectThrows(CommandFailure.class, () -> LabelledData.read(data, console));
    assertTrue(
        refused.getMessage(), refused.getMessage().contains("no qrels.tsv or qrels/train.tsv in "));
    Files.write(splits.resolve("train.tsv"), lines);
    assertEquals(35, LabelledData.read(data, console).queries().size());
    String name = data.getFileName().toString();
    assertEquals(
        List.of(
            name + ": judgements are those of qrels/train.tsv",
            name
                + ": judged ids that are not in the corpus: 1; queries left out, without a relevant"
                + " passage in the corpus: 1"),
        err.toString().lines().toList());
  }

  /** What a checkpoint knows data by. */
  public void testDataIsKnownByItsContent() throws Exception {
    Path data = writeData();
    Console silent = console(new StringWriter(), new StringWriter());
    String before = LabelledData.read(data, silent).toString();
    assertEquals(before, LabelledData.read(data, silent).toString());
    String[][] changes = {
      {"corpus.jsonl", "Chapter 2", "Part 2"},
      {"queries.jsonl", "where do", "when do"},
      {"qrels.tsv", "\t1", "\t2"}
    };
    for (String[] change : changes) {
      Path file = data.resolve(change[0]);
      String text = Files.readString(file);
      Files.writeString(file, text.replace(change[1], change[2]));
      assertNotEquals(change[0], before, LabelledData.read(data, silent).toString());
      Files.writeString(file, text);
    }
  }
}
