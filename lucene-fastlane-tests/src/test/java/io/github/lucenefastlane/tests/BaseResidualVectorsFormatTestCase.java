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

import java.util.Map;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;

/** Lucene's own suite of a vectors format, on codes that store nothing exactly but zero. */
abstract class BaseResidualVectorsFormatTestCase extends BaseQuantizedVectorsFormatTestCase {

  /** Expects the component 1 to be stored exactly. */
  @Override
  public void testAddIndexesDirectory01() throws Exception {
    VectorField field =
        new VectorField("field", VectorEncoding.FLOAT32, 2, VectorSimilarityFunction.DOT_PRODUCT);
    Corpus corpus = singleVectors(field);
    corpus.put(0, Map.of("field", new float[][] {{0, 0}}));
    corpus.put(1, Map.of("field", new float[][] {{1, 1}}));
    try (Directory source = newDirectory();
        Directory target = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(source, newIndexWriterConfig())) {
        writer.addDocument(corpus.document(0));
      }
      try (IndexWriter writer = new IndexWriter(target, newIndexWriterConfig())) {
        writer.addDocument(corpus.document(1));
        writer.addIndexes(source);
        writer.forceMerge(1);
        assertStored(corpus, writer);
      }
    }
  }

  /** Expects the components 1 and 2 to be stored exactly. */
  @Override
  public void testIndexedValueNotAliased() throws Exception {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
      float[] reused = new float[2];
      for (float size : new float[] {1, 8}) {
        reused[0] = size;
        reused[1] = -size;
        Document document = new Document();
        document.add(new KnnFloatVectorField("field", reused, VectorSimilarityFunction.EUCLIDEAN));
        writer.addDocument(document);
      }
      reused[0] = 1000;
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        FloatVectorValues values = getOnlyLeafReader(reader).getFloatVectorValues("field");
        assertEquals(2, values.size());
        float first = values.vectorValue(0)[0];
        float second = values.vectorValue(1)[0];
        // Of two components a quarter in the mean, so one by at most the root of an eighth.
        assertEquals(1, Math.min(first, second), .36);
        assertEquals(8, Math.max(first, second), 8 * .36);
      }
    }
  }
}
