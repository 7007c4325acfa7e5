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
package io.github.lucenefastlane.codec;

import java.io.IOException;
import org.apache.lucene.util.LongHeap;
import org.apache.lucene.util.NumericUtils;

/** The posting lists of a field, the one whose centroid is nearest to a target first. */
final class NearestLists {

  /** Codes that are read at a time. */
  private static final int CHUNK = 64;

  /** Similarity in the high bits and list in the low ones, turned so that the best is least. */
  private final LongHeap nearest;

  NearestLists(SegmentField field, CodeComparer target) throws IOException {
    int lists = field.entry.lists();
    int codeBytes = field.coder().bytes();
    byte[] codes = new byte[Math.min(lists, CHUNK) * codeBytes];
    this.nearest = new LongHeap(lists);
    for (int from = 0; from < lists; from += CHUNK) {
      int to = Math.min(lists, from + CHUNK);
      field.readCentroids(from, to, codes);
      for (int list = from; list < to; list++) {
        float similarity = target.compare(codes, (list - from) * codeBytes);
        nearest.push(~((long) NumericUtils.floatToSortableInt(similarity) << 32 | list));
      }
    }
  }

  /** Whether there are lists left. */
  boolean hasNext() {
    return nearest.size() > 0;
  }

  /** Takes the nearest list that is left. */
  int next() {
    return (int) ~nearest.pop();
  }
}
