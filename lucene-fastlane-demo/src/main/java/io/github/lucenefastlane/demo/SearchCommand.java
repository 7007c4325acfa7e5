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
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code fastlane search}: answers questions from an index. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    versionProvider = FastLane.Version.class,
    description =
        "Search an index by late interaction. Times are of a search after untimed ones, for half a"
            + " second; encoding the question, and routing it by the model, are told apart.")
final class SearchCommand implements Callable<Integer> {
  /** How long the first question is answered untimed, so that code is loaded and compiled. */
  private static final long WARM_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  @ParentCommand private FastLane parent;

  @Spec private CommandSpec spec;

  @Option(names = "--index", required = true, paramLabel = "DIR", description = "Index to search.")
  private Path index;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Where the index's model is now (default: where it was at index time).")
  private String model;

  @Mixin private SearchOptions options;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "QUESTION",
      description = "The question, in quotes.")
  private String question;

  @Option(
      names = "--queries",
      paramLabel = "FILE.jsonl[.gz]",
      description = "Instead of one question, lines of {\"_id\", \"text\"}.")
  private Path queries;

  @Option(
      names = "--explain",
      description = "Also show which token each question token matched, and how scores came about.")
  private boolean explain;

  @Option(names = "--json", description = "Print one JSON object a question, one a line.")
  private boolean json;

  private List<Question> questions() throws IOException {
    if ((question == null) == (queries == null)) {
      throw new ParameterException(
          spec.commandLine(), "give either a question or --queries FILE.jsonl");
    }
    return queries == null ? List.of(Question.of(question)) : Question.readAll(queries);
  }

  @Override
  public Integer call() throws Exception {
    Console console = parent.console();
    options.check();
    List<Question> questions = questions();
    try (PassageIndex opened = PassageIndex.open(index);
        Model loaded = Model.loadFor(opened.description(), model);
        RouterChoice router = options.openRouter(loaded.encoder())) {
      PassageSearch search = new PassageSearch(opened, loaded.encoder(), options.settings(router));
      AnswerPrinter printer = new AnswerPrinter(console);
      if (!questions.isEmpty()) {
        warmUp(search, questions.get(0));
      }
      for (Question question : questions) {
        Answer answer = search.answer(question);
        if (json) {
          console.out().println(AnswerJson.of(answer, explain));
          continue;
        }
        printer.print(answer);
        if (explain) {
          printer.printExplanations(answer, search);
        }
        console.out().println();
      }
    }
    console.out().flush();
    return 0;
  }

  private static void warmUp(PassageSearch search, Question question) throws IOException {
    for (long start = System.nanoTime(); System.nanoTime() - start < WARM_UP_NANOS; ) {
      search.answer(question);
    }
  }
}
