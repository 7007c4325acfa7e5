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

import io.github.lucenefastlane.encoder.TokenEncoder;
import io.github.lucenefastlane.query.FastLaneQuery;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Options on how questions are searched. */
final class SearchOptions {
  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--router",
      paramLabel = "learned|mean|coverage|all|FILE.onnx",
      description =
          "What turns a question into views (default: learned, if the model has a router; else mean"
              + " for one view, coverage for more).")
  private String router;

  @Option(
      names = "--views",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Views that the router may choose (default: ${DEFAULT-VALUE}). The mean is always one"
              + " view, all is one a token.")
  private int views;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      defaultValue = "100",
      description = "Documents that are scored by exact MaxSim (default: ${DEFAULT-VALUE}).")
  private int candidates;

  @Option(
      names = "--k",
      paramLabel = "N",
      defaultValue = "10",
      description = "Results a question (default: ${DEFAULT-VALUE}).")
  private int k;

  @Option(
      names = "--no-rerank",
      description = "Rank by the views' own scores, without exact MaxSim.")
  private boolean noRerank;

  /** Opens the router for queries of an encoder. */
  RouterChoice openRouter(TokenEncoder encoder) throws IOException {
    return RouterChoice.open(
        router == null ? RouterChoice.defaultFor(views, encoder) : router, encoder);
  }

  /** Refuses numbers out of range and unknown routers, before anything is opened. */
  void check() {
    if (router != null) {
      RouterChoice.check(router);
    }
    Numbers.requireBetween(spec, "--views", 1, FastLaneQuery.MAX_VIEWS, views);
    Numbers.requireBetween(spec, "--candidates", 1, FastLaneQuery.MAX_CANDIDATES, candidates);
    Numbers.requireBetween(spec, "--k", 1, FastLaneQuery.MAX_CANDIDATES, k);
  }

  SearchSettings settings(RouterChoice opened) {
    // Asking for more results than candidates means asking for that many candidates.
    return new SearchSettings(opened, views, Math.max(k, candidates), k, !noRerank);
  }
}
