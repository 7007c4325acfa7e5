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

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

public class TestDocumentQueue extends LuceneTestCase {

  /** A map of everything that is in the queue, searched from end to end. */
  private static final class Model {
    private final int k;
    private final Map<Integer, Float> best = new HashMap<>();

    Model(int k) {
      this.k = k;
    }

    float worst() {
      return best.size() < k
          ? Float.NEGATIVE_INFINITY
          : best.values().stream().min(Float::compare).orElseThrow();
    }

    boolean offer(int document, float similarity) {
      Float known = best.get(document);
      if (known != null ? similarity <= known : best.size() == k && similarity <= worst()) {
        return false;
      }
      best.put(document, similarity);
      return true;
    }

    /** The documents of the worst similarity, one of which must go when the model is too large. */
    List<Integer> worstDocuments() {
      float worst = best.values().stream().min(Float::compare).orElseThrow();
      return best.keySet().stream().filter(document -> best.get(document) == worst).toList();
    }
  }

  private static void assertEqual(Model model, DocumentQueue queue) {
    assertEquals(model.best.size(), queue.size());
    assertEquals(model.worst(), queue.worst(), 0f);
    int[] expected = model.best.keySet().stream().mapToInt(Integer::intValue).sorted().toArray();
    assertArrayEquals(expected, queue.documents());
    for (int document : expected) {
      assertEquals(model.best.get(document), queue.similarity(document), 0f);
    }
  }

  private static void runAgainstModel(int k, int documents, int levels) {
    Model model = new Model(k);
    DocumentQueue queue = new DocumentQueue(k);
    for (int i = atLeast(300); i > 0; i--) {
      // Few levels make ties, and strided documents collide in the hash table.
      int document = random().nextInt(documents) * (random().nextBoolean() ? 1 : 1 << 20);
      float similarity = random().nextInt(levels) - levels / 2f;
      boolean changed = model.offer(document, similarity);
      List<Integer> candidates = model.best.size() > k ? model.worstDocuments() : List.of();
      assertEquals(changed, queue.offer(document, similarity));
      if (candidates.isEmpty() == false) {
        // Which of equals goes is the queue's choice.
        List<Integer> gone = new ArrayList<>(candidates);
        gone.removeIf(d -> Arrays.binarySearch(queue.documents(), d) >= 0);
        assertEquals(1, gone.size());
        model.best.remove(gone.get(0));
      }
      assertEqual(model, queue);
    }
  }

  public void testDropWorst() {
    int k = TestUtil.nextInt(random(), 1, 40);
    Model model = new Model(k);
    DocumentQueue queue = new DocumentQueue(k);
    for (int document = random().nextInt(2 * k); document >= 0; document--) {
      // Different similarities, so that it is certain which go.
      float similarity = (document * 37) % 101 + document / 1000f;
      model.offer(document, similarity);
      queue.offer(document, similarity);
      if (model.best.size() > k) {
        model.best.remove(model.worstDocuments().get(0));
      }
    }
    while (model.best.isEmpty() == false) {
      int worst = model.worstDocuments().get(0);
      assertEquals(worst, queue.dropWorst());
      model.best.remove(worst);
      assertEqual(model, queue);
    }
  }

  public void testFewDocuments() {
    runAgainstModel(TestUtil.nextInt(random(), 1, 20), TestUtil.nextInt(random(), 1, 10), 1000);
  }

  public void testManyDocuments() {
    runAgainstModel(TestUtil.nextInt(random(), 1, 50), 1000, 1000);
  }

  public void testTies() {
    runAgainstModel(TestUtil.nextInt(random(), 1, 20), 50, 4);
  }

  public void testOne() {
    runAgainstModel(1, TestUtil.nextInt(random(), 1, 30), 10);
  }

  /** What is left in the end are the k best, whatever the order they came in. */
  public void testKeepsBest() {
    int k = TestUtil.nextInt(random(), 1, 200);
    int documents = TestUtil.nextInt(random(), 1, 2000);
    Map<Integer, Float> best = new HashMap<>();
    DocumentQueue queue = new DocumentQueue(k);
    // All different, or of two documents at the end either may stay.
    List<Integer> similarities =
        IntStream.range(0, 5 * documents).boxed().collect(Collectors.toList());
    Collections.shuffle(similarities, random());
    for (float similarity : similarities) {
      int document = random().nextInt(documents);
      best.merge(document, similarity, Math::max);
      queue.offer(document, similarity);
    }
    int[] expected =
        best.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(k)
            .mapToInt(Map.Entry::getKey)
            .sorted()
            .toArray();
    assertArrayEquals(expected, queue.documents());
  }
}
