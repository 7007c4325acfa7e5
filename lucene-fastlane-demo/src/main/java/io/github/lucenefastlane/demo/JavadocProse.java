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

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Turns a Javadoc comment into one line of plain prose: block tags and {@code <pre>} examples go,
 * inline tags become the words a reader would see, HTML becomes blanks or nothing.
 */
final class JavadocProse {
  /** Elements inside a sentence; every other element separates words. */
  private static final Set<String> INLINE =
      Set.of(
          "a", "abbr", "b", "code", "em", "i", "s", "small", "span", "strong", "sub", "sup", "tt");

  private static final Map<String, String> ENTITIES =
      Map.ofEntries(
          Map.entry("lt", "<"),
          Map.entry("gt", ">"),
          Map.entry("amp", "&"),
          Map.entry("quot", "\""),
          Map.entry("apos", "'"),
          Map.entry("nbsp", " "),
          Map.entry("ndash", "\u2013"),
          Map.entry("mdash", "\u2014"),
          Map.entry("le", "\u2264"),
          Map.entry("ge", "\u2265"),
          Map.entry("middot", "\u00b7"),
          Map.entry("sum", "\u2211"),
          Map.entry("lambda", "\u03bb"),
          Map.entry("eacute", "\u00e9"));

  private final String comment;
  private final StringBuilder prose = new StringBuilder();
  private int position;

  private JavadocProse(String comment) {
    this.comment = comment;
  }

  /**
   * @param comment what stands between a Javadoc comment's delimiters
   */
  static String of(String comment) {
    return squeeze(new JavadocProse(mainDescription(comment)).render());
  }

  /** The comment without leading asterisks, up to the first block tag. */
  private static String mainDescription(String comment) {
    StringBuilder description = new StringBuilder();
    for (String line : comment.split("\n", -1)) {
      String text = line.strip();
      int stars = 0;
      while (stars < text.length() && text.charAt(stars) == '*') {
        stars++;
      }
      text = text.substring(stars).strip();
      if (text.length() > 1 && text.charAt(0) == '@' && Character.isLetter(text.charAt(1))) {
        break;
      }
      description.append(text).append('\n');
    }
    return description.toString();
  }

  private String render() {
    while (position < comment.length()) {
      char c = comment.charAt(position);
      if (comment.startsWith("{@", position)) {
        inlineTag();
      } else if (c == '<' && startsElement()) {
        element();
      } else if (c == '&' && entity()) {
        continue;
      } else {
        prose.append(c);
        position++;
      }
    }
    return prose.toString();
  }

  /** Renders a tag such as {@code {@link Target label}}; braces may nest. */
  private void inlineTag() {
    int start = position + 2;
    int depth = 1;
    int end = start;
    while (end < comment.length() && depth > 0) {
      char c = comment.charAt(end++);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    }
    position = end;
    String tag = comment.substring(start, depth == 0 ? end - 1 : end).strip();
    int nameEnd = 0;
    while (nameEnd < tag.length() && Character.isLetter(tag.charAt(nameEnd))) {
      nameEnd++;
    }
    String body = tag.substring(nameEnd).strip();
    switch (tag.substring(0, nameEnd)) {
      case "code", "literal" -> prose.append(body);
      case "link", "linkplain" -> prose.append(linkText(body));
      case "value" -> prose.append(memberName(body));
      case "index" -> prose.append(body);
      default -> {} // docRoot, inheritDoc and the like show no words of their own
    }
  }

  /** The label if there is one, else the name of the target as Javadoc would show it. */
  private static String linkText(String body) {
    int parentheses = 0;
    for (int i = 0; i < body.length(); i++) {
      char c = body.charAt(i);
      parentheses += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (Character.isWhitespace(c) && parentheses == 0) {
        return new JavadocProse(body.substring(i).strip()).render();
      }
    }
    return memberName(body);
  }

  /** {@code a.b.Type#member(int)} as {@code Type.member}. */
  private static String memberName(String reference) {
    int arguments = reference.indexOf('(');
    String name = arguments < 0 ? reference : reference.substring(0, arguments);
    int hash = name.indexOf('#');
    String type = hash < 0 ? name : name.substring(0, hash);
    StringBuilder shown = new StringBuilder();
    for (String part : type.split("\\.")) {
      // Package names are lower case; of a qualified name only the types are worth reading.
      if (!part.isEmpty() && Character.isUpperCase(part.charAt(0))) {
        shown.append(shown.isEmpty() ? "" : ".").append(part);
      }
    }
    if (shown.isEmpty()) {
      shown.append(type);
    }
    if (hash >= 0) {
      shown.append(shown.isEmpty() ? "" : ".").append(name, hash + 1, name.length());
    }
    return shown.toString();
  }

  private boolean startsElement() {
    if (position + 1 >= comment.length()) {
      return false;
    }
    char next = comment.charAt(position + 1);
    return Character.isLetter(next) || next == '/' || next == '!';
  }

  private void element() {
    if (comment.startsWith("<!--", position)) {
      int end = comment.indexOf("-->", position);
      position = end < 0 ? comment.length() : end + 3;
      return;
    }
    int nameStart = position + (comment.charAt(position + 1) == '/' ? 2 : 1);
    int nameEnd = nameStart;
    while (nameEnd < comment.length() && Character.isLetterOrDigit(comment.charAt(nameEnd))) {
      nameEnd++;
    }
    String name = comment.substring(nameStart, nameEnd).toLowerCase(Locale.ROOT);
    boolean opens = nameStart == position + 1;
    int end = comment.indexOf('>', nameEnd);
    position = end < 0 ? comment.length() : end + 1;
    if (opens && name.equals("pre")) {
      int close = comment.toLowerCase(Locale.ROOT).indexOf("</pre>", position);
      position = close < 0 ? comment.length() : close + "</pre>".length();
    }
    if (!INLINE.contains(name)) {
      prose.append(' ');
    }
  }

  /** Decodes the entity at the position; false if there is none, and nothing is consumed. */
  private boolean entity() {
    int end = comment.indexOf(';', position);
    if (end < 0 || end - position > 10) {
      return false;
    }
    String name = comment.substring(position + 1, end);
    String text = name.startsWith("#") ? codePoint(name.substring(1)) : ENTITIES.get(name);
    if (text == null) {
      return false;
    }
    prose.append(text);
    position = end + 1;
    return true;
  }

  /** The character of a numeric entity such as {@code 64} or {@code x40}; null if malformed. */
  private static String codePoint(String digits) {
    boolean hexadecimal = digits.startsWith("x") || digits.startsWith("X");
    String number = hexadecimal ? digits.substring(1) : digits;
    if (!number.matches(hexadecimal ? "[0-9a-fA-F]{1,6}" : "[0-9]{1,7}")) {
      return null;
    }
    int codePoint = Integer.parseInt(number, hexadecimal ? 16 : 10);
    return Character.isValidCodePoint(codePoint) ? Character.toString(codePoint) : null;
  }

  private static String squeeze(String text) {
    return text.replaceAll("[\\s\u00a0]+", " ").replaceAll(" ([.,;:!?)])", "$1").strip();
  }
}
