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

import io.github.lucenefastlane.encoder.RoutedQuery;
import io.github.lucenefastlane.encoder.TokenEncoder;
import io.github.lucenefastlane.encoder.TokenVectors;
import io.github.lucenefastlane.query.AllTokensRouter;
import io.github.lucenefastlane.query.CoverageRouter;
import io.github.lucenefastlane.query.MeanRouter;
import io.github.lucenefastlane.query.OnnxRouter;
import io.github.lucenefastlane.query.QueryRouter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A router named on the command line; closing it frees a loaded one.
 *
 * @param name what answers and rows of figures call it; of a file, the path as it was given
 * @param router routes every query; null for the one in the model, whose views come with a query's
 *     vectors
 */
record RouterChoice(String name, QueryRouter router) implements Closeable {
  /** The router in the model. */
  static final String LEARNED = "learned";

  private static final List<String> NAMES = List.of(LEARNED, "mean", "coverage", "all");

  /**
   * The router for a number of views, where none is named: the model's own is the best that there
   * is for any number, and the mean can only give one.
   */
  static String defaultFor(int views, TokenEncoder encoder) {
    if (encoder.hasRouter()) {
      return LEARNED;
    }
    return views == 1 ? "mean" : "coverage";
  }

  /**
   * Refuses what is neither a router's name nor a file, before anything is opened.
   *
   * @throws CommandFailure if it is neither
   */
  static void check(String name) {
    if (!NAMES.contains(name.toLowerCase(Locale.ROOT)) && !Files.isRegularFile(Path.of(name))) {
      throw new CommandFailure(
          "no router \""
              + name
              + "\": give "
              + String.join(", ", NAMES)
              + " or the path of an .onnx file");
    }
  }

  /**
   * The router of a name, {@code learned} for the one in the model.
   *
   * @throws CommandFailure if it is not known, or the model has none
   */
  static RouterChoice open(String name, TokenEncoder encoder) throws IOException {
    if (!name.equalsIgnoreCase(LEARNED)) {
      return open(name);
    }
    if (!encoder.hasRouter()) {
      throw new CommandFailure(
          "the index's model "
              + encoder.name()
              + " has no learned router: give --router mean, coverage, all or the path of an .onnx"
              + " file");
    }
    return new RouterChoice(LEARNED, null);
  }

  /**
   * The router of a name ({@code mean}, {@code coverage}, {@code all}) or of an ONNX file.
   *
   * @throws CommandFailure if it is neither
   */
  private static RouterChoice open(String name) throws IOException {
    String lower = name.toLowerCase(Locale.ROOT);
    return switch (lower) {
      case "mean" -> new RouterChoice(lower, MeanRouter.INSTANCE);
      case "coverage" -> new RouterChoice(lower, CoverageRouter.INSTANCE);
      case "all" -> new RouterChoice(lower, AllTokensRouter.INSTANCE);
      default -> load(name);
    };
  }

  private static RouterChoice load(String name) throws IOException {
    check(name);
    // By its whole path: the files of two trainings have the same name.
    return new RouterChoice(name, OnnxRouter.load(Path.of(name)));
  }

  /** A question's vectors with the router for them. */
  RoutedQuery encode(TokenEncoder encoder, String text) {
    if (router == null) {
      return encoder.encodeRoutedQuery(text);
    }
    TokenVectors tokens = encoder.encodeQuery(text);
    return new RoutedQuery(tokens, tokens.size() == 0 ? null : router);
  }

  @Override
  public void close() throws IOException {
    if (router instanceof Closeable closeable) {
      closeable.close();
    }
  }
}
