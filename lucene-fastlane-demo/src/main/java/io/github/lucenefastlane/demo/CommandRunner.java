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
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;

/** Runs a command line of this program, and tells its failures in one line. */
public final class CommandRunner {
  /** Held for good: a logger nobody holds forgets its level. */
  private static final Logger LUCENE_LOGGER = Logger.getLogger("org.apache.lucene");

  private CommandRunner() {}

  /**
   * Runs a command on the process's console and exits with its code.
   *
   * @param command gives the exit code
   */
  public static void exit(ToIntFunction<Console> command) {
    // Lucene tells which vector instructions it uses: of no interest here unless it is a warning.
    LUCENE_LOGGER.setLevel(Level.WARNING);
    System.exit(command.applyAsInt(Console.ofProcess()));
  }

  /**
   * Runs one command and returns its exit code.
   *
   * @param command annotated for picocli
   * @param debug whether to print the stack trace of a failure, known once the line is parsed
   */
  public static int run(Console console, Object command, BooleanSupplier debug, String... args) {
    return new CommandLine(command)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setOut(console.out())
        .setErr(console.err())
        .setExecutionExceptionHandler(
            (failure, line, parsed) -> report(console, failure, debug.getAsBoolean()))
        .execute(args);
  }

  private static int report(Console console, Exception failure, boolean debug) {
    if (debug) {
      failure.printStackTrace(console.err());
    } else {
      console.err().println("fastlane: " + describe(failure));
    }
    console.err().flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** What a failure tells the user, in one line. */
  private static String describe(Exception failure) {
    String text = "unexpected " + failure + " (--debug prints the stack trace)";
    if (failure instanceof CommandFailure || failure instanceof IllegalArgumentException) {
      text = String.valueOf(failure.getMessage());
    } else if (failure instanceof IOException) {
      text = failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }
    return Printable.of(text); // it may cite a file
  }
}
