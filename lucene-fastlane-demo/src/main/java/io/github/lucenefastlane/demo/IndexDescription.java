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

import io.github.lucenefastlane.codec.TokenEncoding;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an index was made with and of, kept in its last commit, so that a search can find the model
 * and the demo can tell whether an index can be used again.
 *
 * @param model the encoder's name
 * @param modelFolder absolute path of the model's folder; empty for the model that ships with the
 *     program
 * @param fingerprint of the model and all its configuration but the document length
 * @param hasRouter whether the model holds a query router
 * @param documentLength most tokens of a passage that the encoder read
 * @param settings how the token vectors were indexed
 * @param source what was indexed
 * @param documents number of passages
 * @param tokens number of token vectors
 * @param truncated number of passages that were longer than the encoder's limit
 */
public record IndexDescription(
    String model,
    String modelFolder,
    String fingerprint,
    boolean hasRouter,
    int documentLength,
    IndexSettings settings,
    String source,
    long documents,
    long tokens,
    long truncated) {

  private static final String PREFIX = "fastlane.";
  private static final String MODEL = PREFIX + "model";
  private static final String MODEL_FOLDER = PREFIX + "model.folder";
  private static final String FINGERPRINT = PREFIX + "model.fingerprint";
  private static final String ROUTER = PREFIX + "model.router";
  private static final String DOCUMENT_LENGTH = PREFIX + "model.document-length";
  private static final String ENCODING = PREFIX + "encoding";
  private static final String TOKENS_PER_ROUTE = PREFIX + "tokens-per-route";
  private static final String SOURCE = PREFIX + "source";
  private static final String DOCUMENTS = PREFIX + "documents";
  private static final String TOKENS = PREFIX + "tokens";
  private static final String TRUNCATED = PREFIX + "truncated";

  /** As user data of a commit. */
  Map<String, String> toUserData() {
    Map<String, String> data = new LinkedHashMap<>();
    data.put(MODEL, model);
    data.put(MODEL_FOLDER, modelFolder);
    data.put(FINGERPRINT, fingerprint);
    data.put(ROUTER, Boolean.toString(hasRouter));
    data.put(DOCUMENT_LENGTH, Integer.toString(documentLength));
    data.put(ENCODING, settings.encoding().name());
    data.put(TOKENS_PER_ROUTE, Integer.toString(settings.tokensPerRoute()));
    data.put(SOURCE, source);
    data.put(DOCUMENTS, Long.toString(documents));
    data.put(TOKENS, Long.toString(tokens));
    data.put(TRUNCATED, Long.toString(truncated));
    return data;
  }

  /** Whether an index with this description is what these would make again. */
  boolean holds(String otherSource, Model otherModel, IndexSettings otherSettings) {
    return source.equals(otherSource)
        && fingerprint.equals(otherModel.fingerprint())
        && documentLength == otherModel.documentLength()
        && settings.equals(otherSettings);
  }

  /** The description in a commit's user data; null if there is none. */
  static IndexDescription fromUserData(Map<String, String> data) {
    if (!data.containsKey(MODEL)) {
      return null;
    }
    return new IndexDescription(
        data.get(MODEL),
        data.get(MODEL_FOLDER),
        data.get(FINGERPRINT),
        Boolean.parseBoolean(data.get(ROUTER)),
        Integer.parseInt(data.get(DOCUMENT_LENGTH)),
        new IndexSettings(
            TokenEncoding.valueOf(data.get(ENCODING)),
            Integer.parseInt(data.get(TOKENS_PER_ROUTE))),
        data.get(SOURCE),
        Long.parseLong(data.get(DOCUMENTS)),
        Long.parseLong(data.get(TOKENS)),
        Long.parseLong(data.get(TRUNCATED)));
  }
}
