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

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.QueryBuilder;

/** The word search that late interaction is shown beside: English stems, Lucene's default BM25. */
public final class Bm25 {
  private final QueryBuilder builder = new QueryBuilder(analyzer());

  /** The analyzer of {@link IndexFields#CONTENT}, for indexing as for searching. */
  public static Analyzer analyzer() {
    return new EnglishAnalyzer();
  }

  /** Any of the question's words, each weighted by BM25. */
  public Query query(String question) {
    Query query = builder.createBooleanQuery(IndexFields.CONTENT, question);
    return query == null ? new MatchNoDocsQuery("no word but stop words") : query;
  }
}
