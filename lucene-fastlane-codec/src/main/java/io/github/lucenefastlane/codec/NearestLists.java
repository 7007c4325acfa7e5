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
import org.apache.lucene.util.NumericUtils;

/** The posting lists of a field, the one whose centroid is nearest to a target first. */
final class NearestLists {

  /** Centroids that are read at a time. */
  private static final int CHUNK = 64;

  /**
   * A binary heap, the best at 0: similarity in the high bits and list in the low ones. Made of all
   * lists at once, which takes half the time of adding one after the other.
   */
  private final long[] heap;

  private int size;

  NearestLists(SegmentField field, CodeComparer target) throws IOException {
    this.size = field.entry.lists();
    this.heap = new long[size];
    int bytes = field.meanCoder().bytes();
    byte[] centroids = new byte[Math.min(size, CHUNK) * bytes];
    float[] similarities = new float[CHUNK];
    for (int from = 0; from < size; from += CHUNK) {
      int to = Math.min(size, from + CHUNK);
      field.readCentroids(from, to, centroids);
      target.compare(centroids, to - from, similarities);
      for (int list = from; list < to; list++) {
        float similarity = similarities[list - from];
        heap[list] = (long) NumericUtils.floatToSortableInt(similarity) << Integer.SIZE | list;
      }
    }
    for (int at = size / 2 - 1; at >= 0; at--) {
      sink(at);
    }
  }

  /** Whether there are lists left. */
  boolean hasNext() {
    return size > 0;
  }

  /** Takes the nearest list that is left. */
  int next() {
    int nearest = (int) heap[0];
    heap[0] = heap[--size];
    sink(0);
    return nearest;
  }

  private void sink(int at) {
    long list = heap[at];
    for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1] > heap[child]) {
        child++;
      }
      if (heap[child] <= list) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = list;
  }
}
