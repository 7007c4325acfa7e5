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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.util.NamedThreadFactory;
import org.junit.AfterClass;
import org.junit.BeforeClass;

/** Lucene's own suite of a vectors format, with random routes, graphs and merge threads. */
public class TestRandomSettingsVectorsFormat extends BaseFastLaneVectorsFormatTestCase {

  private static ExecutorService mergeExecutor;
  private static FastLaneVectorsFormat format;

  @BeforeClass
  public static void chooseSettings() {
    if (random().nextBoolean()) {
      mergeExecutor = Executors.newFixedThreadPool(2, new NamedThreadFactory("graph merges"));
      format = RandomFormats.format(random(), TokenEncoding.FLOAT32, mergeExecutor);
    } else {
      format = RandomFormats.format(random(), TokenEncoding.FLOAT32);
    }
  }

  @AfterClass
  public static void stopMergeThreads() {
    if (mergeExecutor != null) {
      mergeExecutor.shutdown();
    }
    mergeExecutor = null;
    format = null;
  }

  @Override
  protected Codec getCodec() {
    return RandomFormats.codec(random(), format);
  }
}
