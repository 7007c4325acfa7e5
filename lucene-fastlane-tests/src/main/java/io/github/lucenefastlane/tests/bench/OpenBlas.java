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

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * The installed OpenBLAS, whose {@code sgemm} is the yardstick of how fast a core multiplies
 * matrices. Addresses are of native memory.
 */
final class OpenBlas {

  /** What Linux distributions call it. */
  static final String LINUX_NAME = "libopenblas.so.0";

  private static final int ROW_MAJOR = 101;
  private static final int AS_IS = 111;
  private static final int TRANSPOSED = 112;

  private OpenBlas() {}

  /**
   * Loads the library and holds it to one thread.
   *
   * @param library its name or path
   * @throws IllegalStateException if there is none; says what to install
   */
  static void load(String library) {
    try {
      Native.register(OpenBlas.class, NativeLibrary.getInstance(library));
    } catch (UnsatisfiedLinkError e) {
      throw new IllegalStateException(
          "skipped: needs OpenBLAS, for instance of \"apt install libopenblas0-pthread\" or \"dnf"
              + " install openblas-threads\"; -p library=PATH names one that is elsewhere",
          e);
    }
    openblas_set_num_threads(1);
  }

  /** What the library takes the processor for, which decides on its instructions. */
  static String core() {
    return openblas_get_corename();
  }

  /**
   * Multiplies a matrix by another's transpose, all row after row.
   *
   * @param a {@code [m][k]}
   * @param b {@code [n][k]}
   * @param product out: {@code [m][n]}
   */
  static void multiplyByTransposed(long a, long b, long product, int m, int n, int k) {
    cblas_sgemm(ROW_MAJOR, AS_IS, TRANSPOSED, m, n, k, 1, a, k, b, k, 0, product, n);
  }

  private static native void openblas_set_num_threads(int threads);

  private static native String openblas_get_corename();

  private static native void cblas_sgemm(
      int order,
      int transposeA,
      int transposeB,
      int m,
      int n,
      int k,
      float alpha,
      long a,
      int strideOfA,
      long b,
      int strideOfB,
      float beta,
      long c,
      int strideOfC);
}
