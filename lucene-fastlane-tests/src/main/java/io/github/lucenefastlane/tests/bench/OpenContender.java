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

import com.sun.management.ThreadMXBean;
import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TaskExecutor;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;

/** A contender whose index is built and open, ready to be measured. */
final class OpenContender implements Closeable {

  /** Time that one timed pass should take at most; slow contenders answer fewer queries in it. */
  private static final double PASS_MILLIS = 2_000;

  private static final int FEWEST_TIMED_QUERIES = 5;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Contender contender;
  private final BuiltIndex built;
  private final float[][][] queries;
  private final Directory directory;
  private final DirectoryReader reader;
  private final IndexSearcher searcher;
  private final int[] numbers;

  OpenContender(Contender contender, BuiltIndex built, float[][][] queries) throws IOException {
    this.contender = contender;
    this.built = built;
    this.queries = queries;
    this.directory = FSDirectory.open(built.path());
    this.reader = built.open(directory, contender.scope());
    this.searcher = new IndexSearcher(reader);
    this.searcher.setQueryCache(null);
    this.numbers = numbers(reader);
  }

  /** The corpus's number of each Lucene document; of no meaning for child documents. */
  private static int[] numbers(DirectoryReader reader) throws IOException {
    int[] numbers = new int[reader.maxDoc()];
    for (LeafReaderContext leaf : reader.leaves()) {
      NumericDocValues values = leaf.reader().getNumericDocValues(VectorIndex.NUMBER);
      for (int doc; (doc = values.nextDoc()) != DocIdSetIterator.NO_MORE_DOCS; ) {
        numbers[leaf.docBase + doc] = Math.toIntExact(values.longValue());
      }
    }
    return numbers;
  }

  Contender contender() {
    return contender;
  }

  BuiltIndex built() {
    return built;
  }

  /** Answers all queries once, untimed, and compares the answers with the truth. */
  Quality quality(GroundTruth truth) throws IOException {
    double recall10 = 0;
    double recall100 = 0;
    double comparisons = 0;
    long nanos = 0;
    for (int q = 0; q < queries.length; q++) {
      long start = System.nanoTime();
      Answer answer = search(q);
      nanos += System.nanoTime() - start;
      int[] found = new int[answer.documents().length];
      for (int i = 0; i < found.length; i++) {
        found[i] = numbers[answer.documents()[i]];
      }
      recall10 += truth.recall(q, found, 10);
      recall100 += truth.recall(q, found, 100);
      comparisons += answer.comparisons();
      for (int document : answer.uncounted()) {
        comparisons += (double) queries[q].length * built.tokenCounts()[numbers[document]];
      }
    }
    return new Quality(
        recall10 / queries.length,
        recall100 / queries.length,
        comparisons / queries.length,
        nanos / 1e6 / queries.length);
  }

  private Answer search(int query) throws IOException {
    return contender.method().search(searcher, queries[query], GroundTruth.DEPTH);
  }

  /** How many of the queries a timed pass answers, given the time that one takes. */
  int timedQueries(Quality quality) {
    int affordable = (int) (PASS_MILLIS / quality.meanMillis());
    return Math.min(queries.length, Math.max(FEWEST_TIMED_QUERIES, affordable));
  }

  /** Answers the first {@code count} queries, in so many threads at a time. */
  Latencies time(int count, TaskExecutor executor, int threads) throws IOException {
    long[] nanos = new long[count];
    AtomicInteger next = new AtomicInteger();
    Callable<Long> worker =
        () -> {
          long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
          for (int q; (q = next.getAndIncrement()) < count; ) {
            long start = System.nanoTime();
            search(q);
            nanos[q] = System.nanoTime() - start;
          }
          return THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
        };
    List<Callable<Long>> workers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      workers.add(worker);
    }
    long start = System.nanoTime();
    List<Long> allocated = executor.invokeAll(workers);
    long wallNanos = System.nanoTime() - start;
    return new Latencies(nanos, wallNanos, allocated.stream().mapToLong(Long::longValue).sum());
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(reader, directory);
  }
}
