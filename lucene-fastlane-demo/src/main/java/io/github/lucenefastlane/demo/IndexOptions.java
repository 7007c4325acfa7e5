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

import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.TokenEncoding;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Options on how token vectors are indexed. */
final class IndexOptions {
  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--encoding",
      paramLabel = "float32|int8|residual4|residual3",
      defaultValue = "INT8",
      description = "How token vectors are stored (default: int8).")
  private TokenEncoding encoding;

  @Option(
      names = "--tokens-per-route",
      paramLabel = "N",
      description =
          "About how many neighbouring tokens of a document are searched as one"
              + " (default: ${DEFAULT-VALUE}).")
  private int tokensPerRoute = FastLaneVectorsFormat.DEFAULT_TOKENS_PER_ROUTE;

  IndexSettings settings() {
    Numbers.requireBetween(
        spec, "--tokens-per-route", 1, FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE, tokensPerRoute);
    return new IndexSettings(encoding, tokensPerRoute);
  }
}
