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

import com.google.gson.JsonObject;

/**
 * What indexing did.
 *
 * @param documents passages indexed
 * @param tokens token vectors indexed
 * @param truncated passages longer than the encoder reads
 * @param seconds in all, from reading the input to the index in its place
 * @param bytes of all the index's files
 */
record IndexSummary(long documents, long tokens, long truncated, double seconds, long bytes) {

  JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("documents", documents);
    object.addProperty("tokens", tokens);
    object.addProperty("truncated", truncated);
    object.addProperty("seconds", Rounding.to3(seconds));
    object.addProperty("bytes", bytes);
    return object;
  }
}
