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

import io.github.lucenefastlane.codec.FastLaneCodec;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.Lock;
import org.apache.lucene.store.LockObtainFailedException;

/**
 * An index in a folder of the cache. It is complete when its last commit has a description whose
 * source is the entry's key; a commit without description is as far as an interrupted run came.
 */
record CacheEntry(Path folder, String key) {
  /** What {@link #state} found. */
  enum State {
    /** No commit: the folder may be absent. */
    EMPTY,
    /** The last commit is a part of what is to come. */
    PARTIAL,
    /** Whole, and as it was written. */
    COMPLETE,
    /** Must be made again. */
    DAMAGED
  }

  /** Few and large segments, each of which is merged with all others in the end. */
  private static final double RAM_BUFFER_MB = 512;

  /** Reads all files, and compares them with their checksums. */
  State state() throws IOException {
    if (!PassageIndex.exists(folder)) {
      return State.EMPTY;
    }
    try (Directory directory = FSDirectory.open(folder);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        ((CodecReader) leaf.reader()).checkIntegrity();
      }
      IndexDescription description =
          IndexDescription.fromUserData(reader.getIndexCommit().getUserData());
      if (description == null) {
        return State.PARTIAL;
      }
      return description.source().equals(key) ? State.COMPLETE : State.DAMAGED;
    } catch (CorruptIndexException
        | IndexFormatTooNewException
        | IndexFormatTooOldException
        | EOFException
        | FileNotFoundException
        | NoSuchFileException
        | IllegalArgumentException e) { // the last of the damaged name of a format
      return State.DAMAGED;
    }
  }

  /** Opens the index for going on with it, or for starting it. */
  IndexWriter openWriter(Directory directory, IndexSettings settings) throws IOException {
    LogDocMergePolicy mergePolicy = new LogDocMergePolicy(); // keeps the order of documents
    mergePolicy.setNoCFSRatio(0); // separate files, so that their sizes can be told
    try {
      return new IndexWriter(
          directory,
          new IndexWriterConfig(Bm25.analyzer())
              .setCodec(new FastLaneCodec(settings.format()))
              .setMergePolicy(mergePolicy)
              .setUseCompoundFile(false)
              .setRAMBufferSizeMB(RAM_BUFFER_MB)
              .setCommitOnClose(false));
    } catch (LockObtainFailedException e) {
      throw taken(e);
    }
  }

  /** Removes all that is there. */
  void clear() throws IOException {
    if (Files.isDirectory(folder)) {
      try (Directory directory = FSDirectory.open(folder);
          Lock lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
        lock.ensureValid();
      } catch (LockObtainFailedException e) {
        throw taken(e);
      }
      OwnFolder.delete(folder);
    }
  }

  private CommandFailure taken(LockObtainFailedException cause) {
    return new CommandFailure(
        "another process is writing " + folder + "; wait for it, or choose another --cache", cause);
  }
}
