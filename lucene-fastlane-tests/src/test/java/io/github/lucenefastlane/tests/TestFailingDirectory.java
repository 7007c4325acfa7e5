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
package io.github.lucenefastlane.tests;

import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.tests.store.MockDirectoryWrapper;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Flushes and merges that fail in the middle leave the last commit, and no open file. */
public class TestFailingDirectory extends LuceneTestCase {

  /** Makes a directory fail, now or later. */
  private interface Trouble {
    void start(MockDirectoryWrapper directory) throws IOException;
  }

  private static void assertSurvives(Supplier<Trouble> troubles) throws IOException {
    int failures = 0;
    for (int i = atLeast(15); i > 0; i--) {
      failures += failsAndSurvives(troubles.get()) ? 1 : 0;
    }
    assertTrue("nothing failed", failures > 0);
  }

  private static boolean failsAndSurvives(Trouble trouble) throws IOException {
    TokenEncoding encoding = RandomFormats.encoding(random());
    Corpus corpus =
        new Corpus(
            List.of(
                VectorField.random(random(), "field0"), VectorField.random(random(), "field1")));
    RandomIndexer indexer = new RandomIndexer(random(), corpus, 12);
    try (MockDirectoryWrapper directory = newMockDirectory()) {
      IndexWriter writer =
          new IndexWriter(
              directory,
              newIndexWriterConfig()
                  .setMergeScheduler(new SerialMergeScheduler())
                  .setCodec(
                      RandomFormats.codec(random(), RandomFormats.format(random(), encoding))));
      for (int segment = 0; segment < 3; segment++) {
        indexer.add(writer, 20);
        writer.flush();
      }
      writer.commit();
      StoredVectors committed = new StoredVectors(corpus.snapshot(), encoding);
      trouble.start(directory);
      boolean failed = false;
      try {
        indexer.add(writer, 20);
        indexer.update(writer);
        writer.flush();
        writer.forceMerge(1);
      } catch (IOException | AlreadyClosedException e) {
        assertTrue(e.toString(), isOurs(e));
        failed = true;
      }
      directory.setRandomIOExceptionRate(0);
      directory.setRandomIOExceptionRateOnOpen(0);
      directory.setMaxSizeInBytes(0);
      writer.rollback();

      TestUtil.checkIndex(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        committed.assertStored(reader);
      }
      return failed;
    }
  }

  /** Whether it is the failure that the directory made up, or what came of it. */
  private static boolean isOurs(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof MockDirectoryWrapper.FakeIOException
          || t.getMessage() != null
              && (t.getMessage().startsWith("fake disk full")
                  || t.getMessage().startsWith("a random IOException"))) {
        return true;
      }
    }
    return false;
  }

  public void testDiskFull() throws IOException {
    assertSurvives(
        () -> {
          int spare = random().nextInt(60_000);
          return directory -> directory.setMaxSizeInBytes(directory.sizeInBytes() + spare);
        });
  }

  public void testFailingWrites() throws IOException {
    assertSurvives(
        () -> {
          double rate = 0.02 * random().nextDouble();
          return directory -> directory.setRandomIOExceptionRate(rate);
        });
  }

  public void testFailingOpens() throws IOException {
    assertSurvives(
        () -> {
          double rate = 0.1 * random().nextDouble();
          return directory -> directory.setRandomIOExceptionRateOnOpen(rate);
        });
  }
}
