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
package io.github.lucenefastlane.tests;

import io.github.lucenefastlane.codec.FastLaneCodec;
import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.util.Random;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.tests.util.TestUtil;

/** Formats of random settings, and codecs that use one. */
final class RandomFormats {

  private RandomFormats() {}

  static TokenEncoding encoding(Random random) {
    TokenEncoding[] encodings = TokenEncoding.values();
    return encodings[random.nextInt(encodings.length)];
  }

  static FastLaneVectorsFormat format(Random random, TokenEncoding encoding) {
    return new FastLaneVectorsFormat(encoding, tokensPerRoute(random));
  }

  static int tokensPerRoute(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> 1;
      case 1 -> FastLaneVectorsFormat.DEFAULT_TOKENS_PER_ROUTE;
      case 2 -> FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE;
      default -> TestUtil.nextInt(random, 1, 20);
    };
  }

  /** The format in a checking codec of the test framework, or in ours. */
  static Codec codec(Random random, FastLaneVectorsFormat format) {
    return random.nextBoolean()
        ? TestUtil.alwaysKnnVectorsFormat(format)
        : new FastLaneCodec(format);
  }
}
