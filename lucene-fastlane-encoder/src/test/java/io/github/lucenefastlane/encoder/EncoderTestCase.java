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

import com.carrotsearch.randomizedtesting.annotations.ThreadLeakFilters;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Base of the tests that load native libraries. */
@ThreadLeakFilters(defaultFilters = true, filters = NativeLibraryThreads.class)
abstract class EncoderTestCase extends LuceneTestCase {

  /** The ids that an echoing model was given, of the kept tokens. */
  static int[] ids(TokenVectors vectors) {
    return column(vectors, 0);
  }

  /** The attentions that an echoing model was given, of the kept tokens. */
  static int[] attentions(TokenVectors vectors) {
    return column(vectors, 1);
  }

  private static int[] column(TokenVectors vectors, int column) {
    int[] values = new int[vectors.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) vectors.vectors()[i][column];
    }
    return values;
  }

  /** Vectors that are equal but for the order of additions, and everything else equal. */
  static void assertSame(TokenVectors expected, TokenVectors actual) {
    assertEquals(expected.tokens(), actual.tokens());
    assertArrayEquals(expected.starts(), actual.starts());
    assertArrayEquals(expected.ends(), actual.ends());
    assertEquals(expected.truncatedTokens(), actual.truncatedTokens());
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.vectors()[i], actual.vectors()[i], 1e-5f);
    }
  }
}
