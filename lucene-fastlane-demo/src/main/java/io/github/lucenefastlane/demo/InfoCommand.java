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

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fastlane info}: what an index holds and what it costs. */
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    versionProvider = FastLane.Version.class,
    description = "Show what an index holds: documents, tokens, routes, bytes, model.")
final class InfoCommand implements Callable<Integer> {
  @ParentCommand private FastLane parent;

  @Option(names = "--index", required = true, paramLabel = "DIR", description = "Index to look at.")
  private Path index;

  @Option(names = "--json", description = "Print a JSON object.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    try (PassageIndex opened = PassageIndex.open(index)) {
      IndexInfo info = IndexInfo.of(opened);
      if (json) {
        parent.console().out().println(info.toJson());
      } else {
        info.print(parent.console().out());
      }
      parent.console().out().flush();
    }
    return 0;
  }
}
