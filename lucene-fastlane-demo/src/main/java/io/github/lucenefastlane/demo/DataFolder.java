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
 * A folder of {@code corpus.jsonl}, {@code queries.jsonl} (either gzipped or not) and judgements,
 * as BEIR has them: {@code qrels.tsv} or, one for each {@link Use}, a file in {@code qrels}.
 *
 * @param name the folder's
 * @param folder where it is
 */
public record DataFolder(String name, Path folder) {

  private static final String ALL_JUDGEMENTS = "qrels.tsv";

  /** What judgements are for. */
  public enum Use {
    /** {@code qrels/test.tsv}. */
    EVALUATION("qrels/test.tsv"),

    /** {@code qrels/train.tsv}; never those that a model is evaluated with. */
    TRAINING("qrels/train.tsv");

    private final String file;

    Use(String file) {
      this.file = file;
    }
  }

  /** The data in a folder, of which nothing is read yet. */
  public static DataFolder of(Path folder) {
    Path normal = folder.toAbsolutePath().normalize();
    Path last = normal.getFileName(); // null for the root
    return new DataFolder(last == null ? normal.toString() : last.toString(), folder);
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
   * The judgements for a use.
   *
   * @param console told of the file, unless it is the one for all uses
   * @throws CommandFailure if there is no such file or a line is malformed
   */
  public Judgements judgements(Use use, Console console) throws IOException {
    Path file = judgementFile(use);
    if (!file.equals(folder.resolve(ALL_JUDGEMENTS))) {
      console.err().println(name + ": judgements are those of " + folder.relativize(file));
      console.err().flush();
    }
    return Judgements.read(file);
  }

  /**
   * Looks for all files, before any work is spent.
   *
   * @param use of the judgements
   * @throws CommandFailure if one is missing
   */
  public void requireFiles(Use use) {
    if (!Files.isDirectory(folder)) {
      throw new CommandFailure("no such folder: " + folder);
    }
    judgementFile(use);
    jsonl("queries");
    jsonl("corpus");
  }

  private Path jsonl(String what) {
    return required(what + ".jsonl", what + ".jsonl.gz");
  }

  private Path judgementFile(Use use) {
    return required(ALL_JUDGEMENTS, use.file);
  }

  /** The first of two files that is there. */
  private Path required(String file, String otherwise) {
    for (String name : List.of(file, otherwise)) {
      Path path = folder.resolve(name);
      if (Files.isRegularFile(path)) {
        return path;
      }
    }
    throw new CommandFailure(
        "no "
            + file
            + " or "
            + otherwise
            + " in "
            + folder
            + " (a data folder looks as those of BEIR do)");
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
