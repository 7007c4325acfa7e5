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

import java.util.List;
import java.util.stream.Stream;

/**
 * One row of the benchmark: a way to search, and the index that it searches.
 *
 * @param method searches an index of the kind
 * @param index the kind; contenders whose kinds have the same name share one index
 * @param scope what is to be found
 */
record Contender(SearchMethod method, VectorIndex index, Scope scope) {

  /** Finds all documents. */
  Contender(SearchMethod method, VectorIndex index) {
    this(method, index, Scope.ALL);
  }

  /** The same in each of the scopes that the method can search. */
  Stream<Contender> within(List<Scope> scopes) {
    return scopes.stream()
        .flatMap(scope -> method.within(scope).stream().map(m -> new Contender(m, index, scope)));
  }
}
