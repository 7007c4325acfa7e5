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
package io.github.lucenefastlane.tests.bench;

import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.util.ArrayList;
import java.util.List;

/** The families of contenders that can be asked for. */
enum ContenderKind {
  /** Every document, a pair of vectors at a time. */
  EXHAUSTIVE_PAIRWISE("exhaustive-pairwise") {
    @Override
    List<Contender> contenders(Settings settings, int dimension) {
      return List.of(new Contender(new ExhaustivePairwise(), new LateInteractionIndex()));
    }
  },

  /** Every document, by our kernel. */
  EXHAUSTIVE_KERNEL("exhaustive-kernel") {
    @Override
    List<Contender> contenders(Settings settings, int dimension) {
      return List.of(
          new Contender(
              new ExhaustiveKernel(),
              new FastLaneIndex(
                  TokenEncoding.FLOAT32, FastLaneVectorsFormat.DEFAULT_TOKENS_PER_ROUTE)));
    }
  },

  /** One mean vector a document, rescored by Lucene. */
  POOLED_LUCENE("pooled-lucene") {
    @Override
    List<Contender> contenders(Settings settings, int dimension) {
      return settings.candidates().stream()
          .map(candidates -> new Contender(new PooledRescored(candidates), new PooledIndex()))
          .toList();
    }
  },

  /** The same candidates, reranked by us. */
  POOLED_FASTLANE("pooled-fastlane") {
    @Override
    List<Contender> contenders(Settings settings, int dimension) {
      return settings.candidates().stream()
          .map(candidates -> new Contender(FastLaneSearch.pooled(candidates), new PooledIndex()))
          .toList();
    }
  },

  /** One fixed-dimensional encoding a document, its candidates reranked by us. */
  MUVERA("muvera") {
    @Override
    List<Contender> contenders(Settings settings, int dimension) {
      VectorIndex index = new MuveraIndex(dimension, TokenEncoding.INT8);
      return settings.candidates().stream()
          .map(candidates -> new Contender(new MuveraSearch(dimension, candidates), index))
          .toList();
    }
  },

  /** A child document a token, rescored by Lucene. */
  STOCK("stock") {
    @Override
    List<Contender> contenders(Settings settings, int dimension) {
      return stock(settings, false);
    }
  },

  /** The same in Lucene's scalar-quantised format. */
  STOCK_SQ("stock-sq") {
    @Override
    List<Contender> contenders(Settings settings, int dimension) {
      return stock(settings, true);
    }
  },

  /** Ours. */
  FASTLANE("fastlane") {
    @Override
    List<Contender> contenders(Settings settings, int dimension) {
      List<Contender> contenders = new ArrayList<>();
      for (TokenEncoding encoding : settings.encodings()) {
        for (int tokensPerRoute : settings.tokensPerRoute()) {
          for (int views : settings.views()) {
            for (int candidates : settings.candidates()) {
              contenders.add(
                  new Contender(
                      FastLaneSearch.routed(views, candidates, tokensPerRoute),
                      new FastLaneIndex(encoding, tokensPerRoute)));
            }
          }
        }
      }
      return contenders;
    }
  };

  private final String label;

  ContenderKind(String label) {
    this.label = label;
  }

  /**
   * The kind of a name on the command line.
   *
   * @throws IllegalArgumentException if there is none
   */
  static ContenderKind named(String label) {
    for (ContenderKind kind : values()) {
      if (kind.label.equals(label)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "contender must be one of " + List.of(values()) + ", got: " + label);
  }

  /**
   * All rows of this kind.
   *
   * @param dimension of the token vectors
   */
  abstract List<Contender> contenders(Settings settings, int dimension);

  /** The name on the command line, and how its rows' names begin. */
  @Override
  public String toString() {
    return label;
  }

  List<Contender> stock(Settings settings, boolean quantised) {
    List<Contender> contenders = new ArrayList<>();
    for (int perToken : settings.stockPerToken()) {
      for (int candidates : settings.candidates()) {
        contenders.add(
            new Contender(
                new ChildrenRescored(label, perToken, candidates), new ChildrenIndex(quantised)));
      }
    }
    return contenders;
  }
}
