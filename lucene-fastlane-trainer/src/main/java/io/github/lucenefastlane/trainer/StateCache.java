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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.Lock;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.IOUtils;

/**
 * Token states on disk, so that each text is encoded once however often it is trained on. A chunk
 * of texts is a file whose name is the SHA-256 of the model, of the side (query or document) and of
 * the texts: other texts or another model have other files, and the same passages in two
 * collections share theirs. A damaged file is made again.
 */
final class StateCache implements Closeable {
  /** Texts of one file: what a kill loses of the encoding at most. */
  static final int CHUNK = 1024;

  private static final int KEY_BYTES = 16;

  private final Directory directory;
  private final Lock lock;
  private final String model;

  /** Makes the token states of texts. */
  @FunctionalInterface
  interface Encoding {
    /** One array of vectors per text; all vectors have the same dimension. */
    List<float[][]> encode(List<String> texts) throws IOException;
  }

  /**
   * Opens a folder, which is made if there is none, for this process alone.
   *
   * @param model tells the model and its configuration from any other
   * @throws CommandFailure if another process has it open
   */
  StateCache(Path folder, String model) throws IOException {
    this.model = model;
    Directory opened = new MMapDirectory(folder);
    Lock taken = null;
    try {
      taken = opened.obtainLock("states.lock");
      for (String name : opened.listAll()) {
        if (name.endsWith(".tmp")) { // left by a process that was killed
          opened.deleteFile(name);
        }
      }
      this.lock = taken;
      this.directory = opened;
      taken = null;
      opened = null;
    } catch (LockObtainFailedException e) {
      throw new CommandFailure(
          "another training encodes texts into " + folder + "; wait, or give another --cache", e);
    } finally {
      IOUtils.close(taken, opened);
    }
  }

  /**
   * The states of texts, encoded unless they are there.
   *
   * @param side what else than model and texts decides about the states
   * @param dimension components of a state
   */
  TokenSource states(String side, List<String> texts, int dimension, Encoding encoding)
      throws IOException {
    List<StateChunk> chunks = new ArrayList<>();
    boolean success = false;
    try {
      for (int from = 0; from < texts.size(); from += CHUNK) {
        List<String> part = texts.subList(from, Math.min(texts.size(), from + CHUNK));
        chunks.add(chunk(side, part, dimension, encoding));
      }
      success = true;
      return new Chunks(chunks, texts.size(), dimension);
    } finally {
      if (!success) {
        IOUtils.closeWhileHandlingException(chunks);
      }
    }
  }

  private StateChunk chunk(String side, List<String> texts, int dimension, Encoding encoding)
      throws IOException {
    byte[] digest = digest(side, texts);
    String name = HexFormat.of().formatHex(digest) + ".states";
    byte[] key = Arrays.copyOf(digest, KEY_BYTES);
    StateChunk chunk = openIfSound(name, key);
    if (chunk == null) {
      StateChunk.write(directory, name, key, dimension, encoding.encode(texts));
      chunk = StateChunk.open(directory, name, key);
    }
    if (chunk.size() != texts.size() || chunk.dimension() != dimension) {
      chunk.close();
      throw new IllegalStateException(
          "cached states of "
              + texts.size()
              + " texts of dimension "
              + dimension
              + " are of "
              + chunk.size()
              + " and "
              + chunk.dimension());
    }
    return chunk;
  }

  /** Null if there is no such file, or one that must be made again. */
  private StateChunk openIfSound(String name, byte[] key) throws IOException {
    try {
      return StateChunk.open(directory, name, key);
    } catch (NoSuchFileException | FileNotFoundException absent) {
      return null;
    } catch (CorruptIndexException
        | IndexFormatTooNewException
        | IndexFormatTooOldException damaged) {
      directory.deleteFile(name);
      return null;
    }
  }

  private byte[] digest(String side, List<String> texts) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
    update(digest, model);
    update(digest, side);
    texts.forEach(text -> update(digest, text));
    return digest.digest();
  }

  /** Its length first, so that no two lists of texts look the same. */
  private static void update(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    digest.update(bytes);
  }

  /** Sources stay usable until they are closed themselves. */
  @Override
  public void close() throws IOException {
    IOUtils.close(lock, directory);
  }

  private record Chunks(List<StateChunk> chunks, int size, int dimension) implements TokenSource {
    @Override
    public int tokens(int text) {
      return chunks.get(text / CHUNK).tokens(text % CHUNK);
    }

    @Override
    public void read(int text, int count, ByteBuffer target) throws IOException {
      chunks.get(text / CHUNK).read(text % CHUNK, count, target);
    }

    @Override
    public void close() throws IOException {
      IOUtils.close(chunks);
    }
  }
}
