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
package io.github.lucenefastlane.query;

import io.github.lucenefastlane.codec.FastLaneCodec;
import io.github.lucenefastlane.codec.MultiVectorField;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestRoutedViews extends LuceneTestCase {

  private static final float[][] TOKENS = {{1, 0}, {0, 1}, {-1, 0}};

  private static void assertViews(List<View> views, float[][] vectors, double... weights) {
    assertEquals(weights.length, views.size());
    for (int i = 0; i < weights.length; i++) {
      assertArrayEquals(vectors[i], views.get(i).vector(), 0f);
      assertEquals(weights[i], views.get(i).weight(), 1e-6);
    }
  }

  public void testEqualWeightsKeepTheOrder() {
    RoutedViews views = RoutedViews.of(TOKENS);
    assertEquals(3, views.size());
    assertEquals(2, views.dimension());
    assertViews(views.route(TOKENS, 1), TOKENS, 1);
    assertViews(views.route(TOKENS, 2), TOKENS, .5, .5);
    assertViews(views.route(TOKENS, 9), TOKENS, 1 / 3., 1 / 3., 1 / 3.);
  }

  public void testWeightsRank() {
    RoutedViews views = RoutedViews.of(TOKENS, new float[] {2, 6, 2});
    float[][] ranked = {TOKENS[1], TOKENS[0], TOKENS[2]};
    assertViews(views.route(TOKENS, 1), ranked, 1);
    assertViews(views.route(TOKENS, 2), ranked, .75, .25);
    assertViews(views.route(TOKENS, 3), ranked, .6, .2, .2);
    // No weight, no view.
    assertViews(RoutedViews.of(TOKENS, new float[] {0, 3, 0}).route(TOKENS, 3), ranked, 1);
  }

  public void testLogitsRankBySoftmax() {
    float shift = random().nextInt(2000) - 1000; // softmax does not see it
    float[] logits = {shift, shift + (float) Math.log(3), shift - 1e4f};
    RoutedViews views = RoutedViews.ofLogits(TOKENS, logits);
    float[][] ranked = {TOKENS[1], TOKENS[0]};
    assertViews(views.route(TOKENS, 1), ranked, 1);
    List<View> two = views.route(TOKENS, 3); // a token of 1e4 less has no weight
    assertEquals(2, two.size());
    assertArrayEquals(TOKENS[1], two.get(0).vector(), 0f);
    assertEquals(.75, two.get(0).weight(), 1e-4);
    assertEquals(.25, two.get(1).weight(), 1e-4);
  }

  public void testBadArguments() {
    float[] three = {1, 1, 1};
    float[][] uneven = {{1, 0}, {1}};
    float[][] infinite = {{1, Float.POSITIVE_INFINITY}};
    assertRefused("views must be at least 1, got: 0", () -> RoutedViews.of(new float[0][]));
    assertRefused(
        "query tokens must be at least 1, got: 0",
        () -> RoutedViews.ofLogits(new float[0][], new float[0]));
    assertRefused(
        "views must have one dimension, got 2 and, at 1, 1", () -> RoutedViews.of(uneven));
    assertRefused("views must be finite, got: Infinity", () -> RoutedViews.of(infinite));
    assertRefused(
        "view_weights must be one per vector (3), got: 2",
        () -> RoutedViews.of(TOKENS, new float[2]));
    assertRefused(
        "router_logits must be one per vector (3), got: 4",
        () -> RoutedViews.ofLogits(TOKENS, new float[4]));
    assertRefused(
        "router_logits must be finite, got: NaN",
        () -> RoutedViews.ofLogits(TOKENS, new float[] {0, Float.NaN, 0}));
    assertRefused(
        "view_weights must be at least 0, got: -1.0",
        () -> RoutedViews.of(TOKENS, new float[] {3, -1, 0}));
    assertRefused("all view_weights are 0", () -> RoutedViews.of(TOKENS, new float[3]));
    assertRefused(
        "the query's views have dimension 2, got: 3",
        () -> RoutedViews.of(TOKENS).route(new float[][] {three}, 1));
  }

  private static void assertRefused(String message, ThrowingRunnable runnable) {
    assertEquals(message, expectThrows(IllegalArgumentException.class, runnable).getMessage());
  }

  public void testEqualsByContent() {
    RoutedViews views = RoutedViews.of(TOKENS, new float[] {1, 2, 3});
    RoutedViews same =
        RoutedViews.of(new float[][] {{1, 0}, {0, 1}, {-1, 0}}, new float[] {1, 2, 3});
    assertEquals(views, same);
    assertEquals(views.hashCode(), same.hashCode());
    assertNotEquals(views, RoutedViews.of(TOKENS, new float[] {1, 3, 2}));
    assertNotEquals(views, RoutedViews.of(TOKENS));
    assertEquals("RoutedViews(3 of dimension 2)", views.toString());
  }

  /** Queries of the same tokens and other views are other queries, and find other documents. */
  public void testInQuery() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(directory, newIndexWriterConfig().setCodec(new FastLaneCodec()))) {
      for (int i = 0; i < TOKENS.length; i++) {
        Document document = new Document();
        document.add(new StoredField("token", i));
        MultiVectorField.add(
            document, "f", new float[][] {TOKENS[i]}, VectorSimilarityFunction.DOT_PRODUCT);
        writer.addDocument(document);
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        IndexSearcher searcher = newSearcher(reader);
        FastLaneQuery[] queries = new FastLaneQuery[TOKENS.length];
        for (int i = 0; i < TOKENS.length; i++) {
          float[] logits = new float[TOKENS.length];
          logits[i] = 1;
          queries[i] =
              FastLaneQuery.builder("f", TOKENS)
                  .router(RoutedViews.ofLogits(TOKENS, logits))
                  .rerank(false)
                  .build();
          TopDocs found = searcher.search(queries[i], 1);
          Document best = searcher.storedFields().document(found.scoreDocs[0].doc);
          assertEquals(i, best.getField("token").numericValue());
        }
        assertNotEquals(queries[0], queries[1]);
      }
    }
  }
}
