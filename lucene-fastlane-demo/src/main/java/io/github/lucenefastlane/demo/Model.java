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

import io.github.lucenefastlane.encoder.EncoderConfig;
import io.github.lucenefastlane.encoder.TokenEncoder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * A loaded encoder and where it came from.
 *
 * @param encoder the encoder
 * @param folder absolute path of the model's folder; empty for the default model, {@link #PLAIN}
 *     for the encoder below it: both ship with the program
 * @param fingerprint of the model and of all its configuration but the document length: equal for
 *     encoders that encode a query alike
 */
public record Model(TokenEncoder encoder, String folder, String fingerprint) implements Closeable {

  /** Names the encoder that ships with the program, without what was learned on top of it. */
  public static final String PLAIN = "all-MiniLM-L6-v2";

  /** What an option that takes any model says of itself. */
  static final String CHOICE =
      "Folder with model.onnx and tokenizer.json, or with head.onnx and fastlane.json; or "
          + PLAIN
          + ", which needs no folder (default: the model that ships with the program).";

  /**
   * Loads a model.
   *
   * @param folder null or empty for the default model; {@link #PLAIN}, if there is no such folder
   * @param documentLength most tokens of a passage to read; null for the model's own limit
   * @throws CommandFailure if there is no such folder
   */
  public static Model load(String folder, Integer documentLength) throws IOException {
    if (folder == null || folder.isEmpty()) {
      return build(TokenEncoder.defaultBuilder(), "", documentLength);
    }
    Path path = Path.of(folder).toAbsolutePath().normalize();
    if (!Files.isDirectory(path)) {
      if (folder.equals(PLAIN)) {
        return build(TokenEncoder.miniLmBuilder(), PLAIN, documentLength);
      }
      throw new CommandFailure(
          "no model folder "
              + folder
              + " (it should hold model.onnx and tokenizer.json, or head.onnx and fastlane.json; "
              + PLAIN
              + " is there without a folder)");
    }
    return build(TokenEncoder.builder(path), path.toString(), documentLength);
  }

  private static Model build(TokenEncoder.Builder builder, String folder, Integer documentLength)
      throws IOException {
    if (documentLength != null) {
      builder.adjustConfig(config -> config.withDocumentLength(documentLength));
    }
    CRC32C checksum = new CRC32C();
    boolean ships = ships(folder);
    // Before the encoder is there, which would have to be closed if a file cannot be read.
    if (!ships) {
      ModelFolderChecksum.update(checksum, Path.of(folder));
    }
    TokenEncoder encoder = builder.build();
    // A folder may be moved and renamed; what ships with the program has no files to look at.
    if (ships) {
      checksum.update(encoder.name().getBytes(StandardCharsets.UTF_8));
    }
    // A folder with a head holds a part of the model, and only the name of the other.
    if (encoder.base().isPresent()) {
      checksum.update(encoder.base().get().getBytes(StandardCharsets.UTF_8));
    }
    EncoderConfig anyLength =
        encoder.config().withDocumentLength(EncoderConfig.DEFAULT.documentLength());
    checksum.update(anyLength.toString().getBytes(StandardCharsets.UTF_8));
    String fingerprint =
        String.format(Locale.ROOT, "%d-%08x", encoder.dimension(), checksum.getValue());
    return new Model(encoder, folder, fingerprint);
  }

  /**
   * Loads the model that an index was made with.
   *
   * @param folder where to find it instead of where it was; null for the recorded place
   * @throws CommandFailure if it makes other vectors than those in the index
   */
  public static Model loadFor(IndexDescription index, String folder) throws IOException {
    String place = folder == null ? index.modelFolder() : folder;
    if (folder == null && !ships(place) && !Files.isDirectory(Path.of(place))) {
      throw new CommandFailure(
          "the index's model is no longer in " + place + "; say where it is with --model");
    }
    Model model = load(place, index.documentLength());
    if (!model.fingerprint().equals(index.fingerprint())) {
      model.close();
      throw new CommandFailure(
          "the index was made with model "
              + index.model()
              + " of fingerprint "
              + index.fingerprint()
              + ", but "
              + model.encoder().name()
              + " has "
              + model.fingerprint()
              + "; give the index's own model with --model, or index again");
    }
    return model;
  }

  /** Whether a recorded {@link #folder} is none, for the model ships with the program. */
  private static boolean ships(String folder) {
    return folder.isEmpty() || folder.equals(PLAIN);
  }

  /** Most tokens of a passage that the encoder reads. */
  int documentLength() {
    return encoder.config().documentLength();
  }

  @Override
  public void close() throws IOException {
    encoder.close();
  }
}
