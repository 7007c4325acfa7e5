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
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One passage per {@code .txt} or {@code .md} file of a folder and its sub-folders. The id is the
 * path relative to the folder, with {@code /} between names; the title is the file's name without
 * its extension.
 */
final class TextFilePassages implements PassageSource {
  /** Files that cannot be read and are named; of more, the number is told. */
  private static final int MAX_TOLD = 10;

  private final Path folder;

  TextFilePassages(Path folder) {
    this.folder = folder;
  }

  @Override
  public void forEach(Consumer consumer) throws IOException {
    List<Path> files = files();
    if (files.isEmpty()) {
      throw new CommandFailure(
          folder + ": holds neither corpus.jsonl, corpus.jsonl.gz nor any .txt or .md file");
    }
    List<String> wrong = new ArrayList<>(); // all is told at once, for there may be many
    for (Path file : files) {
      String text = read(file, wrong);
      if (wrong.isEmpty()) {
        String name = file.getFileName().toString();
        consumer.accept(
            new Passage(
                folder.relativize(file).toString().replace('\\', '/'),
                name.substring(0, name.lastIndexOf('.')),
                text));
      }
    }
    if (!wrong.isEmpty()) {
      int more = wrong.size() - MAX_TOLD;
      throw new CommandFailure(
          wrong.stream().limit(MAX_TOLD).collect(Collectors.joining("; "))
              + (more > 0 ? "; and " + more + " more" : ""));
    }
  }

  private List<Path> files() throws IOException {
    try {
      return walk();
    } catch (AccessDeniedException e) {
      throw new CommandFailure("cannot read " + e.getFile(), e);
    }
  }

  private List<Path> walk() throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(TextFilePassages::isText).sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Whether a file is one that would be read if it were in a folder. */
  static boolean isText(Path file) {
    String name = file.getFileName().toString();
    return (name.endsWith(".txt") || name.endsWith(".md")) && Files.isRegularFile(file);
  }

  /**
   * The text of a file.
   *
   * @param wrong takes what is wrong with the file, if it cannot be read; null is returned then
   */
  private static String read(Path file, List<String> wrong) throws IOException {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      wrong.add(file + ": not UTF-8");
    } catch (AccessDeniedException e) {
      wrong.add("cannot read " + file);
    }
    return null;
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
