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

import io.github.lucenefastlane.codec.TokenEncoding;

/** What is timed against each other gives the same scores. Times are not looked at. */
public class TestMaxSimBenchmark extends DefaultCodecTestCase {

  private static final MaxSimBenchmark BENCHMARK = new MaxSimBenchmark();

  private static MaxSimBenchmark.Shape shape(int queryTokens) {
    MaxSimBenchmark.Shape shape = new MaxSimBenchmark.Shape();
    shape.shape = queryTokens + "x90x64"; // some 40 documents of floats
    shape.megabytes = 1;
    shape.setup();
    return shape;
  }

  /** The scores of all documents and of the first again, by a loop over pairs of vectors. */
  private static double[] expected(MaxSimBenchmark.Shape shape, int bytesPerToken) {
    MaxSimBenchmark.Pairs pairs = new MaxSimBenchmark.Pairs();
    pairs.setup(shape);
    double[] scores = new double[shape.documents(bytesPerToken) + 1];
    for (int n = 0; n < scores.length; n++) {
      scores[n] = BENCHMARK.vectorUtil(shape, pairs);
    }
    return scores;
  }

  public void testFloats() throws Exception {
    int queryTokens = 1 + random().nextInt(40);
    MaxSimBenchmark.Shape shape = shape(queryTokens);
    double[] expected = expected(shape, 64 * Float.BYTES);
    // Lucene sums in another order once it is compiled.
    assertEquals(expected[0], expected[expected.length - 1], 1e-6 * queryTokens);
    assertNotEquals(expected[0], expected[1], 1e-5);
    MaxSimBenchmark.Floats floats = new MaxSimBenchmark.Floats();
    floats.setup(shape);
    MaxSimBenchmark.LateInteraction index = new MaxSimBenchmark.LateInteraction();
    index.setup(shape);
    for (double score : expected) {
      assertEquals(score, BENCHMARK.kernelOfFloats(shape, floats), 1e-5 * queryTokens);
      assertEquals(
          score, BENCHMARK.lateInteractionFloatValuesSource(shape, index), 1e-5 * queryTokens);
    }
    index.tearDown();
  }

  public void testCodes() throws Exception {
    int queryTokens = 1 + random().nextInt(40);
    MaxSimBenchmark.Shape shape = shape(queryTokens);
    double[] expected = expected(shape, 64 * Float.BYTES);
    for (TokenEncoding encoding : TokenEncoding.values()) {
      MaxSimBenchmark.Codes codes = new MaxSimBenchmark.Codes();
      codes.encoding = encoding;
      codes.setup(shape);
      double tolerance =
          switch (encoding) {
            case FLOAT32 -> 1e-5;
            case INT8 -> 0.01;
            case RESIDUAL4, RESIDUAL3 -> 0.1;
          };
      for (int n = 0; n < expected.length - 1; n++) {
        assertEquals(expected[n], BENCHMARK.kernel(shape, codes), tolerance * queryTokens);
      }
      codes.tearDown();
    }
  }

  public void testSgemmIfInstalled() {
    try {
      OpenBlas.load(OpenBlas.LINUX_NAME);
    } catch (IllegalStateException e) {
      assertTrue(e.getMessage(), e.getMessage().contains("apt install"));
      assumeNoException("OpenBLAS is not installed", e);
    }
    int queryTokens = 1 + random().nextInt(40);
    MaxSimBenchmark.Shape shape = shape(queryTokens);
    MaxSimBenchmark.Blas blas = new MaxSimBenchmark.Blas();
    blas.library = OpenBlas.LINUX_NAME;
    blas.setup(shape);
    for (double score : expected(shape, 64 * Float.BYTES)) {
      assertEquals(score, BENCHMARK.sgemmAndMaximum(shape, blas), 1e-5 * queryTokens);
    }
    blas.tearDown();
  }

  public void testShapeIsChecked() {
    MaxSimBenchmark.Shape shape = new MaxSimBenchmark.Shape();
    shape.shape = "32x70";
    Exception e = expectThrows(IllegalArgumentException.class, shape::setup);
    assertTrue(e.getMessage(), e.getMessage().contains("32x70"));
  }
}
