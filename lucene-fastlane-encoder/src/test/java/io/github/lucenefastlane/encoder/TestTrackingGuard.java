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
package io.github.lucenefastlane.encoder;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.carrotsearch.randomizedtesting.rules.SystemPropertiesRestoreRule;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.Rule;
import org.junit.rules.TestRule;

/** What the tokenizer library reads while a tokenizer is created, and what is left of it after. */
public class TestTrackingGuard extends EncoderTestCase {
  private static final List<String> PROPERTIES =
      List.of("OPT_OUT_TRACKING", "ai.djl.offline", "RUST_FLAVOR");

  @Rule public final TestRule restoreProperties = new SystemPropertiesRestoreRule();

  /** A tokenizer.json that notes the properties when it is read, in the middle of creation. */
  private static Map<String, String> whileCreating() throws IOException {
    Map<String, String> seen = new HashMap<>();
    try (InputStream tokenizer = ResourceModel.miniLm().openTokenizer();
        InputStream noting =
            new java.io.FilterInputStream(tokenizer) {
              @Override
              public int read(byte[] bytes, int offset, int length) throws IOException {
                PROPERTIES.forEach(property -> seen.put(property, System.getProperty(property)));
                return super.read(bytes, offset, length);
              }
            };
        HuggingFaceTokenizer created = TextTokenizer.create(noting)) {
      assertNotNull(created.encode("a"));
    }
    return seen;
  }

  public void testSetWhileCreatingOnly() throws Exception {
    PROPERTIES.forEach(System::clearProperty);
    Map<String, String> expected = new HashMap<>();
    expected.put("OPT_OUT_TRACKING", System.getenv("OPT_OUT_TRACKING") == null ? "true" : null);
    expected.put("ai.djl.offline", System.getenv("DJL_OFFLINE") == null ? "true" : null);
    expected.put("RUST_FLAVOR", System.getenv("RUST_FLAVOR") == null ? "cpu" : null);
    assertEquals(expected, whileCreating());
    PROPERTIES.forEach(property -> assertNull(property, System.getProperty(property)));
  }

  public void testUsersChoiceStands() throws Exception {
    System.setProperty("OPT_OUT_TRACKING", "1");
    System.setProperty("ai.djl.offline", "TRUE");
    System.setProperty("RUST_FLAVOR", "cpu");
    Map<String, String> chosen =
        Map.of("OPT_OUT_TRACKING", "1", "ai.djl.offline", "TRUE", "RUST_FLAVOR", "cpu");
    assertEquals(chosen, whileCreating());
    chosen.forEach((property, value) -> assertEquals(value, System.getProperty(property)));
  }

  public void testRestoredAfterFailure() {
    PROPERTIES.forEach(System::clearProperty);
    expectThrows(RuntimeException.class, () -> TextTokenizer.create(InputStream.nullInputStream()));
    PROPERTIES.forEach(property -> assertNull(property, System.getProperty(property)));
  }
}
