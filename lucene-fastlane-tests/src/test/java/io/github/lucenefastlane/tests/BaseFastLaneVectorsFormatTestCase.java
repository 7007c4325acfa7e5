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

import java.io.IOException;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.BaseKnnVectorsFormatTestCase;

/** Lucene's own suite of a vectors format, but for the one rule that ours is there to lift. */
abstract class BaseFastLaneVectorsFormatTestCase extends BaseKnnVectorsFormatTestCase {

  @Override
  protected boolean supportsFloatVectorFallback() {
    return false;
  }

  /** Several values are what this format is for. */
  @Override
  public void testIllegalMultipleValues() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
      Document document = new Document();
      document.add(
          new KnnFloatVectorField("f", new float[4], VectorSimilarityFunction.DOT_PRODUCT));
      document.add(
          new KnnFloatVectorField("f", new float[4], VectorSimilarityFunction.DOT_PRODUCT));
      writer.addDocument(document);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertEquals(1, reader.numDocs());
        assertEquals(1, getOnlyLeafReader(reader).getFloatVectorValues("f").size());
      }
    }
  }
}
