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
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.Lock;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.IOUtils;

/**
 * An index folder being made. It is written under the name {@code TARGET.partial} beside its place
 * and moved there when complete; an index that it replaces is moved to {@code TARGET.replaced} for
 * that moment. So the target is at any time absent, the old index or the new one, and if the
 * program is killed while it is absent, {@link #recover} puts the old index back. Closing without
 * {@link #publish} removes what was written; a complete index that cannot be moved to its place is
 * kept, without the mark, and so no later run removes it. Folders of those names that this program
 * did not make are left alone: then no index is made.
 */
final class IndexFolder implements Closeable {
  private final Path target;
  private final boolean overwrite;
  private final Path partial;
  private final Directory directory;
  private final IndexWriter writer;
  private final Thread interrupted = new Thread(this::removeInterrupted, "remove-half-written");
  private boolean done;

  private IndexFolder(Path target, boolean overwrite, Directory directory, IndexWriter writer) {
    this.target = target;
    this.overwrite = overwrite;
    this.partial = partial(target);
    this.directory = directory;
    this.writer = writer;
    Runtime.getRuntime().addShutdownHook(interrupted);
  }

  /**
   * Starts an index. What an interrupted run left under the temporary name is overwritten.
   *
   * @param overwrite whether an index that is already there may be replaced; any other folder with
   *     something in it never is
   * @throws CommandFailure if the target is taken, it cannot be replaced or another process is
   *     writing it
   */
  static IndexFolder create(Path target, boolean overwrite, IndexWriterConfig config)
      throws IOException {
    IndexFolder folder = open(place(target), overwrite, config);
    try {
      checkMovable(folder.target);
    } catch (IOException | RuntimeException e) {
      IOUtils.closeWhileHandlingException(folder);
      throw e;
    }
    return folder;
  }

  private static IndexFolder open(Path place, boolean overwrite, IndexWriterConfig config)
      throws IOException {
    checkReplaceable(place, overwrite);
    Path partial = partial(place);
    try {
      Files.createDirectories(partial);
    } catch (AccessDeniedException e) {
      throw new CommandFailure(
          "cannot make the folder "
              + partial
              + ": no permission; choose an --index in a folder that you may write to",
          e);
    } catch (FileAlreadyExistsException | NotDirectoryException e) {
      throw new CommandFailure("cannot make the folder " + partial + ": a file is in the way", e);
    }
    Directory directory = FSDirectory.open(partial);
    IndexWriter writer = null;
    try {
      writer = new IndexWriter(directory, config.setOpenMode(IndexWriterConfig.OpenMode.CREATE));
      OwnFolder.mark(partial); // under the writer's lock, and before there is any file to lose
      return new IndexFolder(place, overwrite, directory, writer);
    } catch (LockObtainFailedException e) {
      directory.close();
      throw new CommandFailure(
          "another process is writing " + place + "; wait for it or choose another --index", e);
    } catch (IOException | RuntimeException e) {
      IOUtils.closeWhileHandlingException(writer, directory);
      throw e;
    }
  }

  /**
   * Moves a folder at the target away and back: it is better known before the long work than after
   * it if that cannot be done. If the program is killed in between, {@link #recover} moves it back.
   */
  private static void checkMovable(Path place) throws IOException {
    Path replaced = replaced(place);
    if (!Files.isDirectory(place) || Files.exists(replaced)) {
      return; // what was replaced by the folder is still there: so it could be moved
    }
    try {
      moveAway(place);
    } catch (IOException e) {
      throw new CommandFailure(
          place
              + " cannot be moved, and so not replaced ("
              + e.getMessage()
              + "); if it is a mount point, name a folder inside it: --index "
              + place.resolve("index"),
          e);
    }
    try {
      putBack(place);
    } catch (IOException e) {
      throw new CommandFailure(
          "cannot move " + replaced + " back to " + place + "; rename it: " + e.getMessage(), e);
    }
  }

  /**
   * Clears up what a killed run left beside a target: puts the old index back if it was moved away
   * and the new one did not come, and removes a half-written one.
   *
   * @return a sentence on each thing that was done
   * @throws CommandFailure if a process is still writing there, or a folder under a temporary name
   *     is not this program's
   */
  static List<String> recover(Path target) throws IOException {
    Path place = place(target);
    List<String> deeds = new ArrayList<>();
    Path replaced = replaced(place);
    if (!Files.exists(place) && movedAway(place) != null) {
      checkTemporary(replaced);
      move(replaced, place);
      deeds.add("Put back the index " + target + ", which an interrupted run had moved away");
    }
    if (Files.isDirectory(place) && PassageIndex.exists(place)) {
      OwnFolder.unmark(place);
    }
    Path partial = partial(place);
    if (Files.exists(partial)) {
      checkTemporary(partial);
      try (Directory directory = FSDirectory.open(partial);
          Lock lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
        lock.ensureValid();
      } catch (LockObtainFailedException e) {
        throw new CommandFailure("another process is writing " + target + "; wait for it", e);
      }
      OwnFolder.delete(partial);
      deeds.add("Removed a half-written index beside " + target);
    }
    return deeds;
  }

  /**
   * Where a killed run moved the index of a target, which {@link #recover} would put back if the
   * target is absent; null if there is none.
   */
  static Path movedAway(Path target) throws IOException {
    Path replaced = replaced(place(target));
    boolean marked = Files.exists(replaced.resolve(OwnFolder.MARK));
    return marked && PassageIndex.exists(replaced) ? replaced : null;
  }

  /**
   * Checks that an index may be made at the target, before any work is spent on it.
   *
   * @throws CommandFailure if the target or a name that is needed beside it is taken
   */
  static void checkReplaceable(Path target, boolean overwrite) throws IOException {
    String objection = OwnFolder.objectionToIndex(target);
    if (objection != null) {
      throw new CommandFailure(
          target + " " + objection + "; it will not be overwritten: choose another --index");
    }
    if (!OwnFolder.isFree(target)) {
      if (!overwrite) {
        throw new CommandFailure(
            target
                + " already holds an index; add --overwrite to replace it, or choose another one");
      }
    }
    if (Files.isDirectory(target)) {
      checkTemporary(replaced(place(target)));
    }
    checkTemporary(partial(place(target)));
  }

  private static void checkTemporary(Path folder) throws IOException {
    String objection = OwnFolder.objectionToTemporary(folder);
    if (objection != null) {
      throw new CommandFailure(
          folder
              + " is in the way: it "
              + objection
              + "; move it elsewhere or choose another --index");
    }
  }

  IndexWriter writer() {
    return writer;
  }

  /**
   * Commits the index with its description and puts it in its place.
   *
   * @throws CommandFailure if the index is complete, but cannot be put in its place, which may have
   *     been taken meanwhile; the message tells where it is
   */
  synchronized void publish(IndexDescription description) throws IOException {
    if (done) {
      return; // the program is being interrupted
    }
    Map<String, String> userData = description.toUserData();
    writer.setLiveCommitData(userData.entrySet());
    writer.close();
    directory.close();
    done = true; // from here on the new index is kept
    boolean replaces;
    try {
      checkReplaceable(target, overwrite); // again, for it was long ago
      replaces = Files.isDirectory(target);
      moveToTarget(replaces);
    } catch (IOException | RuntimeException e) {
      throw kept(e);
    }
    OwnFolder.unmark(target);
    if (replaces) {
      OwnFolder.delete(replaced(target));
    }
  }

  private void moveToTarget(boolean replaces) throws IOException {
    if (replaces) {
      OwnFolder.delete(replaced(target));
      moveAway(target);
    }
    try {
      move(partial, target);
    } catch (IOException | RuntimeException e) {
      if (replaces) {
        try {
          putBack(target);
        } catch (IOException again) {
          e.addSuppressed(again);
        }
      }
      throw e;
    }
  }

  private static void moveAway(Path place) throws IOException {
    OwnFolder.mark(place);
    try {
      move(place, replaced(place));
    } catch (IOException | RuntimeException e) {
      try {
        OwnFolder.unmark(place);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  private static void putBack(Path place) throws IOException {
    move(replaced(place), place);
    OwnFolder.unmark(place);
  }

  /** Says where the new index is, and sees to it that no run takes it for a half-written one. */
  private CommandFailure kept(Exception failure) {
    boolean oldIsAway = false;
    try {
      oldIsAway = !Files.exists(target) && movedAway(target) != null;
      OwnFolder.unmark(partial);
    } catch (IOException again) {
      failure.addSuppressed(again);
    }
    return new CommandFailure(
        "cannot move the new index to "
            + target
            + " ("
            + failure.getMessage()
            + "): it is in "
            + partial
            + (oldIsAway
                ? ", the old one in " + replaced(target) + "; rename one of them"
                : "; rename that"),
        failure);
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
        OwnFolder.delete(partial);
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

  /**
   * Where a target is, through symbolic links: what is beside the folder itself can be moved to its
   * place, and the links stay.
   */
  static Path place(Path target) throws IOException {
    if (Files.exists(target)) {
      return target.toRealPath();
    }
    Path absolute = target.toAbsolutePath();
    if (Files.isSymbolicLink(target)) { // to a folder that was moved away, or is to come
      String link = Files.readSymbolicLink(target).toString();
      absolute = absolute.getParent().toRealPath().resolve(link);
    }
    return absolute.normalize();
  }

  private static Path partial(Path target) {
    return target.resolveSibling(target.getFileName() + ".partial");
  }

  private static Path replaced(Path target) {
    return target.resolveSibling(target.getFileName() + ".replaced");
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }
}
