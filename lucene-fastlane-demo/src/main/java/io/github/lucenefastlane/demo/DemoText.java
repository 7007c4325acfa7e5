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

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.util.Version;

/**
 * Finds the text that the demo indexes: the sources jar of lucene-core, shipped beside this jar.
 */
final class DemoText {
  private static final String NAME_START = "lucene-core-";
  private static final String NAME_END = "-sources.jar";

  private DemoText() {}

  /** Whether a name is that of the demo's text, in whatever version. */
  static boolean isName(String name) {
    return name.startsWith(NAME_START) && name.endsWith(NAME_END);
  }

  /**
   * The sources jar of the Lucene version in use.
   *
   * @throws CommandFailure if it is not where the build puts it
   */
  static Path find() throws IOException {
    String name = NAME_START + Version.LATEST + NAME_END;
    List<Path> places = places(ownLocation());
    for (Path place : places) {
      if (Files.isRegularFile(place.resolve(name))) {
        return place.resolve(name);
      }
    }
    throw new CommandFailure(
        name
            + " is not in "
            + String.join(" or ", places.stream().map(Path::toString).toList())
            + "; build the demo again with: mvn -DskipTests package");
  }

  private static Path ownLocation() {
    try {
      return Path.of(DemoText.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("this class's own location is not a URI", e);
    }
  }

  /**
   * Beside this jar (or folder of classes) as the build leaves it, or as it would be if this jar
   * lay among its libraries.
   */
  private static List<Path> places(Path own) {
    Path folder = own.getParent();
    return List.of(folder.resolve("lib").resolve("text"), folder.resolve("text"));
  }
}
