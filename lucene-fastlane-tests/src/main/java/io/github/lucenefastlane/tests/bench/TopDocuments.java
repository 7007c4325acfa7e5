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

import java.util.PriorityQueue;

/** The best documents of those it is told of: highest score first, then lowest number. */
final class TopDocuments {

  private record Scored(int document, float score) implements Comparable<Scored> {
    @Override
    public int compareTo(Scored other) {
      int byScore = Float.compare(score, other.score);
      return byScore != 0 ? byScore : Integer.compare(other.document, document);
    }
  }

  private final int k;
  private final PriorityQueue<Scored> worstFirst = new PriorityQueue<>();

  TopDocuments(int k) {
    this.k = k;
  }

  void add(int document, float score) {
    Scored scored = new Scored(document, score);
    if (worstFirst.size() < k) {
      worstFirst.add(scored);
    } else if (scored.compareTo(worstFirst.peek()) > 0) {
      worstFirst.poll();
      worstFirst.add(scored);
    }
  }

  void addAll(TopDocuments other) {
    for (Scored scored : other.worstFirst) {
      add(scored.document, scored.score);
    }
  }

  /** The documents, best first. */
  int[] documents() {
    return worstFirst.stream()
        .sorted((a, b) -> b.compareTo(a))
        .mapToInt(Scored::document)
        .toArray();
  }
}
