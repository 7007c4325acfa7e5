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
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexWriter;

/**
 * Which folders are this program's to remove, and their removal. A folder under a temporary name
 * holds an empty file, the mark, from its first moment to its last: a folder of the same name that
 * somebody else made has none.
 */
final class OwnFolder {
  /** Name of the mark. */
  static final String MARK = "fastlane.temporary";

  private OwnFolder() {}

  /** Puts the mark on a folder, if it is not there. */
  static void mark(Path folder) throws IOException {
    Path mark = folder.resolve(MARK);
    if (!Files.exists(mark)) {
      Files.createFile(mark);
    }
  }

  /** Takes the mark from a folder, if it is there. */
  static void unmark(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(MARK));
  }

  /**
   * Why a folder under a temporary name must be left alone, as what follows its name in a sentence;
   * null if there is none, it is empty, or it has the mark and nothing but an index's files.
   */
  static String objectionToTemporary(Path folder) throws IOException {
    if (isFree(folder)) {
      return null;
    }
    if (!Files.isDirectory(folder)) {
      return "is a file";
    }
    if (!Files.exists(folder.resolve(MARK))) {
      return PassageIndex.exists(folder) && PassageIndex.description(folder) != null
          ? "holds a complete index"
          : "was not left there by fastlane";
    }
    return foreignFile(folder);
  }

  /**
   * Why a folder must not be replaced by an index, as what follows its name in a sentence; null if
   * there is none, it is empty, or it holds an index that this program made and no other files.
   */
  static String objectionToIndex(Path folder) throws IOException {
    if (isFree(folder)) {
      return null;
    }
    if (!Files.isDirectory(folder)) {
      return "is a file";
    }
    if (!PassageIndex.exists(folder)) {
      return "is not empty and not an index";
    }
    if (PassageIndex.description(folder) == null) {
      return "holds an index that fastlane did not make";
    }
    return foreignFile(folder);
  }

  /** Whether nothing would be lost with this folder: there is none, or it is empty. */
  static boolean isFree(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return !Files.exists(folder);
    }
    // A writer's lock file has no content, and stands before the mark for a moment; the mark stands
    // alone where a run was killed that was about to move an empty folder.
    return list(folder).stream()
        .map(file -> file.getFileName().toString())
        .allMatch(name -> name.equals(IndexWriter.WRITE_LOCK_NAME) || name.equals(MARK));
  }

  /**
   * Deletes an index's files and then the folder, if there is one. A removal that is interrupted
   * leaves a folder with the mark and without an index.
   *
   * @throws java.nio.file.DirectoryNotEmptyException if there are other files, which are kept
   */
  static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    mark(folder);
    List<Path> files =
        list(folder).stream()
            .filter(OwnFolder::isOfAnIndex)
            .sorted(Comparator.comparing(file -> !isCommit(file)))
            .toList();
    for (Path file : files) {
      Files.delete(file);
    }
    unmark(folder);
    Files.delete(folder);
  }

  private static String foreignFile(Path folder) throws IOException {
    return list(folder).stream()
        .filter(file -> !isOfAnIndex(file) && !file.getFileName().toString().equals(MARK))
        .findFirst()
        .map(file -> "holds " + file.getFileName() + ", which is not a part of an index")
        .orElse(null);
  }

  private static boolean isOfAnIndex(Path file) {
    String name = file.getFileName().toString();
    return Files.isRegularFile(file)
        && (IndexFileNames.CODEC_FILE_PATTERN.matcher(name).matches()
            || isCommit(file)
            || name.startsWith(IndexFileNames.PENDING_SEGMENTS + "_")
            || name.equals(IndexWriter.WRITE_LOCK_NAME));
  }

  private static boolean isCommit(Path file) {
    return file.getFileName().toString().startsWith(IndexFileNames.SEGMENTS + "_");
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}
