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

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * The default model: the head that lies beside this class, with the {@code fastlane.json} beside
 * it, on the base that this names. A build without the head has MiniLM as it is.
 */
final class DefaultModel {
  private DefaultModel() {}

  static ModelFiles find() throws IOException {
    return find(DefaultModel.class::getResourceAsStream);
  }

  /**
   * Finds the model.
   *
   * @param resources the content of a resource by its name, null if there is none
   */
  static ModelFiles find(Function<String, InputStream> resources) throws IOException {
    byte[] head = read(resources, HeadedModel.FILE_NAME);
    if (head == null) {
      return ResourceModel.miniLm();
    }
    byte[] json = read(resources, EncoderConfig.FILE_NAME);
    if (json == null) {
      throw new IllegalArgumentException(
          "resource is not on the class path: "
              + EncoderConfig.FILE_NAME
              + ", which "
              + HeadedModel.FILE_NAME
              + " needs");
    }
    JsonFields fields =
        JsonFields.parse(
            "resource " + EncoderConfig.FILE_NAME, new String(json, StandardCharsets.UTF_8));
    String base =
        FastLaneJson.base(fields)
            .orElseThrow(
                () -> new IllegalArgumentException(fields + " must name the base of the head"));
    ResourceModel files = ResourceModel.named(base, fields + ": base");
    return new HeadedModel(files, head, FastLaneJson.apply(fields, files.config()));
  }

  private static byte[] read(Function<String, InputStream> resources, String name)
      throws IOException {
    try (InputStream stream = resources.apply(name)) {
      return stream == null ? null : stream.readAllBytes();
    }
  }
}
