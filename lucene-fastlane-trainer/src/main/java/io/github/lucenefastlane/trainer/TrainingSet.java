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
package io.github.lucenefastlane.trainer;

import io.github.lucenefastlane.encoder.TokenIds;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.util.IOUtils;

/**
 * Queries and documents of one collection, by number, and what is known about them. Every query and
 * document that is named here has a token.
 *
 * @param name of the collection
 * @param queries their states or token vectors
 * @param documents their states or token vectors
 * @param relevant documents of each query, none for a query that is not used
 * @param grades of the relevant documents
 * @param hard documents of each query that look relevant, most so first; relevant ones among them
 *     are never scored as negatives
 * @param training queries to learn from
 * @param dev queries to tell progress by
 * @param pool documents that dev queries are searched in
 * @param queryIds what an encoder reads of the queries; null where none is trained
 * @param documentIds the same of the documents
 */
record TrainingSet(
    String name,
    TokenSource queries,
    TokenSource documents,
    int[][] relevant,
    int[][] grades,
    int[][] hard,
    int[] training,
    int[] dev,
    int[] pool,
    List<TokenIds> queryIds,
    List<TokenIds> documentIds)
    implements Closeable {

  /** A set for an encoder that stays as it is. */
  TrainingSet(
      String name,
      TokenSource queries,
      TokenSource documents,
      int[][] relevant,
      int[][] grades,
      int[][] hard,
      int[] training,
      int[] dev,
      int[] pool) {
    this(name, queries, documents, relevant, grades, hard, training, dev, pool, null, null);
  }

  /** This set, for an encoder that is trained. */
  TrainingSet withIds(List<TokenIds> ofQueries, List<TokenIds> ofDocuments) {
    return new TrainingSet(
        name,
        queries,
        documents,
        relevant,
        grades,
        hard,
        training,
        dev,
        pool,
        ofQueries,
        ofDocuments);
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(queries, documents);
  }
}
