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

import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.VectorUtil;

/** The generated data is reproducible, and of the shape that it claims. */
public class TestSyntheticCorpus extends LuceneTestCase {

  public void testSameParametersGiveSameVectors() {
    boolean hard = random().nextBoolean();
    long seed = random().nextLong();
    SyntheticCorpus one = new SyntheticCorpus(50, 20, 16, hard, seed);
    SyntheticCorpus two = new SyntheticCorpus(50, 20, 16, hard, seed);
    SyntheticCorpus other = new SyntheticCorpus(50, 20, 16, hard, seed + 1);
    int n = random().nextInt(50);
    assertArrayEquals(one.document(n), two.document(n));
    assertArrayEquals(one.document(n), one.document(n));
    assertArrayEquals(one.query(n), two.query(n));
    assertNotEquals(one.document(n)[0][0], other.document(n)[0][0], 0);
    assertNotEquals(one.document(n)[0][0], one.document((n + 1) % 50)[0][0], 0);
    assertNotEquals(one.query(n)[0][0], one.query(n + 1)[0][0], 0);
  }

  public void testUnitVectorsOfTheDimensionAndMeanLength() {
    int mean = 40;
    for (boolean hard : new boolean[] {false, true}) {
      SyntheticCorpus corpus = new SyntheticCorpus(1000, mean, 24, hard, random().nextLong());
      long tokens = 0;
      for (int n = 0; n < corpus.size(); n++) {
        float[][] document = corpus.document(n);
        tokens += document.length;
        for (float[] token : document) {
          assertEquals(24, token.length);
          assertEquals(1, VectorUtil.dotProduct(token, token), 1e-4);
        }
      }
      // The mean of 1,000 log-normal lengths of sigma .4 strays by 1.3% (one sigma).
      assertEquals(mean, tokens / 1000.0, mean * 0.1);
      assertEquals(32, corpus.query(0).length);
    }
  }

  public void testTokensShareADirectionAndMoreWithinADocument() {
    SyntheticCorpus corpus = new SyntheticCorpus(1000, 40, 64, false, random().nextLong());
    double within = 0;
    double across = 0;
    for (int n = 0; n < 100; n++) {
      float[] token = corpus.document(n)[0];
      float[][] same = corpus.document(n);
      within += VectorUtil.dotProduct(token, same[same.length - 1]);
      across += VectorUtil.dotProduct(token, corpus.document(n + 500)[0]);
    }
    assertTrue("within " + within + ", across " + across, across > 5);
    assertTrue("within " + within + ", across " + across, within > across + 10);
  }
}
