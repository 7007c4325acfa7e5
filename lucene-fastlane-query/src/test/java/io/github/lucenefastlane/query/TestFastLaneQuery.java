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

import static io.github.lucenefastlane.query.RandomCorpus.FIELD;
import static io.github.lucenefastlane.query.RandomCorpus.GROUP;
import static io.github.lucenefastlane.query.RandomCorpus.ID;
import static io.github.lucenefastlane.query.RandomCorpus.LATE_INTERACTION;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.lucenefastlane.codec.FastLaneCodec;
import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.HeadSearchStrategy;
import io.github.lucenefastlane.codec.MultiVectorField;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.ExitableDirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.ConstantScoreScorerSupplier;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LateInteractionRescorer;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.Weight;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.search.CheckHits;
import org.apache.lucene.tests.search.QueryUtils;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NamedThreadFactory;
import org.apache.lucene.util.VectorUtil;

/** Searches random indexes and compares with scores computed one pair of vectors at a time. */
public class TestFastLaneQuery extends LuceneTestCase {

  private static final int ALL = 10_000;

  private static VectorSimilarityFunction anySimilarity() {
    return RandomPicks.randomFrom(random(), VectorSimilarityFunction.values());
  }

  private static VectorEncoding anyEncoding() {
    return RandomPicks.randomFrom(random(), VectorEncoding.values());
  }

  private static QueryRouter anyRouter() {
    return RandomPicks.randomFrom(
        random(), List.of(MeanRouter.INSTANCE, CoverageRouter.INSTANCE, AllTokensRouter.INSTANCE));
  }

  /** Exact vectors and one route per token, so that enough candidates find everything. */
  private static Codec exactCodec() {
    return new FastLaneCodec(new FastLaneVectorsFormat(TokenEncoding.FLOAT32, 1));
  }

  /** Exact vectors and any routes. */
  private static Codec anyRoutesCodec() {
    return new FastLaneCodec(
        new FastLaneVectorsFormat(TokenEncoding.FLOAT32, TestUtil.nextInt(random(), 1, 8)));
  }

  private static RandomCorpus anyCorpus() throws IOException {
    return new RandomCorpus(
        random(),
        anyRoutesCodec(),
        anyEncoding(),
        anySimilarity(),
        TestUtil.nextInt(random(), 30, 300),
        12);
  }

  private static Query group(String... groups) {
    return new TermInSetQuery(GROUP, Arrays.stream(groups).map(BytesRef::new).toList());
  }

  public void testAllCandidatesAreTheOracle() throws IOException {
    for (VectorEncoding encoding : VectorEncoding.values()) {
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        int documents = TestUtil.nextInt(random(), 1, 200);
        try (RandomCorpus corpus =
            new RandomCorpus(random(), exactCodec(), encoding, similarity, documents, 12)) {
          IndexSearcher searcher = newSearcher(corpus.reader);
          RandomCorpus.Text text = corpus.text(TestUtil.nextInt(random(), 1, 8));
          int k = TestUtil.nextInt(random(), 1, 250);
          Query query =
              corpus.query(text).router(AllTokensRouter.INSTANCE).k(k).candidates(ALL).build();
          corpus.checkBest(searcher.search(query, k), corpus.maxSims(text, group -> true), k);
        }
      }
    }
  }

  /** Whatever is found by however little effort has to be scored and ordered rightly. */
  public void testFewCandidates() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      IndexSearcher searcher = newSearcher(corpus.reader);
      for (int iteration = 0; iteration < 20; iteration++) {
        RandomCorpus.Text text = corpus.text(TestUtil.nextInt(random(), 1, 8));
        int k = TestUtil.nextInt(random(), 1, 20);
        FastLaneQuery query =
            corpus
                .query(text)
                .router(anyRouter())
                .views(TestUtil.nextInt(random(), 1, 5))
                .k(k)
                .candidates(k + random().nextInt(30))
                .build();
        TopDocs hits = searcher.search(query, k);
        corpus.checkValid(hits, corpus.maxSims(text, group -> true));
        assertEquals(Math.min(k, corpus.texts.size()), hits.scoreDocs.length);
      }
    }
  }

  public void testFilter() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      IndexSearcher searcher = newSearcher(corpus.reader);
      for (int iteration = 0; iteration < 20; iteration++) {
        RandomCorpus.Text text = corpus.text(TestUtil.nextInt(random(), 1, 8));
        List<String> groups = new ArrayList<>(RandomCorpus.GROUPS);
        groups.removeIf(group -> random().nextBoolean());
        Map<String, Float> expected = corpus.maxSims(text, groups::contains);
        int k = TestUtil.nextInt(random(), 1, 20);
        FastLaneQuery.Builder builder =
            corpus
                .query(text)
                .router(anyRouter())
                .views(TestUtil.nextInt(random(), 1, 5))
                .k(k)
                .filter(group(groups.toArray(String[]::new)));
        TopDocs few = searcher.search(builder.candidates(k + random().nextInt(30)).build(), k);
        corpus.checkValid(few, expected);
        assertEquals(Math.min(k, expected.size()), few.scoreDocs.length);
        corpus.checkBest(searcher.search(builder.candidates(ALL).build(), k), expected, k);
      }
    }
  }

  public void testFilterThatMatchesAllOrNone() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      IndexSearcher searcher = newSearcher(corpus.reader);
      RandomCorpus.Text text = corpus.text(3);
      FastLaneQuery.Builder builder = corpus.query(text).candidates(ALL).k(300);
      List<FastLaneStats> stats = new ArrayList<>();
      builder.stats(stats::add);
      assertSameHits(
          searcher.search(builder.build(), 300),
          searcher.search(builder.filter(MatchAllDocsQuery.INSTANCE).build(), 300));
      assertEquals(2, stats.size());
      assertEquals(stats.get(0).lanes(), stats.get(1).lanes());
      for (Query none : List.of(new MatchNoDocsQuery("none"), group("none"))) {
        stats.clear();
        FastLaneQuery query = builder.filter(none).build();
        assertEquals(0, searcher.search(query, 10).scoreDocs.length);
        assertEquals(0, searcher.count(query));
        assertEquals(2, stats.size());
        assertEquals(0, stats.get(0).comparisons());
      }
    }
  }

  private static void assertSameHits(TopDocs expected, TopDocs actual) {
    assertEquals(expected.scoreDocs.length, actual.scoreDocs.length);
    for (int i = 0; i < expected.scoreDocs.length; i++) {
      assertEquals(expected.scoreDocs[i].doc, actual.scoreDocs[i].doc);
      // Routed scores are Lucene's, whose last bit changes when the virtual machine compiles them.
      float score = expected.scoreDocs[i].score;
      assertEquals(score, actual.scoreDocs[i].score, 1e-5f * Math.max(1, score));
    }
  }

  public void testExecutor() throws IOException {
    ExecutorService executor =
        Executors.newFixedThreadPool(3, new NamedThreadFactory("fastlane-query-test"));
    try (RandomCorpus corpus = anyCorpus()) {
      IndexSearcher parallel = new IndexSearcher(corpus.reader, executor);
      IndexSearcher serial = new IndexSearcher(corpus.reader);
      for (int iteration = 0; iteration < 10; iteration++) {
        FastLaneQuery.Builder builder =
            corpus
                .query(corpus.text(4))
                .router(anyRouter())
                .views(3)
                .rerank(random().nextBoolean())
                .candidates(TestUtil.nextInt(random(), 10, 50));
        if (random().nextBoolean()) {
          builder.filter(group("a", "rare"));
        }
        assertSameHits(serial.search(builder.build(), 10), parallel.search(builder.build(), 10));
      }
    } finally {
      executor.shutdown();
    }
  }

  /** One route per token: the score is the FastLane paper's, of the best tokens. */
  public void testWithoutRerankOfTokens() throws IOException {
    try (RandomCorpus corpus =
        new RandomCorpus(random(), exactCodec(), anyEncoding(), anySimilarity(), 100, 8)) {
      checkRouted(corpus, corpus.texts);
    }
  }

  public void testWithoutRerankOfHeads() throws IOException {
    TokenEncoding stored = RandomPicks.randomFrom(random(), TokenEncoding.values());
    FastLaneVectorsFormat format =
        new FastLaneVectorsFormat(stored, TestUtil.nextInt(random(), 1, 4));
    try (RandomCorpus corpus =
        new RandomCorpus(
            random(), new FastLaneCodec(format), anyEncoding(), anySimilarity(), 100, 20)) {
      checkRouted(corpus, corpus.heads());
    }
  }

  /** With candidates enough for all documents, each view compares all vectors that it searches. */
  private void checkRouted(RandomCorpus corpus, Map<String, RandomCorpus.Text> searched)
      throws IOException {
    IndexSearcher searcher = newSearcher(corpus.reader);
    for (boolean filtered : new boolean[] {false, true}) {
      RandomCorpus.Text text = corpus.text(4);
      Map<String, Float> expected = new HashMap<>();
      searched.forEach(
          (id, vectors) -> {
            if (filtered == false || corpus.groups.get(id).equals("a")) {
              expected.put(id, corpus.maxSim(text, vectors) / 4);
            }
          });
      FastLaneQuery.Builder builder =
          corpus.query(text).router(AllTokensRouter.INSTANCE).rerank(false).candidates(ALL);
      if (filtered) {
        builder.filter(group("a"));
      }
      corpus.checkBest(searcher.search(builder.build(), 10), expected, 10);
    }
  }

  /** The segment that holds them is searched deeper than its part of all documents asks for. */
  public void testBestDocumentsInOneSegment() throws IOException {
    int segments = TestUtil.nextInt(random(), 2, 8);
    int perSegment = TestUtil.nextInt(random(), 20, 60);
    int best = random().nextInt(segments);
    float[] target = RandomTokens.token(random(), 8);
    List<Float> expected = new ArrayList<>();
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(
                directory,
                newIndexWriterConfig()
                    .setCodec(exactCodec())
                    .setMergePolicy(NoMergePolicy.INSTANCE))) {
      for (int segment = 0; segment < segments; segment++) {
        for (int i = 0; i < perSegment; i++) {
          float[] token = RandomTokens.token(random(), 8);
          float towards = segment == best ? 3 : -3;
          for (int d = 0; d < token.length; d++) {
            token[d] += towards * target[d];
          }
          VectorUtil.l2normalize(token);
          expected.add(VectorSimilarityFunction.DOT_PRODUCT.compare(target, token));
          Document document = new Document();
          document.add(new StringField(GROUP, "a", Field.Store.NO));
          MultiVectorField.add(
              document, FIELD, new float[][] {token}, VectorSimilarityFunction.DOT_PRODUCT);
          writer.addDocument(document);
        }
        writer.flush();
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        int k = random().nextBoolean() ? perSegment : TestUtil.nextInt(random(), 1, perSegment);
        boolean rerank = random().nextBoolean();
        List<FastLaneStats> stats = new ArrayList<>();
        FastLaneQuery.Builder builder =
            FastLaneQuery.builder(FIELD, new float[][] {target})
                .k(k)
                .candidates(k)
                .rerank(rerank)
                .stats(stats::add);
        boolean filtered = random().nextBoolean();
        if (filtered) {
          builder.filter(group("a"));
        }
        ScoreDoc[] hits = newSearcher(reader).search(builder.build(), k).scoreDocs;
        if (filtered && rerank == false && k == perSegment) {
          assertEquals("each is scored once", expected.size(), stats.get(0).laneComparisons());
        }
        assertEquals(k, hits.length);
        expected.sort(Comparator.reverseOrder());
        for (int rank = 0; rank < k; rank++) {
          assertEquals(expected.get(rank), hits[rank].score, 1e-4f);
        }
      }
    }
  }

  /**
   * Segments of no more documents than are looked for are compared as a whole, through no lists.
   */
  public void testSmallSegmentsAreCompared() throws IOException {
    int dimension = 4;
    int perSegment = 300;
    int tokens = 0;
    List<float[][]> documents = new ArrayList<>();
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(
                directory,
                new IndexWriterConfig()
                    .setCodec(exactCodec())
                    .setMergePolicy(NoMergePolicy.INSTANCE))) {
      for (int segment = 0; segment < 3; segment++) {
        for (int i = 0; i < perSegment; i++) {
          float[][] text = RandomTokens.tokens(random(), 1 + random().nextInt(60), dimension);
          documents.add(text);
          tokens += text.length;
          Document document = new Document();
          MultiVectorField.add(document, FIELD, text, VectorSimilarityFunction.DOT_PRODUCT);
          writer.addDocument(document);
        }
        writer.flush();
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        float[] target = RandomTokens.token(random(), dimension);
        int candidates = perSegment + random().nextInt(100);
        List<FastLaneStats> stats = new ArrayList<>();
        FastLaneQuery query =
            FastLaneQuery.builder(FIELD, new float[][] {target})
                .k(candidates)
                .candidates(candidates)
                .rerank(false)
                .stats(stats::add)
                .build();
        ScoreDoc[] hits = newSearcher(reader).search(query, candidates).scoreDocs;
        float[] best = new float[documents.size()];
        for (int doc = 0; doc < best.length; doc++) {
          for (float[] token : documents.get(doc)) {
            float similarity = VectorSimilarityFunction.DOT_PRODUCT.compare(target, token);
            best[doc] = Math.max(best[doc], similarity);
          }
        }
        Arrays.sort(best);
        assertEquals(candidates, hits.length);
        for (int rank = 0; rank < candidates; rank++) {
          assertEquals(best[best.length - 1 - rank], hits[rank].score, 1e-4f);
        }
        assertEquals(tokens, stats.get(0).laneComparisons());
      }
    }
  }

  /**
   * Graphs of another format are searched for all documents that are looked for in each segment.
   */
  public void testSegmentsOfStockFormat() throws IOException {
    int k = 20;
    boolean rerank = random().nextBoolean();
    int depth = rerank ? 192 + 2 * k : k;
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(
                directory,
                new IndexWriterConfig()
                    .setCodec(TestUtil.getDefaultCodec())
                    .setMergePolicy(NoMergePolicy.INSTANCE))) {
      for (int segment = 0; segment < 4; segment++) {
        for (int i = 0; i < 1000; i++) {
          Document document = new Document();
          float[][] token = {RandomTokens.token(random(), 32)};
          MultiVectorField.add(document, FIELD, token, VectorSimilarityFunction.DOT_PRODUCT);
          writer.addDocument(document);
        }
        writer.flush();
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        float[] target = RandomTokens.token(random(), 32);
        List<ScoreDoc> expected = new ArrayList<>();
        for (LeafReaderContext leaf : reader.leaves()) {
          TopKnnCollector collector =
              new TopKnnCollector(depth, Integer.MAX_VALUE, HeadSearchStrategy.DEFAULT);
          AcceptDocs all = AcceptDocs.fromLiveDocs(null, leaf.reader().maxDoc());
          leaf.reader().searchNearestVectors(FIELD, target, collector, all);
          for (ScoreDoc hit : collector.topDocs().scoreDocs) {
            expected.add(new ScoreDoc(hit.doc + leaf.docBase, hit.score));
          }
        }
        expected.sort(Comparator.comparingDouble(hit -> -hit.score));
        FastLaneQuery query =
            FastLaneQuery.builder(FIELD, new float[][] {target})
                .k(k)
                .candidates(k)
                .rerank(rerank)
                .build();
        ScoreDoc[] hits = newSearcher(reader).search(query, k).scoreDocs;
        assertEquals(k, hits.length);
        for (int rank = 0; rank < k; rank++) {
          assertEquals(expected.get(rank).score, hits[rank].score, 1e-5f);
        }
      }
    }
  }

  /** Segments of Lucene's format beside those of ours, one query searched by several threads. */
  public void testSegmentsOfBothFormats() throws Exception {
    VectorSimilarityFunction similarity = anySimilarity();
    float[][] targets = RandomTokens.tokens(random(), 3, 8);
    Map<String, Float> expected = new HashMap<>();
    try (Directory directory = newDirectory()) {
      boolean sorted = random().nextBoolean();
      int segments = TestUtil.nextInt(random(), 2, 6);
      for (int segment = 0; segment < segments; segment++) {
        IndexWriterConfig config =
            new IndexWriterConfig()
                .setMergePolicy(NoMergePolicy.INSTANCE)
                .setCodec(segment % 2 == 0 ? exactCodec() : TestUtil.getDefaultCodec());
        if (sorted) {
          config.setIndexSort(new Sort(new SortField("number", SortField.Type.LONG)));
        }
        try (IndexWriter writer = new IndexWriter(directory, config)) {
          for (int i = TestUtil.nextInt(random(), 1, 80); i > 0; i--) {
            String id = segment + "-" + i;
            float[] token = RandomTokens.token(random(), 8);
            Document document = new Document();
            document.add(new StringField(RandomCorpus.ID, id, Field.Store.YES));
            document.add(new NumericDocValuesField("number", random().nextInt()));
            MultiVectorField.add(document, FIELD, new float[][] {token}, similarity);
            writer.addDocument(document);
            float sum = 0;
            for (float[] target : targets) {
              sum += similarity.compare(target, token);
            }
            expected.put(id, sum);
          }
          String deleted = RandomPicks.randomFrom(random(), expected.keySet());
          expected.remove(deleted);
          writer.deleteDocuments(new Term(RandomCorpus.ID, deleted));
        }
      }
      List<Float> best = expected.values().stream().sorted(Comparator.reverseOrder()).toList();
      Query query =
          FastLaneQuery.builder(FIELD, targets)
              .router(AllTokensRouter.INSTANCE)
              .k(ALL)
              .candidates(ALL)
              .build();
      ExecutorService threads = Executors.newFixedThreadPool(3, new NamedThreadFactory("search"));
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher =
            random().nextBoolean() ? newSearcher(reader) : new IndexSearcher(reader, threads);
        Callable<Void> search =
            () -> {
              int page = 10;
              List<ScoreDoc> hits = new ArrayList<>();
              ScoreDoc[] found = searcher.search(query, page).scoreDocs;
              while (found.length > 0) {
                hits.addAll(List.of(found));
                found = searcher.searchAfter(found[found.length - 1], query, page).scoreDocs;
              }
              assertEquals(best.size(), hits.size());
              for (int rank = 0; rank < best.size(); rank++) {
                ScoreDoc hit = hits.get(rank);
                assertEquals(best.get(rank), hit.score, 1e-4f);
                String id = searcher.storedFields().document(hit.doc).get(RandomCorpus.ID);
                assertEquals(expected.get(id), hit.score, 1e-4f);
              }
              return null;
            };
        ExecutorService callers = Executors.newFixedThreadPool(3, new NamedThreadFactory("caller"));
        try {
          for (Future<Void> searched : callers.invokeAll(List.of(search, search, search))) {
            searched.get();
          }
        } finally {
          TestUtil.shutdownExecutorService(callers);
        }
      } finally {
        TestUtil.shutdownExecutorService(threads);
      }
    }
  }

  /** Few candidates: a token's missing similarity is the lowest among its best candidates. */
  public void testWithoutRerankMissingSimilarity() throws IOException {
    int candidates = 10;
    try (RandomCorpus corpus =
        new RandomCorpus(random(), exactCodec(), anyEncoding(), anySimilarity(), 80, 8)) {
      IndexSearcher searcher = newSearcher(corpus.reader);
      RandomCorpus.Text text = corpus.text(3);
      Map<String, Float> expected = new HashMap<>();
      List<Map<String, Float>> found = new ArrayList<>();
      List<Float> lowest = new ArrayList<>();
      for (int token = 0; token < 3; token++) {
        int i = token;
        List<Map.Entry<String, Float>> best = new ArrayList<>();
        corpus.texts.forEach(
            (id, document) -> best.add(Map.entry(id, corpus.bestSimilarity(text, i, document))));
        best.sort(Map.Entry.<String, Float>comparingByValue().reversed());
        Map<String, Float> kept = new HashMap<>();
        for (Map.Entry<String, Float> entry : best.subList(0, Math.min(candidates, best.size()))) {
          kept.put(entry.getKey(), entry.getValue());
          expected.put(entry.getKey(), 0f);
        }
        found.add(kept);
        lowest.add(best.get(kept.size() - 1).getValue());
      }
      assumeTrue("no ties at the cut", tiesAtCut(corpus, text, found, lowest) == false);
      for (String id : expected.keySet()) {
        float sum = 0;
        for (int token = 0; token < 3; token++) {
          sum += found.get(token).getOrDefault(id, lowest.get(token)) / 3;
        }
        expected.put(id, sum);
      }
      Query query =
          corpus
              .query(text)
              .router(AllTokensRouter.INSTANCE)
              .rerank(false)
              .candidates(candidates)
              .build();
      corpus.checkBest(searcher.search(query, 10), expected, 10);
    }
  }

  private static boolean tiesAtCut(
      RandomCorpus corpus,
      RandomCorpus.Text text,
      List<Map<String, Float>> found,
      List<Float> lowest) {
    for (int token = 0; token < lowest.size(); token++) {
      int i = token;
      long atLeast =
          corpus.texts.values().stream()
              .filter(
                  document -> {
                    float similarity = corpus.bestSimilarity(text, i, document);
                    return similarity >= lowest.get(i) - RandomCorpus.tolerance(lowest.get(i));
                  })
              .count();
      if (atLeast > found.get(token).size()) {
        return true;
      }
    }
    return false;
  }

  public void testInBooleanQueries() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      IndexSearcher searcher = newSearcher(corpus.reader);
      RandomCorpus.Text text = corpus.text(4);
      int k = TestUtil.nextInt(random(), 1, 40);
      FastLaneQuery query = corpus.query(text).k(k).build();
      TopDocs alone = searcher.search(query, k);
      assertEquals(alone.scoreDocs.length, searcher.count(query));
      Map<Integer, Float> scores = new HashMap<>();
      for (ScoreDoc hit : alone.scoreDocs) {
        scores.put(hit.doc, hit.score);
      }

      Query inGroup = group("a", "b");
      TopDocs must =
          searcher.search(
              new BooleanQuery.Builder()
                  .add(query, BooleanClause.Occur.MUST)
                  .add(inGroup, BooleanClause.Occur.FILTER)
                  .build(),
              ALL);
      int expectedHits = 0;
      for (ScoreDoc hit : alone.scoreDocs) {
        if (List.of("a", "b").contains(corpus.groups.get(corpus.id(hit.doc)))) {
          assertEquals(hit.doc, must.scoreDocs[expectedHits].doc);
          assertEquals(hit.score, must.scoreDocs[expectedHits].score, 0f);
          expectedHits++;
        }
      }
      assertEquals(expectedHits, must.scoreDocs.length);

      TopDocs should =
          searcher.search(
              new BooleanQuery.Builder()
                  .add(new BoostQuery(query, 2f), BooleanClause.Occur.SHOULD)
                  .add(new ConstantScoreQuery(inGroup), BooleanClause.Occur.SHOULD)
                  .build(),
              ALL);
      for (ScoreDoc hit : should.scoreDocs) {
        boolean accepted = List.of("a", "b").contains(corpus.groups.get(corpus.id(hit.doc)));
        float expected = 2 * scores.getOrDefault(hit.doc, 0f) + (accepted ? 1 : 0);
        assertEquals(expected, hit.score, RandomCorpus.tolerance(expected));
        scores.remove(hit.doc);
      }
      assertTrue(scores.isEmpty());

      TopDocs not =
          searcher.search(
              new BooleanQuery.Builder()
                  .add(MatchAllDocsQuery.INSTANCE, BooleanClause.Occur.MUST)
                  .add(query, BooleanClause.Occur.MUST_NOT)
                  .build(),
              ALL);
      assertEquals(corpus.reader.numDocs() - alone.scoreDocs.length, not.scoreDocs.length);
    }
  }

  public void testReciprocalRankFusion() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      IndexSearcher searcher = newSearcher(corpus.reader);
      TopDocs one = searcher.search(corpus.query(corpus.text(4)).build(), 10);
      TopDocs other = searcher.search(corpus.query(corpus.text(2)).build(), 10);
      for (TopDocs hits : List.of(one, other)) {
        for (ScoreDoc hit : hits.scoreDocs) {
          hit.shardIndex = 0;
        }
      }
      TopDocs fused = TopDocs.rrf(10, 60, new TopDocs[] {one, other});
      assertEquals(Math.min(10, corpus.texts.size()), fused.scoreDocs.length);
      Map<Integer, Float> expected = new HashMap<>();
      for (TopDocs hits : List.of(one, other)) {
        for (int rank = 0; rank < hits.scoreDocs.length; rank++) {
          expected.merge(hits.scoreDocs[rank].doc, 1f / (60 + rank + 1), Float::sum);
        }
      }
      for (ScoreDoc hit : fused.scoreDocs) {
        assertEquals(expected.get(hit.doc), hit.score, 1e-6f);
      }
    }
  }

  /** Lucene's checks search parts of the index too: only a query that finds all agrees there. */
  public void testQueryUtils() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      FastLaneQuery query =
          corpus
              .query(corpus.text(3))
              .router(anyRouter())
              .views(2)
              .k(ALL)
              .rerank(random().nextBoolean())
              .build();
      QueryUtils.check(random(), query, newSearcher(corpus.reader));
    }
  }

  public void testRewrittenQuery() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      IndexSearcher searcher = newSearcher(corpus.reader);
      FastLaneQuery.Builder builder =
          corpus
              .query(corpus.text(3))
              .router(anyRouter())
              .views(2)
              .k(TestUtil.nextInt(random(), 1, 200))
              .rerank(random().nextBoolean());
      CheckHits.checkExplanations(builder.build(), FIELD, searcher, true);
      Query rewritten = searcher.rewrite(builder.build());
      QueryUtils.check(rewritten);
      QueryUtils.checkEqual(rewritten, searcher.rewrite(builder.build()));
      QueryUtils.checkUnequal(
          rewritten, searcher.rewrite(corpus.query(corpus.text(3)).k(1).build()));
      assertEquals(rewritten, searcher.rewrite(rewritten));
      assertTrue(rewritten.toString(), rewritten.toString().contains("FastLaneQuery:body"));
    }
  }

  /** Bounds of scores ahead, by which Lucene skips documents that cannot compete. */
  public void testMaxScores() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      IndexSearcher searcher = new IndexSearcher(corpus.reader);
      Query query =
          searcher.rewrite(
              corpus.query(corpus.text(3)).k(TestUtil.nextInt(random(), 1, 300)).build());
      Map<Integer, Float> scores = new HashMap<>();
      for (ScoreDoc hit : searcher.search(query, ALL).scoreDocs) {
        scores.put(hit.doc, hit.score);
      }
      Weight weight = query.createWeight(searcher, ScoreMode.TOP_SCORES, 1f);
      for (LeafReaderContext leaf : corpus.reader.leaves()) {
        Scorer scorer = weight.scorer(leaf);
        int last = leaf.reader().maxDoc() - 1;
        for (int from = random().nextInt(20);
            scorer != null && from <= last;
            from += random().nextInt(20)) {
          int blockEnd = scorer.advanceShallow(from);
          assertTrue(blockEnd >= from);
          int upTo = random().nextBoolean() ? blockEnd : from + random().nextInt(100);
          float highest = 0;
          for (int doc = from; doc <= Math.min(upTo, last); doc++) {
            highest = Math.max(highest, scores.getOrDefault(leaf.docBase + doc, 0f));
          }
          float bound = scorer.getMaxScore(upTo);
          assertTrue(bound + " for " + highest, bound >= highest);
        }
      }
    }
  }

  public void testRewrittenQueryIsBoundToItsReader() throws IOException {
    try (RandomCorpus corpus = anyCorpus();
        MultiReader other = new MultiReader(new DirectoryReader[] {corpus.reader}, false)) {
      Query rewritten =
          new IndexSearcher(corpus.reader).rewrite(corpus.query(corpus.text(3)).build());
      IllegalStateException e =
          expectThrows(
              IllegalStateException.class,
              () -> rewritten.createWeight(new IndexSearcher(other), ScoreMode.COMPLETE, 1f));
      assertTrue(e.getMessage(), e.getMessage().contains("rewritten for another reader"));
    }
  }

  public void testExplain() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      IndexSearcher searcher = newSearcher(corpus.reader);
      RandomCorpus.Text text = corpus.text(4);
      FastLaneQuery query = corpus.query(text).router(CoverageRouter.INSTANCE).views(2).build();
      TopDocs hits = searcher.search(query, 10);
      for (ScoreDoc hit : hits.scoreDocs) {
        Explanation explanation = searcher.explain(query, hit.doc);
        assertEquals(hit.score, explanation.getValue().floatValue(), 0f);
        assertEquals("exact score in field [body], computed from:", explanation.getDescription());
        assertEquals(3, explanation.getDetails().length);
        Explanation maxSim = explanation.getDetails()[0];
        assertEquals("MaxSim over 4 query tokens, sum of:", maxSim.getDescription());
        assertEquals(hit.score, maxSim.getValue().floatValue(), RandomCorpus.tolerance(hit.score));
        float sum = 0;
        RandomCorpus.Text document = corpus.texts.get(corpus.id(hit.doc));
        for (int token = 0; token < 4; token++) {
          Explanation match = maxSim.getDetails()[token];
          float similarity = match.getValue().floatValue();
          assertEquals(
              corpus.bestSimilarity(text, token, document),
              similarity,
              RandomCorpus.tolerance(similarity));
          String[] words = match.getDescription().split(" ");
          int best = Integer.parseInt(words[words.length - 1]);
          assertEquals(
              "similarity of query token " + token + " to its best, document token " + best,
              match.getDescription());
          RandomCorpus.Text only =
              new RandomCorpus.Text(
                  document.floats() == null ? null : new float[][] {document.floats()[best]},
                  document.bytes() == null ? null : new byte[][] {document.bytes()[best]});
          assertEquals(
              corpus.bestSimilarity(text, token, only),
              similarity,
              RandomCorpus.tolerance(similarity));
          sum += similarity;
        }
        assertEquals(hit.score, sum, RandomCorpus.tolerance(sum));
        for (int view = 0; view < 2; view++) {
          String description = explanation.getDetails()[1 + view].getDescription();
          assertTrue(
              description,
              description.matches(
                  "view "
                      + view
                      + " \\((query token [0-3]|a combination of tokens), weight 0\\.\\d+\\): .*"));
        }
      }
      Explanation none = searcher.explain(corpus.query(text).filter(group("none")).build(), 0);
      assertFalse(none.isMatch());
    }
  }

  public void testExplainNoMatchAndCombination() throws IOException {
    try (RandomCorpus corpus =
        new RandomCorpus(
            random(), anyRoutesCodec(), VectorEncoding.FLOAT32, anySimilarity(), 100, 5)) {
      IndexSearcher searcher = newSearcher(corpus.reader);
      RandomCorpus.Text tokens = corpus.text(3);
      ScoreDoc[] bestTwo = searcher.search(corpus.query(tokens).k(2).build(), 2).scoreDocs;
      FastLaneQuery query = corpus.query(tokens).k(1).build();
      String text = searcher.explain(query, bestTwo[0].doc).toString();
      assertTrue(text, text.contains("view 0 (a combination of tokens, weight 1.0)"));
      Explanation other = searcher.explain(query, bestTwo[1].doc);
      assertFalse(other.isMatch());
      assertEquals("not among the 1 documents found", other.getDescription());
    }
  }

  public void testExplainWithoutRerank() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      IndexSearcher searcher = newSearcher(corpus.reader);
      FastLaneQuery query =
          corpus
              .query(corpus.text(4))
              .router(CoverageRouter.INSTANCE)
              .views(3)
              .k(30)
              .candidates(30)
              .rerank(false)
              .build();
      for (ScoreDoc hit : searcher.search(query, 30).scoreDocs) {
        Explanation explanation = searcher.explain(query, hit.doc);
        assertEquals(hit.score, explanation.getValue().floatValue(), 0f);
        assertEquals(3, explanation.getDetails().length);
        float sum = 0;
        for (Explanation view : explanation.getDetails()) {
          sum += view.getValue().floatValue();
          assertEquals(
              view.getValue().floatValue(),
              view.getDetails()[0].getValue().floatValue()
                  * view.getDetails()[1].getValue().floatValue(),
              0f);
        }
        assertEquals(hit.score, sum, RandomCorpus.tolerance(sum));
      }
    }
  }

  /** A timeout that strikes at a random point leaves a valid, perhaps empty, part of the result. */
  public void testTimeout() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      RandomCorpus.Text text = corpus.text(4);
      List<FastLaneStats> stats = new ArrayList<>();
      FastLaneQuery.Builder builder =
          corpus.query(text).router(anyRouter()).views(3).candidates(50).k(50).stats(stats::add);
      if (random().nextBoolean()) {
        builder.filter(group("a", "b"));
      }
      FastLaneQuery query = builder.build();
      IndexSearcher untimed = new IndexSearcher(corpus.reader);
      AtomicInteger asked = new AtomicInteger();
      untimed.setTimeout(
          () -> {
            asked.incrementAndGet();
            return false;
          });
      int complete = untimed.search(untimed.rewrite(query), 50).scoreDocs.length;
      assertFalse(stats.get(0).partial());
      Map<String, Float> expected = corpus.maxSims(text, group -> true);
      int checks = asked.get();
      for (int iteration = 0; iteration < 20; iteration++) {
        stats.clear();
        AtomicInteger left = new AtomicInteger(random().nextInt(checks));
        IndexSearcher timed = new IndexSearcher(corpus.reader);
        timed.setTimeout(() -> left.getAndDecrement() <= 0);
        Query rewritten = timed.rewrite(query);
        TopDocs hits = new IndexSearcher(corpus.reader).search(rewritten, 50);
        corpus.checkValid(hits, expected);
        assertTrue(hits.scoreDocs.length <= complete);
        assertTrue(stats.get(0).partial() || hits.scoreDocs.length == complete);
      }
      for (int iteration = 0; iteration < 20; iteration++) {
        stats.clear();
        AtomicInteger left = new AtomicInteger(random().nextInt(checks));
        IndexSearcher timed = new IndexSearcher(corpus.reader);
        timed.setTimeout(() -> left.getAndDecrement() <= 0);
        TopDocs hits = timed.search(query, 50);
        if (stats.get(0).partial()) {
          assertEquals("no time is left to visit any", 0, hits.scoreDocs.length);
          assertTrue("an empty page is not the whole answer", timed.timedOut());
        } else { // it may have fired while the documents found were visited
          assertTrue(timed.timedOut() || hits.scoreDocs.length == complete);
        }
      }
      IndexSearcher counting = new IndexSearcher(corpus.reader);
      counting.setTimeout(() -> true);
      assertEquals(0, counting.count(query));
      assertTrue(counting.timedOut());
    }
  }

  public void testRerankFromLateInteractionField() throws IOException {
    VectorSimilarityFunction similarity = anySimilarity();
    try (RandomCorpus corpus =
        new RandomCorpus(
            random(),
            random().nextBoolean() ? anyRoutesCodec() : new FastLaneCodec(),
            VectorEncoding.FLOAT32,
            similarity,
            TestUtil.nextInt(random(), 30, 200),
            12)) {
      IndexSearcher searcher = newSearcher(corpus.reader);
      RandomCorpus.Text text = corpus.text(4);
      FastLaneQuery query =
          corpus.query(text).k(50).candidates(80).rerankFrom(LATE_INTERACTION).build();
      TopDocs hits = searcher.search(query, 50);
      corpus.checkValid(hits, corpus.maxSims(text, group -> true));
      ScoreDoc[] copies = // the rescorer writes to its input
          Arrays.stream(hits.scoreDocs)
              .map(hit -> new ScoreDoc(hit.doc, hit.score))
              .toArray(ScoreDoc[]::new);
      TopDocs rescored =
          LateInteractionRescorer.create(LATE_INTERACTION, text.floats(), similarity)
              .rescore(searcher, new TopDocs(hits.totalHits, copies), 50);
      assertEquals(rescored.scoreDocs.length, hits.scoreDocs.length);
      Map<Integer, Float> scores = new HashMap<>();
      for (ScoreDoc hit : rescored.scoreDocs) {
        scores.put(hit.doc, hit.score);
      }
      for (ScoreDoc hit : hits.scoreDocs) {
        float expected = scores.get(hit.doc);
        assertEquals(expected, hit.score, RandomCorpus.tolerance(expected));
      }
      ScoreDoc best = hits.scoreDocs[0];
      Explanation explanation = searcher.explain(query, best.doc);
      assertEquals(best.score, explanation.getValue().floatValue(), 0f);
      assertEquals("exact score in field [late], computed from:", explanation.getDescription());
    }
  }

  /** One pooled vector per document, written by a format of Lucene's, and tokens elsewhere. */
  public void testRerankOfPooledVectors() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
      int documents = 40;
      for (int i = 0; i < documents; i++) {
        Document document = new Document();
        float[][] tokens = RandomTokens.tokens(random(), 1 + random().nextInt(5), 8);
        float[] pooled = MeanRouter.INSTANCE.route(tokens, 1).get(0).vector();
        MultiVectorField.add(
            document, FIELD, new float[][] {pooled}, VectorSimilarityFunction.COSINE);
        if (i % 4 != 0) {
          document.add(new LateInteractionField(LATE_INTERACTION, tokens));
        }
        writer.addDocument(document);
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        IndexSearcher searcher = newSearcher(reader);
        float[][] tokens = RandomTokens.tokens(random(), 3, 8);
        FastLaneQuery query =
            FastLaneQuery.builder(FIELD, tokens).k(documents).rerankFrom(LATE_INTERACTION).build();
        TopDocs hits = searcher.search(query, documents);
        assertEquals(documents, hits.scoreDocs.length);
        for (int rank = 0; rank < documents; rank++) {
          assertEquals(
              "documents without tokens come last, with score 0",
              rank >= documents - documents / 4,
              hits.scoreDocs[rank].score == 0);
        }
        Explanation last = searcher.explain(query, hits.scoreDocs[documents - 1].doc);
        assertTrue(last.isMatch());
        assertEquals(
            "document has no tokens in field [late]", last.getDetails()[0].getDescription());
      }
    }
  }

  /**
   * Segments large enough for posting lists, searched by few candidates, and by filters of any
   * size.
   */
  public void testPostingLists() throws IOException {
    try (RandomCorpus corpus =
        new RandomCorpus(
            random(),
            exactCodec(),
            VectorEncoding.FLOAT32,
            VectorSimilarityFunction.DOT_PRODUCT,
            8000,
            5)) {
      IndexSearcher searcher = newSearcher(corpus.reader);
      int found = 0;
      int wanted = 0;
      for (int iteration = 0; iteration < 20; iteration++) {
        RandomCorpus.Text text = corpus.text(3);
        FastLaneQuery.Builder builder =
            corpus.query(text).router(AllTokensRouter.INSTANCE).candidates(200);
        String accepted = RandomPicks.randomFrom(random(), List.of("a", "rare", "all"));
        if (accepted.equals("all") == false) {
          builder.filter(group(accepted));
        }
        Map<String, Float> expected =
            corpus.maxSims(text, group -> accepted.equals("all") || group.equals(accepted));
        TopDocs hits = searcher.search(builder.build(), 10);
        corpus.checkValid(hits, expected);
        assertEquals(Math.min(10, expected.size()), hits.scoreDocs.length);
        float tenth = expected.values().stream().sorted(Comparator.reverseOrder()).toList().get(9);
        for (ScoreDoc hit : hits.scoreDocs) {
          if (hit.score >= tenth - RandomCorpus.tolerance(tenth)) {
            found++;
          }
        }
        wanted += 10;
      }
      // In two or three dimensions so many documents are nearly as good that 200 candidates leave
      // out up to .12 of the best ten, in more of them .05 (60 seeds).
      double least = corpus.dimension > 3 ? .9 : .8;
      assertTrue(found + " of the best " + wanted, found >= least * wanted);
    }
  }

  /** Quantised tokens: the score is that of the stored codes, so near the exact one. */
  public void testQuantizedTokens() throws IOException {
    for (TokenEncoding encoding :
        List.of(TokenEncoding.INT8, TokenEncoding.RESIDUAL4, TokenEncoding.RESIDUAL3)) {
      float errorPerToken = encoding == TokenEncoding.INT8 ? .01f : .1f;
      try (RandomCorpus corpus =
          new RandomCorpus(
              random(),
              new FastLaneCodec(new FastLaneVectorsFormat(encoding)),
              VectorEncoding.FLOAT32,
              VectorSimilarityFunction.DOT_PRODUCT,
              200,
              8)) {
        IndexSearcher searcher = newSearcher(corpus.reader);
        RandomCorpus.Text text = corpus.text(4);
        Map<String, Float> expected = corpus.maxSims(text, group -> true);
        FastLaneQuery query = corpus.query(text).k(50).candidates(ALL).build();
        ScoreDoc[] hits = searcher.search(query, 50).scoreDocs;
        assertEquals(50, hits.length);
        for (ScoreDoc hit : hits) {
          assertEquals(expected.get(corpus.id(hit.doc)), hit.score, 4 * errorPerToken);
        }
      }
    }
  }

  /** A field of another format has one token per document. */
  public void testStockFormat() throws IOException {
    for (VectorEncoding encoding : VectorEncoding.values()) {
      try (RandomCorpus corpus =
          new RandomCorpus(
              random(),
              TestUtil.getDefaultCodec(),
              encoding,
              anySimilarity(),
              TestUtil.nextInt(random(), 1, 200),
              1)) {
        IndexSearcher searcher = newSearcher(corpus.reader);
        RandomCorpus.Text text = corpus.text(3);
        Map<String, Float> expected = corpus.maxSims(text, group -> true);
        corpus.checkBest(
            searcher.search(corpus.query(text).candidates(ALL).build(), 10), expected, 10);
        Map<String, Float> filtered = corpus.maxSims(text, "b"::equals);
        FastLaneQuery.Builder builder = corpus.query(text).filter(group("b"));
        corpus.checkBest(searcher.search(builder.candidates(ALL).build(), 10), filtered, 10);
        corpus.checkValid(searcher.search(builder.candidates(10).build(), 10), filtered);
      }
    }
  }

  /** Its vector values hide that a document has several vectors. */
  public void testExitableDirectoryReader() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      DirectoryReader exitable = ExitableDirectoryReader.wrap(corpus.reader, () -> false);
      FastLaneQuery.Builder builder =
          corpus.query(corpus.text(4)).views(2).router(anyRouter()).rerank(random().nextBoolean());
      if (random().nextBoolean()) {
        builder.filter(group("a", "b"));
      }
      assertSameHits(
          new IndexSearcher(corpus.reader).search(builder.build(), 10),
          new IndexSearcher(exitable).search(builder.build(), 10));
    }
  }

  public void testStats() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      IndexSearcher searcher = new IndexSearcher(corpus.reader);
      RandomCorpus.Text text = corpus.text(5);
      List<FastLaneStats> stats = new ArrayList<>();
      FastLaneQuery query =
          corpus
              .query(text)
              .router(CoverageRouter.INSTANCE)
              .views(2)
              .candidates(ALL)
              .stats(stats::add)
              .build();
      searcher.search(query, 10);
      assertEquals(1, stats.size());
      FastLaneStats all = stats.get(0);
      long segments =
          corpus.reader.leaves().stream()
              .filter(leaf -> leaf.reader().getFieldInfos().fieldInfo(FIELD) != null)
              .count();
      assertEquals(2, all.views());
      assertEquals(2 * segments, all.lanes());
      assertEquals(corpus.texts.size(), all.candidates());
      assertEquals(10, all.routingComparisons());
      assertTrue(all.laneComparisons() >= 2L * corpus.texts.size());
      long tokens = corpus.texts.values().stream().mapToLong(RandomCorpus.Text::count).sum();
      assertEquals(5 * tokens, all.rerankComparisons());
      assertEquals(
          all.routingComparisons()
              + all.laneComparisons()
              + all.forecastComparisons()
              + all.rerankComparisons(),
          all.comparisons());
      assertEquals(all.routingNanos() + all.laneNanos() + all.rerankNanos(), all.nanos());
      assertFalse(all.partial());
    }
  }

  public void testStatsOfFewAcceptedDocuments() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      List<FastLaneStats> stats = new ArrayList<>();
      FastLaneQuery query =
          corpus.query(corpus.text(2)).candidates(ALL).filter(group("a")).stats(stats::add).build();
      TopDocs hits = new IndexSearcher(corpus.reader).search(query, 10);
      assumeTrue("the group is not empty", hits.scoreDocs.length > 0);
      assertEquals("no lane is needed", 0, stats.get(0).lanes());
      assertEquals(0, stats.get(0).laneComparisons());
      assertTrue(stats.get(0).rerankComparisons() > 0);
    }
  }

  private static void assertRefused(String message, IndexSearcher searcher, Query query) {
    assertEquals(
        message,
        expectThrows(IllegalArgumentException.class, () -> searcher.search(query, 10))
            .getMessage());
  }

  public void testFieldsThatDoNotFit() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
      Document document = new Document();
      document.add(new StringField("text", "x", Field.Store.NO));
      document.add(new NumericDocValuesField("number", 1));
      document.add(new BinaryDocValuesField("binary", new BytesRef("no tokens")));
      document.add(new LateInteractionField("short", new float[][] {{1}, {2}}));
      MultiVectorField.add(
          document, FIELD, new float[][] {{1, 2}}, VectorSimilarityFunction.COSINE);
      MultiVectorField.add(
          document, "bytes", new byte[][] {{1, 2}}, VectorSimilarityFunction.DOT_PRODUCT);
      writer.addDocument(document);
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        IndexSearcher searcher = newSearcher(reader);
        float[][] tokens = {{1, 2}};
        assertRefused(
            "field [text] must have vectors in all segments that have it, got one without",
            searcher,
            FastLaneQuery.builder("text", tokens).build());
        assertRefused(
            "query tokens for field [body] must have its dimension 2, got: 3",
            searcher,
            FastLaneQuery.builder(FIELD, new float[][] {{1, 2, 3}}).build());
        assertRefused(
            "query tokens for field [body] must have its encoding FLOAT32, got: BYTE",
            searcher,
            FastLaneQuery.builder(FIELD, new byte[][] {{1, 2}}).build());
        assertRefused(
            "query tokens for field [bytes] must have its encoding BYTE, got: FLOAT32",
            searcher,
            FastLaneQuery.builder("bytes", tokens).build());
        assertRefused(
            "query tokens for field [body] of similarity COSINE must not be zero vectors,"
                + " got token 1",
            searcher,
            FastLaneQuery.builder(FIELD, new float[][] {{1, 2}, {0, 0}}).build());
        assertRefused(
            "rerankFrom [number] must have doc values of type BINARY, got: NUMERIC",
            searcher,
            FastLaneQuery.builder(FIELD, tokens).rerankFrom("number").build());
        assertRefused(
            "late interaction field [binary] of document 0 must hold token vectors of the query's"
                + " dimension 2, got a value of 9 bytes",
            searcher,
            FastLaneQuery.builder(FIELD, tokens).rerankFrom("binary").build());
        assertRefused(
            "late interaction field [short] of document 0 must have the query's dimension 2,"
                + " got: 1",
            searcher,
            FastLaneQuery.builder(FIELD, tokens).rerankFrom("short").build());
        assertEquals(
            0, searcher.search(FastLaneQuery.builder("none", tokens).build(), 1).scoreDocs.length);
        ScoreDoc hit =
            searcher.search(FastLaneQuery.builder(FIELD, tokens).rerankFrom("none").build(), 1)
                .scoreDocs[0];
        assertEquals("no document has the rerank's field", 0f, hit.score, 0f);
      }
    }
  }

  public void testEmptyIndex() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig());
        DirectoryReader reader = DirectoryReader.open(writer)) {
      List<FastLaneStats> stats = new ArrayList<>();
      Query query = FastLaneQuery.builder(FIELD, new float[][] {{1}}).stats(stats::add).build();
      assertEquals(0, newSearcher(reader).search(query, 1).scoreDocs.length);
      assertEquals(0, stats.get(0).comparisons());
    }
  }

  public void testAllDocumentsDeleted() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(directory, newIndexWriterConfig().setCodec(anyRoutesCodec()))) {
      for (int i = 0; i < 3; i++) {
        Document document = new Document();
        document.add(new StringField(ID, "x", Field.Store.NO));
        MultiVectorField.add(
            document, FIELD, new float[][] {{1, 2}}, VectorSimilarityFunction.COSINE);
        writer.addDocument(document);
      }
      Document kept = new Document();
      kept.add(new StringField(ID, "y", Field.Store.NO));
      writer.addDocument(kept);
      writer.flush();
      writer.deleteDocuments(new Term(ID, "x"));
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        for (boolean rerank : new boolean[] {false, true}) {
          FastLaneQuery query =
              FastLaneQuery.builder(FIELD, new float[][] {{1, 2}}).rerank(rerank).build();
          assertEquals(0, newSearcher(reader).search(query, 1).scoreDocs.length);
        }
      }
    }
  }

  public void testRoutersThatBreakTheirContract() throws IOException {
    try (RandomCorpus corpus =
        new RandomCorpus(
            random(),
            anyRoutesCodec(),
            VectorEncoding.FLOAT32,
            VectorSimilarityFunction.COSINE,
            50,
            3)) {
      IndexSearcher searcher = newSearcher(corpus.reader);
      float[] vector = corpus.text(1).floats()[0];
      Map<String, List<View>> answers =
          Map.of(
              "must give 1 to 3 views, got: 0",
              List.of(),
              "must give 1 to 3 views, got: 4",
              List.of(
                  new View(vector, .25f),
                  new View(vector, .25f),
                  new View(vector, .25f),
                  new View(vector, .25f)),
              "must give views of dimension " + corpus.dimension + ", got: 1",
              List.of(new View(new float[] {1}, 1f)),
              "must give weights that sum to 1, got: 0.5",
              List.of(new View(vector, .5f)),
              "must give views that are no zero vectors",
              List.of(new View(new float[corpus.dimension], 1f)));
      answers.forEach(
          (message, views) -> {
            Query query = corpus.query(corpus.text(3)).router((tokens, wanted) -> views).build();
            IllegalArgumentException e =
                expectThrows(IllegalArgumentException.class, () -> searcher.search(query, 10));
            assertTrue(e.getMessage(), e.getMessage().contains(message));
          });
    }
  }

  /** Segments of one reader may come from several indexes, with fields that differ. */
  public void testIndexesThatDiffer() throws IOException {
    try (Directory one = indexOf(VectorSimilarityFunction.COSINE, 2);
        Directory other = indexOf(VectorSimilarityFunction.EUCLIDEAN, 2);
        MultiReader reader =
            new MultiReader(DirectoryReader.open(one), DirectoryReader.open(other))) {
      assertRefused(
          "field [body] must have one similarity in all segments, got: COSINE and EUCLIDEAN",
          new IndexSearcher(reader),
          FastLaneQuery.builder(FIELD, new float[][] {{1, 2}}).build());
    }
    try (Directory one = indexOf(VectorSimilarityFunction.COSINE, 2);
        Directory other = newDirectory();
        IndexWriter writer = new IndexWriter(other, newIndexWriterConfig())) {
      Document document = new Document();
      document.add(new StringField(FIELD, "no vector", Field.Store.NO));
      writer.addDocument(document);
      try (MultiReader reader =
          new MultiReader(DirectoryReader.open(one), DirectoryReader.open(writer))) {
        for (Query filter : new Query[] {null, group("a")}) {
          assertRefused(
              "field [body] must have vectors in all segments that have it, got one without",
              new IndexSearcher(reader),
              FastLaneQuery.builder(FIELD, new float[][] {{1, 2}}).filter(filter).build());
        }
      }
    }
  }

  /** A document that cannot be scored is named, not left out. */
  public void testScoresThatAreNoNumbers() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
      for (float component : new float[] {1, Float.NaN}) {
        Document document = new Document();
        document.add(new KnnFloatVectorField(FIELD, new float[] {1, 0}));
        document.add(new LateInteractionField(LATE_INTERACTION, new float[][] {{component, 0}}));
        writer.addDocument(document);
      }
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        assertRefused(
            "field [late] of document 1 must have a number as MaxSim with the query, got: NaN; a"
                + " component of its vectors is not finite, or products of components too large",
            newSearcher(reader),
            FastLaneQuery.builder(FIELD, new float[][] {{1, 2}})
                .rerankFrom(LATE_INTERACTION)
                .build());
      }
    }
  }

  private static Directory indexOf(VectorSimilarityFunction similarity, int dimension)
      throws IOException {
    Directory directory = newDirectory();
    try (IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
      Document document = new Document();
      float[] token = RandomTokens.token(random(), dimension);
      MultiVectorField.add(document, FIELD, new float[][] {token}, similarity);
      writer.addDocument(document);
    }
    return directory;
  }

  /** Filters are executed once per segment, whatever the number of views. */
  public void testFilterIsExecutedOncePerSegment() throws IOException {
    try (RandomCorpus corpus = anyCorpus()) {
      IndexSearcher searcher = new IndexSearcher(corpus.reader);
      searcher.setQueryCache(null);
      CountingQuery filter = new CountingQuery();
      Query query =
          corpus
              .query(corpus.text(6))
              .router(AllTokensRouter.INSTANCE)
              .candidates(10)
              .filter(filter)
              .build();
      searcher.search(query, 10);
      int withField = 0;
      for (LeafReaderContext leaf : corpus.reader.leaves()) {
        if (leaf.reader().getFieldInfos().fieldInfo(FIELD) != null) {
          withField++;
        }
      }
      assertEquals(withField, filter.executions.get());
    }
  }

  /** Matches all documents, and counts the segments it is executed in. */
  private static final class CountingQuery extends Query {
    final AtomicInteger executions = new AtomicInteger();

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
      return new ConstantScoreWeight(this, boost) {
        @Override
        public ScorerSupplier scorerSupplier(LeafReaderContext context) {
          executions.incrementAndGet();
          int maxDoc = context.reader().maxDoc();
          return ConstantScoreScorerSupplier.matchAll(score(), scoreMode, maxDoc);
        }

        @Override
        public boolean isCacheable(LeafReaderContext context) {
          return false;
        }
      };
    }

    @Override
    public void visit(QueryVisitor visitor) {
      visitor.visitLeaf(this);
    }

    @Override
    public String toString(String field) {
      return "counting";
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
