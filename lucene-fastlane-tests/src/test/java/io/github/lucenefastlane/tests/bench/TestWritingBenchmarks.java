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

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.lucenefastlane.codec.TokenEncoding;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.Directory;

/** What is timed writes one segment of all documents. Times are not looked at. */
public class TestWritingBenchmarks extends DefaultCodecTestCase {

  private static void checkOneSegment(Directory directory, int documents) throws Exception {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      assertEquals(1, reader.leaves().size());
      assertEquals(documents, reader.numDocs());
      assertEquals(
          documents,
          reader.leaves().getFirst().reader().getFloatVectorValues(VectorIndex.TOKENS).size());
    }
  }

  public void testIndexing() throws Exception {
    IndexingBenchmark benchmark = new IndexingBenchmark();
    benchmark.encoding = RandomPicks.randomFrom(random(), TokenEncoding.values());
    benchmark.documents = 20;
    benchmark.setup();
    for (int i = 0; i < 2; i++) {
      benchmark.openFolder();
      benchmark.index();
      checkOneSegment(benchmark.directory, 20);
      benchmark.deleteFolder();
    }
  }

  public void testMerging() throws Exception {
    MergeBenchmark benchmark = new MergeBenchmark();
    benchmark.encoding = RandomPicks.randomFrom(random(), TokenEncoding.values());
    benchmark.documents = 40;
    benchmark.segments = 4;
    benchmark.workers = 1 + random().nextInt(2);
    benchmark.setup();
    assertEquals(4, benchmark.reader.leaves().size());
    for (int i = 0; i < 2; i++) {
      benchmark.openFolder();
      benchmark.merge();
      checkOneSegment(benchmark.directory, 40);
      benchmark.deleteFolder();
    }
    benchmark.tearDown();
  }
}
