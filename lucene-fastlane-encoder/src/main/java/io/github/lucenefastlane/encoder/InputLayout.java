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

import java.util.Arrays;
import java.util.BitSet;

/**
 * How the texts of one side, queries or documents, are laid out for a model: leading special
 * tokens, prefix, text, trailing special tokens, and perhaps mask tokens up to the full length.
 */
final class InputLayout {
  private final TextTokenizer tokenizer;
  private final Tokens prefix;
  private final int maxLength;
  private final boolean dropSpecialTokens;
  private final BitSet contentIds;
  private final Filler filler;

  /**
   * The token that fills a text up to its full length.
   *
   * @param id its id
   * @param spelling its spelling
   * @param attended whether the other tokens see it
   */
  record Filler(long id, String spelling, boolean attended) {}

  /**
   * Lays out texts.
   *
   * @param side what errors call the length's setting
   * @param filler null for none
   */
  InputLayout(
      TextTokenizer tokenizer,
      String side,
      String prefix,
      int maxLength,
      boolean dropSpecialTokens,
      boolean dropPunctuation,
      Filler filler) {
    this.tokenizer = tokenizer;
    this.prefix = prefixTokens(tokenizer, prefix);
    this.maxLength = maxLength;
    this.dropSpecialTokens = dropSpecialTokens;
    this.contentIds = tokenizer.contentIds(dropSpecialTokens, dropPunctuation);
    this.filler = filler;
    if (frame() >= maxLength) {
      throw new IllegalArgumentException(
          side
              + " must be more than the "
              + frame()
              + " special and prefix tokens of every text, got "
              + maxLength);
    }
  }

  /** A prefix that is an entry of the vocabulary is that token, whatever the tokenizer splits. */
  private static Tokens prefixTokens(TextTokenizer tokenizer, String prefix) {
    Long id = tokenizer.id(prefix);
    if (id != null) {
      return new Tokens(new long[] {id}, new String[] {prefix}, new int[1], new int[1]);
    }
    Tokens tokens = tokenizer.tokenize(prefix);
    int size = tokens.size();
    return new Tokens(tokens.ids(), tokens.spellings(), new int[size], new int[size]);
  }

  private int frame() {
    return tokenizer.leading().size() + prefix.size() + tokenizer.trailing().size();
  }

  /** The text as the model reads it. Nothing is kept if no token of the text itself is. */
  ModelInput layOut(String text) {
    Tokens content = tokenizer.tokenize(text);
    int read = Math.min(content.size(), maxLength - frame());
    Builder builder = new Builder(filler != null ? maxLength : frame() + read);
    builder.append(tokenizer.leading(), 0, !dropSpecialTokens);
    builder.append(prefix, 0, !dropSpecialTokens);
    boolean any = false;
    for (int i = 0; i < read; i++) {
      boolean keep = contentIds.get(Math.toIntExact(content.ids()[i]));
      any |= keep;
      builder.append(
          content.ids()[i],
          content.spellings()[i],
          content.starts()[i],
          content.ends()[i],
          true,
          keep);
    }
    builder.append(tokenizer.trailing(), text.length(), !dropSpecialTokens);
    while (filler != null && builder.size < maxLength) {
      builder.append(
          filler.id(), filler.spelling(), text.length(), text.length(), filler.attended(), true);
    }
    if (!any) {
      builder.keptSize = 0;
    }
    return builder.build(content.size() - read);
  }

  /**
   * The ids of kept tokens.
   *
   * @throws IllegalStateException if a token is kept in one place and dropped in another
   */
  BitSet contentIds() {
    requireSame(tokenizer.leading(), !dropSpecialTokens);
    requireSame(prefix, !dropSpecialTokens);
    requireSame(tokenizer.trailing(), !dropSpecialTokens);
    if (filler != null) {
      requireSame(filler.id(), filler.spelling(), true);
    }
    return (BitSet) contentIds.clone();
  }

  private void requireSame(Tokens outside, boolean kept) {
    for (int i = 0; i < outside.size(); i++) {
      requireSame(outside.ids()[i], outside.spellings()[i], kept);
    }
  }

  private void requireSame(long id, String spelling, boolean kept) {
    if (contentIds.get(Math.toIntExact(id)) != kept) {
      throw new IllegalStateException(
          "ids alone do not tell which tokens are kept: "
              + spelling
              + " is "
              + (kept ? "kept around a text and dropped" : "dropped around a text and kept")
              + " in it");
    }
  }

  private static final class Builder {
    private final long[] ids;
    private final long[] attention;
    private final int[] kept;
    private final String[] tokens;
    private final int[] starts;
    private final int[] ends;
    private int size;
    private int keptSize;

    private Builder(int length) {
      ids = new long[length];
      attention = new long[length];
      kept = new int[length];
      tokens = new String[length];
      starts = new int[length];
      ends = new int[length];
    }

    private void append(Tokens outside, int place, boolean keep) {
      for (int i = 0; i < outside.size(); i++) {
        append(outside.ids()[i], outside.spellings()[i], place, place, true, keep);
      }
    }

    private void append(long id, String token, int start, int end, boolean attended, boolean keep) {
      ids[size] = id;
      attention[size] = attended ? 1 : 0;
      if (keep) {
        kept[keptSize] = size;
        tokens[keptSize] = token;
        starts[keptSize] = start;
        ends[keptSize] = end;
        keptSize++;
      }
      size++;
    }

    private ModelInput build(int truncatedTokens) {
      return new ModelInput(
          ids,
          attention,
          Arrays.copyOf(kept, keptSize),
          Arrays.copyOf(tokens, keptSize),
          Arrays.copyOf(starts, keptSize),
          Arrays.copyOf(ends, keptSize),
          truncatedTokens);
    }
  }
}
