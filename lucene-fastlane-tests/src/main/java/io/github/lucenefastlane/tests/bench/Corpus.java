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

import java.io.Closeable;
import java.io.IOException;

/**
 * Documents and queries as token vectors. Everything that is measured in one run sees the same
 * ones. Thread-safe.
 */
interface Corpus extends Closeable {

  /** Number of documents. */
  int size();

  /** Components of a token vector. */
  int dimension();

  /**
   * The token vectors of one document; the same at every call.
   *
   * @param document in [0, {@link #size()})
   * @return {@code [tokens][dimension]} unit vectors, at least one; the caller's own
   */
  float[][] document(int document) throws IOException;

  /**
   * The token vectors of one query; the same at every call.
   *
   * @param query from 0 on; there are as many as one asks for
   * @return {@code [tokens][dimension]} unit vectors
   */
  float[][] query(int query) throws IOException;

  /** What the documents and queries are, with every parameter, in one line. */
  String description();
}
