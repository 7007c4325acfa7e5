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

import org.apache.lucene.tests.util.LuceneTestCase;

/** Which pieces of text count as punctuation. */
public class TestPunctuation extends LuceneTestCase {

  public void testAscii() {
    String signs = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    assertTrue(Punctuation.isPunctuation(signs));
    assertTrue(Punctuation.isPunctuation(""));
    for (char c = 33; c < 127; c++) {
      assertEquals(signs.indexOf(c) >= 0, Punctuation.isPunctuation(String.valueOf(c)));
    }
  }

  public void testUnicode() {
    for (String sign : new String[] {"\u2026", "\u201c", "\u2014", "\u3002", "\u00bf", "\u203f"}) {
      assertTrue(sign, Punctuation.isPunctuation(sign));
    }
    for (String word :
        new String[] {"\u00e9", "\u6771", "\u20ac", "\ud83d\ude00", "a.", "\u00b2"}) {
      assertFalse(word, Punctuation.isPunctuation(word));
    }
  }

  public void testWhiteSpace() {
    assertTrue(Punctuation.isPunctuation(" \t\n\u00a0\u3000"));
    assertFalse(Punctuation.isPunctuation(" a "));
  }
}
