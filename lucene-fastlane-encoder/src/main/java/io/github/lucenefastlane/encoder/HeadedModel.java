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
package io.github.lucenefastlane.encoder;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A model with a head appended to its graph. Serialised protocol buffers messages merge when they
 * are concatenated, repeated fields being appended (Protocol Buffers' encoding, "Last One Wins"):
 * so the base's bytes and then the head's are one ONNX file whose graph has the nodes, the
 * constants and the outputs of both.
 *
 * @param name what errors call the model
 * @param files the base's files
 * @param head an ONNX file without the fields that the base has already
 * @param config the conventions
 */
record HeadedModel(String name, ModelFiles files, byte[] head, EncoderConfig config)
    implements ModelFiles {
  static final String FILE_NAME = "head.onnx";

  /** A head without a name of its own is called after the base and its own content. */
  HeadedModel(ModelFiles files, byte[] head, EncoderConfig config) {
    this(files.name() + "+head-" + digest(head), files, head, config);
  }

  /** Refuses a head on a head, whose names would clash. */
  HeadedModel {
    if (files.base().isPresent()) {
      throw new IllegalArgumentException("model " + files.name() + " has a head already");
    }
  }

  private static String digest(byte[] head) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(head);
      return HexFormat.of().formatHex(digest, 0, 4);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  @Override
  public Optional<String> base() {
    return Optional.of(files.name());
  }

  @Override
  public int positions() throws IOException {
    return files.positions();
  }

  @Override
  public InputStream openTokenizer() throws IOException {
    return files.openTokenizer();
  }

  @Override
  public Optional<String> maskToken() throws IOException {
    return files.maskToken();
  }

  @Override
  public InputStream openOnnx() throws IOException {
    return new SequenceInputStream(files.openOnnx(), new ByteArrayInputStream(head));
  }

  @Override
  public Optional<LinearProjection> projection() throws IOException {
    return files.projection();
  }
}
