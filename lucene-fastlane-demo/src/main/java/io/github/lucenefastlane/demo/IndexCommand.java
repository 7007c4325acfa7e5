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

import io.github.lucenefastlane.encoder.EncoderConfig;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fastlane index}: makes an index of the user's own text. */
@Command(
    name = "index",
    mixinStandardHelpOptions = true,
    versionProvider = FastLane.Version.class,
    description = "Encode text and index it. Nothing half-written is left behind on a failure.")
final class IndexCommand implements Callable<Integer> {
  @ParentCommand private FastLane parent;

  @Spec private CommandSpec spec;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE.jsonl[.gz]|FOLDER",
      description =
          "Lines of {\"_id\", \"title\", \"text\"}, a folder with such a corpus.jsonl[.gz], or a"
              + " folder of .txt and .md files.")
  private Path input;

  @Option(names = "--index", required = true, paramLabel = "DIR", description = "Index to make.")
  private Path index;

  @Option(names = "--model", paramLabel = "DIR", description = Model.CHOICE)
  private String model;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description =
          "Most tokens of a passage to encode, special tokens included (default: the model's own"
              + " limit).")
  private Integer maxTokens;

  @Mixin private IndexOptions options;

  @Option(names = "--overwrite", description = "Replace an index that is already there.")
  private boolean overwrite;

  @Option(names = "--json", description = "Print the summary as a JSON object.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    Console console = parent.console();
    IndexSettings settings = options.settings();
    if (maxTokens != null) {
      Numbers.requireBetween(
          spec, "--max-tokens", EncoderConfig.MIN_LENGTH, EncoderConfig.MAX_LENGTH, maxTokens);
    }
    PassageSource source = PassageSource.of(input);
    IndexFolder.recover(index).forEach(console.err()::println);
    IndexFolder.checkReplaceable(index, overwrite); // before the model is loaded
    IndexSummary summary;
    try (Model loaded = Model.load(model, maxTokens)) {
      summary =
          new IndexBuilder(loaded, settings, console)
              .build(source, input.toString(), index, overwrite);
    }
    if (json) {
      console.out().println(summary.toJson());
    } else {
      console
          .out()
          .printf(
              Locale.ROOT,
              "Indexed %,d passages, %,d token vectors in %.1f s: %s, %,d bytes (%.1f a token)%n",
              summary.documents(),
              summary.tokens(),
              summary.seconds(),
              index,
              summary.bytes(),
              summary.tokens() == 0 ? 0.0 : (double) summary.bytes() / summary.tokens());
      if (summary.truncated() > 0) {
        console
            .out()
            .printf(
                Locale.ROOT,
                "%,d of them are longer than the model reads: only their beginnings are searched"
                    + " by late interaction%n",
                summary.truncated());
      }
    }
    console.out().flush();
    return 0;
  }
}
