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

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.util.IOSupplier;

/**
 * Loads native libraries through DJL so that it calls nobody. Left to itself DJL asks a cloud
 * metadata address (169.254.169.254) for the machine's id, to report it, and downloads what it does
 * not find on the class path, where it finds a GPU a CUDA build. It looks at system properties for
 * whether it may, and only while it loads; so they are set for that long, and not at all where the
 * user has set them, as property or as environment variable.
 */
public final class TrackingGuard {
  /** Property to the value it gets. */
  private static final Map<String, String> SETTINGS =
      Map.of("OPT_OUT_TRACKING", "true", "ai.djl.offline", "true");

  /** What the environment calls a property, where the two differ. */
  private static final Map<String, String> ENVIRONMENT = Map.of("ai.djl.offline", "DJL_OFFLINE");

  private TrackingGuard() {}

  /**
   * Does what loads a library. One at a time in a process, so that none restores what another still
   * needs.
   *
   * @param settings more system properties to set meanwhile, unless the user has
   * @param <T> what loading gives
   * @param loading makes DJL load
   * @return what it returns
   * @throws IOException if it does
   */
  public static synchronized <T> T load(Map<String, String> settings, IOSupplier<T> loading)
      throws IOException {
    Map<String, String> added = new HashMap<>(SETTINGS);
    added.putAll(settings);
    added.keySet().removeIf(TrackingGuard::isSet);
    added.forEach(System::setProperty);
    try {
      return loading.get();
    } finally {
      added.keySet().forEach(System::clearProperty);
    }
  }

  private static boolean isSet(String property) {
    return System.getenv(ENVIRONMENT.getOrDefault(property, property)) != null
        || System.getProperty(property) != null;
  }
}
