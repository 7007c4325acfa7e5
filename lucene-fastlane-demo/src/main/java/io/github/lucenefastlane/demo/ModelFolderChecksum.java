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
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/**
 * Adds to a checksum what may decide which vectors the model in a folder makes: every file below
 * it, for an ONNX file may keep its weights in files of any name; a head's own file too, but not
 * its base, which lies elsewhere. Left out are documentation ({@code README*}, {@code LICENSE*},
 * {@code *.md}), names that begin with a dot, which version control and download tools make, and
 * {@value EncoderConfig#FILE_NAME}, whose settings are looked at themselves.
 */
final class ModelFolderChecksum {
  private ModelFolderChecksum() {}

  /** Adds each file's name in the folder, length and content, in the order of the names. */
  static void update(CRC32C checksum, Path folder) throws IOException {
    for (Map.Entry<String, Path> file : files(folder).entrySet()) {
      byte[] name = file.getKey().getBytes(StandardCharsets.UTF_8);
      ByteBuffer head = ByteBuffer.allocate(Integer.BYTES + name.length + Long.BYTES);
      head.putInt(name.length).put(name).putLong(Files.size(file.getValue()));
      checksum.update(head.array());
      try (InputStream in =
          new CheckedInputStream(Files.newInputStream(file.getValue()), checksum)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  /** By relative name with slashes, whose order is the same on every system. */
  private static Map<String, Path> files(Path folder) throws IOException {
    Map<String, Path> files = new TreeMap<>();
    // Links are followed: download tools keep the files elsewhere.
    try (Stream<Path> walk = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      walk.filter(Files::isRegularFile)
          .forEach(
              file -> {
                Path relative = folder.relativize(file);
                if (matters(relative)) {
                  files.put(String.join("/", names(relative).toList()), file);
                }
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return files;
  }

  private static boolean matters(Path relative) {
    String name = relative.getFileName().toString().toLowerCase(Locale.ROOT);
    return names(relative).noneMatch(part -> part.startsWith("."))
        && !name.startsWith("readme")
        && !name.startsWith("license")
        && !name.endsWith(".md")
        && !relative.toString().equals(EncoderConfig.FILE_NAME);
  }

  private static Stream<String> names(Path relative) {
    return StreamSupport.stream(relative.spliterator(), false).map(Path::toString);
  }
}
