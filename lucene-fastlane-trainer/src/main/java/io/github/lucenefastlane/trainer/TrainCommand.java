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

import io.github.lucenefastlane.demo.CommandRunner;
import io.github.lucenefastlane.demo.Console;
import io.github.lucenefastlane.encoder.TokenEncoder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code ./fastlane train}.
 *
 * <p>Exit codes: 0 if all went well, 1 if it failed, 2 if it was called wrongly.
 */
@Command(
    name = "fastlane train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Learns a query router together with a projection of an encoder's token vectors, or alone"
            + " for an index.",
    footer = {
      "",
      "Unless --fine-tune-encoder is given, the encoder itself stays as it is: its vectors of all"
          + " texts are computed once and kept in --cache. A training that was interrupted goes on"
          + " when it is called again."
    })
public final class TrainCommand implements Callable<Integer> {
  private static final int DEFAULT_DIMENSION = 128;
  private static final String STATES = ".fastlane-states";

  private final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      arity = "1..*",
      description =
          "Folders with corpus.jsonl, queries.jsonl (each perhaps with .gz) and qrels.tsv or"
              + " qrels/train.tsv, as BEIR has them.")
  private List<Path> data = new ArrayList<>();

  @Option(
      names = "--queries",
      paramLabel = "FILE",
      description =
          "Instead of --data: a log of queries, one a line, or a .jsonl with the text of each. A"
              + " router alone is learned, from what full MaxSim finds in --index.")
  private Path queries;

  @Option(
      names = "--index",
      paramLabel = "DIR",
      description = "With --queries: an index that ./fastlane index made.")
  private Path index;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder to make, for the model.")
  private Path out;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of the encoder (default: all-MiniLM-L6-v2, or that of --index).")
  private String model;

  @Option(
      names = "--fine-tune-encoder",
      description =
          "With --data: train the whole encoder too. A step then takes about 40 times as long. The"
              + " encoder must be a transformer of the BERT family, in 32-bit floats.")
  private boolean fineTuneEncoder;

  @Option(
      names = "--licence",
      paramLabel = "NAME",
      description =
          "Licence of what is learned, as an SPDX identifier, recorded with the model (default:"
              + " none).")
  private String licence;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description = "Folder for encoded texts (default: " + STATES + " beside --out).")
  private Path cache;

  @Option(
      names = "--dimension",
      paramLabel = "N",
      description = "Components of a token vector (" + DEFAULT_DIMENSION + ").")
  private Integer dimension;

  @Option(
      names = "--views",
      paramLabel = "N",
      defaultValue = "8",
      description = "Views (${DEFAULT-VALUE}).")
  private int views;

  @Option(
      names = "--layers",
      paramLabel = "N",
      defaultValue = "1",
      description = "Self-attention blocks of the router (${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--heads",
      paramLabel = "N",
      defaultValue = "4",
      description = "Heads of each block (${DEFAULT-VALUE}).")
  private int heads;

  @Option(
      names = "--selection",
      defaultValue = "combination",
      description =
          "What a view is: a combination of tokens, or one token (${COMPLETION-CANDIDATES};"
              + " ${DEFAULT-VALUE}).")
  private Selection selection;

  @Option(names = "--epochs", paramLabel = "N", description = "Most passes over the queries.")
  private Integer epochs;

  @Option(names = "--steps", paramLabel = "N", description = "Most steps.")
  private Integer steps;

  @Option(names = "--batch", paramLabel = "N", description = "Queries of a step.")
  private Integer batch;

  @Option(
      names = "--document-tokens",
      paramLabel = "N",
      description = "Most tokens of a document to learn from.")
  private Integer documentTokens;

  @Option(names = "--seed", paramLabel = "N", description = "Of everything random.")
  private Long seed;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Any other setting, for instance learningRate=0.0005; a wrong name lists all.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that compute (default: the number of processors).")
  private int threads =
      Math.min(TokenEncoder.Builder.MAX_THREADS, Runtime.getRuntime().availableProcessors());

  @Option(names = "--debug", description = "Print the stack trace of a failure.")
  private boolean debug;

  private TrainCommand(Console console) {
    this.console = console;
  }

  /**
   * Runs the command and exits with its code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    CommandRunner.exit(console -> run(console, args));
  }

  /** Runs the command and returns its exit code. */
  static int run(Console console, String... args) {
    TrainCommand command = new TrainCommand(console);
    return CommandRunner.run(console, command, () -> command.debug, args);
  }

  @Override
  public Integer call() throws Exception {
    if (data.isEmpty() == (queries == null) || (queries == null) != (index == null)) {
      throw wrong("either --data, or --queries and --index must be given");
    }
    if (threads < 1 || threads > TokenEncoder.Builder.MAX_THREADS) {
      throw wrong(
          "--threads must be in 1.." + TokenEncoder.Builder.MAX_THREADS + ", got " + threads);
    }
    if (index != null && dimension != null) {
      throw wrong("--dimension is that of the vectors where --index is given");
    }
    if (index != null && fineTuneEncoder) {
      throw wrong("--fine-tune-encoder changes the vectors, which stay as --index has them");
    }
    TrainingConfig config = config(defaults());
    if (config.tunesEncoder() != fineTuneEncoder) {
      throw wrong(
          fineTuneEncoder
              ? "encoderRate must be above 0 with --fine-tune-encoder"
              : "encoderRate above 0 needs --fine-tune-encoder");
    }
    Path states = cache != null ? cache : out.toAbsolutePath().resolveSibling(STATES);
    Training training = new Training(Torch.load(threads), config, out, states, licence, console);
    if (index != null) {
      training.learnRouter(queries, index, model, size -> shape(0, size));
      return 0;
    }
    int wanted = dimension == null ? DEFAULT_DIMENSION : dimension;
    training.learnModel(data, model, threads, size -> shape(size, wanted));
    return 0;
  }

  private RouterShape shape(int stateDimension, int vectorDimension) {
    try {
      return new RouterShape(stateDimension, vectorDimension, views, layers, heads, selection);
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private TrainingConfig defaults() {
    if (index != null) {
      return TrainingConfig.LABEL_FREE;
    }
    return fineTuneEncoder ? TrainingConfig.FINE_TUNING : TrainingConfig.DEFAULT;
  }

  private TrainingConfig config(TrainingConfig defaults) {
    Map<String, Object> given = new LinkedHashMap<>();
    given.put("epochs", epochs);
    given.put("steps", steps);
    given.put("batch", batch);
    given.put("documentTokens", documentTokens);
    given.put("seed", seed);
    given.putAll(settings);
    TrainingConfig config = defaults;
    try {
      for (Map.Entry<String, Object> setting : given.entrySet()) {
        if (setting.getValue() != null) {
          config = config.with(setting.getKey(), setting.getValue().toString());
        }
      }
      return config;
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  private ParameterException wrong(String usage) {
    return new ParameterException(spec.commandLine(), usage);
  }
}
