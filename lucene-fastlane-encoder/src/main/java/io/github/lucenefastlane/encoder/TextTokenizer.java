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

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.google.gson.stream.MalformedJsonException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.util.IOFunction;

/** A Hugging Face tokenizer: text to tokens with their places in the text. */
final class TextTokenizer implements Closeable {
  /** A tokenizer.json may ask for truncation and padding; both are done elsewhere. */
  private static final Map<String, String> OPTIONS =
      Map.of("truncation", "do_not_truncate", "padding", "do_not_pad");

  /** Where there is a GPU, DJL would look for another build of its library. */
  private static final Map<String, String> LOADING = Map.of("RUST_FLAVOR", "cpu");

  private final HuggingFaceTokenizer tokenizer;
  private final TokenizerJson json;
  private final BitSet punctuation;
  private final Tokens leading;
  private final Tokens trailing;

  /** Reads the tokenizer of a model; {@code entries} of its vocabulary can be asked for later. */
  TextTokenizer(ModelFiles files, Set<String> entries) throws IOException {
    json = parse(files, stream -> TokenizerJson.read(stream, entries));
    tokenizer = parse(files, TextTokenizer::create);
    boolean success = false;
    try {
      punctuation = findPunctuation();
      // A text's special tokens are the same for every text: see where they lie around a letter.
      Encoding framed = tokenizer.encode("a", true, false);
      long[] special = framed.getSpecialTokenMask();
      int from = 0;
      while (from < special.length && special[from] == 1) {
        from++;
      }
      int to = special.length;
      while (to > from && special[to - 1] == 1) {
        to--;
      }
      leading = outside(framed, 0, from);
      trailing = outside(framed, to, special.length);
      success = true;
    } catch (RuntimeException e) {
      throw cannotBeUsed(files, e);
    } finally {
      if (!success) {
        tokenizer.close();
      }
    }
  }

  static HuggingFaceTokenizer create(InputStream json) throws IOException {
    return TrackingGuard.load(LOADING, () -> HuggingFaceTokenizer.newInstance(json, OPTIONS));
  }

  private static <T> T parse(ModelFiles files, IOFunction<InputStream, T> parser)
      throws IOException {
    try (InputStream stream = files.openTokenizer()) {
      try {
        return parser.apply(stream);
      } catch (EngineException e) {
        throw new IllegalStateException(
            "the tokenizer's native library cannot be loaded: " + e.getMessage(), e);
      } catch (MalformedJsonException | RuntimeException e) {
        throw cannotBeUsed(files, e);
      }
    }
  }

  private static IllegalArgumentException cannotBeUsed(ModelFiles files, Exception e) {
    return new IllegalArgumentException(
        "tokenizer.json of model " + files.name() + " cannot be used: " + e.getMessage(), e);
  }

  private static Tokens outside(Encoding encoding, int from, int to) {
    return new Tokens(
        Arrays.copyOfRange(encoding.getIds(), from, to),
        Arrays.copyOfRange(encoding.getTokens(), from, to),
        new int[to - from],
        new int[to - from]);
  }

  /** The special tokens before every text. */
  Tokens leading() {
    return leading;
  }

  /** The special tokens after every text. */
  Tokens trailing() {
    return trailing;
  }

  /** The id of a vocabulary entry that was asked for when this was made, null if there is none. */
  Long id(String entry) {
    return json.id(entry);
  }

  /** One more than the highest id. */
  int vocabularySize() {
    return json.vocabularySize();
  }

  /**
   * The ids that carry a text's meaning. Ids alone decide, as ColBERT's list of skipped tokens
   * does, so that a graph that sees nothing but ids can tell the same.
   */
  BitSet contentIds(boolean dropSpecialTokens, boolean dropPunctuation) {
    BitSet content = new BitSet(vocabularySize());
    content.set(0, vocabularySize());
    if (dropPunctuation) {
      content.andNot(punctuation);
    }
    if (dropSpecialTokens) {
      for (int id = content.nextSetBit(0); id >= 0; id = content.nextSetBit(id + 1)) {
        content.set(id, !json.isMarker(id));
      }
    }
    return content;
  }

  private BitSet findPunctuation() {
    long[][] single = new long[vocabularySize()][];
    Arrays.setAll(single, id -> new long[] {id});
    String[] decoded = tokenizer.batchDecode(single, false);
    BitSet found = new BitSet(single.length);
    for (int id = 0; id < single.length; id++) {
      found.set(id, Punctuation.isPunctuation(decoded[id]));
    }
    return found;
  }

  /** The tokens of a text, without special tokens, however many. */
  Tokens tokenize(String text) {
    Encoding encoding = tokenizer.encode(replaceLoneSurrogates(text), false, false);
    CharSpan[] spans = encoding.getCharTokenSpans();
    int[] starts = new int[spans.length];
    int[] ends = new int[spans.length];
    CodePointOffsets offsets = new CodePointOffsets(text);
    for (int i = 0; i < spans.length; i++) {
      if (spans[i] != null) {
        starts[i] = offsets.toChar(spans[i].getStart());
        ends[i] = offsets.toChar(spans[i].getEnd());
      } else { // covers nothing: an empty place after the token before
        starts[i] = i == 0 ? 0 : ends[i - 1];
        ends[i] = starts[i];
      }
    }
    return new Tokens(encoding.getIds(), encoding.getTokens(), starts, ends);
  }

  /** Half a surrogate pair has no UTF-8, which the native library reads; the length stays. */
  private static String replaceLoneSurrogates(String text) {
    StringBuilder replaced = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (replaced == null) {
        replaced = new StringBuilder(text);
      }
      replaced.setCharAt(i, '\uFFFD');
    }
    return replaced == null ? text : replaced.toString();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
