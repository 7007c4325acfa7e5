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
package io.github.lucenefastlane.encoder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * How texts are written for a model and which of its vectors are kept. Immutable; start from {@link
 * #DEFAULT} or {@link #read(Path)} and change single settings with the {@code with} methods.
 *
 * <p>A model folder states its own conventions; {@link #read(Path)} takes them, each file
 * overriding those before it, from
 *
 * <ol>
 *   <li>{@code artifact.metadata} (ColBERT): {@code query_token_id} and {@code doc_token_id} as the
 *       prefixes, {@code query_maxlen}, {@code doc_maxlen}, {@code mask_punctuation}, {@code
 *       attend_to_mask_tokens}; special tokens are kept, queries are expanded and keep their
 *       punctuation, as ColBERT does;
 *   <li>{@code config_sentence_transformers.json}: with PyLate's keys {@code query_prefix}, {@code
 *       document_prefix}, {@code query_length}, {@code document_length}, {@code
 *       do_query_expansion}, {@code attend_to_expansion_tokens}, {@code skiplist_words} likewise;
 *       without them the {@code prompts} named {@code query} and {@code document} (or {@code
 *       passage}) as the prefixes;
 *   <li>{@code fastlane.json}, this library's own: any of {@code query_prefix}, {@code
 *       document_prefix}, {@code query_length}, {@code document_length}, {@code
 *       drop_special_tokens}, {@code drop_query_punctuation}, {@code drop_document_punctuation},
 *       {@code query_expansion}, {@code attend_to_expansion}, {@code normalize}; besides these only
 *       {@code base}, of a folder that holds a head (see {@link TokenEncoder}), and {@code about},
 *       an object for people: training data, licence, metrics.
 * </ol>
 *
 * @param queryPrefix what is put before a query, after the tokenizer's leading special tokens
 *     ({@code [CLS]}): a marker that is one token of the vocabulary ({@code [Q]}, {@code
 *     [unused0]}), or any text; empty for none
 * @param documentPrefix the same for a document
 * @param queryLength the most tokens of a query that the model reads, special tokens and prefix
 *     included, in {@value #MIN_LENGTH}..{@value #MAX_LENGTH}; what is longer is truncated
 * @param documentLength the same for a document
 * @param dropSpecialTokens whether vectors of special tokens and of the prefix are dropped; those
 *     of the expansion and of unknown words stay
 * @param dropQueryPunctuation whether vectors of a query's punctuation are dropped: of the tokens
 *     of the vocabulary that are nothing but punctuation, as ColBERT does. Punctuation is what
 *     Unicode calls so, and the other ASCII signs ({@code $+<=>^`|~}), as in BERT's tokenizer;
 *     white space counts as punctuation where it is a token of its own
 * @param dropDocumentPunctuation the same for a document
 * @param queryExpansion whether a query is filled with {@code [MASK]} tokens up to {@code
 *     queryLength}, whose vectors are kept (ColBERT's query augmentation, Khattab and Zaharia 2020)
 * @param attendToExpansion whether the other tokens of a query see those {@code [MASK]} tokens
 * @param normalize whether vectors are scaled to length 1 (L2)
 */
public record EncoderConfig(
    String queryPrefix,
    String documentPrefix,
    int queryLength,
    int documentLength,
    boolean dropSpecialTokens,
    boolean dropQueryPunctuation,
    boolean dropDocumentPunctuation,
    boolean queryExpansion,
    boolean attendToExpansion,
    boolean normalize) {

  /** The smallest maximum length. */
  public static final int MIN_LENGTH = 3;

  /** The largest maximum length. */
  public static final int MAX_LENGTH = 32_768;

  /**
   * The file beside a model that {@link #read(Path)} reads last and {@link #write(Path)} writes.
   */
  public static final String FILE_NAME = "fastlane.json";

  /**
   * For a sentence encoder without conventions of its own: no prefixes, queries of up to 64 tokens,
   * documents of up to 256, special tokens and punctuation dropped, no expansion, normalised.
   */
  public static final EncoderConfig DEFAULT =
      new EncoderConfig("", "", 64, 256, true, true, true, false, false, true);

  /** Checks the ranges. */
  public EncoderConfig {
    Objects.requireNonNull(queryPrefix, "queryPrefix");
    Objects.requireNonNull(documentPrefix, "documentPrefix");
    checkLength("queryLength", queryLength);
    checkLength("documentLength", documentLength);
  }

  private static void checkLength(String name, int length) {
    if (length < MIN_LENGTH || length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          name + " must be in " + MIN_LENGTH + ".." + MAX_LENGTH + ", got " + length);
    }
  }

  /**
   * Reads the conventions that the files of a model folder state; {@link #DEFAULT} where they state
   * none, with lengths cut to the {@code max_position_embeddings} of a {@code config.json}.
   *
   * @throws IllegalArgumentException if a value has the wrong type or is out of range, naming file,
   *     key and value
   * @throws IOException if a file cannot be read
   */
  public static EncoderConfig read(Path modelFolder) throws IOException {
    return new ConventionReader(modelFolder).read();
  }

  /**
   * Writes every setting to {@value #FILE_NAME} in a model folder, replacing those of one that is
   * there; its {@code base} and {@code about} stay.
   *
   * @throws IllegalArgumentException if the file that is there is no JSON object
   * @throws IOException if the file cannot be written
   */
  public void write(Path modelFolder) throws IOException {
    FastLaneJson.write(this, modelFolder.resolve(FILE_NAME));
  }

  /** This configuration with another query prefix. */
  public EncoderConfig withQueryPrefix(String queryPrefix) {
    return new EncoderConfig(
        queryPrefix,
        documentPrefix,
        queryLength,
        documentLength,
        dropSpecialTokens,
        dropQueryPunctuation,
        dropDocumentPunctuation,
        queryExpansion,
        attendToExpansion,
        normalize);
  }

  /** This configuration with another document prefix. */
  public EncoderConfig withDocumentPrefix(String documentPrefix) {
    return new EncoderConfig(
        queryPrefix,
        documentPrefix,
        queryLength,
        documentLength,
        dropSpecialTokens,
        dropQueryPunctuation,
        dropDocumentPunctuation,
        queryExpansion,
        attendToExpansion,
        normalize);
  }

  /** This configuration with another maximum query length. */
  public EncoderConfig withQueryLength(int queryLength) {
    return new EncoderConfig(
        queryPrefix,
        documentPrefix,
        queryLength,
        documentLength,
        dropSpecialTokens,
        dropQueryPunctuation,
        dropDocumentPunctuation,
        queryExpansion,
        attendToExpansion,
        normalize);
  }

  /** This configuration with another maximum document length. */
  public EncoderConfig withDocumentLength(int documentLength) {
    return new EncoderConfig(
        queryPrefix,
        documentPrefix,
        queryLength,
        documentLength,
        dropSpecialTokens,
        dropQueryPunctuation,
        dropDocumentPunctuation,
        queryExpansion,
        attendToExpansion,
        normalize);
  }

  /** This configuration with vectors of special tokens dropped or kept. */
  public EncoderConfig withDropSpecialTokens(boolean dropSpecialTokens) {
    return new EncoderConfig(
        queryPrefix,
        documentPrefix,
        queryLength,
        documentLength,
        dropSpecialTokens,
        dropQueryPunctuation,
        dropDocumentPunctuation,
        queryExpansion,
        attendToExpansion,
        normalize);
  }

  /** This configuration with vectors of punctuation in queries dropped or kept. */
  public EncoderConfig withDropQueryPunctuation(boolean dropQueryPunctuation) {
    return new EncoderConfig(
        queryPrefix,
        documentPrefix,
        queryLength,
        documentLength,
        dropSpecialTokens,
        dropQueryPunctuation,
        dropDocumentPunctuation,
        queryExpansion,
        attendToExpansion,
        normalize);
  }

  /** This configuration with vectors of punctuation in documents dropped or kept. */
  public EncoderConfig withDropDocumentPunctuation(boolean dropDocumentPunctuation) {
    return new EncoderConfig(
        queryPrefix,
        documentPrefix,
        queryLength,
        documentLength,
        dropSpecialTokens,
        dropQueryPunctuation,
        dropDocumentPunctuation,
        queryExpansion,
        attendToExpansion,
        normalize);
  }

  /** This configuration with or without query expansion. */
  public EncoderConfig withQueryExpansion(boolean queryExpansion) {
    return new EncoderConfig(
        queryPrefix,
        documentPrefix,
        queryLength,
        documentLength,
        dropSpecialTokens,
        dropQueryPunctuation,
        dropDocumentPunctuation,
        queryExpansion,
        attendToExpansion,
        normalize);
  }

  /** This configuration with the expansion visible to other tokens or not. */
  public EncoderConfig withAttendToExpansion(boolean attendToExpansion) {
    return new EncoderConfig(
        queryPrefix,
        documentPrefix,
        queryLength,
        documentLength,
        dropSpecialTokens,
        dropQueryPunctuation,
        dropDocumentPunctuation,
        queryExpansion,
        attendToExpansion,
        normalize);
  }

  /** This configuration with or without L2 normalisation. */
  public EncoderConfig withNormalize(boolean normalize) {
    return new EncoderConfig(
        queryPrefix,
        documentPrefix,
        queryLength,
        documentLength,
        dropSpecialTokens,
        dropQueryPunctuation,
        dropDocumentPunctuation,
        queryExpansion,
        attendToExpansion,
        normalize);
  }
}
