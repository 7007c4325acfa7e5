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

import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.TokenEncoding;
import io.github.lucenefastlane.query.FastLaneQuery;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.lucene.util.IOUtils;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line of the benchmark.
 *
 * <p>Exit codes: 0 if all went well, 1 if it failed, 2 if it was called wrongly.
 */
@Command(
    name = "fastlane bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Compares FastLane with exhaustive MaxSim and with what Lucene offers, on the same"
            + " vectors: recall of exact MaxSim's answer, comparisons, latency, index size.",
    footer = {
      "",
      "Each contender answers the same queries. Times are medians of interleaved passes: compare"
          + " them within one run. FASTLANE_JAVA_OPTS=-Xmx16g gives large runs more heap.",
    })
public final class BenchCommand implements Callable<Integer> {
  /** Held for good: a logger nobody holds forgets its level. */
  private static final Logger LUCENE_LOGGER = Logger.getLogger("org.apache.lucene");

  private static final int DEFAULT_DOCS = 2000;
  private static final int MAX_DOCS = 10_000_000;
  private static final int MAX_TOKENS = 8192;

  /** With fewer documents to be found, recall@10 tells little. */
  private static final int FEWEST_ACCEPTED = 10;

  @Spec private CommandSpec spec;

  @Option(
      names = "--docs",
      paramLabel = "N",
      description = "Documents (" + DEFAULT_DOCS + ", or all of --data).")
  private Integer docs;

  @Option(
      names = "--tokens",
      paramLabel = "MEAN",
      defaultValue = "70",
      description = "Token vectors of a document, on the average (${DEFAULT-VALUE}).")
  private int tokens;

  @Option(
      names = "--dim",
      paramLabel = "D",
      defaultValue = "128",
      description = "Components of a vector (${DEFAULT-VALUE}).")
  private int dimension;

  @Option(
      names = "--hard",
      description = "Documents of several unrelated passages, and queries about one of them.")
  private boolean hard;

  @Option(
      names = "--data",
      paramLabel = "INDEX",
      description =
          "Take the token vectors of an index, as ./fastlane index makes it, in place of synthetic"
              + " ones. Queries are made of its documents' tokens, with noise.")
  private Path data;

  @Option(
      names = "--field",
      defaultValue = "tokens",
      description = "The field of --data with the vectors (${DEFAULT-VALUE}).")
  private String field;

  @Option(names = "--seed", defaultValue = "42", description = "Of the data (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--queries",
      paramLabel = "N",
      defaultValue = "100",
      description = "Queries to answer (${DEFAULT-VALUE}).")
  private int queries;

  @Option(
      names = "--threads",
      paramLabel = "T",
      description = "Also search in so many threads at once (number of processors).")
  private Integer threads;

  @Option(
      names = "--warm-up",
      paramLabel = "MS",
      defaultValue = "1000",
      description =
          "How long each contender answers queries before it is timed, in milliseconds"
              + " (${DEFAULT-VALUE}).")
  private int warmUpMillis;

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      defaultValue = "5",
      description = "Timed passes, of which medians are taken (${DEFAULT-VALUE}).")
  private int repetitions;

  @Option(
      names = "--contenders",
      split = ",",
      paramLabel = "NAME",
      description = "Which to measure, of: ${COMPLETION-CANDIDATES}; all by default.")
  private List<ContenderKind> contenders;

  @Option(
      names = "--encodings",
      split = ",",
      paramLabel = "E",
      defaultValue = "INT8,RESIDUAL4,RESIDUAL3,FLOAT32",
      description = "FastLane's, of: ${COMPLETION-CANDIDATES}; all by default.")
  private List<TokenEncoding> encodings;

  @Option(
      names = "--views",
      split = ",",
      paramLabel = "V",
      defaultValue = "1,2,4,8,all",
      description =
          "FastLane's views of a query: 1 is its mean, all one per token, others a cover"
              + " (${DEFAULT-VALUE}).")
  private List<String> views;

  @Option(
      names = "--candidates",
      split = ",",
      paramLabel = "N",
      defaultValue = "20,50,100,300",
      description = "Documents that each search scores exactly (${DEFAULT-VALUE}).")
  private List<Integer> candidates;

  @Option(
      names = "--stock-k",
      split = ",",
      paramLabel = "N",
      defaultValue = "10,20,50,100",
      description = "Documents that stock Lucene looks for by each query token (${DEFAULT-VALUE}).")
  private List<Integer> stockPerToken;

  @Option(
      names = "--tokens-per-route",
      split = ",",
      paramLabel = "N",
      defaultValue = "" + FastLaneVectorsFormat.DEFAULT_TOKENS_PER_ROUTE,
      description = "FastLane's tokens per route (${DEFAULT-VALUE}).")
  private List<Integer> tokensPerRoute;

  @Option(
      names = "--segments",
      paramLabel = "N",
      defaultValue = "1",
      description = "Segments of each index, of as many documents each (${DEFAULT-VALUE}).")
  private int segments;

  @Option(
      names = "--filters",
      split = ",",
      paramLabel = "SHARE",
      description =
          "Also search with filters that accept such shares of the documents, for instance"
              + " 0.5,0.1,0.01 (none). Contenders without filters are left out.")
  private List<Double> filters = List.of();

  @Option(
      names = "--deletes",
      paramLabel = "SHARE",
      defaultValue = "0",
      description =
          "Also search with such a share of the documents deleted, for instance 0.3 (none)."
              + " Contenders without filters are left out.")
  private double deletes;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the rows as a JSON array.")
  private Path json;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Draw recall@10 against latency into a PNG file, *.png.")
  private Path plot;

  @Option(
      names = "--work",
      paramLabel = "FOLDER",
      description = "Where to make the indexes, which are deleted afterwards (a temporary folder).")
  private Path work;

  @Option(names = "--debug", description = "Print the stack trace of a failure.")
  private boolean debug;

  private BenchCommand() {}

  /**
   * Runs the benchmark and exits with its code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    // Lucene tells which vector instructions it uses: of no interest here unless it is a warning.
    LUCENE_LOGGER.setLevel(Level.WARNING);
    // The plot is drawn into a file; no display is needed.
    System.setProperty("java.awt.headless", "true");
    System.exit(run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
  }

  /** Runs the benchmark and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    BenchCommand bench = new BenchCommand();
    return new CommandLine(bench)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .registerConverter(ContenderKind.class, ContenderKind::named)
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler((failure, command, parsed) -> bench.report(failure))
        .execute(args);
  }

  private int report(Exception failure) {
    PrintWriter err = spec.commandLine().getErr();
    if (debug) {
      failure.printStackTrace(err);
    } else {
      String problem =
          failure instanceof IllegalArgumentException ? failure.getMessage() : failure.toString();
      err.println("fastlane bench: " + problem + " (--debug prints the stack trace)");
    }
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  @Override
  public Integer call() throws IOException {
    Settings settings = settings();
    if (plot != null && plot.toString().endsWith(".png") == false) {
      throw new ParameterException(spec.commandLine(), "--plot must be a file *.png, got: " + plot);
    }
    for (Path file : new Path[] {json, plot}) {
      if (file != null) { // fail now, not at the end
        if (Files.isDirectory(file)) {
          throw new ParameterException(
              spec.commandLine(), "--json and --plot must be files, got the folder: " + file);
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
      }
    }
    try (Corpus corpus = corpus()) {
      check("--segments", segments, 1, Math.min(corpus.size(), BuiltIndex.MOST_SEGMENTS));
      for (double share : filters) {
        if (share * corpus.size() < FEWEST_ACCEPTED) {
          throw new ParameterException(
              spec.commandLine(),
              "--filters must accept at least "
                  + FEWEST_ACCEPTED
                  + " of the "
                  + corpus.size()
                  + " documents, got the share "
                  + share);
        }
      }
      measure(corpus, settings);
    }
    return CommandLine.ExitCode.OK;
  }

  private Corpus corpus() throws IOException {
    check("--docs", docs == null ? DEFAULT_DOCS : docs, 1, MAX_DOCS);
    check("--tokens", tokens, 1, MAX_TOKENS);
    check("--dim", dimension, 1, 1024); // the limit of Lucene's own formats
    if (data == null) {
      if (spec.commandLine().getParseResult().hasMatchedOption("--field")) {
        throw new ParameterException(
            spec.commandLine(), "--field is of --data, which is not given");
      }
      return new SyntheticCorpus(docs == null ? DEFAULT_DOCS : docs, tokens, dimension, hard, seed);
    }
    for (String option : List.of("--tokens", "--dim", "--hard")) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new ParameterException(
            spec.commandLine(), option + " is of synthetic data and excludes --data");
      }
    }
    return new StoredCorpus(data, field, docs == null ? MAX_DOCS : docs, seed);
  }

  private void measure(Corpus corpus, Settings settings) throws IOException {
    List<String> setting = new ArrayList<>();
    setting.add("data: " + corpus.description() + ", " + queries + " queries");
    if (segments > 1) {
      setting.add("segments: " + segments);
    }
    setting.addAll(Environment.describe());
    PrintWriter out = spec.commandLine().getOut();
    Path folder =
        work == null
            ? Files.createTempDirectory("fastlane-bench")
            : Files.createTempDirectory(Files.createDirectories(work), "fastlane-bench");
    try {
      Progress progress = new Progress(spec.commandLine().getErr());
      List<Row> rows = new Benchmark(corpus, settings, folder, progress).run();
      Report report = new Report(setting, settings.threads(), rows);
      report.print(out);
      if (json != null) {
        report.writeJson(json);
      }
      if (plot != null) {
        CurvePlot.write(corpus.description(), rows, plot);
      }
    } finally {
      IOUtils.rm(folder);
    }
  }

  private Settings settings() {
    int cores = Runtime.getRuntime().availableProcessors();
    check("--queries", queries, 1, 100_000);
    check("--warm-up", warmUpMillis, 0, 3_600_000);
    check("--repetitions", repetitions, 1, 1000);
    check("--threads", threads == null ? cores : threads, 1, 1024);
    for (int count : candidates) {
      check("--candidates", count, 1, FastLaneQuery.MAX_CANDIDATES);
    }
    for (int count : stockPerToken) {
      check("--stock-k", count, 1, FastLaneQuery.MAX_CANDIDATES);
    }
    for (int count : tokensPerRoute) {
      check("--tokens-per-route", count, 1, FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE);
    }
    for (double share : filters) {
      checkShare("--filters", share, share > 0 && share < 1);
    }
    checkShare("--deletes", deletes, deletes >= 0 && deletes < 1);
    List<Integer> viewCounts = new ArrayList<>();
    for (String count : views) {
      viewCounts.add(count.equals("all") ? FastLaneSearch.ALL_VIEWS : viewCount(count));
    }
    return new Settings(
        contenders == null
            ? List.copyOf(EnumSet.allOf(ContenderKind.class))
            : List.copyOf(contenders),
        List.copyOf(encodings),
        List.copyOf(tokensPerRoute),
        viewCounts,
        List.copyOf(candidates),
        List.copyOf(stockPerToken),
        segments,
        queries,
        threads == null ? cores : threads,
        warmUpMillis,
        repetitions,
        List.copyOf(filters),
        deletes);
  }

  private int viewCount(String text) {
    try {
      int count = Integer.parseInt(text);
      check("--views", count, 1, FastLaneQuery.MAX_VIEWS);
      return count;
    } catch (NumberFormatException e) {
      throw new ParameterException(
          spec.commandLine(), "--views must be numbers or \"all\", got: " + text, e);
    }
  }

  private void checkShare(String option, double share, boolean valid) {
    if (valid == false) {
      throw new ParameterException(
          spec.commandLine(),
          option + " must be a share of the documents, between 0 and 1, got: " + share);
    }
  }

  private void check(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(), option + " must be in [" + least + ", " + most + "], got: " + value);
    }
  }
}
