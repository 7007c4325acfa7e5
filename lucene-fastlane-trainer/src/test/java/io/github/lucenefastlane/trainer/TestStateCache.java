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
package io.github.lucenefastlane.trainer;

import com.carrotsearch.randomizedtesting.generators.RandomStrings;
import io.github.lucenefastlane.demo.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.tests.util.LuceneTestCase;

/** What was encoded once is read again, unless it is damaged or something else. */
public class TestStateCache extends LuceneTestCase {
  private static final int DIMENSION = 3;

  private final List<String> encoded = new ArrayList<>();

  /** As many vectors as the text has characters, each of one component per place. */
  private List<float[][]> encode(List<String> texts) {
    encoded.addAll(texts);
    return texts.stream().map(TestStateCache::vectors).toList();
  }

  private static float[][] vectors(String text) {
    float[][] vectors = new float[text.length()][DIMENSION];
    for (int token = 0; token < vectors.length; token++) {
      for (int i = 0; i < DIMENSION; i++) {
        vectors[token][i] = text.charAt(token) / 1024f + i;
      }
    }
    return vectors;
  }

  private static List<String> randomTexts() {
    List<String> texts = new ArrayList<>();
    int count = 1 + random().nextInt(3 * StateCache.CHUNK);
    for (int i = 0; i < count; i++) {
      texts.add(RandomStrings.randomAsciiAlphanumOfLength(random(), random().nextInt(6)));
    }
    return texts;
  }

  private void assertStates(Path folder, String model, String side, List<String> texts)
      throws IOException {
    try (StateCache cache = new StateCache(folder, model);
        TokenSource source = cache.states(side, texts, DIMENSION, this::encode)) {
      assertEquals(texts.size(), source.size());
      assertEquals(DIMENSION, source.dimension());
      for (int i = 0; i < 50; i++) {
        int text = random().nextInt(texts.size());
        float[][] expected = vectors(texts.get(text));
        assertEquals(expected.length, source.tokens(text));
        int count = random().nextInt(expected.length + 1);
        float[][] actual = source.vectors(text, count);
        for (int token = 0; token < count; token++) {
          assertArrayEquals(expected[token], actual[token], 2e-3f); // 16-bit floats
        }
      }
    }
  }

  public void testIsEncodedOnce() throws Exception {
    Path folder = createTempDir();
    List<String> texts = randomTexts();
    assertStates(folder, "model", "query", texts);
    assertEquals(texts, encoded);
    assertStates(folder, "model", "query", texts);
    assertEquals(texts, encoded);
    encoded.clear();
    assertStates(folder, "model", "document", texts);
    assertEquals(texts, encoded);
    encoded.clear();
    assertStates(folder, "another", "query", texts);
    assertEquals(texts, encoded);
  }

  public void testOnlyChangedChunksAreEncodedAgain() throws Exception {
    Path folder = createTempDir();
    List<String> texts = new ArrayList<>(randomTexts());
    assertStates(folder, "model", "query", texts);
    encoded.clear();
    int changed = random().nextInt(texts.size());
    texts.set(changed, "another");
    assertStates(folder, "model", "query", texts);
    int first = changed / StateCache.CHUNK * StateCache.CHUNK;
    assertEquals(texts.subList(first, Math.min(texts.size(), first + StateCache.CHUNK)), encoded);
  }

  public void testDamage() throws Exception {
    List<String> texts = randomTexts();
    for (int round = 0; round < 10; round++) {
      Path folder = createTempDir();
      assertStates(folder, "model", "query", texts);
      encoded.clear();
      Path file;
      try (Stream<Path> files = Files.list(folder)) {
        file = files.filter(f -> f.toString().endsWith(".states")).sorted().findFirst().get();
      }
      byte[] bytes = Files.readAllBytes(file);
      if (random().nextBoolean()) {
        bytes[random().nextInt(bytes.length)] ^= (byte) (1 << random().nextInt(8));
      } else {
        bytes = Arrays.copyOf(bytes, random().nextInt(bytes.length));
      }
      Files.write(file, bytes);
      assertStates(folder, "model", "query", texts);
      assertTrue(encoded.size() + " texts", encoded.size() > 0);
      assertTrue(encoded.size() + " texts", encoded.size() <= StateCache.CHUNK);
      encoded.clear();
      assertStates(folder, "model", "query", texts);
      assertEquals(List.of(), encoded);
    }
  }

  public void testFailureLeavesWhatWasDone() throws Exception {
    Path folder = createTempDir();
    List<String> texts = randomTexts();
    while (texts.size() <= StateCache.CHUNK) {
      texts.addAll(randomTexts());
    }
    try (StateCache cache = new StateCache(folder, "model")) {
      expectThrows(
          IllegalStateException.class,
          () ->
              cache.states(
                  "query",
                  texts,
                  DIMENSION,
                  part -> {
                    if (encoded.isEmpty() == false) {
                      throw new IllegalStateException("killed");
                    }
                    return encode(part);
                  }));
    }
    Files.write(folder.resolve("states_chunk_7.tmp"), new byte[] {1}); // of a real kill
    encoded.clear();
    assertStates(folder, "model", "query", texts);
    assertEquals(texts.subList(StateCache.CHUNK, texts.size()), encoded);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(0, files.filter(file -> file.toString().endsWith(".tmp")).count());
    }
  }

  public void testOneProcessAtATime() throws Exception {
    Path folder = createTempDir();
    try (StateCache cache = new StateCache(folder, "model")) {
      CommandFailure refused =
          expectThrows(CommandFailure.class, () -> new StateCache(folder, "model"));
      assertTrue(refused.getMessage(), refused.getMessage().contains(folder.toString()));
      assertNotNull(cache);
    }
    new StateCache(folder, "model").close();
  }
}
