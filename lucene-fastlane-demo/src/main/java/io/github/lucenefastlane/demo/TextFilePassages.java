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
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One passage per {@code .txt} or {@code .md} file of a folder and its sub-folders. The id is the
 * path relative to the folder, with {@code /} between names; the title is the file's name without
 * its extension.
 */
final class TextFilePassages implements PassageSource {
  private final Path folder;

  TextFilePassages(Path folder) {
    this.folder = folder;
  }

  @Override
  public void forEach(Consumer consumer) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.filter(TextFilePassages::isText).sorted().toList();
    }
    if (files.isEmpty()) {
      throw new CommandFailure(
          folder + ": holds neither corpus.jsonl, corpus.jsonl.gz nor any .txt or .md file");
    }
    for (Path file : files) {
      String name = file.getFileName().toString();
      consumer.accept(
          new Passage(
              folder.relativize(file).toString().replace('\\', '/'),
              name.substring(0, name.lastIndexOf('.')),
              read(file)));
    }
  }

  private static boolean isText(Path file) {
    String name = file.getFileName().toString();
    return (name.endsWith(".txt") || name.endsWith(".md")) && Files.isRegularFile(file);
  }

  private static String read(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new CommandFailure(file + ": not UTF-8", e);
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
