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
import io.github.lucenefastlane.demo.Model;
import io.github.lucenefastlane.encoder.TokenEncoder;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The encoder that a projection and a router are put on, and its files.
 *
 * @param encoder gives the states, one per content token
 * @param onnx its ONNX file
 * @param tokenizer its {@code tokenizer.json}
 * @param bundled whether it comes with the program
 */
record BaseModel(TokenEncoder encoder, byte[] onnx, byte[] tokenizer, boolean bundled)
    implements Closeable {

  /**
   * Loads an encoder.
   *
   * @param folder null, empty or {@link Model#PLAIN}, if there is no such folder, for the one that
   *     comes with the program, as it was published
   * @param threads that compute
   * @throws CommandFailure if there is no such folder, or it cannot be trained on
   */
  static BaseModel load(String folder, int threads) throws IOException {
    boolean bundled = isBundled(folder);
    TokenEncoder.Builder builder =
        bundled ? TokenEncoder.miniLmBuilder() : TokenEncoder.builder(Path.of(folder));
    TokenEncoder encoder = builder.threads(threads).build();
    try {
      String objection = objection(encoder);
      if (objection != null) {
        throw new CommandFailure("the model in " + folder + " " + objection);
      }
      BaseModel model =
          new BaseModel(
              encoder, bytes(builder.openOnnx()), bytes(builder.openTokenizer()), bundled);
      encoder = null;
      return model;
    } finally {
      if (encoder != null) {
        encoder.close();
      }
    }
  }

  private static boolean isBundled(String folder) {
    if (folder == null || folder.isEmpty()) {
      return true;
    }
    if (Files.isDirectory(Path.of(folder))) {
      return false;
    }
    if (folder.equals(Model.PLAIN)) {
      return true;
    }
    throw new CommandFailure(
        "no model folder "
            + folder
            + " (it should hold model.onnx and tokenizer.json; "
            + Model.PLAIN
            + " is there without a folder)");
  }

  /** Why an encoder cannot be trained on; null if it can. */
  private static String objection(TokenEncoder encoder) {
    if (!encoder.config().normalize()) {
      return "must have vectors of length 1: set normalize in its fastlane.json";
    }
    if (encoder.hasRouter()) {
      return "has a router; train the encoder that it was made of";
    }
    if (encoder.base().isPresent()) {
      return "is a head on " + encoder.base().get() + "; train that";
    }
    if (encoder.hasLinearLayer()) {
      return "has a linear layer in a file of its own; export it as part of the ONNX file";
    }
    try {
      encoder.queryContentIds();
    } catch (IllegalStateException e) {
      return "cannot have a router in its graph: " + e.getMessage();
    }
    return null;
  }

  private static byte[] bytes(InputStream file) throws IOException {
    try (file) {
      return file.readAllBytes();
    }
  }

  /** Equal for encoders that encode texts alike. */
  String fingerprint() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(onnx);
      digest.update(tokenizer);
      digest.update(encoder.config().toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  @Override
  public void close() throws IOException {
    encoder.close();
  }
}
