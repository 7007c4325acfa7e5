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
import io.github.lucenefastlane.query.QueryRouter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A judged query, encoded.
 *
 * @param text of the query
 * @param tokens its token vectors, at least one
 * @param learned the model's own router for this query; null if the model has none
 * @param grades of judged documents, by their id
 */
record EvalQuery(String text, float[][] tokens, QueryRouter learned, Map<String, Integer> grades) {

  /** Those of the questions that have a token. */
  static List<EvalQuery> encode(
      TokenEncoder encoder, List<Question> questions, Judgements judgements) {
    List<EvalQuery> queries = new ArrayList<>();
    for (Question question : questions) {
      // The same vectors either way.
      RoutedQuery routed = encoder.hasRouter() ? encoder.encodeRoutedQuery(question.text()) : null;
      TokenVectors encoded =
          routed == null ? encoder.encodeQuery(question.text()) : routed.tokens();
      if (encoded.size() > 0) {
        queries.add(
            new EvalQuery(
                question.text(),
                encoded.vectors(),
                routed == null ? null : routed.router(),
                judgements.of(question.id())));
      }
    }
    return queries;
  }
}
