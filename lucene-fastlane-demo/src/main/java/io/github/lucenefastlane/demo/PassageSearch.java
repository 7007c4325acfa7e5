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
package io.github.lucenefastlane.demo;

import io.github.lucenefastlane.encoder.RoutedQuery;
import io.github.lucenefastlane.encoder.TokenEncoder;
import io.github.lucenefastlane.encoder.TokenVectors;
import io.github.lucenefastlane.query.FastLaneQuery;
import io.github.lucenefastlane.query.FastLaneStats;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.TopDocs;

/** Answers questions from an index. */
final class PassageSearch {
  private final PassageIndex index;
  private final TokenEncoder encoder;
  private final SearchSettings settings;
  private final Bm25 bm25 = new Bm25();

  PassageSearch(PassageIndex index, TokenEncoder encoder, SearchSettings settings) {
    this.index = index;
    this.encoder = encoder;
    this.settings = settings;
  }

  /** Answers by late interaction. A question without any token the model knows finds nothing. */
  Answer answer(Question question) throws IOException {
    long start = System.nanoTime();
    RoutedQuery routed = settings.router().encode(encoder, question.text());
    double encodeMillis = millisSince(start);
    TokenVectors encoded = routed.tokens();
    String router = settings.router().name();
    float[][] tokens = encoded.vectors();
    if (tokens.length == 0) {
      return new Answer(
          question, List.of(), List.of(), router, List.of(), 0, 0, 0, 0, encodeMillis);
    }
    FastLaneStats[] stats = new FastLaneStats[1];
    FastLaneQuery query = query(routed, figures -> stats[0] = figures);
    start = System.nanoTime();
    TopDocs found = index.searcher().search(query, settings.k());
    double millis = millisSince(start);
    List<Hit> hits = index.hits(found);
    Matcher matcher = new Matcher(index, encoded);
    List<Matches> matches = new ArrayList<>(hits.size());
    for (Hit hit : hits) {
      matches.add(matcher.match(hit.doc()));
    }
    List<ChosenView> views =
        routed.router().route(tokens, settings.views()).stream()
            .map(view -> ChosenView.of(view, tokens, encoded.tokens()))
            .toList();
    return new Answer(
        question,
        hits,
        matches,
        router,
        views,
        tokens.length,
        stats[0].comparisons(),
        tokens.length * index.tokenCount(),
        millis,
        encodeMillis);
  }

  /** Answers by BM25 from the same index. */
  OtherAnswer answerByWords(Question question) throws IOException {
    long start = System.nanoTime();
    TopDocs found = index.searcher().search(bm25.query(question.text()), settings.k());
    double millis = millisSince(start);
    return new OtherAnswer(index.hits(found), millis);
  }

  /** Answers by MaxSim of every passage of the index. */
  OtherAnswer answerExhaustively(Question question) throws IOException {
    float[][] tokens = encoder.encodeQuery(question.text()).vectors();
    long start = System.nanoTime();
    TopDocs found = new ExhaustiveMaxSim(index).search(tokens, settings.k());
    double millis = millisSince(start);
    return new OtherAnswer(index.hits(found), millis);
  }

  /** How a hit's score came about. */
  Explanation explain(Question question, Hit hit) throws IOException {
    RoutedQuery routed = settings.router().encode(encoder, question.text());
    return index.searcher().explain(query(routed, null), hit.doc());
  }

  private FastLaneQuery query(RoutedQuery routed, Consumer<FastLaneStats> stats) {
    return FastLaneQuery.builder(IndexFields.TOKENS, routed.tokens().vectors())
        .router(routed.router())
        .views(settings.views())
        .k(settings.k())
        .candidates(settings.candidates())
        .rerank(settings.rerank())
        .stats(stats)
        .build();
  }

  private static double millisSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / 1e6;
  }
}
