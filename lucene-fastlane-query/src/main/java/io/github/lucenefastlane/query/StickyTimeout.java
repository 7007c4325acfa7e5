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

import org.apache.lucene.index.QueryTimeout;

/**
 * A searcher's timeout, asked by all threads of one search; once it has been reached it stays
 * reached, so that every stage and the result's partial flag agree.
 */
final class StickyTimeout implements QueryTimeout {

  private final QueryTimeout timeout; // null: no limit
  private volatile boolean reached;

  StickyTimeout(QueryTimeout timeout) {
    this.timeout = timeout;
  }

  @Override
  public boolean shouldExit() {
    if (reached == false && timeout != null && timeout.shouldExit()) {
      reached = true;
    }
    return reached;
  }

  /** Whether the search was told to exit; does not ask again. */
  boolean reached() {
    return reached;
  }
}
