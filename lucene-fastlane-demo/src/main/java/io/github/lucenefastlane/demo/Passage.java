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
 * A text to index.
 *
 * @param id unique in its collection, not empty
 * @param title may be empty
 * @param text may be empty: such a passage is stored and has no token vectors
 */
public record Passage(String id, String title, String text) {

  /** What is encoded and what BM25 indexes: the title, a blank and the text. */
  public String content() {
    return title.isEmpty() ? text : title + " " + text;
  }

  /** Where {@link #text()} starts in {@link #content()}. */
  int textStart() {
    return title.isEmpty() ? 0 : title.length() + 1;
  }
}
