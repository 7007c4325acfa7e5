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

import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.tests.index.RandomIndexWriter;
import org.apache.lucene.tests.search.QueryUtils;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Parameters of a query: limits, defaults, equality, text. */
public class TestFastLaneQueryBuilder extends LuceneTestCase {

  private static final float[][] TOKENS = {{1, 0}, {0, 1}, {.5f, .5f}};

  private static void assertRefused(String message, ThrowingRunnable runnable) {
    assertEquals(message, expectThrows(IllegalArgumentException.class, runnable).getMessage());
  }

  private static FastLaneQuery.Builder builder() {
    return FastLaneQuery.builder("body", TOKENS);
  }

  public void testDefaults() {
    FastLaneQuery query = builder().build();
    assertEquals("body", query.field());
    assertSame(MeanRouter.INSTANCE, query.router());
    assertEquals(1, query.views());
    assertEquals(10, query.k());
    assertEquals(100, query.candidates());
    assertNull(query.filter());
    assertTrue(query.rerank());
    assertNull(query.rerankFrom());
    assertEquals("candidates follow k", 500, builder().k(500).build().candidates());
  }

  public void testBadTokens() {
    assertRefused(
        "query tokens for field [body] must be at least 1, got: 0",
        () -> FastLaneQuery.builder("body", new float[0][]));
    assertRefused(
        "query tokens for field [body] must be at least 1, got: 0",
        () -> FastLaneQuery.builder("body", new byte[0][]));
    assertRefused(
        "query tokens for field [body] must all have one dimension,"
            + " got token 0 with 2 and token 1 with 3",
        () -> FastLaneQuery.builder("body", new float[][] {{1, 2}, {1, 2, 3}}));
    assertRefused(
        "query tokens for field [body] must all have one dimension,"
            + " got token 0 with 2 and token 1 with 1",
        () -> FastLaneQuery.builder("body", new byte[][] {{1, 2}, {1}}));
    assertRefused(
        "query tokens for field [body] must have a dimension of at least 1, got token 0 with 0",
        () -> FastLaneQuery.builder("body", new float[][] {{}}));
    assertRefused(
        "query tokens for field [body] must have a dimension of at least 1, got token 0 with 0",
        () -> FastLaneQuery.builder("body", new byte[][] {{}}));
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertRefused(
          "query tokens for field [body] must be finite, got token 1 component 0 = " + bad,
          () -> FastLaneQuery.builder("body", new float[][] {{1, 2}, {bad, 3}}));
    }
  }

  public void testBadParameters() {
    assertRefused("views must be in [1, 64], got: 0", () -> builder().views(0));
    assertRefused("views must be in [1, 64], got: 65", () -> builder().views(65));
    assertRefused("k must be in [1, 10000], got: 0", () -> builder().k(0));
    assertRefused("k must be in [1, 10000], got: 10001", () -> builder().k(10_001));
    assertRefused(
        "candidates must be in [k = 10, 10000], got: 9", () -> builder().candidates(9).build());
    assertRefused(
        "candidates must be in [k = 10, 10000], got: 10001",
        () -> builder().candidates(10_001).build());
    assertRefused(
        "rerankFrom [tokens] needs rerank to be true, got: false",
        () -> builder().rerankFrom("tokens").rerank(false).build());
    assertRefused(
        "rerankFrom [tokens] needs FLOAT32 query tokens, as late interaction fields hold floats,"
            + " got: BYTE",
        () -> FastLaneQuery.builder("body", new byte[][] {{1}}).rerankFrom("tokens").build());
    assertEquals(
        "router",
        expectThrows(NullPointerException.class, () -> builder().router(null)).getMessage());
    assertEquals(
        "field",
        expectThrows(NullPointerException.class, () -> FastLaneQuery.builder(null, TOKENS))
            .getMessage());
  }

  public void testLimitsAreAllowed() {
    assertEquals(64, builder().views(64).build().views());
    FastLaneQuery most = builder().k(10_000).candidates(10_000).build();
    assertEquals(10_000, most.candidates());
    assertEquals(1, builder().k(1).candidates(1).build().candidates());
  }

  public void testTokensAreCopied() {
    float[][] tokens = {{1, 0}, {0, 1}};
    FastLaneQuery query = FastLaneQuery.builder("body", tokens).build();
    FastLaneQuery same = FastLaneQuery.builder("body", tokens).build();
    tokens[0][0] = 5;
    assertEquals(query, same);
    QueryUtils.checkUnequal(query, FastLaneQuery.builder("body", tokens).build());
    byte[][] bytes = {{1, 0}};
    FastLaneQuery ofBytes = FastLaneQuery.builder("body", bytes).build();
    bytes[0][1] = 1;
    QueryUtils.checkUnequal(ofBytes, FastLaneQuery.builder("body", bytes).build());
  }

  public void testEquals() {
    FastLaneQuery query = builder().build();
    QueryUtils.check(query);
    QueryUtils.checkEqual(query, builder().build());
    QueryUtils.checkEqual(query, builder().stats(stats -> {}).build());
    QueryUtils.checkEqual(query, builder().candidates(100).build());
    Query filter = new TermQuery(new Term("f", "x"));
    QueryUtils.checkEqual(
        builder().filter(filter).build(),
        builder().filter(new TermQuery(new Term("f", "x"))).build());
    FastLaneQuery[] others = {
      FastLaneQuery.builder("other", TOKENS).build(),
      FastLaneQuery.builder("body", new float[][] {{1, 0}, {0, 1}, {.5f, .4f}}).build(),
      FastLaneQuery.builder("body", new float[][] {{1, 0}, {0, 1}}).build(),
      builder().router(CoverageRouter.INSTANCE).build(),
      builder().views(2).build(),
      builder().k(11).build(),
      builder().candidates(101).build(),
      builder().filter(filter).build(),
      builder().filter(MatchAllDocsQuery.INSTANCE).build(),
      builder().rerank(false).build(),
      builder().rerankFrom("tokens").build(),
      builder().rerankFrom("others").build(),
    };
    for (FastLaneQuery other : others) {
      QueryUtils.check(other);
      QueryUtils.checkUnequal(query, other);
    }
    for (int i = 0; i < others.length; i++) {
      for (int j = 0; j < i; j++) {
        QueryUtils.checkUnequal(others[i], others[j]);
      }
    }
    QueryUtils.checkUnequal(
        FastLaneQuery.builder("body", new float[][] {{1, 2}}).build(),
        FastLaneQuery.builder("body", new byte[][] {{1, 2}}).build());
  }

  public void testToString() {
    assertEquals(
        "FastLaneQuery:body[3 tokens of dimension 2]"
            + "[router=MeanRouter,views=1,k=10,candidates=100,rerank=true]",
        builder().build().toString());
    assertEquals(
        "FastLaneQuery:body[3 tokens of dimension 2]"
            + "[router=CoverageRouter,views=4,k=3,candidates=20,rerank=true,rerankFrom=li][f:x]",
        builder()
            .router(CoverageRouter.INSTANCE)
            .views(4)
            .k(3)
            .candidates(20)
            .rerankFrom("li")
            .filter(new TermQuery(new Term("f", "x")))
            .build()
            .toString("body"));
  }

  public void testVisit() {
    FastLaneQuery query = builder().build();
    Query[] visited = new Query[1];
    query.visit(
        new QueryVisitor() {
          @Override
          public void visitLeaf(Query leaf) {
            visited[0] = leaf;
          }
        });
    assertSame(query, visited[0]);
    query.visit(
        new QueryVisitor() {
          @Override
          public boolean acceptField(String field) {
            assertEquals("body", field);
            return false;
          }

          @Override
          public void visitLeaf(Query leaf) {
            fail("visited a field that was not accepted");
          }
        });
  }

  public void testWeightNeedsRewrite() throws Exception {
    try (var directory = newDirectory();
        var writer = new RandomIndexWriter(random(), directory);
        var reader = writer.getReader()) {
      IndexSearcher searcher = newSearcher(reader);
      expectThrows(
          UnsupportedOperationException.class,
          () -> builder().build().createWeight(searcher, ScoreMode.COMPLETE, 1f));
    }
  }
}
