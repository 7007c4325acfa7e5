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
package io.github.lucenefastlane.trainer;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.RecordComponent;
import java.util.Locale;

/** What a trained model's folder tells about it, for people. */
final class ModelDescription {
  private final JsonObject json = new JsonObject();
  private final JsonArray data = new JsonArray();

  /**
   * Describes a model.
   *
   * @param encoder name of the encoder whose token vectors it starts from
   * @param licence of what was learned; null if nobody said, for the encoder and the data have
   *     their own, and none follows from them
   */
  ModelDescription(
      String encoder,
      String licence,
      RouterShape shape,
      TrainingConfig config,
      TrainingState state) {
    json.addProperty("encoder", encoder);
    json.addProperty("encoder_trained", config.tunesEncoder());
    if (licence != null) {
      json.addProperty("licence", licence);
    }
    json.addProperty("dimension", shape.dimension());
    json.addProperty("views", shape.views());
    JsonObject router = new JsonObject();
    router.addProperty("layers", shape.layers());
    router.addProperty("heads", shape.heads());
    router.addProperty("selection", shape.selection().name().toLowerCase(Locale.ROOT));
    json.add("router", router);
    json.addProperty("steps", state.bestStep);
    json.add("settings", settings(config));
    json.add("metrics", metrics(state.bestScores));
    json.add("data", data);
  }

  private static JsonObject settings(TrainingConfig config) {
    JsonObject settings = new JsonObject();
    for (RecordComponent component : TrainingConfig.class.getRecordComponents()) {
      try {
        Number value = (Number) component.getAccessor().invoke(config);
        settings.add(component.getName(), new JsonPrimitive(value));
      } catch (ReflectiveOperationException e) {
        throw new AssertionError("a record has its accessors", e);
      }
    }
    return settings;
  }

  private static JsonObject metrics(DevScores scores) {
    JsonObject metrics = new JsonObject();
    metrics.addProperty("dev_ndcg10_one_view", scores.routed());
    metrics.addProperty("dev_ndcg10_maxsim", scores.full());
    return metrics;
  }

  /**
   * Adds data that was learned from.
   *
   * @param notice its source and licence
   * @param scores of its dev queries
   */
  ModelDescription add(TrainingSet set, String notice, DevScores scores) {
    JsonObject entry = new JsonObject();
    entry.addProperty("name", set.name());
    entry.addProperty("queries", set.training().length);
    entry.addProperty("documents", set.documents().size());
    entry.addProperty("notice", notice);
    entry.add("metrics", metrics(scores));
    data.add(entry);
    return this;
  }

  JsonObject toJson() {
    return json;
  }
}
