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

/**
 * Finds the Javadoc comment of a Java source file's own type: the last one before the declaration
 * of {@code class}, {@code interface}, {@code enum}, {@code record} or {@code @interface} with the
 * file's name. Reads just enough of the language to not be fooled by other comments, strings,
 * package and import declarations.
 */
final class TypeComment {
  private final String source;
  private final String typeName;
  private int position;

  private TypeComment(String source, String typeName) {
    this.source = source;
    this.typeName = typeName;
  }

  /**
   * @param typeName simple name of the type
   * @return what stands between the comment's delimiters; null if the type has no Javadoc comment
   */
  static String find(String source, String typeName) {
    return new TypeComment(source, typeName).find();
  }

  private String find() {
    String comment = null;
    String previousWord = "";
    while (position < source.length()) {
      char c = source.charAt(position);
      if (source.startsWith("//", position)) {
        skipPast("\n");
      } else if (source.startsWith("/**/", position)) {
        position += 4;
      } else if (source.startsWith("/*", position)) {
        boolean javadoc = source.startsWith("/**", position);
        position += javadoc ? 3 : 2;
        int start = position;
        skipPast("*/");
        if (javadoc) {
          comment = source.substring(start, Math.max(start, position - 2));
        }
      } else if (c == '"' || c == '\'') {
        skipLiteral(c);
      } else if (Character.isJavaIdentifierStart(c)) {
        String word = word();
        if (word.equals(typeName) && isTypeKeyword(previousWord)) {
          return comment;
        }
        previousWord = word;
      } else {
        if (c == ';') {
          comment = null; // it belonged to the package or import declaration that ends here
        }
        position++;
      }
    }
    return null;
  }

  private static boolean isTypeKeyword(String word) {
    return switch (word) {
      case "class", "interface", "enum", "record" -> true;
      default -> false;
    };
  }

  private String word() {
    int start = position;
    while (position < source.length() && Character.isJavaIdentifierPart(source.charAt(position))) {
      position++;
    }
    return source.substring(start, position);
  }

  private void skipPast(String end) {
    int found = source.indexOf(end, position);
    position = found < 0 ? source.length() : found + end.length();
  }

  private void skipLiteral(char quote) {
    if (source.startsWith("\"\"\"", position)) {
      position += 3;
      skipPast("\"\"\"");
      return;
    }
    position++;
    while (position < source.length() && source.charAt(position) != quote) {
      position += source.charAt(position) == '\\' ? 2 : 1;
    }
    position++;
  }
}
