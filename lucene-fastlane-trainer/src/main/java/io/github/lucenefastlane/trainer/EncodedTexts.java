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

import io.github.lucenefastlane.demo.Console;
import io.github.lucenefastlane.demo.ProgressBar;
import io.github.lucenefastlane.encoder.EncodingProgress;
import io.github.lucenefastlane.encoder.TokenEncoder;
import io.github.lucenefastlane.encoder.TokenIds;
import io.github.lucenefastlane.encoder.TokenVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.lucene.util.IOUtils;

/** Token states of the texts of collections: from the cache, or by the encoder. */
final class EncodedTexts {
  private final TokenEncoder encoder;
  private final StateCache cache;
  private final Console console;

  EncodedTexts(TokenEncoder encoder, StateCache cache, Console console) {
    this.encoder = encoder;
    this.cache = cache;
    this.console = console;
  }

  /**
   * A collection to learn from.
   *
   * @param withIds whether the encoder is trained, so that it is known what it reads
   */
  TrainingSet trainingSet(LabelledData data, boolean withIds) throws IOException {
    TrainingSet set = trainingSet(data);
    if (!withIds) {
      return set;
    }
    boolean success = false;
    try {
      TrainingSet tokenized =
          set.withIds(
              ids(data.name() + " queries", data.queries(), encoder::queryIds),
              ids(data.name() + " passages", data.documents(), encoder::documentIds));
      success = true;
      return tokenized;
    } finally {
      if (!success) {
        IOUtils.closeWhileHandlingException(set);
      }
    }
  }

  private TrainingSet trainingSet(LabelledData data) throws IOException {
    TokenSource queries = null;
    TokenSource documents = null;
    boolean success = false;
    try {
      queries = states(data.name() + " queries", "query", data.queries(), this::encodeQueries);
      documents =
          states(data.name() + " passages", "document", data.documents(), this::encodeDocuments);
      TrainingSet set = data.toTrainingSet(queries, documents, console);
      success = true;
      return set;
    } finally {
      if (!success) {
        IOUtils.closeWhileHandlingException(queries, documents);
      }
    }
  }

  /** The queries' tokens, to be closed. */
  TokenSource queries(QueryLog log) throws IOException {
    return states(log.name(), "query", log.queries(), this::encodeQueries);
  }

  private List<TokenIds> ids(
      String label, List<String> texts, Function<String, TokenIds> tokenizing) {
    try (ProgressBar bar = bar("Tokenizing " + label, texts)) {
      List<TokenIds> ids = new ArrayList<>(texts.size());
      long tokens = 0;
      for (String text : texts) {
        ids.add(tokenizing.apply(text));
        tokens += ids.get(ids.size() - 1).kept().length;
        bar.update(ids.size(), tokens);
      }
      return ids;
    }
  }

  private ProgressBar bar(String label, List<String> texts) {
    return new ProgressBar(
        console.err(), console.errIsTerminal(), label, texts.size(), System::nanoTime);
  }

  /** Makes the token states of texts. */
  @FunctionalInterface
  private interface Encoding {
    List<float[][]> encode(List<String> texts, EncodingProgress progress);
  }

  private TokenSource states(String label, String side, List<String> texts, Encoding encoding)
      throws IOException {
    try (ProgressBar bar = bar("Encoding " + label, texts)) {
      long[] done = new long[2];
      return cache.states(
          side,
          texts,
          encoder.dimension(),
          part -> {
            List<float[][]> states =
                encoding.encode(
                    part,
                    (encoded, total, tokens) -> bar.update(done[0] + encoded, done[1] + tokens));
            done[0] += part.size();
            done[1] += states.stream().mapToLong(vectors -> vectors.length).sum();
            return states;
          });
    }
  }

  private List<float[][]> encodeQueries(List<String> texts, EncodingProgress progress) {
    List<float[][]> states = new ArrayList<>(texts.size());
    long tokens = 0;
    for (String text : texts) {
      states.add(encoder.encodeQuery(text).vectors());
      tokens += states.getLast().length;
      progress.update(states.size(), texts.size(), tokens);
    }
    return states;
  }

  private List<float[][]> encodeDocuments(List<String> texts, EncodingProgress progress) {
    return encoder.encodeDocuments(texts, progress).stream().map(TokenVectors::vectors).toList();
  }
}
