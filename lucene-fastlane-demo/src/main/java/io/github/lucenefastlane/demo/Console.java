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
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a command writes: results to {@code out}, progress and errors to {@code err}, and whether a
 * person watches either.
 */
public record Console(
    PrintWriter out, PrintWriter err, boolean outIsTerminal, boolean errIsTerminal) {

  /** The process's own streams. */
  public static Console ofProcess() {
    Charset charset = System.out.charset();
    return new Console(
        new PrintWriter(System.out, true, charset),
        new PrintWriter(System.err, true, charset),
        isTerminal(1),
        isTerminal(2));
  }

  /** The style for {@code out}: bold words on a terminal, unless the user set {@code NO_COLOR}. */
  TextStyle outStyle() {
    return outIsTerminal && System.getenv("NO_COLOR") == null ? TextStyle.ANSI : TextStyle.PLAIN;
  }

  /**
   * {@code System.console()} cannot tell the two output streams apart, so this asks the operating
   * system where the descriptor leads; where it cannot be asked, plain output is the safe answer.
   */
  private static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    if (!Files.isSymbolicLink(link)) {
      return false;
    }
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException unreadable) {
      return false;
    }
  }
}
