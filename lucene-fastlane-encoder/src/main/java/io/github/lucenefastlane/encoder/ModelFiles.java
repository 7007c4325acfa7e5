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
import java.util.Optional;

/** Where a model's files come from. */
interface ModelFiles {
  /** What errors call the model. */
  String name();

  /** The model that this one is a head on, if it is one. */
  default Optional<String> base() {
    return Optional.empty();
  }

  /** What the model's own files state. */
  EncoderConfig config() throws IOException;

  /** The most tokens the model can read, {@link Integer#MAX_VALUE} if unknown. */
  int positions() throws IOException;

  /** The {@code tokenizer.json}. */
  InputStream openTokenizer() throws IOException;

  /** What the tokenizer calls its mask token, where a file says. */
  Optional<String> maskToken() throws IOException;

  /** The ONNX file. */
  InputStream openOnnx() throws IOException;

  /** A session over the ONNX file, read into memory. */
  default OrtSession openSession(OrtEnvironment environment, OrtSession.SessionOptions options)
      throws IOException, OrtException {
    byte[] model;
    try (InputStream stream = openOnnx()) {
      model = stream.readAllBytes();
    }
    return environment.createSession(model, options);
  }

  /** The linear layer that follows the transformer in a file of its own. */
  Optional<LinearProjection> projection() throws IOException;
}
