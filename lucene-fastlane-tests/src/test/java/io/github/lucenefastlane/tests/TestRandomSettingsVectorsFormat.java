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

import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.TokenEncoding;
import org.apache.lucene.codecs.Codec;
import org.junit.AfterClass;
import org.junit.BeforeClass;

/** Lucene's own suite of a vectors format, with random routes. */
public class TestRandomSettingsVectorsFormat extends BaseFastLaneVectorsFormatTestCase {

  private static FastLaneVectorsFormat format;

  @BeforeClass
  public static void chooseSettings() {
    format = RandomFormats.format(random(), TokenEncoding.FLOAT32);
  }

  @AfterClass
  public static void forgetSettings() {
    format = null;
  }

  @Override
  protected Codec getCodec() {
    return RandomFormats.codec(random(), format);
  }
}
