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

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.junit.AfterClass;
import org.junit.BeforeClass;

/** Tests of what is measured, which has the default codec, not a random one. */
public abstract class DefaultCodecTestCase extends LuceneTestCase {

  private static Codec saved;

  @BeforeClass
  public static void useDefaultCodec() {
    saved = Codec.getDefault();
    Codec.setDefault(TestUtil.getDefaultCodec());
  }

  @AfterClass
  public static void restoreCodec() {
    Codec.setDefault(saved);
    saved = null;
  }
}
