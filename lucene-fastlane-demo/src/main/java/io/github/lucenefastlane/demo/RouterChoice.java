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

import io.github.lucenefastlane.query.AllTokensRouter;
import io.github.lucenefastlane.query.CoverageRouter;
import io.github.lucenefastlane.query.MeanRouter;
import io.github.lucenefastlane.query.OnnxRouter;
import io.github.lucenefastlane.query.QueryRouter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A router named on the command line; closing it frees a loaded one. */
record RouterChoice(QueryRouter router) implements Closeable {

  /** The router for a number of views, where none is named: the mean can only give one. */
  static String defaultFor(int views) {
    return views == 1 ? "mean" : "coverage";
  }

  /**
   * The router of a name ({@code mean}, {@code coverage}, {@code all}) or of an ONNX file.
   *
   * @throws CommandFailure if it is neither
   */
  static RouterChoice open(String name) throws IOException {
    return new RouterChoice(
        switch (name.toLowerCase(Locale.ROOT)) {
          case "mean" -> MeanRouter.INSTANCE;
          case "coverage" -> CoverageRouter.INSTANCE;
          case "all" -> AllTokensRouter.INSTANCE;
          default -> load(name);
        });
  }

  private static QueryRouter load(String name) throws IOException {
    Path file = Path.of(name);
    if (!Files.isRegularFile(file)) {
      throw new CommandFailure(
          "no router \"" + name + "\": give mean, coverage, all or the path of an .onnx file");
    }
    return OnnxRouter.load(file);
  }

  @Override
  public void close() throws IOException {
    if (router instanceof Closeable closeable) {
      closeable.close();
    }
  }
}
