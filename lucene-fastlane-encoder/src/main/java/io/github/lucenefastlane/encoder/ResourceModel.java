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

import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/** A model whose ONNX file and tokenizer are class path resources; no file states conventions. */
record ResourceModel(
    String name, ClassLoader loader, String onnxResource, String tokenizerResource, int positions)
    implements ModelFiles {

  /** {@code all-MiniLM-L6-v2} in fp32, as the artifact of the LangChain4j project carries it. */
  static ResourceModel miniLm() {
    return new ResourceModel(
        "all-MiniLM-L6-v2",
        ResourceModel.class.getClassLoader(),
        "all-minilm-l6-v2.onnx",
        "all-minilm-l6-v2-tokenizer.json",
        512);
  }

  /**
   * The model on the class path that a name stands for.
   *
   * @param where what errors say asked for it
   */
  static ResourceModel named(String name, String where) {
    Map<String, ResourceModel> known = Map.of(miniLm().name(), miniLm());
    if (!known.containsKey(name)) {
      throw new IllegalArgumentException(
          where + " must be one of " + known.keySet() + ", got " + name);
    }
    return known.get(name);
  }

  @Override
  public EncoderConfig config() {
    return EncoderConfig.DEFAULT;
  }

  @Override
  public InputStream openOnnx() {
    return open(onnxResource);
  }

  @Override
  public InputStream openTokenizer() {
    return open(tokenizerResource);
  }

  @Override
  public Optional<String> maskToken() {
    return Optional.empty();
  }

  @Override
  public Optional<LinearProjection> projection() {
    return Optional.empty();
  }

  private InputStream open(String resource) {
    InputStream stream = loader.getResourceAsStream(resource);
    if (stream == null) {
      throw new IllegalArgumentException("resource is not on the class path: " + resource);
    }
    return stream;
  }
}
