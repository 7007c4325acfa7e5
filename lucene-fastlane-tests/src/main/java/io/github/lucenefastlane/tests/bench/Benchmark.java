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
package io.github.lucenefastlane.tests.bench;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.util.IOUtils;

/**
 * Which way of late interaction finds how much of exact MaxSim's answer, at what cost? Builds all
 * indexes from the same vectors, answers the same queries by all contenders, and compares with the
 * truth.
 *
 * <p>Every contender searches in one thread per query. Contenders take turns in the timed passes,
 * in another order each time, so that none always follows the same.
 */
final class Benchmark {

  private final Corpus corpus;
  private final Settings settings;
  private final Path folder;
  private final Progress progress;

  /**
   * @param folder takes an index per folder; empty
   */
  Benchmark(Corpus corpus, Settings settings, Path folder, Progress progress) {
    this.corpus = corpus;
    this.settings = settings;
    this.folder = folder;
    this.progress = progress;
  }

  /** Measures all contenders: a row for each. */
  List<Row> run() throws IOException {
    float[][][] queries = new float[settings.queries()][][];
    for (int q = 0; q < queries.length; q++) {
      queries[q] = corpus.query(q);
    }
    ExecutorService threads = Executors.newFixedThreadPool(settings.threads());
    List<OpenContender> contenders = new ArrayList<>();
    try {
      TaskExecutor executor = new TaskExecutor(threads);
      List<Scope> scopes = Scope.of(settings);
      List<Scope> allScopes = new ArrayList<>(scopes);
      allScopes.add(Scope.ALL);
      Map<Scope, GroundTruth> truths =
          GroundTruth.compute(corpus, queries, allScopes, executor, settings.threads(), progress);
      open(queries, scopes, contenders);
      return measure(contenders, truths, executor);
    } finally {
      threads.shutdown();
      IOUtils.close(contenders.toArray(Closeable[]::new));
    }
  }

  private void open(float[][][] queries, List<Scope> scopes, List<OpenContender> opened)
      throws IOException {
    Map<String, BuiltIndex> indexes = new LinkedHashMap<>();
    for (ContenderKind kind : settings.contenders()) {
      for (Contender contender : kind.contenders(settings, corpus.dimension())) {
        String name = contender.index().name();
        if (indexes.containsKey(name) == false) {
          BuiltIndex built =
              BuiltIndex.build(
                  contender.index(), corpus, settings.segments(), folder.resolve(name), progress);
          for (Scope scope : scopes) {
            if (scope.deleted() > 0) {
              built.delete(scope);
            }
          }
          indexes.put(name, built);
        }
        BuiltIndex built = indexes.get(name);
        opened.add(new OpenContender(contender, built, queries));
        for (Contender scoped : contender.within(scopes).toList()) {
          opened.add(new OpenContender(scoped, built, queries));
        }
      }
    }
  }

  private List<Row> measure(
      List<OpenContender> contenders, Map<Scope, GroundTruth> truths, TaskExecutor executor)
      throws IOException {
    progress.start("recall", contenders.size());
    List<Quality> qualities = new ArrayList<>();
    for (OpenContender contender : contenders) {
      qualities.add(contender.quality(truths.get(contender.contender().scope())));
      progress.advance();
    }
    int[] threadCounts =
        settings.threads() == 1 ? new int[] {1} : new int[] {1, settings.threads()};
    List<Map<Integer, List<Latencies>>> passes = new ArrayList<>();
    for (int c = 0; c < contenders.size(); c++) {
      passes.add(new LinkedHashMap<>());
    }
    progress.start("warm-up", contenders.size());
    List<Integer> order = new ArrayList<>();
    for (int c = 0; c < contenders.size(); c++) {
      int timed = contenders.get(c).timedQueries(qualities.get(c));
      long nanos = TimeUnit.MILLISECONDS.toNanos(settings.warmUpMillis());
      for (long start = System.nanoTime(); System.nanoTime() - start < nanos; ) {
        contenders.get(c).time(timed, executor, settings.threads());
      }
      order.add(c);
      progress.advance();
    }
    Random random = new Random(0); // the same orders in every run
    progress.start("timing", (long) settings.repetitions() * contenders.size());
    for (int r = 0; r < settings.repetitions(); r++) {
      Collections.shuffle(order, random);
      for (int c : order) {
        int timed = contenders.get(c).timedQueries(qualities.get(c));
        for (int threads : threadCounts) {
          passes
              .get(c)
              .computeIfAbsent(threads, t -> new ArrayList<>())
              .add(contenders.get(c).time(timed, executor, threads));
        }
        progress.advance();
      }
    }
    List<Row> rows = new ArrayList<>();
    Row ofAll = null;
    for (int c = 0; c < contenders.size(); c++) {
      OpenContender contender = contenders.get(c);
      List<LatencySummary> latencies = new ArrayList<>();
      passes.get(c).forEach((threads, timed) -> latencies.add(LatencySummary.of(threads, timed)));
      Row row =
          new Row(
              contender.contender(),
              contender.built(),
              qualities.get(c),
              latencies,
              contender.timedQueries(qualities.get(c)),
              contender.contender().scope().equals(Scope.ALL) ? null : ofAll);
      if (row.isOfAll()) {
        ofAll = row; // that of the scopes follow it
      }
      rows.add(row);
    }
    return rows;
  }
}
