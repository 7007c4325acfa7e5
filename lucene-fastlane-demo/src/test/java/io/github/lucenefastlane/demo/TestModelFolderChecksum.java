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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Whatever may change a model's vectors changes the checksum, and nothing else does. */
@LuceneTestCase.SuppressFileSystems("ExtrasFS") // adds files, which is a change
public class TestModelFolderChecksum extends LuceneTestCase {
  private static final List<String> FILES =
      List.of(
          "model.onnx",
          "model.onnx_data",
          "tokenizer.json",
          "config.json",
          "onnx/weights.bin",
          "onnx/layer",
          "1_Dense/model.safetensors");

  private static long checksum(Path folder) throws IOException {
    CRC32C checksum = new CRC32C();
    ModelFolderChecksum.update(checksum, folder);
    return checksum.getValue();
  }

  /** The same files, made in any order. */
  private static Path folder() throws IOException {
    Path folder = createTempDir();
    List<String> names = new ArrayList<>(FILES);
    Collections.shuffle(names, random());
    for (String name : names) {
      write(folder, name, "content of " + name);
    }
    return folder;
  }

  private static void write(Path folder, String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  public void testPlaceAndOrderDoNotMatter() throws IOException {
    assertEquals(checksum(folder()), checksum(folder()));
  }

  public void testEveryFileMatters() throws IOException {
    Path folder = folder();
    long before = checksum(folder);
    for (String name : FILES) {
      String content = Files.readString(folder.resolve(name));
      write(folder, name, "Content of " + name);
      assertNotEquals(name, before, checksum(folder));
      Files.delete(folder.resolve(name));
      assertNotEquals(name, before, checksum(folder));
      write(folder, name, content);
      assertEquals(before, checksum(folder));
    }
  }

  public void testNamesAndBordersMatter() throws IOException {
    Path folder = folder();
    long before = checksum(folder);
    Files.move(folder.resolve("onnx/layer"), folder.resolve("onnx/layers"));
    assertNotEquals(before, checksum(folder));

    Path one = createTempDir();
    write(one, "a", "12");
    write(one, "b", "3");
    Path other = createTempDir();
    write(other, "a", "1");
    write(other, "b", "23");
    assertNotEquals(checksum(one), checksum(other));
  }

  public void testDocumentationDoesNotMatter() throws IOException {
    Path folder = folder();
    long before = checksum(folder);
    for (String name :
        List.of(
            "README",
            "Readme.txt",
            "onnx/CHANGES.MD",
            "LICENSE.txt",
            ".gitattributes",
            ".cache/huggingface/model.onnx.metadata",
            EncoderConfig.FILE_NAME)) {
      write(folder, name, "text");
      assertEquals(name, before, checksum(folder));
    }
  }

  public void testUnreadableFolder() {
    Path missing = createTempDir().resolve("missing");
    expectThrows(IOException.class, () -> checksum(missing));
  }
}
