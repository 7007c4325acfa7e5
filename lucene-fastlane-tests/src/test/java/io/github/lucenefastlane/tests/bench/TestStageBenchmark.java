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

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.IOException;

/** Each stage works on what the one before it found. Times are not looked at. */
public class TestStageBenchmark extends DefaultCodecTestCase {

  public void testStages() throws IOException {
    StageBenchmark benchmark = new StageBenchmark();
    benchmark.encoding = RandomPicks.randomFrom(random(), TokenEncoding.values());
    benchmark.documents = 40;
    benchmark.depth = 12;
    benchmark.candidates = 5;
    benchmark.setup();
    try {
      assertEquals(12, benchmark.searchLane().scoreDocs.length);
      assertTrue(benchmark.forecast() > 0);
      assertTrue(Float.isFinite(benchmark.decode()));
      assertTrue(benchmark.decodeAndScore() > 0);
    } finally {
      benchmark.tearDown();
    }
  }
}
