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
package io.github.lucenefastlane.codec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.apache.lucene.tests.util.LuceneTestCase;

/**
 * Compiles this module's sources once more and accepts no warning about any of them. javac's own
 * {@code -Werror} cannot do that here, because it also counts the one warning that no source file
 * causes and that JDK 21 cannot switch off: that an incubating module is used.
 */
public class TestNoCompilerWarnings extends LuceneTestCase {

  public void testSources() throws Exception {
    Path sources = Path.of("src", "main", "java");
    assumeTrue("not run in the module's folder", Files.isDirectory(sources));
    List<Path> files;
    try (Stream<Path> walk = Files.walk(sources)) {
      files = walk.filter(file -> file.toString().endsWith(".java")).toList();
    }
    assertFalse("no source file in " + sources, files.isEmpty());

    List<String> options = new ArrayList<>();
    options.addAll(List.of(System.getProperty("tests.javac.options", "-Xlint:all").split(" ")));
    options.addAll(List.of("-proc:none", "--add-modules", "jdk.incubator.vector"));
    options.addAll(List.of("-d", createTempDir().toString()));
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    assumeTrue("a Java runtime without a compiler", javac != null);
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    try (StandardJavaFileManager manager =
        javac.getStandardFileManager(diagnostics, Locale.ROOT, null)) {
      boolean compiled =
          javac
              .getTask(
                  null,
                  manager,
                  diagnostics,
                  options,
                  null,
                  manager.getJavaFileObjectsFromPaths(files))
              .call();
      List<String> about = new ArrayList<>();
      diagnostics.getDiagnostics().stream()
          .filter(diagnostic -> diagnostic.getSource() != null)
          .forEach(diagnostic -> about.add(diagnostic.toString()));
      assertEquals(List.of(), about);
      assertTrue(diagnostics.getDiagnostics().toString(), compiled);
    }
  }
}
