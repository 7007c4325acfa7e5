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

import com.carrotsearch.randomizedtesting.annotations.Repeat;
import io.github.lucenefastlane.codec.FastLaneCodec;
import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.MultiVectorField;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;
import org.junit.After;
import org.junit.Before;

/** Where a lane ends, given a limit of visits or of time. */
public class TestLaneLimits extends LuceneTestCase {

  private static final String FIELD = "f";
  private static final int DIMENSION = 12;
  private static final int TOKENS = 6;

  private Directory directory;
  private DirectoryReader reader;
  private LeafReader leaf;

  /** One segment, large enough to be searched through its posting lists. */
  @Before
  public void index() throws IOException {
    FastLaneVectorsFormat format = new FastLaneVectorsFormat(TokenEncoding.FLOAT32, 2);
    directory = newDirectory();
    try (IndexWriter writer =
        new IndexWriter(directory, new IndexWriterConfig().setCodec(new FastLaneCodec(format)))) {
      int documents = 900 + random().nextInt(200);
      for (int i = 0; i < documents; i++) {
        Document document = new Document();
        float[][] tokens = new float[TOKENS][];
        Arrays.setAll(tokens, t -> randomVector());
        MultiVectorField.add(document, FIELD, tokens, VectorSimilarityFunction.DOT_PRODUCT);
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
    reader = DirectoryReader.open(directory);
    leaf = getOnlyLeafReader(reader);
  }

  @After
  public void close() throws IOException {
    reader.close();
    directory.close();
  }

  private static float[] randomVector() {
    float[] vector = new float[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] = (float) random().nextGaussian();
    }
    return VectorUtil.l2normalize(vector);
  }

  private TopDocs search(KnnCollector collector) throws IOException {
    leaf.searchNearestVectors(
        FIELD, randomVector(), collector, AcceptDocs.fromLiveDocs(null, leaf.maxDoc()));
    return collector.topDocs();
  }

  /** A limit that the tokens of the documents found would exceed is met at once, not half-way. */
  public void testNothingIsBegunThatCannotBeFinished() throws IOException {
    int limit = 120;
    KnnCollector collector = new TopKnnCollector(20, limit);
    TopDocs found = search(collector);
    assertEquals(TotalHits.Relation.GREATER_THAN_OR_EQUAL_TO, found.totalHits.relation());
    assertEquals(limit, collector.visitedCount());
    assertEquals(0, found.scoreDocs.length);
  }

  /**
   * Documents that a filter leaves are not scanned if their tokens, not heads, are too many. The
   * limit is what Lucene's filtered queries set, before they compare all tokens of the documents.
   */
  @Repeat(iterations = 5)
  public void testFilterThatLeavesManyTokens() throws IOException {
    int accepted = leaf.maxDoc() * 4 / 5;
    FixedBitSet bits = new FixedBitSet(leaf.maxDoc());
    while (bits.cardinality() < accepted) {
      bits.set(random().nextInt(leaf.maxDoc()));
    }
    KnnCollector collector = new TopKnnCollector(10, accepted + 1);
    AcceptDocs filter = AcceptDocs.fromLiveDocs(bits, leaf.maxDoc());
    leaf.searchNearestVectors(FIELD, randomVector(), collector, filter);
    TopDocs found = collector.topDocs();
    assertEquals(TotalHits.Relation.EQUAL_TO, found.totalHits.relation());
    assertEquals(10, found.scoreDocs.length);
    assertTrue(
        "visited " + collector.visitedCount() + " of " + accepted,
        collector.visitedCount() < accepted);
  }

  /** When time runs out, the documents of the best heads so far are still scored, but few. */
  @Repeat(iterations = 5)
  public void testTimeoutLeavesFewDocumentsToScore() throws IOException {
    int k = 100;
    int after = 70 + random().nextInt(30); // more than centroids, of some 200 lists
    KnnCollector collector =
        new KnnCollector.Decorator(new TopKnnCollector(k, Integer.MAX_VALUE)) {
          @Override
          public boolean earlyTerminated() {
            return visitedCount() >= after;
          }
        };
    TopDocs found = search(collector);
    assertTrue("found " + found.scoreDocs.length, found.scoreDocs.length <= 16);
    assertTrue("found " + found.scoreDocs.length, found.scoreDocs.length > 0);
    assertTrue("visited " + collector.visitedCount(), collector.visitedCount() < after + 16 + 20);
  }

  /** Nor are those that are left scored when time runs out while documents are. */
  public void testTimeoutWhileScoring() throws IOException {
    int k = 100;
    int inTime = random().nextInt(k);
    AtomicInteger collected = new AtomicInteger();
    KnnCollector collector =
        new KnnCollector.Decorator(new TopKnnCollector(k, Integer.MAX_VALUE)) {
          @Override
          public boolean collect(int doc, float similarity) {
            collected.incrementAndGet();
            return super.collect(doc, similarity);
          }

          @Override
          public boolean earlyTerminated() {
            return collected.get() > inTime;
          }
        };
    assertEquals(inTime + 1, search(collector).scoreDocs.length);
    assertEquals(inTime + 1, collected.get());
  }
}
