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

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.lucenefastlane.demo.Console;
import io.github.lucenefastlane.demo.FastLane;
import io.github.lucenefastlane.demo.Model;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * The command {@code ./fastlane train}.
 *
 * <p>Exit codes: 0 if all went well, 1 if it failed, 2 if it was called wrongly.
 */
@Command(
    name = "fastlane train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Learns a projection of an encoder's token vectors and a query router.",
    footer = {
      "",
      "The encoder itself stays as it is: its vectors of all texts are computed once and kept in"
          + " --cache. A training that was interrupted goes on when it is called again."
    })
public final class TrainCommand implements Callable<Integer> {
  /** Held for good: a logger nobody holds forgets its level. */
  private static final Logger LUCENE_LOGGER = Logger.getLogger("org.apache.lucene");

  private final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      arity = "1..*",
      description =
          "Folders with corpus.jsonl, queries.jsonl (each perhaps with .gz) and qrels.tsv, as BEIR"
              + " has them.")
  private List<Path> data = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder to make, for the model.")
  private Path out;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Folder of the encoder to start from (default: all-MiniLM-L6-v2).")
  private String model;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description = "Folder for encoded texts (default: .fastlane-states beside --out).")
  private Path cache;

  @Option(
      names = "--dimension",
      defaultValue = "128",
      description = "Components of a token vector (${DEFAULT-VALUE}).")
  private int dimension;

  @Option(names = "--views", defaultValue = "8", description = "Views (${DEFAULT-VALUE}).")
  private int views;

  @Option(
      names = "--layers",
      defaultValue = "1",
      description = "Self-attention blocks of the router (${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--heads",
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

  @Option(names = "--epochs", description = "Most passes over the queries.")
  private Integer epochs;

  @Option(names = "--batch", description = "Queries of a step.")
  private Integer batch;

  @Option(names = "--negatives", description = "Hard negatives of each query in a step.")
  private Integer negatives;

  @Option(names = "--learning-rate", description = "The highest learning rate.")
  private Double learningRate;

  @Option(names = "--document-tokens", description = "Most tokens of a document to learn from.")
  private Integer documentTokens;

  @Option(names = "--seed", description = "Of everything random.")
  private Long seed;

  @Option(
      names = "--threads",
      description = "Threads that compute (default: the number of processors).")
  private Integer threads;

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
    // Lucene tells which vector instructions it uses: of no interest here unless it is a warning.
    LUCENE_LOGGER.setLevel(Level.WARNING);
    System.exit(run(Console.ofProcess(), args));
  }

  /** Runs the command and returns its exit code. */
  static int run(Console console, String... args) {
    TrainCommand command = new TrainCommand(console);
    return new CommandLine(command)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setOut(console.out())
        .setErr(console.err())
        .setExecutionExceptionHandler((failure, line, parsed) -> command.report(failure))
        .execute(args);
  }

  private int report(Exception failure) {
    if (debug) {
      failure.printStackTrace(console.err());
    } else {
      console.err().println("fastlane: " + FastLane.describe(failure));
    }
    console.err().flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  @Override
  public Integer call() throws Exception {
    TrainingConfig config = config();
    if (data.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--data is missing");
    }
    int processors = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    Torch torch = Torch.load(processors);
    ModelFolder folder = new ModelFolder(out);
    List<LabelledData> collections = new ArrayList<>();
    for (Path path : data) {
      collections.add(LabelledData.read(path));
    }
    List<TrainingSet> sets = new ArrayList<>();
    try (Model base = Model.load(model, null);
        StateCache states = new StateCache(cacheFolder(), identity(base))) {
      RouterShape shape = shape(base.encoder().dimension());
      for (LabelledData collection : collections) {
        sets.add(new EncodedTexts(base.encoder(), states, console).trainingSet(collection));
      }
      TrainingState state;
      try (Checkpoints checkpoints =
          new Checkpoints(folder.checkpoint(), shape + " " + config + " " + identity(base))) {
        float[] axes =
            PrincipalAxes.of(
                torch, sets, shape.dimension(), config.documentTokens(), config.seed());
        Weights initial = Weights.initial(shape, axes, config.seed());
        state =
            new Trainer(torch, shape, config, sets, checkpoints, new TrainingDisplay(console))
                .train(initial);
        folder.write(
            new OnnxGraphs(shape, state.best),
            BaseModel.read(model == null ? null : Path.of(model)),
            base.encoder().config(),
            description(shape, config, base, state));
        checkpoints.delete();
      }
      folder.finish();
      console.out().println("Model in " + out + ": " + state.bestScores);
    } finally {
      IOUtils.close(sets);
    }
    return 0;
  }

  private static JsonObject description(
      RouterShape shape, TrainingConfig config, Model base, TrainingState state) {
    JsonObject json = new JsonObject();
    json.addProperty("base_model", base.encoder().name());
    json.addProperty("dimension", shape.dimension());
    json.addProperty("views", shape.views());
    json.addProperty("router", shape.toString());
    json.addProperty("settings", config.toString());
    json.addProperty("steps", state.bestStep);
    json.add("data", new JsonArray());
    return json;
  }

  private RouterShape shape(int stateDimension) {
    try {
      return new RouterShape(stateDimension, dimension, views, layers, heads, selection);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private TrainingConfig config() {
    TrainingConfig config = TrainingConfig.DEFAULT;
    try {
      return new TrainingConfig(
          epochs == null ? config.epochs() : epochs,
          batch == null ? config.batch() : batch,
          negatives == null ? config.negatives() : negatives,
          config.minedEvery(),
          config.queriesPerSet(),
          learningRate == null ? config.learningRate() : learningRate,
          config.projectionRate(),
          config.warmUp(),
          config.weightDecay(),
          config.maxGradientNorm(),
          config.routedWeight(),
          config.fullWeight(),
          config.distillationWeight(),
          config.routedTemperature(),
          config.fullTemperature(),
          config.teacherTemperature(),
          config.firstSelectionTemperature(),
          config.lastSelectionTemperature(),
          config.evaluationsPerEpoch(),
          config.patience(),
          config.queryTokens(),
          documentTokens == null ? config.documentTokens() : documentTokens,
          seed == null ? config.seed() : seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static String identity(Model base) {
    return base.fingerprint() + " " + base.encoder().config();
  }

  private Path cacheFolder() {
    return cache != null ? cache : out.toAbsolutePath().resolveSibling(".fastlane-states");
  }
}
