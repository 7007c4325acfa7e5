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

import java.util.Arrays;
import org.apache.lucene.util.BitUtil;

/**
 * The k best <em>different</em> documents, each with its best similarity.
 *
 * <p>A binary min-heap whose entries are found by document through a hash table with linear
 * probing. Invariant: {@code slots[i]} is the heap index of the document {@code keys[i] - 1}, and
 * {@code places} of that heap index is i; a key of 0 is free, and no free place lies between a key
 * and the place it hashes to.
 */
final class DocumentQueue {

  private final int k;
  private final int[] documents;
  private final float[] similarities;
  private final int[] places;
  private int size;

  private final int mask;
  private final int[] keys;
  private final int[] slots;

  DocumentQueue(int k) {
    this.k = k;
    this.documents = new int[k + 1];
    this.similarities = new float[k + 1];
    this.places = new int[k + 1];
    int capacity = BitUtil.nextHighestPowerOfTwo(Math.multiplyExact(2, k + 1));
    this.mask = capacity - 1;
    this.keys = new int[capacity];
    this.slots = new int[capacity];
  }

  /** Offers a document; false if it changes nothing. */
  boolean offer(int document, float similarity) {
    int place = find(document);
    if (keys[place] != 0) {
      int at = slots[place];
      if (similarity <= similarities[at]) {
        return false;
      }
      similarities[at] = similarity;
      sink(at);
      return true;
    }
    if (size == k) {
      if (similarity <= similarities[1]) {
        return false;
      }
      remove(places[1]);
      put(1, document, similarity, insert(document));
      sink(1);
    } else {
      size++;
      put(size, document, similarity, insert(document));
      rise(size);
    }
    return true;
  }

  /** The k-th best similarity, or negative infinity while there are fewer documents. */
  float worst() {
    return size == k ? similarities[1] : Float.NEGATIVE_INFINITY;
  }

  int size() {
    return size;
  }

  /** The documents in increasing order. */
  int[] documents() {
    int[] sorted = Arrays.copyOfRange(documents, 1, size + 1);
    Arrays.sort(sorted);
    return sorted;
  }

  /** Drops the worst document, of which there must be one, and returns it. */
  int dropWorst() {
    int worst = documents[1];
    remove(places[1]);
    move(size, 1);
    size--;
    if (size > 0) {
      sink(1);
    }
    return worst;
  }

  float similarity(int document) {
    return similarities[slots[find(document)]];
  }

  private void put(int at, int document, float similarity, int place) {
    documents[at] = document;
    similarities[at] = similarity;
    places[at] = place;
    slots[place] = at;
  }

  private void sink(int at) {
    int document = documents[at];
    float similarity = similarities[at];
    int place = places[at];
    for (int child = 2 * at; child <= size; child = 2 * at) {
      if (child < size && similarities[child + 1] < similarities[child]) {
        child++;
      }
      if (similarities[child] >= similarity) {
        break;
      }
      move(child, at);
      at = child;
    }
    put(at, document, similarity, place);
  }

  private void rise(int at) {
    int document = documents[at];
    float similarity = similarities[at];
    int place = places[at];
    while (at > 1 && similarities[at / 2] > similarity) {
      move(at / 2, at);
      at /= 2;
    }
    put(at, document, similarity, place);
  }

  private void move(int from, int to) {
    put(to, documents[from], similarities[from], places[from]);
  }

  private int home(int document) {
    int hash = document * 0x9E3779B9;
    return (hash ^ hash >>> 16) & mask;
  }

  private int find(int document) {
    int place = home(document);
    while (keys[place] != 0 && keys[place] != document + 1) {
      place = place + 1 & mask;
    }
    return place;
  }

  /** Takes a place for a document that has none. */
  private int insert(int document) {
    int place = find(document);
    keys[place] = document + 1;
    return place;
  }

  /** Frees a place and closes the gap in the run of keys behind it. */
  private void remove(int gap) {
    for (int place = gap + 1 & mask; keys[place] != 0; place = place + 1 & mask) {
      int home = home(keys[place] - 1);
      if ((place - home & mask) >= (place - gap & mask)) {
        keys[gap] = keys[place];
        slots[gap] = slots[place];
        places[slots[gap]] = gap;
        gap = place;
      }
    }
    keys[gap] = 0;
  }
}
