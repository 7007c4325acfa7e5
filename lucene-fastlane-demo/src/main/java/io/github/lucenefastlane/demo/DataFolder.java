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
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A folder of {@code corpus.jsonl}, {@code queries.jsonl} (either gzipped or not) and {@code
 * qrels.tsv}, as BEIR has them.
 *
 * @param name the folder's
 * @param folder where it is
 */
public record DataFolder(String name, Path folder) {

  /** The data in a folder, of which nothing is read yet. */
  public static DataFolder of(Path folder) {
    return new DataFolder(folder.toAbsolutePath().normalize().getFileName().toString(), folder);
  }

  /**
   * All passages and a checksum of them.
   *
   * @throws CommandFailure if there is no corpus or a passage is malformed
   */
  public Corpus corpus() throws IOException {
    PassageSource source = new JsonlPassages(jsonl("corpus"));
    MessageDigest digest = sha256();
    source.forEach(
        passage -> {
          for (String part : List.of(passage.id(), passage.title(), passage.text())) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update((bytes.length + " ").getBytes(StandardCharsets.UTF_8));
            digest.update(bytes);
          }
        });
    return new Corpus(name, source, HexFormat.of().formatHex(digest.digest()));
  }

  /**
   * All queries.
   *
   * @throws CommandFailure if there is no such file or a line is malformed
   */
  public List<Question> questions() throws IOException {
    return Question.readAll(jsonl("queries"));
  }

  /**
   * All judgements.
   *
   * @throws CommandFailure if there is no such file or a line is malformed
   */
  public Judgements judgements() throws IOException {
    return Judgements.read(required("qrels.tsv"));
  }

  /**
   * Looks for all files, before any work is spent.
   *
   * @throws CommandFailure if one is missing
   */
  public void requireFiles() {
    if (!Files.isDirectory(folder)) {
      throw new CommandFailure("no such folder: " + folder);
    }
    required("qrels.tsv");
    jsonl("queries");
    jsonl("corpus");
  }

  private Path jsonl(String what) {
    Path gzipped = folder.resolve(what + ".jsonl.gz");
    boolean onlyGzipped =
        Files.isRegularFile(gzipped) && !Files.isRegularFile(folder.resolve(what + ".jsonl"));
    return onlyGzipped ? gzipped : required(what + ".jsonl");
  }

  private Path required(String file) {
    Path path = folder.resolve(file);
    if (!Files.isRegularFile(path)) {
      throw new CommandFailure(
          "no " + file + " in " + folder + " (a data folder looks as those of BEIR do)");
    }
    return path;
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
