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
package io.github.lucenefastlane.encoder;

import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Values of {@link TokenVectors}. */
public class TestTokenVectors extends LuceneTestCase {
  private static TokenVectors example(float component, int truncated) {
    return new TokenVectors(
        new float[][] {{1, 0}, {0, component}},
        List.of("a", "b"),
        new int[] {0, 2},
        new int[] {1, 3},
        truncated);
  }

  public void testEquality() {
    assertEquals(example(1, 0), example(1, 0));
    assertEquals(example(1, 0).hashCode(), example(1, 0).hashCode());
    assertNotEquals(example(1, 0), example(2, 0));
    assertNotEquals(example(1, 0), example(1, 1));
    assertEquals("TokenVectors(tokens=[a, b], truncatedTokens=7)", example(1, 7).toString());
  }

  public void testSizes() {
    assertEquals(2, example(1, 0).size());
    assertFalse(example(1, 0).truncated());
    assertTrue(example(1, 3).truncated());
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, () -> example(1, -1));
    assertEquals("truncatedTokens must be >= 0, got -1", e.getMessage());
    e =
        expectThrows(
            IllegalArgumentException.class,
            () -> new TokenVectors(new float[2][3], List.of("a"), new int[2], new int[3], 0));
    assertEquals(
        "tokens, starts and ends must have one entry per vector (2), got 1, 2, 3", e.getMessage());
  }
}
