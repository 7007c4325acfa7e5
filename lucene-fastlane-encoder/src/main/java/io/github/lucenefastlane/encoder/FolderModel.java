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

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A whole model in a folder, laid out as on the Hugging Face hub. */
final class FolderModel implements ModelFiles {
  private static final String TOKENIZER = "tokenizer.json";

  private final Path folder;
  private final Path onnx;

  /** The model in a folder: a whole one or, if the folder names a base, a head. */
  static ModelFiles open(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("modelFolder is not a folder: " + folder);
    }
    Optional<JsonFields> own = JsonFields.read(folder.resolve(EncoderConfig.FILE_NAME));
    Optional<String> base = own.flatMap(FastLaneJson::base);
    if (base.isEmpty()) {
      return new FolderModel(folder);
    }
    Path head = folder.resolve(HeadedModel.FILE_NAME);
    if (!Files.isRegularFile(head)) {
      throw new IllegalArgumentException(
          "modelFolder names a base in "
              + EncoderConfig.FILE_NAME
              + " and has no "
              + HeadedModel.FILE_NAME
              + ": "
              + folder);
    }
    ResourceModel model = ResourceModel.named(base.get(), own.get() + ": base");
    return new HeadedModel(
        name(folder),
        model,
        Files.readAllBytes(head),
        FastLaneJson.apply(own.get(), model.config()));
  }

  private FolderModel(Path folder) throws IOException {
    if (!Files.isRegularFile(folder.resolve(TOKENIZER))) {
      throw new IllegalArgumentException("modelFolder has no " + TOKENIZER + ": " + folder);
    }
    this.folder = folder;
    this.onnx = findOnnx(folder);
  }

  private static Path findOnnx(Path folder) throws IOException {
    for (String usual : List.of("model.onnx", "onnx/model.onnx")) {
      if (Files.isRegularFile(folder.resolve(usual))) {
        return folder.resolve(usual);
      }
    }
    List<Path> found;
    try (Stream<Path> files = Files.list(folder)) {
      found = files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
    }
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "modelFolder must hold model.onnx or exactly one *.onnx file, found "
              + found
              + " in "
              + folder);
    }
    if (found.get(0).getFileName().toString().equals(HeadedModel.FILE_NAME)) {
      throw new IllegalArgumentException(
          "modelFolder has a "
              + HeadedModel.FILE_NAME
              + ", whose base must be named in "
              + EncoderConfig.FILE_NAME
              + ": "
              + folder);
    }
    return found.get(0);
  }

  @Override
  public String name() {
    return name(folder);
  }

  private static String name(Path folder) {
    Path last = folder.toAbsolutePath().normalize().getFileName();
    return last == null ? folder.toString() : last.toString();
  }

  @Override
  public EncoderConfig config() throws IOException {
    return EncoderConfig.read(folder);
  }

  @Override
  public int positions() throws IOException {
    return new ConventionReader(folder).positions();
  }

  @Override
  public InputStream openOnnx() throws IOException {
    return Files.newInputStream(onnx);
  }

  @Override
  public InputStream openTokenizer() throws IOException {
    return Files.newInputStream(folder.resolve(TOKENIZER));
  }

  @Override
  public Optional<String> maskToken() throws IOException {
    Optional<JsonFields> config = JsonFields.read(folder.resolve("tokenizer_config.json"));
    if (config.isEmpty() || !config.get().has("mask_token")) {
      return Optional.empty();
    }
    // Either the token itself or an object that describes it.
    return config.get().isObject("mask_token")
        ? config.get().object("mask_token").map(token -> token.string("content", null))
        : Optional.of(config.get().string("mask_token", null));
  }

  @Override
  public OrtSession openSession(OrtEnvironment environment, OrtSession.SessionOptions options)
      throws OrtException {
    // By path, so that ONNX Runtime finds weights that a large model keeps in files of their own.
    return environment.createSession(onnx.toString(), options);
  }

  @Override
  public Optional<LinearProjection> projection() throws IOException {
    List<Path> layers = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(file -> file.getFileName().toString().matches("\\d+_Dense"))
          .sorted()
          .forEach(layers::add);
    }
    if (layers.isEmpty()) {
      return Optional.empty();
    }
    if (layers.size() > 1) {
      throw new IllegalArgumentException(
          "modelFolder has more than one linear layer, only one is supported: " + layers);
    }
    return Optional.of(LinearProjection.read(layers.get(0)));
  }
}
