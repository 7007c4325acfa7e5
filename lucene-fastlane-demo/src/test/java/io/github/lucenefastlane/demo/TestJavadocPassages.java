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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.lucene.tests.util.LuceneTestCase;

/** From Java sources to prose. */
public class TestJavadocPassages extends LuceneTestCase {

  public void testFindsTheCommentOfTheType() {
    String source =
        """
        /** A licence, not documentation of class Foo. */
        package a.b;

        /* class Foo */
        import java.util.List; // class Foo

        /** Of something else. */
        @Marker("class Foo { /** no */ }")
        final class Helper {}

        /**
         * The one.
         */
        @Deprecated
        public final class Foo<T> extends Bar {
          /** A member. */
          int x;
        }
        """;
    assertEquals("The one.", TypeComment.find(source, "Foo").replace("*", "").strip());
    assertEquals("Of something else.", TypeComment.find(source, "Helper").strip());
    assertNull(TypeComment.find(source, "Missing"));
  }

  public void testAllKindsOfTypes() {
    for (String kind : List.of("class", "interface", "enum", "record", "@interface")) {
      assertEquals(" C. ", TypeComment.find("/** C. */ public " + kind + " X {}", "X"));
    }
  }

  public void testNoComment() {
    assertNull(TypeComment.find("/** L */ package p; class X { /** Member. */ int y; }", "X"));
    assertNull(TypeComment.find("class X {}", "X"));
    assertNull(TypeComment.find("/**/ class X {}", "X"));
    assertNull(TypeComment.find("/* plain */ class X {}", "X"));
    assertNull(TypeComment.find("", "X"));
  }

  public void testLiterals() {
    String source =
        "/** Doc. */ @A(\"a\\\"; class X\") @B('\\'') @C(\"\"\"\n ; \"quoted\" \"\"\") class X {}";
    assertEquals(" Doc. ", TypeComment.find(source, "X"));
  }

  private static void assertProse(String expected, String comment) {
    assertEquals(expected, JavadocProse.of(comment));
  }

  public void testInlineTags() {
    assertProse("See Foo.", "See {@link Foo}.");
    assertProse("See Foo.bar.", "See {@link Foo#bar(int, String)}.");
    assertProse("See bar.", "See {@link #bar()}.");
    assertProse(
        "See the bar method.", "See {@linkplain a.b.Foo#bar(int, int) the bar\n * method}.");
    assertProse("See Map.Entry.", "See {@link java.util.Map.Entry}.");
    assertProse("if (a < b) { x(); } ends", "{@code if (a < b) { x(); }} ends");
    assertProse("<p> stays", "{@literal <p>} stays");
    assertProse("up to LIMIT edits", "up to {@value LIMIT} edits");
    assertProse("up to A.LIMIT edits", "up to {@value x.y.A#LIMIT} edits");
    assertProse("at /x", "at {@docRoot}/x");
    assertProse("bold label", "{@link Foo <b>bold</b> label}");
    assertProse("never closed", "{@code never closed");
  }

  public void testHtml() {
    assertProse("One two. Three", "One <i>two</i>.<p>Three");
    assertProse("A B", "<ul><li>A<li>B</ul>");
    assertProse("Before after", "Before <pre class=\"x\">int x = 1; // gone</pre> after");
    assertProse("Before", "Before <pre>never closed");
    assertProse(
        "a & b < c > d \"e\" @ A \u2265",
        "a &amp; b &lt; c &gt; d &quot;e&quot; &#64; &#x41; &ge;");
    assertProse("AT&T; R&D", "AT&T; R&D");
    assertProse("&#xFFFFFF; stays", "&#xFFFFFF; stays");
    assertProse("1 < 2 and a <", "1 < 2 and a <");
    assertProse("x y", "x <!-- <b>hidden</b> --> y");
    assertProse("link text", "<a href=\"{@docRoot}/x>y\">link text</a>".replace(">y", ""));
  }

  public void testLinesAndBlockTags() {
    assertProse(
        "First line second line.",
        "\n * First line\n *   second line.\n *\n * @param x not {@code prose}\n * @since 1\n ");
    assertProse("Mail a@b.c", "Mail a@b.c");
    assertProse("", "");
    assertProse("", " @lucene.internal ");
  }

  public void testPassages() throws IOException {
    Path jar = createTempFile("some-sources", ".jar");
    String comment = "/** Says in at least eight words what it is good for. */";
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      add(zip, "org/x/Second.java", "package org.x; " + comment + " class Second {}");
      add(zip, "org/x/First.java", "package org.x; " + comment + " class First {}");
      add(zip, "org/x/Short.java", "package org.x; /** Too short. */ class Short {}");
      add(zip, "org/x/Bare.java", "package org.x; class Bare {}");
      add(zip, "org/x/package-info.java", comment + " package org.x;");
      add(zip, "module-info.java", comment + " module x {}");
      add(zip, "org/x/data.txt", comment);
    }
    List<Passage> passages = new ArrayList<>();
    new JavadocPassages(jar).forEach(passages::add);
    String prose = "Says in at least eight words what it is good for.";
    assertEquals(
        List.of(
            new Passage("org.x.First", "First (org.x)", prose),
            new Passage("org.x.Second", "Second (org.x)", prose)),
        passages);
  }

  private static void add(ZipOutputStream zip, String name, String text) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(text.getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  /** The text that the demo ships with: a change in it or in the extraction should be seen. */
  public void testLuceneItself() throws IOException {
    List<Passage> passages = new ArrayList<>();
    new JavadocPassages(DemoText.find()).forEach(passages::add);
    assertTrue("passages: " + passages.size(), passages.size() > 800 && passages.size() < 1300);
    Passage fuzzy =
        passages.stream()
            .filter(passage -> passage.id().equals("org.apache.lucene.search.FuzzyQuery"))
            .findFirst()
            .orElseThrow();
    assertEquals("FuzzyQuery (org.apache.lucene.search)", fuzzy.title());
    assertTrue(
        fuzzy.text(), fuzzy.text().startsWith("Implements the fuzzy search query. The similarity"));
    assertEquals(passages.size(), passages.stream().map(Passage::id).distinct().count());
    for (Passage passage : passages) {
      assertFalse(passage.text(), passage.text().contains("{@"));
      assertFalse(passage.text(), passage.text().contains("</"));
    }
  }
}
