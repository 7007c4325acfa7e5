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
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;

/**
 * Creates DJL's tokenizer so that it calls nobody. Left to itself DJL asks a cloud metadata address
 * (169.254.169.254) for the machine's id, to report it, and where it finds a GPU it downloads a
 * CUDA build of its library. It looks at system properties for whether it may, and only while a
 * tokenizer is created; so they are set for that long, and not at all where the user has set them,
 * as property or as environment variable.
 */
final class TrackingGuard {
  /** Property to the value it gets. */
  private static final Map<String, String> SETTINGS =
      Map.of("OPT_OUT_TRACKING", "true", "ai.djl.offline", "true", "RUST_FLAVOR", "cpu");

  /** What the environment calls a property, where the two differ. */
  private static final Map<String, String> ENVIRONMENT = Map.of("ai.djl.offline", "DJL_OFFLINE");

  private TrackingGuard() {}

  /** One at a time, so that none restores what another still needs. */
  static synchronized HuggingFaceTokenizer create(
      InputStream tokenizer, Map<String, String> options) throws IOException {
    Map<String, String> added = new HashMap<>();
    SETTINGS.forEach(
        (property, value) -> {
          String variable = ENVIRONMENT.getOrDefault(property, property);
          if (System.getenv(variable) == null && System.getProperty(property) == null) {
            System.setProperty(property, value);
            added.put(property, value);
          }
        });
    try {
      return HuggingFaceTokenizer.newInstance(tokenizer, options);
    } finally {
      added.keySet().forEach(System::clearProperty);
    }
  }
}
