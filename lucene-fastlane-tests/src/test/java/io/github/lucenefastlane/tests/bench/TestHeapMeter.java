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

import java.lang.ref.Reference;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestHeapMeter extends LuceneTestCase {

  private static final int MB = 1 << 20;
  private static final int HELD = 24 * MB;

  /** What the test framework and the virtual machine hold more or less than before. */
  private static final int NOISE = 8 * MB;

  private int made;

  private void makeGarbage() {
    for (int i = 0; i < 100; i++) {
      made += new byte[random().nextInt(MB)].length;
    }
  }

  /** In arrays that are small beside the regions of a collector. */
  private static byte[][] hold() {
    return new byte[HELD >> 14][1 << 14];
  }

  private void assertHeld(HeapMeter meter) {
    assertEquals("beside " + made + " bytes of garbage", HELD, meter.bytes(), NOISE);
  }

  public void testWhatIsHeld() {
    makeGarbage();
    HeapMeter meter = new HeapMeter();
    assertEquals(0, meter.bytes());
    byte[][] held = hold();
    makeGarbage();
    meter.sample();
    assertHeld(meter);
    Reference.reachabilityFence(held);
    held = null;
    makeGarbage();
    meter.sample();
    assertHeld(meter);
  }

  public void testMeanwhile() {
    HeapMeter meter = new HeapMeter();
    byte[][] held = hold();
    HeapMeter.Sampling sampling = meter.sampleMeanwhile();
    try (sampling) {
      while (meter.bytes() < HELD - NOISE) {
        assertTrue(sampling.isRunning());
        makeGarbage();
      }
      Reference.reachabilityFence(held);
    }
    assertTrue(sampling.nanos() > 0);
    assertHeld(meter);
  }
}
