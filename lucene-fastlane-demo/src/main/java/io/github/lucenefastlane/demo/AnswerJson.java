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

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/** Answers as JSON objects for programs. */
final class AnswerJson {
  private AnswerJson() {}

  /**
   * {@code query}, {@code text}, {@code hits} of {@code id} and {@code score}, {@code comparisons},
   * {@code ms} of the search, {@code encode_ms} of what came before it, and {@code router}.
   *
   * @param explain whether to add the {@code views} and each hit's {@code matches}
   */
  static JsonObject of(Answer answer, boolean explain) {
    JsonObject object = new JsonObject();
    object.addProperty("query", answer.question().id());
    object.addProperty("text", answer.question().text());
    JsonArray hits = new JsonArray();
    for (int i = 0; i < answer.hits().size(); i++) {
      Hit hit = answer.hits().get(i);
      JsonObject entry = new JsonObject();
      entry.addProperty("id", hit.passage().id());
      entry.addProperty("score", hit.score());
      if (explain) {
        entry.add("matches", matches(hit.passage(), answer.matches().get(i).list()));
      }
      hits.add(entry);
    }
    object.add("hits", hits);
    object.addProperty("comparisons", answer.comparisons());
    object.addProperty("ms", Rounding.to3(answer.millis()));
    object.addProperty("encode_ms", Rounding.to3(answer.encodeMillis()));
    object.addProperty("router", answer.router());
    if (explain) {
      object.add("views", views(answer.views()));
    }
    return object;
  }

  private static JsonArray matches(Passage passage, List<Match> matches) {
    JsonArray array = new JsonArray();
    for (Match match : matches) {
      JsonObject entry = new JsonObject();
      entry.addProperty("token", match.queryToken());
      entry.addProperty("match", passage.content().substring(match.start(), match.end()));
      entry.addProperty("similarity", match.similarity());
      array.add(entry);
    }
    return array;
  }

  private static JsonArray views(List<ChosenView> views) {
    JsonArray array = new JsonArray();
    for (ChosenView view : views) {
      JsonObject entry = new JsonObject();
      entry.addProperty("weight", view.weight());
      JsonArray nearest = new JsonArray();
      for (ChosenView.Likeness likeness : view.nearest()) {
        JsonObject token = new JsonObject();
        token.addProperty("token", likeness.token());
        token.addProperty("cosine", likeness.cosine());
        nearest.add(token);
      }
      entry.add("nearest", nearest);
      array.add(entry);
    }
    return array;
  }
}
