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

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line: indexes text and searches it by routed late interaction.
 *
 * <p>Exit codes: 0 if all went well, 1 if a command failed, 2 if it was called wrongly.
 */
@Command(
    name = "fastlane",
    mixinStandardHelpOptions = true,
    versionProvider = FastLane.Version.class,
    description = "Late-interaction (multi-vector, MaxSim) search for Apache Lucene.",
    footer = {
      "",
      "fastlane train learns a projection and a query router.",
      "fastlane bench compares with Lucene's own late interaction, for developers."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:success", "1:failure", "2:wrong usage"},
    subcommands = {
      DemoCommand.class,
      IndexCommand.class,
      SearchCommand.class,
      InfoCommand.class,
      EvalCommand.class
    })
public final class FastLane implements Runnable {
  private final Console console;

  @Spec private CommandSpec spec;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of a failure.")
  private boolean debug;

  private FastLane(Console console) {
    this.console = console;
  }

  /**
   * Runs one command and exits with its code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    CommandRunner.exit(console -> run(console, args));
  }

  /** Runs one command and returns its exit code. */
  public static int run(Console console, String... args) {
    FastLane root = new FastLane(console);
    return CommandRunner.run(console, root, () -> root.debug, args);
  }

  Console console() {
    return console;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = FastLane.class.getPackage().getImplementationVersion();
      return new String[] {"fastlane " + (version == null ? "(not built as a jar)" : version)};
    }
  }
}
