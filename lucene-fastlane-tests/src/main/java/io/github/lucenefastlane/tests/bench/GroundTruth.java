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

import io.github.lucenefastlane.codec.MaxSim;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.search.TaskExecutor;

/**
 * The documents of the highest exact MaxSim for each query, by number in the corpus, of those in a
 * scope.
 */
final class GroundTruth {

  /** Documents that are known per query, or all if there are fewer. */
  static final int DEPTH = 100;

  private final int[][] best;

  private GroundTruth(int[][] best) {
    this.best = best;
  }

  /** Scores all documents for all queries on the executor's threads: the truth in each scope. */
  static Map<Scope, GroundTruth> compute(
      Corpus corpus,
      float[][][] queries,
      List<Scope> scopes,
      TaskExecutor executor,
      int threads,
      Progress progress)
      throws IOException {
    progress.start("exact MaxSim of " + queries.length + " queries", corpus.size());
    MaxSim[] maxSims = new MaxSim[queries.length];
    for (int q = 0; q < queries.length; q++) {
      maxSims[q] = MaxSim.of(queries[q], VectorIndex.SIMILARITY);
    }
    AtomicInteger next = new AtomicInteger();
    List<Callable<Map<Scope, TopDocuments[]>>> tasks = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      tasks.add(() -> score(corpus, maxSims, scopes, next, progress));
    }
    List<Map<Scope, TopDocuments[]>> ofThreads = executor.invokeAll(tasks);
    Map<Scope, GroundTruth> truths = new HashMap<>();
    for (Scope scope : scopes) {
      int[][] documents = new int[queries.length][];
      for (int q = 0; q < documents.length; q++) {
        TopDocuments best = new TopDocuments(DEPTH);
        for (Map<Scope, TopDocuments[]> ofThread : ofThreads) {
          best.addAll(ofThread.get(scope)[q]);
        }
        documents[q] = best.documents();
      }
      truths.put(scope, new GroundTruth(documents));
    }
    return truths;
  }

  private static Map<Scope, TopDocuments[]> score(
      Corpus corpus, MaxSim[] queries, List<Scope> scopes, AtomicInteger next, Progress progress)
      throws IOException {
    Map<Scope, TopDocuments[]> best = new HashMap<>();
    for (Scope scope : scopes) {
      best.put(scope, top(queries.length));
    }
    MaxSim.Scorer[] scorers = new MaxSim.Scorer[queries.length];
    for (int q = 0; q < queries.length; q++) {
      scorers[q] = queries[q].scorer();
    }
    int document;
    while ((document = next.getAndIncrement()) < corpus.size()) {
      int number = document;
      float[][] tokens = corpus.document(number);
      float[] rows = new float[tokens.length * corpus.dimension()];
      for (int t = 0; t < tokens.length; t++) {
        System.arraycopy(tokens[t], 0, rows, t * corpus.dimension(), corpus.dimension());
      }
      List<TopDocuments[]> containing =
          scopes.stream().filter(scope -> scope.contains(number)).map(best::get).toList();
      for (int q = 0; q < queries.length; q++) {
        float score = scorers[q].score(rows, tokens.length);
        for (TopDocuments[] ofScope : containing) {
          ofScope[q].add(number, score);
        }
      }
      progress.advance();
    }
    return best;
  }

  private static TopDocuments[] top(int queries) {
    TopDocuments[] best = new TopDocuments[queries];
    for (int q = 0; q < queries; q++) {
      best[q] = new TopDocuments(DEPTH);
    }
    return best;
  }

  /**
   * The share of a query's best {@code k} documents that an answer has among its first {@code k}; 1
   * if there are none.
   *
   * @param found numbers in the corpus, best first
   */
  double recall(int query, int[] found, int k) {
    int wanted = Math.min(k, best[query].length);
    Set<Integer> expected = new HashSet<>();
    for (int i = 0; i < wanted; i++) {
      expected.add(best[query][i]);
    }
    int hits = 0;
    for (int i = 0; i < Math.min(k, found.length); i++) {
      hits += expected.remove(found[i]) ? 1 : 0;
    }
    return wanted == 0 ? 1 : (double) hits / wanted;
  }
}
