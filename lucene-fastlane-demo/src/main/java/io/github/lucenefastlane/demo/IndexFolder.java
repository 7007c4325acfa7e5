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

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.Lock;
import org.apache.lucene.store.LockObtainFailedException;

/**
 * An index folder being made. It is written under the name {@code TARGET.partial} beside its place
 * and moved there when complete, so that the target is at any time absent, the old index or the new
 * one. Closing without {@link #publish} removes what was written.
 */
final class IndexFolder implements Closeable {
  private final Path target;
  private final Path partial;
  private final Directory directory;
  private final IndexWriter writer;
  private final Thread interrupted = new Thread(this::removeInterrupted, "remove-half-written");
  private boolean done;

  private IndexFolder(Path target, Path partial, Directory directory, IndexWriter writer) {
    this.target = target;
    this.partial = partial;
    this.directory = directory;
    this.writer = writer;
    Runtime.getRuntime().addShutdownHook(interrupted);
  }

  /**
   * Starts an index. What an interrupted run left under the temporary name is overwritten.
   *
   * @param overwrite whether an index that is already there may be replaced; any other folder with
   *     something in it never is
   * @throws CommandFailure if the target is taken or another process is writing it
   */
  static IndexFolder create(Path target, boolean overwrite, IndexWriterConfig config)
      throws IOException {
    Path place = target.toAbsolutePath().normalize();
    checkReplaceable(place, overwrite);
    Path partial = partial(place);
    try {
      Files.createDirectories(partial);
    } catch (FileAlreadyExistsException | NotDirectoryException e) {
      throw new CommandFailure("cannot make the folder " + partial + ": a file is in the way", e);
    }
    Directory directory = FSDirectory.open(partial);
    try {
      IndexWriter writer =
          new IndexWriter(directory, config.setOpenMode(IndexWriterConfig.OpenMode.CREATE));
      return new IndexFolder(place, partial, directory, writer);
    } catch (LockObtainFailedException e) {
      directory.close();
      throw new CommandFailure(
          "another process is writing " + place + "; wait for it or choose another --index", e);
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /**
   * Removes what an interrupted run left beside a target, unless a process is still writing it.
   *
   * @return whether there was something to remove
   */
  static boolean removePartial(Path target) throws IOException {
    Path partial = partial(target.toAbsolutePath().normalize());
    if (!Files.isDirectory(partial)) {
      return false;
    }
    try (Directory directory = FSDirectory.open(partial);
        Lock lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
      lock.ensureValid();
    } catch (LockObtainFailedException e) {
      throw new CommandFailure("another process is writing " + target + "; wait for it", e);
    }
    delete(partial);
    return true;
  }

  /**
   * Checks that an index may be made at the target, before any work is spent on it.
   *
   * @throws CommandFailure if the target is taken
   */
  static void checkReplaceable(Path target, boolean overwrite) throws IOException {
    if (Files.exists(target) && !Files.isDirectory(target)) {
      throw new CommandFailure(target + " is a file; choose another folder for --index");
    }
    if (!Files.isDirectory(target) || isEmpty(target)) {
      return;
    }
    if (!PassageIndex.exists(target)) {
      throw new CommandFailure(
          target + " is not empty and not an index; choose another folder for --index");
    }
    if (!overwrite) {
      throw new CommandFailure(
          target + " already holds an index; add --overwrite to replace it, or choose another one");
    }
    try (Directory directory = FSDirectory.open(target);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      if (IndexDescription.fromUserData(reader.getIndexCommit().getUserData()) == null) {
        throw new CommandFailure(
            target + " holds an index that fastlane did not make; it will not be overwritten");
      }
    }
  }

  IndexWriter writer() {
    return writer;
  }

  /** Commits the index with its description and puts it in its place. */
  synchronized void publish(IndexDescription description) throws IOException {
    if (done) {
      return; // the program is being interrupted
    }
    Map<String, String> userData = description.toUserData();
    writer.setLiveCommitData(userData.entrySet());
    writer.close();
    directory.close();
    Path replaced = target.resolveSibling(target.getFileName() + ".replaced");
    if (Files.isDirectory(target)) {
      if (isEmpty(target)) {
        Files.delete(target);
      } else {
        delete(replaced);
        Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
      }
    }
    Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    done = true;
    delete(replaced);
  }

  @Override
  public void close() throws IOException {
    discard();
    try {
      Runtime.getRuntime().removeShutdownHook(interrupted);
    } catch (IllegalStateException alreadyShuttingDown) {
      // Then the hook runs by itself, and finds nothing left to do.
    }
  }

  /** Removes what was written, unless it was published. */
  private synchronized void discard() throws IOException {
    if (!done) {
      done = true;
      try {
        writer.rollback();
      } finally {
        directory.close();
        delete(partial);
      }
    }
  }

  /** When the program is interrupted, as by Ctrl-C. */
  private void removeInterrupted() {
    try {
      discard();
    } catch (IOException e) {
      System.err.println("fastlane: could not remove " + partial + ": " + e);
    }
  }

  private static Path partial(Path target) {
    return target.resolveSibling(target.getFileName() + ".partial");
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  /** Deletes a folder of plain files, which is what an index is; a sub-folder is not ours to go. */
  private static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> entries = Files.list(folder)) {
      files = entries.toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
    Files.delete(folder);
  }
}
