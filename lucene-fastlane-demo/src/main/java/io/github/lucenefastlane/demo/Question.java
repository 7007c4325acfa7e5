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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A question to answer.
 *
 * @param id its name in results: {@code _id} if it came from a file, else its text
 * @param text the question itself
 */
public record Question(String id, String text) {

  static Question of(String text) {
    return new Question(text, text);
  }

  /** All questions of a JSONL file whose lines have {@code _id} and {@code text}. */
  public static List<Question> readAll(Path file) throws IOException {
    List<Question> questions = new ArrayList<>();
    JsonLines.read(
        file, line -> questions.add(new Question(line.id(), line.requiredString("text"))));
    return questions;
  }
}
