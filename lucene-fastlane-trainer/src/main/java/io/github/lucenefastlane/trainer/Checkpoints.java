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
package io.github.lucenefastlane.trainer;

import io.github.lucenefastlane.demo.CommandFailure;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.MMapDirectory;

/**
 * Where a training's state is kept, so that it goes on after a kill: one file, replaced at once by
 * the next. It tells which settings and data it is of.
 */
final class Checkpoints implements Closeable {
  private static final String FILE = "training.state";
  private static final String CODEC = "FastLaneTraining";
  private static final int VERSION = 0;

  private final Path folder;
  private final Directory directory;
  private final String description;

  /**
   * Opens a folder, which is made if there is none.
   *
   * @param description of everything that decides what is learned
   */
  Checkpoints(Path folder, String description) throws IOException {
    this.folder = folder;
    this.directory = new MMapDirectory(folder);
    this.description = description;
  }

  void write(TrainingState state) throws IOException {
    String temporary;
    try (IndexOutput out = directory.createTempOutput("training", "state", IOContext.DEFAULT)) {
      temporary = out.getName();
      CodecUtil.writeHeader(out, CODEC, VERSION);
      out.writeString(description);
      state.write(out);
      CodecUtil.writeFooter(out);
    }
    directory.sync(List.of(temporary));
    directory.rename(temporary, FILE);
    directory.syncMetaData();
  }

  /**
   * The last state that was written; null if there is none.
   *
   * @throws CommandFailure if it is of another training, or of another version of this class
   * @throws CorruptIndexException if it is damaged
   */
  TrainingState read() throws IOException {
    try (ChecksumIndexInput in = directory.openChecksumInput(FILE)) {
      TrainingState state = null;
      Throwable failure = null;
      try {
        CodecUtil.checkHeader(in, CODEC, VERSION, VERSION);
        String found = in.readString();
        if (!found.equals(description)) {
          throw new CommandFailure(
              "the training in "
                  + folder
                  + " was begun with other settings or data; repeat those to go on with it, or"
                  + " remove that folder. There: "
                  + found
                  + " Here: "
                  + description);
        }
        state = TrainingState.read(in);
      } catch (CommandFailure e) {
        throw e;
      } catch (Throwable e) {
        failure = e;
      }
      CodecUtil.checkFooter(in, failure);
      return state;
    } catch (NoSuchFileException | FileNotFoundException absent) {
      return null;
    } catch (IndexFormatTooNewException | IndexFormatTooOldException e) {
      throw new CommandFailure(
          "the training in "
              + folder
              + " was begun by another version of this program; go on with that, or remove that"
              + " folder to begin again",
          e);
    } catch (CorruptIndexException e) {
      throw new CorruptIndexException(
          "the state of the training is damaged; remove " + folder + " to begin again",
          folder.resolve(FILE).toString(),
          e);
    }
  }

  /** Removes the state: the training is over. */
  void delete() throws IOException {
    for (String file : directory.listAll()) {
      directory.deleteFile(file);
    }
  }

  @Override
  public void close() throws IOException {
    directory.close();
  }
}
