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
import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.MultiVectorField;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.VectorUtil;

/** Candidates are chosen by MaxSim over pooled vectors where these are few, and only there. */
public class TestForecast extends LuceneTestCase {

  private static final int DIMENSION = 8;
  private static final int TOKENS = 16;
  private static final int CANDIDATES = 5;

  private static float[][] randomTokens(int count) {
    float[][] tokens = new float[count][DIMENSION];
    for (float[] token : tokens) {
      for (int d = 0; d < DIMENSION; d++) {
        token[d] = (float) random().nextGaussian();
      }
      VectorUtil.l2normalize(token);
    }
    return tokens;
  }

  private static float maxSim(float[][] query, float[][] document) {
    float sum = 0;
    for (float[] q : query) {
      float best = 0;
      for (float[] d : document) {
        best = Math.max(best, VectorSimilarityFunction.DOT_PRODUCT.compare(q, d));
      }
      sum += best;
    }
    return sum;
  }

  /** Searches one segment of documents. */
  private static TopDocs search(
      List<float[][]> texts, int tokensPerRoute, FastLaneQuery query, int hits) throws IOException {
    FastLaneVectorsFormat format = new FastLaneVectorsFormat(TokenEncoding.FLOAT32, tokensPerRoute);
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(
                directory, new IndexWriterConfig().setCodec(new FastLaneCodec(format)))) {
      for (float[][] text : texts) {
        Document document = new Document();
        MultiVectorField.add(document, "f", text, VectorSimilarityFunction.DOT_PRODUCT);
        writer.addDocument(document);
      }
      writer.forceMerge(1);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        return new IndexSearcher(reader).search(query, hits);
      }
    }
  }

  private static List<float[][]> randomTexts(int documents, int tokens) {
    List<float[][]> texts = new ArrayList<>();
    for (int i = 0; i < documents; i++) {
      texts.add(randomTokens(tokens));
    }
    return texts;
  }

  /** Searches one segment of random documents with one view, and checks each score. */
  private static FastLaneStats search(int tokensPerRoute, int documents) throws IOException {
    List<float[][]> texts = randomTexts(documents, TOKENS);
    List<FastLaneStats> stats = new ArrayList<>();
    float[][] query = randomTokens(4);
    FastLaneQuery routed =
        FastLaneQuery.builder("f", query)
            .k(CANDIDATES)
            .candidates(CANDIDATES)
            .stats(stats::add)
            .build();
    TopDocs hits = search(texts, tokensPerRoute, routed, documents);
    assertEquals(Math.min(CANDIDATES, documents), hits.scoreDocs.length);
    assertEquals(
        hits.scoreDocs.length,
        Arrays.stream(hits.scoreDocs).mapToInt(hit -> hit.doc).distinct().count());
    Arrays.stream(hits.scoreDocs)
        .forEach(hit -> assertEquals(maxSim(query, texts.get(hit.doc)), hit.score, 1e-4f));
    assertEquals(1, stats.size());
    return stats.get(0);
  }

  /** Sixteen tokens make four pools. The lane finds two documents per candidate, and 192. */
  public void testFewAreCompared() throws IOException {
    FastLaneStats stats = search(8, atLeast(220));
    assertEquals((192 + 2 * CANDIDATES) * 4 * 4, stats.forecastComparisons());
    assertEquals(CANDIDATES, stats.candidates());
    assertEquals(CANDIDATES * TOKENS * 4, stats.rerankComparisons());
  }

  public void testPoolsThatAreTokensAreNot() throws IOException {
    assertEquals(0, search(1 + random().nextInt(2), atLeast(40)).forecastComparisons());
  }

  public void testNothingIsToChoose() throws IOException {
    assertEquals(0, search(8, CANDIDATES).forecastComparisons());
  }

  /** Views share two documents per candidate: each of four looks for 50 and 192 of 100. */
  public void testViewsShareDepth() throws IOException {
    assertEquals((192 + 50) * 4 * 4L, forecasts(4, 100));
    assertEquals((192 + 200) * 4 * 4L, forecasts(1, 100));
  }

  /** Comparisons of forecasts, of four tokens with four pools a document, by views all alike. */
  private static long forecasts(int views, int candidates) throws IOException {
    float[] token = randomTokens(1)[0];
    float[][] query = new float[4][];
    Arrays.fill(query, token);
    float[][] alike = new float[views][];
    Arrays.fill(alike, token);
    List<FastLaneStats> stats = new ArrayList<>();
    FastLaneQuery routed =
        FastLaneQuery.builder("f", query)
            .router(RoutedViews.of(alike))
            .views(views)
            .candidates(candidates)
            .stats(stats::add)
            .build();
    search(randomTexts(400 + random().nextInt(50), TOKENS), 8, routed, 10);
    return stats.get(0).forecastComparisons();
  }

  /** Lanes that all find the same documents find as many as candidates are asked for. */
  public void testManyViewsFindTheSame() throws IOException {
    int wanted = 300;
    float[][] query = new float[20][];
    Arrays.fill(query, randomTokens(1)[0]);
    FastLaneQuery all =
        FastLaneQuery.builder("f", query)
            .router(AllTokensRouter.INSTANCE)
            .k(wanted)
            .candidates(wanted)
            .build();
    List<float[][]> texts = randomTexts(wanted + random().nextInt(50), 8);
    assertEquals(wanted, search(texts, 8, all, wanted).scoreDocs.length);
  }

  /**
   * The better half of the lane's documents is chosen, as their pools tell: heads, one a document,
   * are all alike.
   */
  public void testTheBestByPoolsAreChosen() throws IOException {
    float[] north = new float[DIMENSION];
    north[0] = 1;
    float[] east = new float[DIMENSION];
    east[1] = 1;
    // One half has both of the query's tokens, whose mean the other half repeats.
    float[] mean = new float[DIMENSION];
    mean[0] = mean[1] = (float) Math.sqrt(0.5);
    List<float[][]> texts = new ArrayList<>();
    for (int i = 0; i < 2 * CANDIDATES; i++) {
      float[][] tokens = new float[8][];
      for (int t = 0; t < tokens.length; t++) {
        tokens[t] = i % 2 == 0 ? mean : t % 2 == 0 ? north : east;
      }
      texts.add(tokens);
    }
    FastLaneQuery both =
        FastLaneQuery.builder("f", new float[][] {north, east})
            .k(CANDIDATES)
            .candidates(CANDIDATES)
            .build();
    TopDocs hits = search(texts, 8, both, CANDIDATES);
    assertEquals(CANDIDATES, hits.scoreDocs.length);
    for (int i = 0; i < CANDIDATES; i++) {
      assertEquals("documents with both", 1, hits.scoreDocs[i].doc % 2);
      assertEquals(2f, hits.scoreDocs[i].score, 1e-5f);
    }
  }
}
