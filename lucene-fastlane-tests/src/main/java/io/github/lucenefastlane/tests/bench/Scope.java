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

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.search.Query;

/**
 * Which documents are to be found: those that a filter accepts, of those that are not deleted. Both
 * choose at random, the same documents in every run.
 *
 * @param accepted share of the documents that the filter accepts; 1 if there is no filter
 * @param deleted share of the documents that are deleted
 */
record Scope(double accepted, double deleted) {

  /** No filter and no deletions. */
  static final Scope ALL = new Scope(1, 0);

  private static final String FIELD = "chance";
  private static final int CHANCES = 1_000_000;

  /** One for each filter, and one for the deletions if there are any. */
  static List<Scope> of(Settings settings) {
    List<Scope> scopes = new ArrayList<>();
    for (double accepted : settings.filters()) {
      scopes.add(new Scope(accepted, 0));
    }
    if (settings.deletes() > 0) {
      scopes.add(new Scope(1, settings.deletes()));
    }
    return scopes;
  }

  private static int chance(int number) {
    return new SplittableRandom(number).nextInt(CHANCES);
  }

  /** Makes a document known to {@link #filter()} and {@link #deletions()}. */
  static void addTo(Document document, int number) {
    document.add(new IntPoint(FIELD, chance(number)));
  }

  /** Whether a document of the corpus is to be found. */
  boolean contains(int number) {
    int chance = chance(number);
    return chance < share(accepted) && chance >= share(deleted);
  }

  private static int share(double share) {
    return (int) Math.round(share * CHANCES);
  }

  /** Matches what the filter accepts; null if there is no filter. */
  Query filter() {
    return accepted == 1 ? null : below(accepted);
  }

  /** Matches what is deleted. */
  Query deletions() {
    return below(deleted);
  }

  private static Query below(double share) {
    return IntPoint.newRangeQuery(FIELD, 0, share(share) - 1);
  }
}
