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
import java.nio.file.Files;
import java.nio.file.Path;

/** A collection of passages that can be read more than once, always in the same order. */
public interface PassageSource {

  /** Takes one passage. */
  @FunctionalInterface
  interface Consumer {
    void accept(Passage passage) throws IOException;
  }

  /**
   * Reads all passages.
   *
   * @throws CommandFailure if a passage is malformed or its id was seen before
   */
  void forEach(Consumer consumer) throws IOException;

  /**
   * The source that a path stands for: a JSONL file, a folder with {@code corpus.jsonl} or {@code
   * corpus.jsonl.gz}, or a folder of {@code .txt} and {@code .md} files.
   *
   * @throws CommandFailure if the path is none of these
   */
  static PassageSource of(Path input) {
    if (TextFilePassages.isText(input)) {
      throw new CommandFailure(
          input
              + " is a single text file: give --input a folder of .txt and .md files, or a .jsonl"
              + " or .jsonl.gz file");
    }
    if (Files.isRegularFile(input)) {
      return new JsonlPassages(input);
    }
    if (!Files.isDirectory(input)) {
      throw new CommandFailure(
          "no such file or folder: " + input + " (give --input a .jsonl, .jsonl.gz or folder)");
    }
    for (String name : new String[] {"corpus.jsonl", "corpus.jsonl.gz"}) {
      if (Files.isRegularFile(input.resolve(name))) {
        return new JsonlPassages(input.resolve(name));
      }
    }
    return new TextFilePassages(input);
  }
}
