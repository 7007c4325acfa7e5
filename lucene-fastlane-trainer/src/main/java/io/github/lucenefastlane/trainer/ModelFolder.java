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

import com.google.gson.JsonObject;
import io.github.lucenefastlane.demo.CommandFailure;
import io.github.lucenefastlane.encoder.EncoderConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The folder of a trained model: {@code router.onnx}, the router alone; with a projection also
 * {@code model.onnx}, the encoder with both, {@code tokenizer.json} and, if the encoder is as it
 * was, {@code head.onnx}, what was added to it; and {@value EncoderConfig#FILE_NAME}, the encoder's
 * conventions and, under {@code about}, where the model comes from and how good it is.
 */
final class ModelFolder {
  /** Hidden, so that it is no part of the model. */
  private static final String CHECKPOINT = ".training";

  private final Path folder;

  /**
   * Takes a folder, which is made when the training begins.
   *
   * @throws CommandFailure if it holds a model already, or is a file
   */
  ModelFolder(Path folder) throws IOException {
    this.folder = folder;
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new CommandFailure("--out " + folder + " is a file; give a folder");
    }
    if (Files.exists(folder.resolve(EncoderConfig.FILE_NAME))) {
      throw new CommandFailure(
          "there is a model in " + folder + " already; give another --out, or remove it");
    }
  }

  /** Where the state of the training is kept until it is over. */
  Path checkpoint() {
    return folder.resolve(CHECKPOINT);
  }

  /** Writes a router for another encoder's token vectors. */
  void writeRouter(OnnxGraphs graphs, EncoderConfig config, JsonObject about) throws IOException {
    put("router.onnx", graphs.router());
    writeDescription(config, null, about);
  }

  /**
   * Writes an encoder with projection and router.
   *
   * @param tuned its ONNX file, if it was trained; null if it is as it was
   */
  void writeModel(OnnxGraphs graphs, BaseModel base, byte[] tuned, JsonObject about)
      throws IOException {
    byte[] head =
        graphs.head(base.onnx(), base.encoder().queryContentIds(), base.encoder().vocabularySize());
    if (tuned == null) {
      put("head.onnx", head);
    }
    put("model.onnx", OnnxGraphs.combine(tuned == null ? base.onnx() : tuned, head));
    put("router.onnx", graphs.router());
    put("tokenizer.json", base.tokenizer());
    boolean headed = tuned == null && base.bundled();
    writeDescription(base.encoder().config(), headed ? base.encoder().name() : null, about);
  }

  /** Last, for it tells that the model is whole. */
  private void writeDescription(EncoderConfig config, String base, JsonObject about)
      throws IOException {
    JsonObject json = new JsonObject();
    if (base != null) {
      json.addProperty("base", base);
    }
    json.add("about", about);
    Path description = checkpoint().resolve(EncoderConfig.FILE_NAME);
    Files.writeString(description, json.toString());
    config.write(checkpoint()); // keeps what is there
    Files.move(
        description, folder.resolve(EncoderConfig.FILE_NAME), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Through a temporary file, so that no half of a file is taken for one. */
  private void put(String name, byte[] content) throws IOException {
    Path temporary = checkpoint().resolve(name + ".new");
    Files.write(temporary, content);
    Files.move(temporary, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes the folder of the state, which must be empty. */
  void finish() throws IOException {
    Files.deleteIfExists(checkpoint());
  }
}
