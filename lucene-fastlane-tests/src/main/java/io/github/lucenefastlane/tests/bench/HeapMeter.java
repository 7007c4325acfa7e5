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

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Measures the heap that a phase of work holds: the most that was in use right after a collection
 * of all garbage, less what was in use before the phase. What is in use after any other collection
 * says little: most of it may be garbage among the old objects, which collectors of generations
 * leave alone while there is room. One thread samples at a time.
 */
final class HeapMeter {

  /** Time between two collections in the course of a phase, as a multiple of what the last took. */
  private static final int REST = 5;

  private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();

  private final long before;
  private volatile long most; // may be asked for while another thread samples
  private long lastNanos;
  private long lastEnd;

  /** Starts measuring. */
  HeapMeter() {
    sample();
    before = most;
  }

  /** Collects garbage now, where the phase is known to hold much. */
  void sample() {
    long start = System.nanoTime();
    System.gc();
    lastEnd = System.nanoTime();
    lastNanos = lastEnd - start;
    most = Math.max(most, MEMORY.getHeapMemoryUsage().getUsed());
  }

  /** Collects garbage now if the last time was long ago, measured by what it took. */
  void sampleNowAndThen() {
    if (System.nanoTime() - lastEnd >= REST * lastNanos) {
      sample();
    }
  }

  /** What the phase has held at most so far, in bytes. */
  long bytes() {
    return most - before;
  }

  /** Collects garbage again and again, in a thread of its own, until that is closed. */
  Sampling sampleMeanwhile() {
    return new Sampling();
  }

  /** Collections beside the work that is measured, which waits for them. */
  final class Sampling implements AutoCloseable {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final FutureTask<Void> task = new FutureTask<>(this::run);
    private long nanos;

    private Sampling() {
      Thread.ofPlatform().daemon().name("heap-meter").start(task);
    }

    private Void run() throws InterruptedException {
      while (closed.await(REST * lastNanos, TimeUnit.NANOSECONDS) == false) {
        sample();
        nanos += lastNanos;
      }
      return null;
    }

    /** Whether garbage is still collected; a failure is told by {@link #close}. */
    boolean isRunning() {
      return task.isDone() == false;
    }

    /** Time that all collections took, once this is closed. */
    long nanos() {
      return nanos;
    }

    @Override
    public void close() {
      closed.countDown();
      try {
        task.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while garbage was collected", e);
      } catch (ExecutionException e) {
        throw new IllegalStateException("the heap could not be measured", e.getCause());
      }
    }
  }
}
