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
package io.github.lucenefastlane.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The class comments of a Java sources jar, as prose: one passage per source file whose type has a
 * Javadoc comment of at least {@value #MIN_WORDS} words. The id is the class's full name, the title
 * its simple name and package.
 */
final class JavadocPassages implements PassageSource {
  /** Shorter comments ("Utility class.") say nothing that could be asked for. */
  static final int MIN_WORDS = 8;

  private static final String EXTENSION = ".java";

  private final Path jar;

  JavadocPassages(Path jar) {
    this.jar = jar;
  }

  @Override
  public void forEach(Consumer consumer) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      List<? extends ZipEntry> entries =
          zip.stream()
              .filter(entry -> isTypeSource(entry.getName()))
              .sorted(Comparator.comparing(ZipEntry::getName))
              .toList();
      for (ZipEntry entry : entries) {
        String source =
            new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
        Passage passage = passage(entry.getName(), source);
        if (passage != null) {
          consumer.accept(passage);
        }
      }
    }
  }

  private static boolean isTypeSource(String name) {
    return name.endsWith(EXTENSION)
        && name.startsWith("org/")
        && !name.endsWith("package-info.java");
  }

  /** The passage of one source file; null if its type has no comment worth a passage. */
  static Passage passage(String entryName, String source) {
    int slash = entryName.lastIndexOf('/');
    String type = entryName.substring(slash + 1, entryName.length() - EXTENSION.length());
    String packageName = slash < 0 ? "" : entryName.substring(0, slash).replace('/', '.');
    String comment = TypeComment.find(source, type);
    if (comment == null) {
      return null;
    }
    String prose = JavadocProse.of(comment);
    if (prose.split(" ").length < MIN_WORDS) {
      return null;
    }
    return packageName.isEmpty()
        ? new Passage(type, type, prose)
        : new Passage(packageName + "." + type, type + " (" + packageName + ")", prose);
  }

  @Override
  public String toString() {
    return jar.getFileName().toString();
  }
}
