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
package io.github.lucenefastlane.demo;

import java.util.Arrays;
import org.apache.lucene.tests.util.LuceneTestCase;

/** The test against cases whose answer is known. */
public class TestPairedRandomization extends LuceneTestCase {

  private static double[] values(int count, double value) {
    double[] values = new double[count];
    Arrays.fill(values, value);
    return values;
  }

  public void testNoDifference() {
    double[] same = random().doubles(1 + random().nextInt(50)).toArray();
    assertEquals(1, PairedRandomization.pValue(same, same.clone()), 0);
    assertEquals(1, PairedRandomization.pValue(new double[0], new double[0]), 0);
  }

  /** Of n equal differences only 2 of the 2^n signs are as far from 0. */
  public void testByHand() {
    assertEquals("one query", 1, PairedRandomization.pValue(values(1, 1), values(1, 0)), 0);
    for (int n : new int[] {3, 5, 8}) {
      double expected = Math.pow(2, 1 - n);
      double error = 5 * Math.sqrt(expected / 10_000);
      assertEquals(expected, PairedRandomization.pValue(values(n, 0.7), values(n, 0.4)), error);
    }
    // Sums of 1, 2 and 3 with any signs: 0 0 ±2 ±4 ±6. Observed 1 + 3 - 2 = 2: 6 of 8 are as far.
    double p = PairedRandomization.pValue(new double[] {1, 0, 3}, new double[] {0, 2, 0});
    assertEquals(0.75, p, 5 * Math.sqrt(0.75 * 0.25 / 10_000));
  }

  public void testManyEqualDifferencesAreNoChance() {
    double p = PairedRandomization.pValue(values(100, 0.5), values(100, 0.49));
    assertEquals(1d / 10_001, p, 1e-12);
  }

  /** Two-sided, the same each time, and blind to queries without a difference. */
  public void testProperties() {
    int count = 2 + random().nextInt(200);
    double[] a = random().doubles(count).toArray();
    double[] b = random().doubles(count).toArray();
    double p = PairedRandomization.pValue(a, b);
    assertTrue("p " + p, p > 0 && p <= 1);
    assertEquals(p, PairedRandomization.pValue(a, b), 0);
    assertEquals(p, PairedRandomization.pValue(b, a), 0);
    double[] longerA = Arrays.copyOf(a, count + 70);
    double[] longerB = Arrays.copyOf(b, count + 70);
    assertEquals(p, PairedRandomization.pValue(longerA, longerB), 0);
    double[] better = Arrays.stream(b).map(value -> value + 1).toArray();
    assertTrue(PairedRandomization.pValue(better, b) <= Math.pow(2, 1 - count) + 0.03);
  }

  public void testLengthsMustAgree() {
    expectThrows(
        IllegalArgumentException.class,
        () -> PairedRandomization.pValue(new double[2], new double[3]));
  }
}
