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

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.lucene.util.Version;

/** What the figures depend on apart from the data: to be given with every one of them. */
final class Environment {

  /** System property that the launcher sets to the commit of the sources. */
  static final String COMMIT_PROPERTY = "fastlane.commit";

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private Environment() {}

  /** Lines of text. */
  static List<String> describe() throws IOException {
    return List.of(
        String.format(
            Locale.ROOT,
            "hardware: %s, %d cores, %s, %s %s",
            processor(),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.arch"),
            System.getProperty("os.name"),
            System.getProperty("os.version")),
        String.format(
            Locale.ROOT,
            "JVM: %s %s, heap %,d MB, flags %s",
            System.getProperty("java.vm.name"),
            System.getProperty("java.vm.version"),
            Runtime.getRuntime().maxMemory() >> 20,
            String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments())),
        "Lucene: " + Version.LATEST,
        "commit: " + System.getProperty(COMMIT_PROPERTY, "unknown"));
  }

  private static String processor() throws IOException {
    if (Files.isReadable(CPU_INFO) == false) {
      return "unknown processor";
    }
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown processor");
    }
  }
}
