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
import io.github.lucenefastlane.encoder.TokenEncoder;
import io.github.lucenefastlane.query.AllTokensRouter;
import io.github.lucenefastlane.query.FastLaneQuery;
import io.github.lucenefastlane.query.MeanRouter;
import io.github.lucenefastlane.query.QueryRouter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
        "Compare FastLane with exhaustive MaxSim, BM25 and one pooled vector a document on judged"
            + " queries, all on the same token vectors. What was encoded is kept for the next run.",
    footer = {
      "",
      "p is that of a paired randomisation test of nDCG@10 against maxsim. Without candidates,",
      "FastLane ranks 100 documents by the routed score; with N, it ranks N by exact MaxSim."
    })
final class EvalCommand implements Callable<Integer> {
  @ParentCommand private FastLane parent;

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      arity = "1..*",
      paramLabel = "FOLDER",
      description =
          "Data sets: each holds corpus.jsonl[.gz], queries.jsonl[.gz] and qrels.tsv, or"
              + " qrels/test.tsv.")
  private List<Path> data;

  @Option(
      names = "--distractors",
      arity = "1..*",
      paramLabel = "FOLDER",
      description = "Their passages are added to each data set; of these only a corpus is read.")
  private List<Path> distractors = List.of();

  @Option(names = "--model", paramLabel = "DIR", description = Model.CHOICE)
  private String model;

  @Mixin private IndexOptions options;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Where indexes are kept for the next run; it may be removed at any time (default:"
              + " lucene-fastlane in $XDG_CACHE_HOME or ~/.cache).")
  private Path cache;

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
      description =
          "Numbers of views (default: ${DEFAULT-VALUE}). The mean router only ever gives one; all"
              + " is one a token, without router.")
  private List<String> views;

  @Option(
      names = "--candidates",
      split = ",",
      paramLabel = "N",
      defaultValue = "0,5,10,20,50,100",
      description =
          "Numbers of documents to score exactly, 0 for the routed score (default:"
              + " ${DEFAULT-VALUE}).")
  private List<Integer> candidates;

  @Option(
      names = "--routers",
      split = ",",
      paramLabel = "mean|coverage|learned|FILE.onnx",
      description =
          "What turns a query into views (default: mean, coverage and, if the model has one,"
              + " learned).")
  private List<String> routers;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the rows to this file, as a JSON array.")
  private Path json;

  @Option(
      names = "--plot",
      paramLabel = "FILE.png|svg",
      description = "Also draw quality against comparisons into this file.")
  private Path plot;

  @Override
  public Integer call() throws Exception {
    check();
    Console console = parent.console();
    List<DataFolder> sets = data.stream().map(DataFolder::of).toList();
    for (DataFolder set : sets) {
      set.requireFiles(DataFolder.Use.EVALUATION);
    }
    List<Corpus> others = new ArrayList<>();
    for (Path folder : distractors) {
      others.add(DataFolder.of(folder).corpus());
    }
    List<EvalRow> rows = new ArrayList<>();
    try (Model loaded = Model.load(model, null)) {
      List<String> names = routerNames(loaded.encoder());
      Path root = cache == null ? IndexCache.defaultRoot() : cache;
      IndexCache indexes = new IndexCache(root, loaded, options.settings(), console);
      for (DataFolder set : sets) {
        evaluate(set, others, loaded, names, indexes, rows);
        write(rows); // what there is by now outlives an interruption
      }
    }
    if (sets.size() > 1) {
      rows.addAll(averages(rows, sets.size()));
      rows.stream().filter(row -> row.data().equals(EvalRow.AVERAGE)).forEach(this::print);
      write(rows);
    }
    return 0;
  }

  private void evaluate(
      DataFolder set,
      List<Corpus> others,
      Model loaded,
      List<String> names,
      IndexCache indexes,
      List<EvalRow> rows)
      throws IOException {
    Judgements judgements = set.judgements(DataFolder.Use.EVALUATION, parent.console());
    List<Question> judged =
        sample(set.questions()).stream()
            .filter(question -> judgements.hasRelevant(question.id()))
            .toList();
    List<EvalQuery> queries = EvalQuery.encode(loaded.encoder(), judged, judgements);
    if (queries.isEmpty()) {
      throw new CommandFailure(
          "no query of "
              + set.folder()
              + " has a token and, by the judgements, a relevant document");
    }
    List<Corpus> corpora = withDistractors(set.corpus(), others);
    IndexCache.Collection collection = indexes.collection(corpora);
    try (PassageIndex index = PassageIndex.open(collection.folder())) {
      Evaluation evaluation =
          new Evaluation(set.name(), index, collection.firstCorpusSize(), queries);
      parent
          .console()
          .err()
          .printf(
              Locale.ROOT,
              "%s: %,d judged queries, %,d passages, %,d token vectors in %s%n",
              String.join(" + ", corpora.stream().map(Corpus::name).toList()),
              queries.size(),
              index.description().documents(),
              index.tokenCount(),
              collection.folder());
      parent.console().err().flush();
      Omissions.tell(
          parent.console(),
          set.name(),
          evaluation.missingDocuments(),
          judged.size() - queries.size(),
          "token");
      if (rows.isEmpty()) {
        parent.console().out().println(EvalRow.header());
      }
      add(evaluation.maxSim(), rows);
      add(evaluation.bm25(), rows);
      add(evaluation.pooled(0), rows);
      for (int pool : candidates) {
        if (pool > 0) {
          add(evaluation.pooled(pool), rows);
        }
      }
      for (String name : names) {
        addRouted(evaluation, name, loaded.encoder(), rows);
      }
      if (views.contains("all")) {
        for (int pool : candidates) {
          add(evaluation.fastLane("all", query -> AllTokensRouter.INSTANCE, null, pool), rows);
        }
      }
    }
  }

  /** The rows of one router. */
  private void addRouted(
      Evaluation evaluation, String name, TokenEncoder encoder, List<EvalRow> rows)
      throws IOException {
    try (RouterChoice choice = RouterChoice.open(name, encoder)) {
      Function<EvalQuery, QueryRouter> router =
          query -> choice.router() == null ? query.learned() : choice.router();
      for (String count : views) {
        boolean repeats = choice.router() == MeanRouter.INSTANCE && !count.equals("1");
        if (!count.equals("all") && !repeats) {
          for (int pool : candidates) {
            add(evaluation.fastLane(choice.name(), router, Integer.valueOf(count), pool), rows);
          }
        }
      }
    }
  }

  /** A set's own passages first, then those of the distractors that are no copies of others. */
  private List<Corpus> withDistractors(Corpus own, List<Corpus> others) {
    List<Corpus> corpora = new ArrayList<>(List.of(own));
    Set<String> seen = new HashSet<>(Set.of(own.checksum()));
    for (Corpus other : others) {
      if (seen.add(other.checksum())) {
        corpora.add(other);
      } else {
        parent
            .console()
            .err()
            .println(other.name() + " is not added to " + own.name() + ": its passages are there");
      }
    }
    return corpora;
  }

  /**
   * @throws CommandFailure if a router of the model is asked for and there is none
   */
  private List<String> routerNames(TokenEncoder encoder) {
    if (routers == null) {
      List<String> names = new ArrayList<>(List.of("mean", "coverage"));
      if (encoder.hasRouter()) {
        names.add(RouterChoice.LEARNED);
      }
      return names;
    }
    if (routers.stream().anyMatch(RouterChoice.LEARNED::equalsIgnoreCase) && !encoder.hasRouter()) {
      throw new CommandFailure(
          "model " + encoder.name() + " has no learned router; leave learned out of --routers");
    }
    return routers;
  }

  private static List<EvalRow> averages(List<EvalRow> rows, int sets) {
    List<EvalRow> averages = new ArrayList<>();
    for (EvalRow row : rows.subList(0, rows.size() / sets)) {
      averages.add(EvalRow.average(rows.stream().filter(row::sameMethod).toList()));
    }
    return averages;
  }

  private void check() {
    Numbers.requireBetween(spec, "--every", 1, Integer.MAX_VALUE, every);
    for (int pool : candidates) {
      Numbers.requireBetween(spec, "--candidates", 0, FastLaneQuery.MAX_CANDIDATES, pool);
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
    if (plot != null && !EvalPlot.canWrite(plot)) {
      throw new ParameterException(
          spec.commandLine(), "--plot must name a .png or .svg file, got " + plot);
    }
    if (routers != null) {
      routers.forEach(RouterChoice::check);
      if (routers.stream().anyMatch("all"::equalsIgnoreCase)) {
        throw new ParameterException(
            spec.commandLine(), "--routers must not name all: give --views all");
      }
    }
    // It takes long until they are written.
    requireFolder("--json", json);
    requireFolder("--plot", plot);
    Set<String> names = new HashSet<>();
    for (Path folder : data) {
      String name = DataFolder.of(folder).name();
      if (!names.add(name)) {
        throw new ParameterException(
            spec.commandLine(), "--data must be folders of different names, got two " + name);
      }
    }
  }

  private static void requireFolder(String option, Path file) {
    if (file == null) {
      return;
    }
    if (Files.isDirectory(file)) {
      throw new CommandFailure(option + " must be a file, " + file + " is a folder");
    }
    if (!Files.isDirectory(file.toAbsolutePath().getParent())) {
      throw new CommandFailure("no folder for " + option + " " + file + "; make it first");
    }
  }

  private void add(EvalRow row, List<EvalRow> rows) {
    rows.add(row);
    print(row);
  }

  private void print(EvalRow row) {
    parent.console().out().println(row);
    parent.console().out().flush();
  }

  private void write(List<EvalRow> rows) throws IOException {
    if (json != null) {
      JsonArray array = new JsonArray();
      rows.forEach(row -> array.add(row.toJson()));
      Files.writeString(
          json,
          new GsonBuilder().serializeNulls().setPrettyPrinting().create().toJson(array) + "\n");
    }
    if (plot != null) {
      EvalPlot.write(rows, plot);
    }
  }

  private List<Question> sample(List<Question> all) {
    return IntStream.range(0, all.size()).filter(i -> i % every == 0).mapToObj(all::get).toList();
  }
}
