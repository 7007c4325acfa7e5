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
package io.github.lucenefastlane.query;

import java.util.Random;
import org.apache.lucene.util.VectorUtil;

/** Makes token vectors for tests. */
final class RandomTokens {

  private RandomTokens() {}

  /** A random direction, of unit length. */
  static float[] token(Random random, int dimension) {
    float[] token = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      token[d] = (float) random.nextGaussian();
    }
    return VectorUtil.l2normalize(token);
  }

  static float[][] tokens(Random random, int count, int dimension) {
    float[][] tokens = new float[count][];
    for (int i = 0; i < count; i++) {
      tokens[i] = token(random, dimension);
    }
    return tokens;
  }

  /** Random bytes, none of the tokens a zero vector. */
  static byte[][] byteTokens(Random random, int count, int dimension) {
    byte[][] tokens = new byte[count][dimension];
    for (byte[] token : tokens) {
      random.nextBytes(token);
      token[random.nextInt(dimension)] = (byte) (1 + random.nextInt(Byte.MAX_VALUE));
    }
    return tokens;
  }
}
