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

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import io.github.lucenefastlane.query.FastLaneQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fastlane eval}: how much of full late interaction routing keeps, and at what cost. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    versionProvider = FastLane.Version.class,
    description =
        "Compare FastLane with exhaustive MaxSim and BM25 on judged queries over an index that"
            + " fastlane index made of the same data.")
final class EvalCommand implements Callable<Integer> {
  @ParentCommand private FastLane parent;

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FOLDER",
      description = "Holds queries.jsonl[.gz] and qrels.tsv.")
  private Path data;

  @Option(names = "--index", required = true, paramLabel = "DIR", description = "Index to search.")
  private Path index;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Where the index's model is now (default: where it was at index time).")
  private String model;

  @Option(
      names = "--every",
      paramLabel = "N",
      defaultValue = "1",
      description = "Use every Nth query (default: ${DEFAULT-VALUE}).")
  private int every;

  @Option(
      names = "--views",
      split = ",",
      paramLabel = "N|all",
      defaultValue = "1,2,4,8,all",
      description = "Numbers of views (default: ${DEFAULT-VALUE}).")
  private List<String> views;

  @Option(
      names = "--candidates",
      split = ",",
      paramLabel = "N",
      defaultValue = "20,50,100",
      description = "Numbers of candidates (default: ${DEFAULT-VALUE}).")
  private List<Integer> candidates;

  @Option(
      names = "--router",
      paramLabel = "mean|coverage|FILE.onnx",
      description =
          "What turns a query into views (default: mean for one view, coverage for more). The mean"
              + " is always one view; --views all is one a token, without router.")
  private String router;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the rows to this file, as a JSON array.")
  private Path json;

  @Override
  public Integer call() throws Exception {
    check();
    Console console = parent.console();
    Judgements judgements = Judgements.read(required("qrels.tsv"));
    List<Question> questions = sample(Question.readAll(queriesFile()));
    List<EvalRow> rows = new ArrayList<>();
    try (PassageIndex opened = PassageIndex.open(index);
        Model loaded = Model.loadFor(opened.description(), model)) {
      String name = data.toAbsolutePath().normalize().getFileName().toString();
      Evaluation evaluation = new Evaluation(name, opened, loaded.encoder(), questions, judgements);
      console
          .err()
          .printf(
              Locale.ROOT,
              "%d judged queries of %d sampled%n",
              evaluation.queryCount(),
              questions.size());
      console.out().println(EvalRow.header());
      add(evaluation.maxSim(), rows, console);
      add(evaluation.bm25(), rows, console);
      for (String count : views) {
        try (RouterChoice choice = RouterChoice.open(routerFor(count))) {
          for (int pool : candidates) {
            Integer number = count.equals("all") ? null : Integer.valueOf(count);
            add(
                evaluation.fastLane(routerName(count), choice.router(), number, pool),
                rows,
                console);
          }
        }
      }
    }
    if (json != null) {
      JsonArray array = new JsonArray();
      rows.forEach(row -> array.add(row.toJson()));
      Files.writeString(
          json,
          new GsonBuilder().serializeNulls().setPrettyPrinting().create().toJson(array) + "\n");
    }
    return 0;
  }

  private void check() {
    Numbers.requireBetween(spec, "--every", 1, Integer.MAX_VALUE, every);
    for (int pool : candidates) {
      Numbers.requireBetween(
          spec, "--candidates", Evaluation.DEPTH, FastLaneQuery.MAX_CANDIDATES, pool);
    }
    for (String count : views) {
      if (!count.matches("all|[0-9]{1,9}")) {
        throw new ParameterException(
            spec.commandLine(), "--views must be numbers or all, got " + count);
      }
      if (!count.equals("all")) {
        int number = Integer.parseInt(count);
        Numbers.requireBetween(spec, "--views", 1, FastLaneQuery.MAX_VIEWS, number);
      }
    }
  }

  private String routerFor(String count) {
    if (count.equals("all")) {
      return "all";
    }
    return router == null ? RouterChoice.defaultFor(Integer.parseInt(count)) : router;
  }

  private String routerName(String count) {
    String name = routerFor(count);
    return name.endsWith(".onnx") ? Path.of(name).getFileName().toString() : name;
  }

  private static void add(EvalRow row, List<EvalRow> rows, Console console) {
    rows.add(row);
    console.out().println(row);
    console.out().flush();
  }

  private List<Question> sample(List<Question> all) {
    return IntStream.range(0, all.size()).filter(i -> i % every == 0).mapToObj(all::get).toList();
  }

  private Path queriesFile() throws IOException {
    Path plain = data.resolve("queries.jsonl");
    return Files.isRegularFile(plain) ? plain : required("queries.jsonl.gz");
  }

  private Path required(String name) {
    Path file = data.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new CommandFailure("no " + name + " in " + data + " (give --data a BEIR-like folder)");
    }
    return file;
  }
}
