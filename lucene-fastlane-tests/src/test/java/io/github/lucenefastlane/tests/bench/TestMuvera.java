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
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

/** Fixed-dimensional encodings are what the paper says, and find what they should. */
public class TestMuvera extends DefaultCodecTestCase {

  private static float[][] randomTokens(int count, int dimension) {
    float[][] tokens = new float[count][dimension];
    for (float[] token : tokens) {
      for (int d = 0; d < dimension; d++) {
        token[d] = (float) random().nextGaussian();
      }
      VectorUtil.l2normalize(token);
    }
    return tokens;
  }

  private static double chamfer(float[][] query, float[][] document) {
    double sum = 0;
    for (float[] ofQuery : query) {
      double best = Double.NEGATIVE_INFINITY;
      for (float[] token : document) {
        best = Math.max(best, VectorUtil.dotProduct(ofQuery, token));
      }
      sum += best;
    }
    return sum;
  }

  private static double product(FixedDimensionalEncoding encoding, float[][] query, float[][] doc) {
    float[] ofQuery = encoding.ofQuery(query);
    float[] ofDocument = encoding.ofDocument(doc);
    assertEquals(encoding.dimension(), ofQuery.length);
    assertEquals(encoding.dimension(), ofDocument.length);
    return VectorUtil.dotProduct(ofQuery, ofDocument);
  }

  /** A document's only token fills all cells, so each query token meets its best match. */
  public void testOneTokenIsExact() {
    int dimension = TestUtil.nextInt(random(), 2, 40);
    FixedDimensionalEncoding encoding =
        new FixedDimensionalEncoding(
            dimension, random().nextInt(6), dimension, 1 + random().nextInt(5), random().nextInt());
    float[][] query = randomTokens(1 + random().nextInt(20), dimension);
    float[][] document = randomTokens(1, dimension);
    assertEquals(chamfer(query, document), product(encoding, query, document), 1e-4);
  }

  /** A query token meets a document token or a mean of some: never better than the best. */
  public void testNeverAboveChamferWithoutProjection() {
    int dimension = TestUtil.nextInt(random(), 2, 40);
    FixedDimensionalEncoding encoding =
        new FixedDimensionalEncoding(
            dimension, random().nextInt(6), dimension, 1 + random().nextInt(5), random().nextInt());
    for (int i = 0; i < 20; i++) {
      float[][] query = randomTokens(1 + random().nextInt(20), dimension);
      float[][] document = randomTokens(1 + random().nextInt(60), dimension);
      assertTrue(product(encoding, query, document) <= chamfer(query, document) + 1e-4);
    }
  }

  /** Without hyperplanes all tokens are in one cell: the query's sum meets the document's mean. */
  public void testOneCellIsTheMean() {
    FixedDimensionalEncoding encoding =
        new FixedDimensionalEncoding(16, 0, 16, 3, random().nextInt());
    float[][] query = randomTokens(5, 16);
    float[][] document = randomTokens(7, 16);
    double expected = 0;
    for (float[] ofQuery : query) {
      for (float[] token : document) {
        expected += VectorUtil.dotProduct(ofQuery, token) / 7;
      }
    }
    assertEquals(expected, product(encoding, query, document), 1e-4);
  }

  /**
   * Query tokens near to some of the document's share their cell with a chance of .88. The mean
   * error of 20 documents was .03 to .06, where a mean vector's would be near to .9.
   */
  public void testApproximatesChamfer() {
    int dimension = 64;
    int documents = 20;
    FixedDimensionalEncoding encoding =
        new FixedDimensionalEncoding(dimension, 8, 16, 20, random().nextInt());
    double errors = 0;
    for (int i = 0; i < documents; i++) {
      float[][] document = randomTokens(8, dimension);
      float[][] query = randomTokens(8, dimension);
      for (int t = 0; t < query.length; t++) {
        float[] near = document[random().nextInt(document.length)];
        for (int d = 0; d < dimension; d++) {
          query[t][d] = near[d] + 0.05f * query[t][d];
        }
        VectorUtil.l2normalize(query[t]);
      }
      double exact = chamfer(query, document);
      errors += Math.abs(product(encoding, query, document) - exact) / exact / documents;
    }
    assertTrue("mean relative error " + errors, errors < 0.1);
  }

  /** Where all documents are candidates, the answer is exact MaxSim's. */
  public void testAllCandidatesAreExact() throws Exception {
    int dimension = 8 + random().nextInt(32);
    int size = 40;
    Path folder = createTempDir();
    SyntheticCorpus corpus = new SyntheticCorpus(size, 12, dimension, true, random().nextLong());
    VectorIndex index = new MuveraIndex(dimension, TokenEncoding.FLOAT32);
    BuiltIndex.build(index, corpus, 1, folder, new Progress(new PrintWriter(Writer.nullWriter())));
    try (Directory directory = FSDirectory.open(folder);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      for (int q = 0; q < 5; q++) {
        float[][] query = corpus.query(q);
        TopDocuments exact = new TopDocuments(size);
        for (int n = 0; n < size; n++) {
          exact.add(n, score(query, corpus.document(n)));
        }
        Answer answer = new MuveraSearch(dimension, size).search(searcher, query, size);
        assertEquals(size, answer.uncounted().length);
        assertTrue(answer.comparisons() >= size);
        assertArrayEquals(exact.documents(), answer.documents());
      }
    }
  }

  private static float score(float[][] query, float[][] document) {
    float[] rows = new float[document.length * query[0].length];
    for (int t = 0; t < document.length; t++) {
      System.arraycopy(document[t], 0, rows, t * query[0].length, query[0].length);
    }
    return MaxSim.of(query, VectorIndex.SIMILARITY).scorer().score(rows, document.length);
  }
}
