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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Exit codes and messages of calls that need no model. */
@LuceneTestCase.SuppressFileSystems("ExtrasFS") // counts what is left behind
public class TestFastLane extends LuceneTestCase {

  private static final List<String> COMMANDS = List.of("demo", "index", "search", "info", "eval");

  private static void assertUsage(String what, Object... args) {
    Cli cli = Cli.run(args);
    assertEquals(cli.err(), 2, cli.code());
    assertTrue(cli.err(), cli.err().contains(what));
    assertEquals("", cli.out());
  }

  /** One line that names the program and says what is wrong, nothing on the standard output. */
  private static void assertFailure(String what, Object... args) {
    Cli cli = Cli.run(args);
    assertEquals(cli.err(), 1, cli.code());
    assertTrue(cli.err(), cli.err().startsWith("fastlane: "));
    assertTrue(cli.err(), cli.err().contains(what));
    assertEquals(cli.err(), 1, cli.err().lines().count());
    assertEquals("", cli.out());
  }

  public void testHelp() {
    Cli cli = Cli.run("--help");
    assertEquals(cli.err(), 0, cli.code());
    for (String command : COMMANDS) {
      assertTrue(cli.out(), cli.out().contains("  " + command + " "));
      Cli help = Cli.run(command, "--help");
      assertEquals(help.err(), 0, help.code());
      assertTrue(help.out(), help.out().startsWith("Usage: fastlane " + command));
      assertEquals("", help.err());
    }
    assertEquals(0, Cli.run("--version").code());
  }

  public void testWrongUsage() {
    Path somewhere = createTempDir();
    assertUsage("a command is missing");
    assertUsage("Unmatched argument", "nonsense");
    assertUsage("Missing required option: '--index=DIR'", "info");
    assertUsage("Missing required option: '--index=DIR'", "search", "question");
    assertUsage("give either a question or --queries", "search", "--index", somewhere);
    assertUsage("Missing required option", "index", "--index", somewhere);
    assertUsage("Unknown option: '--nothing'", "demo", "--nothing");
    assertUsage(
        "give either a question or --queries",
        "search",
        "--index",
        somewhere,
        "--queries",
        "q.jsonl",
        "question");
    assertUsage(
        "'--encoding'", "index", "--input", somewhere, "--index", somewhere, "--encoding", "int2");
    assertUsage(
        "--tokens-per-route must be in [1, ",
        "index",
        "--input",
        somewhere,
        "--index",
        somewhere,
        "--tokens-per-route",
        "0");
    assertUsage(
        "--max-tokens must be in [3, ",
        "index",
        "--input",
        somewhere,
        "--index",
        somewhere,
        "--max-tokens",
        "2");
    for (String option : List.of("--k", "--views", "--candidates")) {
      assertUsage(
          option + " must be in [1, ", "search", "--index", somewhere, option, "0", "question");
      assertUsage("'" + option + "'", "search", "--index", somewhere, option, "many", "question");
    }
    assertUsage("Missing required option: '--data", "eval");
    assertUsage(
        "--views must be numbers or all, got most",
        "eval",
        "--data",
        somewhere,
        "--views",
        "1,most");
    assertUsage("give --views all", "eval", "--data", somewhere, "--routers", "mean,all");
    assertUsage("--every must be in [1, ", "eval", "--data", somewhere, "--every", "0");
    assertUsage(
        "--candidates must be in [0, ", "eval", "--data", somewhere, "--candidates", "10,-1");
    assertUsage(
        "--plot must name a .png or .svg file, got plot.pdf",
        "eval",
        "--data",
        somewhere,
        "--plot",
        "plot.pdf");
    assertUsage(
        "--data must be folders of different names",
        "eval",
        "--data",
        somewhere.resolve("a/set"),
        "--data",
        somewhere.resolve("b/set"));
  }

  public void testNoIndex() {
    Path missing = createTempDir().resolve("index");
    assertFailure("no index in " + missing, "info", "--index", missing);
    assertFailure("no index in " + missing, "search", "--index", missing, "question");
    assertFalse(Files.exists(missing));
  }

  public void testUnknownRouter() {
    assertFailure(
        "no router \"nearest\"",
        "search",
        "--index",
        createTempDir(),
        "--router",
        "nearest",
        "question");
  }

  public void testBadQueries() throws IOException {
    Path queries = Files.writeString(createTempFile("queries", ".jsonl"), "{\"_id\": \"1\"}\n");
    assertFailure(
        queries + ":1: \"text\" is missing",
        "search",
        "--index",
        createTempDir(),
        "--queries",
        queries);
  }

  public void testIndexLeavesTakenPlacesAlone() throws IOException {
    Path folder = createTempDir();
    Path corpus =
        Files.writeString(folder.resolve("corpus.jsonl"), "{\"_id\":\"1\",\"text\":\"x\"}");
    assertFailure(
        "is not empty and not an index",
        "index",
        "--input",
        corpus,
        "--index",
        folder,
        "--overwrite");
    assertFailure("is a file", "index", "--input", corpus, "--index", corpus);
    assertFailure(
        "no such file or folder",
        "index",
        "--input",
        folder.resolve("nothing"),
        "--index",
        folder.resolve("index"));
    try (Stream<Path> entries = Files.list(folder)) {
      assertEquals(List.of(corpus), entries.toList());
    }
  }

  public void testIndexLeavesTakenNeighboursAlone() throws IOException {
    Path folder = createTempDir();
    Path corpus =
        Files.writeString(folder.resolve("corpus.jsonl"), "{\"_id\":\"1\",\"text\":\"x\"}");
    Path partial = Files.createDirectory(folder.resolve("index.partial"));
    Path thesis = Files.writeString(partial.resolve("thesis.txt"), "years of work");
    Path index = folder.resolve("index");
    String what = partial + " is in the way: it was not left there by fastlane";
    assertFailure(what, "index", "--input", corpus, "--index", index, "--overwrite");
    assertFailure(what, "demo", "--index", index);
    try (Stream<Path> entries = Files.list(partial)) {
      assertEquals(List.of(thesis), entries.toList());
    }
    assertFalse(Files.exists(index));
  }

  public void testDebugPrintsTheStackTrace() {
    Cli cli = Cli.run("--debug", "info", "--index", createTempDir().resolve("index"));
    assertEquals(1, cli.code());
    assertTrue(cli.err(), cli.err().contains("\tat " + FastLane.class.getPackageName()));
  }

  public void testEvalNeedsItsFiles() throws IOException {
    Path data = createTempDir();
    Path cache = data.resolve("cache");
    assertFailure(
        "no qrels.tsv or qrels/test.tsv in " + data, "eval", "--data", data, "--cache", cache);
    Files.writeString(data.resolve("qrels.tsv"), "query-id\tcorpus-id\tscore\n");
    assertFailure(
        "no queries.jsonl or queries.jsonl.gz in " + data,
        "eval",
        "--data",
        data,
        "--cache",
        cache);
    Files.writeString(data.resolve("queries.jsonl"), "");
    assertFailure(
        "no corpus.jsonl or corpus.jsonl.gz in " + data, "eval", "--data", data, "--cache", cache);
    Path json = data.resolve("nowhere").resolve("rows.json");
    assertFailure("no folder for --json " + json, "eval", "--data", data, "--json", json);
    assertFalse(Files.exists(cache));
  }
}
