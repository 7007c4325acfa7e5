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
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code fastlane demo}: real text in, routed late-interaction search out. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    versionProvider = FastLane.Version.class,
    description =
        "Index the class descriptions of Lucene itself and answer five questions about them.")
final class DemoCommand implements Callable<Integer> {
  /** Asked in other words than the answers use, which is what late interaction is for. */
  private static final List<String> QUESTIONS =
      List.of(
          "How can I abort a search that takes too long?",
          "What decides when small files are combined into bigger ones?",
          "How do I make a copy of an index while it keeps changing?",
          "Who removes old files that nobody needs any more?",
          "Which places lie near a position on the map?");

  private static final int VIEWS = 1;
  private static final int CANDIDATES = 50;
  private static final int RESULTS = 3;
  private static final int WARM_UP_ROUNDS = 5;

  @ParentCommand private FastLane parent;

  @Option(
      names = "--index",
      paramLabel = "DIR",
      defaultValue = "fastlane-demo-index",
      description = "Where to keep the index (default: ${DEFAULT-VALUE} in the current folder).")
  private Path index;

  @Option(names = "--refresh", description = "Make the index again, even if it can be reused.")
  private boolean refresh;

  @Override
  public Integer call() throws Exception {
    Console console = parent.console();
    PassageSource text = new JavadocPassages(DemoText.find());
    IndexFolder.recover(index).forEach(console.err()::println);
    checkReplaceable(); // before the model is loaded
    try (Model model = Model.load(null, null)) {
      prepare(text, model, console);
      try (PassageIndex opened = PassageIndex.open(index)) {
        answer(opened, model, console);
      }
    }
    console.out().flush();
    return 0;
  }

  /** Anybody's index may be at the place, and the demo replaces only what it made itself. */
  private void checkReplaceable() throws IOException {
    if (!PassageIndex.exists(index)) {
      return;
    }
    IndexDescription there = PassageIndex.description(index);
    if (there != null && !DemoText.isName(there.source())) {
      throw new CommandFailure(
          index
              + " already holds an index of "
              + there.source()
              + ", which the demo does not replace; choose another --index");
    }
  }

  /** Makes the index unless there is one that holds the same. */
  private void prepare(PassageSource text, Model model, Console console) throws IOException {
    IndexSettings settings = IndexSettings.DEFAULT;
    if (!refresh && PassageIndex.exists(index)) {
      try (PassageIndex there = PassageIndex.open(index)) {
        if (there.description().holds(text.toString(), model, settings)) {
          console
              .out()
              .printf(
                  Locale.ROOT,
                  "Index: %s, made before: %,d passages of %s, %,d token vectors (--refresh makes it"
                      + " anew)%n%n",
                  index.toAbsolutePath(),
                  there.description().documents(),
                  text,
                  there.tokenCount());
          return;
        }
      }
    }
    console
        .out()
        .printf(
            Locale.ROOT,
            "Indexing the class descriptions of %s in %s%n",
            text,
            index.toAbsolutePath());
    console.out().flush();
    IndexSummary summary =
        new IndexBuilder(model, settings, console).build(text, text.toString(), index, true);
    console
        .out()
        .printf(
            Locale.ROOT,
            "Index: %,d passages, %,d token vectors, %,d bytes, %.1f s%n%n",
            summary.documents(),
            summary.tokens(),
            summary.bytes(),
            summary.seconds());
  }

  private static void answer(PassageIndex index, Model model, Console console) throws IOException {
    String name = RouterChoice.defaultFor(VIEWS, model.encoder());
    try (RouterChoice router = RouterChoice.open(name, model.encoder())) {
      SearchSettings settings = new SearchSettings(router, VIEWS, CANDIDATES, RESULTS, true);
      answer(new PassageSearch(index, model.encoder(), settings), console);
    }
  }

  private static void answer(PassageSearch search, Console console) throws IOException {
    List<Question> questions = QUESTIONS.stream().map(Question::of).toList();
    // Untimed rounds, so that the times shown are not those of a virtual machine warming up.
    for (int round = 0; round < WARM_UP_ROUNDS; round++) {
      for (Question question : questions) {
        search.answer(question);
        search.answerExhaustively(question);
        search.answerByWords(question);
      }
    }
    AnswerPrinter printer = new AnswerPrinter(console);
    for (Question question : questions) {
      Answer answer = search.answer(question);
      printer.print(answer);
      printer.printComparison(answer, search.answerExhaustively(question));
      printer.printWords(search.answerByWords(question));
      console.out().println();
    }
  }
}
