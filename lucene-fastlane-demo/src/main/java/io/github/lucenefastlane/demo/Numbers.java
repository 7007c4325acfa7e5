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

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Checks numbers given on the command line. */
final class Numbers {
  private Numbers() {}

  /** A value out of its range is wrong usage, not a failure. */
  static void requireBetween(CommandSpec spec, String option, int minimum, int maximum, int value) {
    if (value < minimum || value > maximum) {
      throw new ParameterException(
          spec.commandLine(),
          option + " must be in [" + minimum + ", " + maximum + "], got " + value);
    }
  }
}
