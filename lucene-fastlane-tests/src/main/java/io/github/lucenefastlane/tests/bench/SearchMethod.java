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
package io.github.lucenefastlane.tests.bench;

import java.io.IOException;
import java.util.Optional;
import org.apache.lucene.search.IndexSearcher;

/** A way to find the documents of highest MaxSim in one kind of index. Thread-safe. */
interface SearchMethod {

  /** Name in the table. */
  String name();

  /** Query vectors searched with, for the table: a number or "all"; "-" if there is no choice. */
  String views();

  /** Documents scored by exact MaxSim; 0 if all are. */
  int candidates();

  /**
   * The same search, of the documents that a scope's filter accepts and that are not deleted; none
   * if there is none.
   */
  default Optional<SearchMethod> within(Scope scope) {
    return Optional.empty();
  }

  /**
   * Searches.
   *
   * @param searcher over one index of the right kind
   * @param query {@code [tokens][dimension]}
   * @param k documents wanted; a method that has fewer candidates finds as many
   */
  Answer search(IndexSearcher searcher, float[][] query, int k) throws IOException;
}
