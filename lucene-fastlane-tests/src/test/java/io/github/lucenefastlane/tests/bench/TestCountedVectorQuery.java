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

import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.store.Directory;

/** What the rivals of the benchmark are said to compare. */
public class TestCountedVectorQuery extends DefaultCodecTestCase {

  private static final String FIELD = "vector";
  private static final int DOCUMENTS = 3000;

  private static float[] randomVector() {
    float[] vector = new float[16];
    for (int d = 0; d < vector.length; d++) {
      vector[d] = (float) random().nextGaussian();
    }
    return vector;
  }

  private static long visited(IndexSearcher searcher, int k, Query filter) throws Exception {
    VisitedCount visited = new VisitedCount();
    searcher.search(new CountedVectorQuery(FIELD, randomVector(), k, filter, visited), k);
    return visited.visited();
  }

  /** All that a filter leaves is compared, and before it what a graph search gave up after. */
  public void testCountsWhatIsGivenUp() throws Exception {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
        for (int n = 0; n < DOCUMENTS; n++) {
          Document document = VectorIndex.document(n);
          document.add(new KnnFloatVectorField(FIELD, randomVector()));
          writer.addDocument(document);
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        assertTrue(visited(searcher, 5, null) < DOCUMENTS);
        Query some = new Scope(.3, 0).filter();
        int accepted = searcher.count(some);
        assertEquals("compared at once", accepted, visited(searcher, accepted, some));
        // Lucene expects a little less than as many visits of its graph, and gives up at as many.
        int k = (int) (.95 * accepted / Math.log(DOCUMENTS));
        assertEquals(2 * accepted + 1, visited(searcher, k, some));
      }
    }
  }
}
