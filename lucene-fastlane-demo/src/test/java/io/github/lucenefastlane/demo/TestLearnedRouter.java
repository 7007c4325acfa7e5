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
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.junit.BeforeClass;

/** Indexing and searching with a model folder that holds its router. */
public class TestLearnedRouter extends LuceneTestCase {
  private static final int DIMENSION = 16;

  private static Path model;
  private static Path corpus;
  private static Path index;

  @BeforeClass
  public static void makeIndex() throws IOException {
    Path folder = createTempDir();
    model =
        TinyHead.write(
            Files.createDirectory(folder.resolve("learned")), DIMENSION, axis(0), axis(1));
    corpus = folder.resolve("corpus.jsonl");
    index = folder.resolve("index");
    Files.write(
        corpus,
        List.of(
            "{\"_id\": \"1\", \"text\": \"Bees collect nectar and make honey.\"}",
            "{\"_id\": \"2\", \"text\": \"The violin is played with a bow.\"}",
            "{\"_id\": \"3\", \"text\": \"Volcanoes spit lava.\"}"));
    json(Cli.run("index", "--input", corpus, "--index", index, "--model", model, "--json"));
  }

  private static float[] axis(int axis) {
    float[] view = new float[DIMENSION];
    view[axis] = 1;
    return view;
  }

  private static JsonObject json(Cli cli) {
    assertEquals(cli.err(), 0, cli.code());
    return JsonParser.parseString(cli.out()).getAsJsonObject();
  }

  private static Cli search(Object... more) {
    List<Object> args = new ArrayList<>(List.of("search", "--index", index));
    args.addAll(Arrays.asList(more));
    return Cli.run(args.toArray());
  }

  public void testLearnedIsTheDefaultForAnyNumberOfViews() {
    for (int views = 1; views < 4; views++) {
      JsonObject answer =
          json(search("--views", views, "--explain", "--json", "what makes honey?"));
      assertEquals("learned", answer.get("router").getAsString());
      JsonArray chosen = answer.getAsJsonArray("views");
      assertEquals(Math.min(views, 2), chosen.size());
      assertEquals(
          1.0 / chosen.size(), chosen.get(0).getAsJsonObject().get("weight").getAsDouble(), 1e-6);
      assertEquals(3, answer.getAsJsonArray("hits").size());
    }
    Cli people = search("--router", "Learned", "--explain", "what makes honey?");
    assertEquals(people.err(), 0, people.code());
    assertTrue(people.out(), people.out().contains("learned view: "));
  }

  /** The best passage by the view alone is the one whose token has the highest first component. */
  public void testTheViewsOfTheModelAreSearched() throws IOException {
    JsonObject routed = json(search("--no-rerank", "--json", "--k", "1", "anything"));
    JsonObject other = json(search("--no-rerank", "--json", "--k", "1", "bow of a violin"));
    assertEquals("the same view whatever is asked", hit(routed), hit(other));
    JsonObject mean =
        json(search("--no-rerank", "--router", "mean", "--json", "--k", "1", "bow of a violin"));
    assertEquals("mean", mean.get("router").getAsString());
    assertNotEquals(hit(other).get("score"), hit(mean).get("score"));
  }

  private static JsonObject hit(JsonObject answer) {
    return answer.getAsJsonArray("hits").get(0).getAsJsonObject();
  }

  public void testQuestionWithoutWords() {
    JsonObject answer = json(search("--json", "?!"));
    assertEquals(0, answer.getAsJsonArray("hits").size());
    assertEquals("learned", answer.get("router").getAsString());
  }

  public void testInfoTellsOfTheRouter() {
    JsonObject info = json(Cli.run("info", "--index", index, "--json"));
    assertTrue(info.get("model_router").getAsBoolean());
    assertEquals(DIMENSION, info.get("dimension").getAsInt());
    Cli text = Cli.run("info", "--index", index);
    assertTrue(text.out(), text.out().contains("learned, in the model"));
  }

  /** A folder may move; a retrained head is another model. */
  public void testModelFolderOfASearch() throws IOException {
    Path moved = TinyHead.write(createTempDir(), DIMENSION, axis(0), axis(1));
    assertEquals(
        "learned", json(search("--model", moved, "--json", "honey")).get("router").getAsString());
    Path retrained = TinyHead.write(createTempDir(), DIMENSION, axis(0), axis(2));
    Cli refused = search("--model", retrained, "honey");
    assertEquals(1, refused.code());
    assertTrue(refused.err(), refused.err().contains("the index was made with model learned"));
  }

  public void testModelWithoutRouter() throws IOException {
    // The whole model lies on the class path, under names of its own.
    Path folder = Files.createDirectory(createTempDir().resolve("plain"));
    for (String[] copy :
        new String[][] {
          {"all-minilm-l6-v2.onnx", "model.onnx"},
          {"all-minilm-l6-v2-tokenizer.json", "tokenizer.json"}
        }) {
      try (var in = getClass().getClassLoader().getResourceAsStream(copy[0])) {
        Files.copy(in, folder.resolve(copy[1]));
      }
    }
    Path plain = createTempDir().resolve("index");
    json(Cli.run("index", "--input", corpus, "--index", plain, "--model", folder, "--json"));
    Cli refused = Cli.run("search", "--index", plain, "--router", "learned", "honey");
    assertEquals(1, refused.code());
    assertTrue(
        refused.err(), refused.err().contains("the index's model plain has no learned router"));
    for (String views : List.of("1", "2")) {
      JsonObject answer =
          json(Cli.run("search", "--index", plain, "--views", views, "--json", "honey"));
      assertEquals(views.equals("1") ? "mean" : "coverage", answer.get("router").getAsString());
    }
    assertFalse(
        json(Cli.run("info", "--index", plain, "--json")).get("model_router").getAsBoolean());
  }
}
