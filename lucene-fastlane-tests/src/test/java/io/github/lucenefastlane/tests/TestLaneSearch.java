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

import io.github.lucenefastlane.codec.FastLaneCodec;
import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.HeadSearchStrategy;
import io.github.lucenefastlane.codec.MultiVectorValues;
import io.github.lucenefastlane.codec.RouteBoundaries;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.ByteVectorSimilarityQuery;
import org.apache.lucene.search.FloatVectorSimilarityQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnByteVectorQuery;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.PatienceKnnVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SeededKnnVectorQuery;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.search.TotalHits;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.NamedThreadFactory;

/** Lucene's own vector queries on documents of several vectors, against an exhaustive search. */
public class TestLaneSearch extends LuceneTestCase {

  /** A random index of one vector field, its searcher, and a source of targets. */
  private static final class Lanes implements Closeable {
    final Corpus corpus;
    final VectorField field;
    final MultiVectorGenerator targets;
    final Directory directory;
    final DirectoryReader reader;
    final IndexSearcher searcher;

    Lanes(VectorField field, FastLaneVectorsFormat format, int documents, int maxTokens)
        throws IOException {
      this.field = field;
      this.corpus = new Corpus(List.of(field));
      this.directory = newDirectory();
      RandomIndexer indexer = new RandomIndexer(random(), corpus, maxTokens);
      this.targets = indexer.generator(field);
      IndexWriterConfig config =
          newIndexWriterConfig().setCodec(RandomFormats.codec(random(), format));
      if (random().nextBoolean()) {
        config.setIndexSort(new Sort(new SortField(Corpus.SORT_KEY, SortField.Type.LONG)));
      }
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int segments = TestUtil.nextInt(random(), 1, 4); segments > 0; segments--) {
          indexer.add(writer, documents / segments);
          indexer.change(writer, random().nextInt(20));
          writer.flush();
        }
        if (random().nextBoolean()) {
          writer.forceMerge(1);
        }
      }
      this.reader = DirectoryReader.open(directory);
      this.searcher = newSearcher(reader);
    }

    LaneOracle oracle(float[] target, Set<Integer> accepted) throws IOException {
      return new LaneOracle(reader, field, target, accepted);
    }

    Query nearest(float[] target, int k, Query filter) {
      return switch (field.encoding()) {
        case FLOAT32 -> new KnnFloatVectorQuery(field.name(), target, k, filter);
        case BYTE -> new KnnByteVectorQuery(field.name(), VectorField.toBytes(target), k, filter);
      };
    }

    Query seeded(float[] target, int k, Query filter, Query seeds) {
      return switch (nearest(target, k, filter)) {
        case KnnFloatVectorQuery query -> SeededKnnVectorQuery.fromFloatQuery(query, seeds);
        case KnnByteVectorQuery query -> SeededKnnVectorQuery.fromByteQuery(query, seeds);
        case Query other -> throw new AssertionError(other);
      };
    }

    Query patient(float[] target, int k, Query filter) {
      return switch (nearest(target, k, filter)) {
        case KnnFloatVectorQuery query -> PatienceKnnVectorQuery.fromFloatQuery(query);
        case KnnByteVectorQuery query -> PatienceKnnVectorQuery.fromByteQuery(query);
        case Query other -> throw new AssertionError(other);
      };
    }

    Query within(float[] target, float similarity, float decay, Query filter) {
      return switch (field.encoding()) {
        case FLOAT32 ->
            new FloatVectorSimilarityQuery(field.name(), target, similarity, decay, filter);
        case BYTE ->
            new ByteVectorSimilarityQuery(
                field.name(), VectorField.toBytes(target), similarity, decay, filter);
      };
    }

    /** Any of the queries that want the k nearest. */
    Query randomNearest(float[] target, int k, Query filter) {
      return switch (random().nextInt(4)) {
        case 0 -> seeded(target, k, filter, terms(randomIds(0.1f)));
        case 1 -> patient(target, k, filter);
        default -> nearest(target, k, filter);
      };
    }

    Set<Integer> randomIds(float density) {
      Set<Integer> ids = new HashSet<>();
      for (int id : corpus.ids()) {
        if (random().nextFloat() < density) {
          ids.add(id);
        }
      }
      return ids;
    }

    ScoreDoc[] search(Query query) throws IOException {
      return searcher.search(query, Math.max(1, reader.maxDoc())).scoreDocs;
    }

    @Override
    public void close() throws IOException {
      reader.close();
      directory.close();
    }
  }

  private static Query terms(Set<Integer> ids) {
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    ids.forEach(id -> query.add(new TermQuery(Corpus.term(id)), BooleanClause.Occur.SHOULD));
    return query.build();
  }

  private static Lanes randomLanes(int documents) throws IOException {
    FastLaneVectorsFormat format = RandomFormats.format(random(), RandomFormats.encoding(random()));
    return new Lanes(
        VectorField.random(random(), "field"),
        format,
        documents,
        TestUtil.nextInt(random(), 1, 15));
  }

  // All documents, and so exact

  public void testFindsAllDocuments() throws IOException {
    try (Lanes lanes = randomLanes(atLeast(80))) {
      for (int i = 0; i < 10; i++) {
        float[] target = lanes.targets.target();
        int k = lanes.reader.maxDoc() + random().nextInt(5);
        lanes
            .oracle(target, null)
            .assertExact(lanes.search(lanes.randomNearest(target, k, null)), k);
      }
    }
  }

  public void testFindsAllAcceptedDocuments() throws IOException {
    try (Lanes lanes = randomLanes(atLeast(80))) {
      for (float density : new float[] {0f, 0.01f, 0.1f, 0.5f, 0.95f, 1f}) {
        float[] target = lanes.targets.target();
        Set<Integer> accepted = lanes.randomIds(density);
        int k = lanes.reader.maxDoc() + 1;
        Query query = lanes.randomNearest(target, k, terms(accepted));
        lanes.oracle(target, accepted).assertExact(lanes.search(query), k);
      }
    }
  }

  public void testTrivialFilters() throws IOException {
    try (Lanes lanes = randomLanes(atLeast(50))) {
      float[] target = lanes.targets.target();
      int k = lanes.reader.maxDoc() + 1;
      assertEquals(0, lanes.search(lanes.nearest(target, k, MatchNoDocsQuery.INSTANCE)).length);
      ScoreDoc[] hits = lanes.search(lanes.nearest(target, k, MatchAllDocsQuery.INSTANCE));
      lanes.oracle(target, null).assertExact(hits, k);
    }
  }

  /** A search for fewer than there are finds as many as were asked for, each correctly scored. */
  public void testFindsAsManyAsAsked() throws IOException {
    try (Lanes lanes = randomLanes(atLeast(200))) {
      for (int i = 0; i < 20; i++) {
        float[] target = lanes.targets.target();
        Set<Integer> accepted = random().nextBoolean() ? null : lanes.randomIds(0.7f);
        LaneOracle oracle = lanes.oracle(target, accepted);
        int k = TestUtil.nextInt(random(), 1, 30);
        Query filter = accepted == null ? null : terms(accepted);
        ScoreDoc[] hits = lanes.search(lanes.randomNearest(target, k, filter));
        oracle.assertRanked(hits);
        assertEquals(Math.min(k, oracle.size()), hits.length);
      }
    }
  }

  public void testWithinSimilarity() throws IOException {
    try (Lanes lanes = randomLanes(atLeast(150))) {
      for (int i = 0; i < 10; i++) {
        float[] target = lanes.targets.target();
        Set<Integer> accepted = random().nextBoolean() ? null : lanes.randomIds(0.5f);
        Query filter = accepted == null ? null : terms(accepted);
        LaneOracle oracle = lanes.oracle(target, accepted);
        if (oracle.size() == 0) {
          continue;
        }
        // Between two documents, so that rounding does not decide which are near enough.
        List<Float> ranking = oracle.ranking();
        int last = random().nextInt(oracle.size());
        float near = ranking.get(last);
        float far = last + 1 < ranking.size() ? ranking.get(last + 1) : near / 2;
        if (near - far < 4 * LaneOracle.rounding(near)) {
          continue;
        }
        float similarity = (near + far) / 2;
        ScoreDoc[] hits = lanes.search(lanes.within(target, similarity, 0.5f, filter));
        oracle.assertCorrect(hits);
        assertTrue(hits.length <= oracle.atLeast(similarity));
        for (ScoreDoc hit : hits) {
          assertTrue(hit.score >= similarity);
        }
        if (filter == null) {
          // Lucene compares all documents then.
          ScoreDoc[] all = lanes.search(lanes.within(target, similarity, 1f, null));
          oracle.assertCorrect(all);
          assertEquals(oracle.atLeast(similarity), all.length);
        }
      }
    }
  }

  // Recall

  private static float recall(Lanes lanes, int k) throws IOException {
    int found = 0;
    int wanted = 0;
    for (int i = 0; i < 30; i++) {
      float[] target = lanes.targets.target();
      LaneOracle oracle = lanes.oracle(target, null);
      found += oracle.found(lanes.search(lanes.nearest(target, k, null)), k);
      wanted += Math.min(k, oracle.size());
    }
    return (float) found / wanted;
  }

  /** Where each token is a head, a lane is a search for the best tokens themselves. */
  public void testRecallOfTokens() throws IOException {
    checkRecallOfTokens(VectorEncoding.FLOAT32);
  }

  /** Centroids of directions are no bytes; what they are rounded to must still tell them apart. */
  public void testRecallOfByteCosine() throws IOException {
    checkRecallOfTokens(VectorEncoding.BYTE);
  }

  private static void checkRecallOfTokens(VectorEncoding encoding) throws IOException {
    VectorField field = new VectorField("field", encoding, 16, VectorSimilarityFunction.COSINE);
    FastLaneVectorsFormat format = new FastLaneVectorsFormat(TokenEncoding.FLOAT32, 1);
    try (Lanes lanes = new Lanes(field, format, 8000, 12)) {
      float recall = recall(lanes, 10);
      assertTrue("recall " + recall, recall > 0.9f);
    }
  }

  /** Through posting lists a lane finds the best heads that a comparison with all of them finds. */
  public void testRecallOfHeads() throws IOException {
    assertRecallOfHeads(2, 8000, 20, 10, 0.9f);
  }

  /** Nor does it stop short where documents are long and have a single head: these are too few. */
  public void testRecallOfHeadsOfDocuments() throws IOException {
    assertRecallOfHeads(FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE, 1200, 1000, 100, 1);
  }

  /** One of several segments: a lane compares as many heads for a few as for all of them. */
  public void testPartOfDocuments() throws IOException {
    VectorField field =
        new VectorField("field", VectorEncoding.FLOAT32, 8, VectorSimilarityFunction.COSINE);
    FastLaneVectorsFormat format = new FastLaneVectorsFormat(TokenEncoding.FLOAT32, 1);
    try (Lanes lanes = new Lanes(field, format, 4000, 20)) {
      for (LeafReaderContext leaf : lanes.reader.leaves()) {
        int documents = leaf.reader().maxDoc();
        float[] target = lanes.targets.target();
        for (int all : new int[] {1 + documents / 4, documents}) {
          long expected = visited(leaf.reader(), field, target, all, 0);
          assertEquals(expected, visited(leaf.reader(), field, target, 1 + all / 10, all));
        }
        MultiVectorValues values = MultiVectorValues.get(leaf.reader(), field.name());
        if (values != null && values.routeCount() > 20_000) { // more than a lane compares at least
          assertTrue(
              visited(leaf.reader(), field, target, 20, 0)
                  < visited(leaf.reader(), field, target, 20, 1000));
        }
      }
    }
  }

  private static long visited(
      LeafReader reader, VectorField field, float[] target, int k, int documents)
      throws IOException {
    KnnCollector collector =
        new TopKnnCollector(k, Integer.MAX_VALUE, new HeadSearchStrategy(60, documents));
    search(reader, field, target, collector);
    return collector.visitedCount();
  }

  private static void assertRecallOfHeads(
      int tokensPerRoute, int documents, int maxTokens, int k, float least) throws IOException {
    VectorField field =
        new VectorField("field", VectorEncoding.FLOAT32, 16, VectorSimilarityFunction.COSINE);
    FastLaneVectorsFormat format = new FastLaneVectorsFormat(TokenEncoding.FLOAT32, tokensPerRoute);
    try (Lanes lanes = new Lanes(field, format, documents, maxTokens)) {
      int found = 0;
      int wanted = 0;
      for (LeafReaderContext leaf : lanes.reader.leaves()) {
        for (int i = 0; i < 20; i++) {
          float[] target = lanes.targets.target();
          ScoreDoc[] all = heads(leaf.reader(), field, target, leaf.reader().maxDoc());
          if (all.length > k) {
            float worst = all[k - 1].score;
            for (ScoreDoc hit : heads(leaf.reader(), field, target, k)) {
              found += hit.score >= worst ? 1 : 0;
            }
            wanted += k;
          }
        }
      }
      assertTrue("found " + found + " of " + wanted, wanted > 0 && found >= least * wanted);
    }
  }

  private static ScoreDoc[] heads(LeafReader reader, VectorField field, float[] target, int k)
      throws IOException {
    KnnCollector collector = new TopKnnCollector(k, Integer.MAX_VALUE, HeadSearchStrategy.DEFAULT);
    search(reader, field, target, collector);
    return collector.topDocs().scoreDocs;
  }

  // Limits

  public void testVisitLimit() throws IOException {
    try (Lanes lanes = randomLanes(atLeast(200))) {
      for (LeafReaderContext leaf : lanes.reader.leaves()) {
        MultiVectorValues values = MultiVectorValues.get(leaf.reader(), lanes.field.name());
        if (values == null || values.size() == 0) {
          continue;
        }
        int longest = 0;
        for (int ord = 0; ord < values.size(); ord++) {
          longest = Math.max(longest, values.tokenCount(ord));
        }
        long comparisons = values.tokenCount() + values.routeCount();
        for (int i = 0; i < 10; i++) {
          float[] target = lanes.targets.target();
          int k = 1 + random().nextInt(values.size());
          int limit = 1 + random().nextInt((int) comparisons);
          TopDocs hits = search(leaf.reader(), lanes.field, target, k, limit);
          // Heads and documents are compared in batches.
          int batch = Math.max(longest, 2 * 64);
          assertTrue(
              hits.totalHits.value() + " visited, limit " + limit,
              hits.totalHits.value() < limit + batch);
          assertEquals(
              hits.totalHits.value() >= limit,
              hits.totalHits.relation() == TotalHits.Relation.GREATER_THAN_OR_EQUAL_TO);
          assertLeafHits(lanes, leaf, target, hits.scoreDocs);

          TopDocs all = search(leaf.reader(), lanes.field, target, k, Integer.MAX_VALUE);
          assertEquals(TotalHits.Relation.EQUAL_TO, all.totalHits.relation());
          assertTrue(all.totalHits.value() <= 2 * comparisons);
          assertLeafHits(lanes, leaf, target, all.scoreDocs);
        }
      }
    }
  }

  private static TopDocs search(
      LeafReader reader, VectorField field, float[] target, int k, int limit) throws IOException {
    AcceptDocs live = AcceptDocs.fromLiveDocs(reader.getLiveDocs(), reader.maxDoc());
    return switch (field.encoding()) {
      case FLOAT32 -> reader.searchNearestVectors(field.name(), target, k, live, limit);
      case BYTE ->
          reader.searchNearestVectors(field.name(), VectorField.toBytes(target), k, live, limit);
    };
  }

  private static void search(
      LeafReader reader, VectorField field, float[] target, KnnCollector collector)
      throws IOException {
    AcceptDocs live = AcceptDocs.fromLiveDocs(reader.getLiveDocs(), reader.maxDoc());
    switch (field.encoding()) {
      case FLOAT32 -> reader.searchNearestVectors(field.name(), target, collector, live);
      case BYTE ->
          reader.searchNearestVectors(field.name(), VectorField.toBytes(target), collector, live);
    }
  }

  private static void assertLeafHits(
      Lanes lanes, LeafReaderContext leaf, float[] target, ScoreDoc[] hits) throws IOException {
    ScoreDoc[] global = new ScoreDoc[hits.length];
    for (int i = 0; i < hits.length; i++) {
      global[i] = new ScoreDoc(hits[i].doc + leaf.docBase, hits[i].score);
    }
    lanes.oracle(target, null).assertRanked(global);
  }

  /** A collector that has had enough, at any moment. */
  public void testTerminatedAtRandom() throws IOException {
    try (Lanes lanes = randomLanes(atLeast(150))) {
      for (LeafReaderContext leaf : lanes.reader.leaves()) {
        for (int i = 0; i < 20; i++) {
          float[] target = lanes.targets.target();
          int k = TestUtil.nextInt(random(), 1, leaf.reader().maxDoc());
          int patience = random().nextInt(100);
          KnnCollector collector =
              new KnnCollector.Decorator(new TopKnnCollector(k, Integer.MAX_VALUE)) {
                private int asked;

                @Override
                public boolean earlyTerminated() {
                  return ++asked > patience;
                }
              };
          search(leaf.reader(), lanes.field, target, collector);
          assertLeafHits(lanes, leaf, target, collector.topDocs().scoreDocs);
        }
      }
    }
  }

  public void testTimeout() throws IOException {
    try (Lanes lanes = randomLanes(atLeast(150))) {
      for (int i = 0; i < 20; i++) {
        float[] target = lanes.targets.target();
        IndexSearcher searcher = new IndexSearcher(lanes.reader);
        AtomicInteger patience = new AtomicInteger(random().nextInt(200));
        searcher.setTimeout(() -> patience.decrementAndGet() < 0);
        int k = TestUtil.nextInt(random(), 1, 50);
        Query query = searcher.rewrite(lanes.randomNearest(target, k, null));
        searcher.setTimeout(null);
        ScoreDoc[] hits = searcher.search(query, k).scoreDocs;
        lanes.oracle(target, null).assertRanked(hits);
      }
    }
  }

  // Heads

  /** Of the heads of a document as they are stored, the best one. */
  private static float bestHead(
      MultiVectorValues values, int ord, VectorField field, float[] target) throws IOException {
    float[] rows = values.headVectors(ord);
    float best = Float.NEGATIVE_INFINITY;
    for (int route = 0; route < values.routeCount(ord); route++) {
      int start = route * field.dimension();
      float[] head = Arrays.copyOfRange(rows, start, start + field.dimension());
      best = Math.max(best, field.compare(target, head));
    }
    return best;
  }

  /** The lowest and the highest score that a document may have by its best head. */
  private record ScoreRange(double lowest, double highest) {}

  /**
   * The scores of a document by what its heads must be, apart from the errors that their codes may
   * have.
   */
  private static ScoreRange bestHead(
      float[][] tokens, VectorField field, FastLaneVectorsFormat format, float[] target) {
    double lowest = 0;
    double highest = 0;
    int[] ends = new int[Math.ceilDiv(tokens.length, format.tokensPerRoute())];
    new RouteBoundaries(field.similarity(), format.tokensPerRoute())
        .find(tokens, tokens.length, ends);
    int start = 0;
    for (int end : ends) {
      float[] head = HeadOracle.head(List.of(tokens).subList(start, end), field.similarity());
      if (field.encoding() == VectorEncoding.BYTE) {
        head = HeadOracle.shortened(head);
      }
      ScoreRange scores = scores(field, target, head, headError(field, format, head));
      lowest = Math.max(lowest, scores.lowest);
      highest = Math.max(highest, scores.highest);
      start = end;
    }
    return new ScoreRange(lowest, highest);
  }

  /** How far a head as it is stored may be from what it must be. */
  private static double headError(VectorField field, FastLaneVectorsFormat format, float[] head) {
    double root = Math.sqrt(field.dimension());
    if (field.encoding() == VectorEncoding.BYTE) {
      return root; // it is rounded, or a token that is not shortened
    }
    float largest = HeadOracle.largestComponent(head);
    double ofToken = StoredVectors.bound(format.tokenEncoding(), largest);
    if (format.tokensPerRoute() == 1) {
      return root * ofToken;
    }
    // Where all documents of a segment had one token, a merge made heads of these as decoded.
    TokenEncoding ofHeads =
        format.tokenEncoding() == TokenEncoding.RESIDUAL3
            ? TokenEncoding.RESIDUAL3
            : TokenEncoding.RESIDUAL4;
    float largestDecoded = (float) (largest + root * ofToken);
    return root * (ofToken + StoredVectors.bound(ofHeads, largestDecoded));
  }

  /** The scores of all vectors that are so near to a head. */
  private static ScoreRange scores(VectorField field, float[] target, float[] head, double error) {
    double dot = 0;
    double targetSquares = 0;
    double headSquares = 0;
    double distanceSquares = 0;
    for (int d = 0; d < head.length; d++) {
      dot += (double) target[d] * head[d];
      targetSquares += (double) target[d] * target[d];
      headSquares += (double) head[d] * head[d];
      distanceSquares += Math.pow((double) target[d] - head[d], 2);
    }
    double targetLength = Math.sqrt(targetSquares);
    double headLength = Math.sqrt(headSquares);
    return switch (field.similarity()) {
      case DOT_PRODUCT -> {
        double unit = field.encoding() == VectorEncoding.BYTE ? head.length << 15 : 2;
        double score = 0.5 + dot / unit;
        double reach = targetLength * error / unit;
        yield new ScoreRange(Math.max(0, score - reach), Math.max(0, score + reach));
      }
      case MAXIMUM_INNER_PRODUCT -> {
        double reach = targetLength * error;
        yield new ScoreRange(innerProductScore(dot - reach), innerProductScore(dot + reach));
      }
      case EUCLIDEAN -> {
        double distance = Math.sqrt(distanceSquares);
        double farthest = distance + error;
        double nearest = Math.max(0, distance - error);
        yield new ScoreRange(1 / (1 + farthest * farthest), 1 / (1 + nearest * nearest));
      }
      case COSINE -> {
        if (error >= headLength) {
          yield new ScoreRange(0, 1);
        }
        double angle = Math.acos(Math.clamp(dot / targetLength / headLength, -1, 1));
        double turn = Math.asin(error / headLength);
        yield new ScoreRange(
            (1 + Math.cos(Math.min(Math.PI, angle + turn))) / 2,
            (1 + Math.cos(Math.max(0, angle - turn))) / 2);
      }
    };
  }

  private static double innerProductScore(double dot) {
    return dot < 0 ? 1 / (1 - dot) : 1 + dot;
  }

  public void testHeadSearch() throws IOException {
    VectorField field = VectorField.random(random(), "field");
    FastLaneVectorsFormat format = RandomFormats.format(random(), RandomFormats.encoding(random()));
    try (Lanes lanes = new Lanes(field, format, atLeast(150), 12)) {
      for (LeafReaderContext leaf : lanes.reader.leaves()) {
        MultiVectorValues values = MultiVectorValues.get(leaf.reader(), field.name());
        if (values == null || values.size() == 0) {
          continue;
        }
        for (int i = 0; i < 10; i++) {
          float[] target = lanes.targets.target();
          int k = 1 + random().nextInt(values.size() + 5);
          KnnSearchStrategy strategy =
              random().nextBoolean()
                  ? HeadSearchStrategy.DEFAULT
                  : new HeadSearchStrategy(random().nextInt(101));
          KnnCollector collector = new TopKnnCollector(k, Integer.MAX_VALUE, strategy);
          search(leaf.reader(), field, target, collector);
          TopDocs hits = collector.topDocs();
          assertHeadHits(values, field, target, k, hits);
          for (ScoreDoc hit : hits.scoreDocs) {
            NumericDocValues ids = leaf.reader().getNumericDocValues(Corpus.ID);
            assertTrue(ids.advanceExact(hit.doc));
            float[][] tokens = lanes.corpus.tokens((int) ids.longValue(), field);
            ScoreRange expected = bestHead(tokens, field, format, target);
            double tolerance = 1e-4 * Math.max(1, expected.highest);
            assertTrue(hit.score + " > " + expected, hit.score <= expected.highest + tolerance);
            if (k >= values.size()) {
              assertTrue(hit.score + " < " + expected, hit.score >= expected.lowest - tolerance);
            }
          }
        }
      }
    }
  }

  private static void assertHeadHits(
      MultiVectorValues values, VectorField field, float[] target, int k, TopDocs hits)
      throws IOException {
    Set<Integer> seen = new HashSet<>();
    Map<Integer, Integer> ords = new HashMap<>();
    for (int ord = 0; ord < values.size(); ord++) {
      ords.put(values.ordToDoc(ord), ord);
    }
    for (ScoreDoc hit : hits.scoreDocs) {
      assertTrue(seen.add(hit.doc));
      float best = bestHead(values, ords.get(hit.doc), field, target);
      double tolerance = 1e-4 * Math.max(1, Math.abs(best));
      if (k >= values.size()) {
        assertEquals(best, hit.score, tolerance);
      } else {
        // Its best head may be in a list that was not searched.
        assertTrue(hit.score + " > " + best, hit.score <= best + tolerance);
      }
    }
  }

  /** Where each token is a route, heads are tokens. */
  public void testHeadSearchOfTokens() throws IOException {
    FastLaneVectorsFormat format = new FastLaneVectorsFormat(RandomFormats.encoding(random()), 1);
    try (Lanes lanes = new Lanes(VectorField.random(random(), "field"), format, 100, 8)) {
      for (LeafReaderContext leaf : lanes.reader.leaves()) {
        float[] target = lanes.targets.target();
        int k = leaf.reader().maxDoc();
        KnnCollector collector =
            new TopKnnCollector(k, Integer.MAX_VALUE, HeadSearchStrategy.DEFAULT);
        search(leaf.reader(), lanes.field, target, collector);
        assertLeafHits(lanes, leaf, target, collector.topDocs().scoreDocs);
      }
    }
  }

  /** Tokens that cancel out, or whose mean is too short for bytes, have no cosine together. */
  public void testHeadsWithoutDirection() throws IOException {
    for (VectorEncoding encoding : VectorEncoding.values()) {
      VectorField field = new VectorField("field", encoding, 16, VectorSimilarityFunction.COSINE);
      Corpus corpus = new Corpus(List.of(field));
      FastLaneVectorsFormat format =
          new FastLaneVectorsFormat(RandomFormats.encoding(random()), 16);
      IndexWriterConfig config = newIndexWriterConfig().setCodec(new FastLaneCodec(format));
      try (Directory directory = newDirectory();
          IndexWriter writer = new IndexWriter(directory, config)) {
        // Enough of them for posting lists.
        for (int id = 0; id < 1000; id++) {
          float[][] tokens = new float[16][16];
          for (int t = 0; t < tokens.length; t++) {
            int axis = id % 2 == 0 ? t : t / 2;
            tokens[t][axis] = id % 2 == 0 || t % 2 == 0 ? 1 + id % 3 : -1 - id % 3;
          }
          corpus.put(id, Map.of("field", tokens));
          writer.addDocument(corpus.document(id));
        }
        writer.forceMerge(1);
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          float[] target = new float[16];
          target[random().nextInt(16)] = 1f;
          LaneOracle oracle = new LaneOracle(reader, field, target, null);
          LeafReader leaf = getOnlyLeafReader(reader);
          oracle.assertRanked(search(leaf, field, target, 10, Integer.MAX_VALUE).scoreDocs);
          for (ScoreDoc hit : heads(leaf, field, target, 10)) {
            assertTrue("score " + hit.score, hit.score >= 0 && hit.score <= 1.001f);
          }
        }
      }
    }
  }

  // Threads, and what cannot be searched

  /** Threads that share a reader find what one thread finds. */
  public void testConcurrentSearches() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(4, new NamedThreadFactory("lanes"));
    try (Lanes lanes = randomLanes(atLeast(200))) {
      IndexSearcher alone = new IndexSearcher(lanes.reader);
      IndexSearcher parallel = new IndexSearcher(lanes.reader, executor);
      List<Query> queries = new ArrayList<>();
      List<ScoreDoc[]> expected = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        queries.add(lanes.nearest(lanes.targets.target(), TestUtil.nextInt(random(), 1, 20), null));
        expected.add(alone.search(queries.get(i), 20).scoreDocs);
      }
      List<Callable<ScoreDoc[]>> tasks = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        Query query = queries.get(i % queries.size());
        IndexSearcher searcher = i % 2 == 0 ? alone : parallel;
        tasks.add(() -> searcher.search(query, 20).scoreDocs);
      }
      List<Future<ScoreDoc[]>> found = executor.invokeAll(tasks);
      for (int i = 0; i < found.size(); i++) {
        ScoreDoc[] hits = expected.get(i % queries.size());
        ScoreDoc[] actual = found.get(i).get();
        assertEquals(hits.length, actual.length);
        for (int h = 0; h < hits.length; h++) {
          assertEquals(hits[h].score, actual[h].score, LaneOracle.rounding(hits[h].score));
        }
      }
    } finally {
      executor.shutdown();
      assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
    }
  }

  public void testWrongTargets() throws IOException {
    VectorField floats = VectorField.random(random(), "floats", VectorEncoding.FLOAT32);
    FastLaneVectorsFormat format = new FastLaneVectorsFormat();
    try (Lanes lanes = new Lanes(floats, format, 30, 4)) {
      LeafReader reader = lanes.reader.leaves().get(0).reader();
      float[] tooLong = new float[floats.dimension() + 1];
      IllegalArgumentException refusal =
          expectThrows(
              IllegalArgumentException.class, () -> search(reader, floats, tooLong, 1, 100));
      assertTrue(refusal.getMessage(), refusal.getMessage().contains("floats"));
      assertTrue(
          refusal.getMessage(),
          refusal.getMessage().contains(Integer.toString(floats.dimension() + 1)));
      // Lucene finds nothing in a field of another type or none, without asking the format.
      VectorField bytes =
          new VectorField("floats", VectorEncoding.BYTE, floats.dimension(), floats.similarity());
      TopDocs none = search(reader, bytes, new float[floats.dimension()], 1, 100);
      assertEquals(0, none.scoreDocs.length);
      assertEquals(
          0, lanes.search(new KnnFloatVectorQuery("missing", new float[] {1f, 2f}, 3)).length);
    }
  }
}
