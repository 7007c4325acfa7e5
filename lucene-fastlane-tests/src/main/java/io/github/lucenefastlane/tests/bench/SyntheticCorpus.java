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

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.apache.lucene.util.VectorUtil;

/**
 * Random token vectors that are distributed like those of a ColBERT encoder. The same parameters
 * give the same vectors; each document and query has a random stream of its own.
 *
 * <p>A token vector is the normalised sum of
 *
 * <ul>
 *   <li>a direction that all tokens share (embeddings of real text are anisotropic),
 *   <li>the direction of its passage's topic and one of the passage itself (its context),
 *   <li>the direction of its word, drawn from the few words of the topic or from words of all
 *       topics, so that tokens form clusters,
 *   <li>noise of its own.
 * </ul>
 *
 * <p>Directions are Gaussian with a standard deviation that falls with the component, as a power
 * law, so a few components are much larger than the others. Lengths of passages are log-normal.
 *
 * <p>Easy documents are one passage. Hard documents are several passages of unrelated topics, which
 * together are as long. A query is about one passage of one document: its tokens are tokens of that
 * passage with noise, and some are other words of the passage's topic in a context of their own.
 *
 * <p>The parameters were chosen so that one pooled vector per document finds what it finds on real
 * text. Of exact MaxSim's best 10, the 100 documents of the nearest mean vectors hold .97, .98, .98
 * (easy) and .79, .71, .62 (hard) of 2,000, 5,000 and 20,000 documents of mean 70 tokens and
 * dimension 128; the nearest 20 documents hold .56 (easy).
 */
final class SyntheticCorpus implements Corpus {

  private static final int QUERY_TOKENS = 32;

  /** Passages of a hard document. */
  private static final int HARD_PASSAGES = 4;

  /** Passages of a topic, on the average. More make them harder to tell apart by one vector. */
  private static final int PASSAGES_PER_TOPIC = 130;

  private static final int WORDS_PER_TOPIC = 60;
  private static final int COMMON_WORDS = 200;

  /** How many of a passage's tokens are words of its topic; the others are common words. */
  private static final double TOPICAL = 0.6;

  /** How many of a query's tokens are words of the topic that its passage may lack. */
  private static final double EXPANDED = 0.2;

  private static final double LENGTH_SIGMA = 0.4;
  private static final double SPECTRUM = 0.3;

  private static final double SHARED = 0.6;
  private static final double TOPIC = 0.5;
  private static final double CONTEXT = 0.6;
  private static final double WORD = 0.8;
  private static final double NOISE = 0.35;
  private static final double QUERY_NOISE = 0.6;

  private static final long TOPIC_STREAM = 1;
  private static final long DOCUMENT_STREAM = 2;
  private static final long QUERY_STREAM = 3;
  private static final long WORD_STREAM = 4;

  private final int size;
  private final int meanTokens;
  private final int dimension;
  private final boolean hard;
  private final long seed;
  private final float[] scales;
  private final float[] shared;
  private final float[][] topics;
  private final float[][] words;

  /**
   * @param size documents
   * @param meanTokens tokens of a document, on the average
   * @param hard whether documents have several topics
   */
  SyntheticCorpus(int size, int meanTokens, int dimension, boolean hard, long seed) {
    this.size = size;
    this.meanTokens = meanTokens;
    this.dimension = dimension;
    this.hard = hard;
    this.seed = seed;
    this.scales = new float[dimension];
    double squares = 0;
    for (int d = 0; d < dimension; d++) {
      scales[d] = (float) Math.pow(1 + d, -SPECTRUM);
      squares += scales[d] * scales[d];
    }
    for (int d = 0; d < dimension; d++) {
      scales[d] /= (float) Math.sqrt(squares);
    }
    int topicCount = Math.max(2, (int) ((long) size * passages() / PASSAGES_PER_TOPIC));
    this.topics = new float[topicCount][];
    SplittableRandom random = stream(TOPIC_STREAM, 0);
    this.shared = direction(random);
    for (int t = 0; t < topicCount; t++) {
      topics[t] = direction(random);
    }
    this.words = new float[COMMON_WORDS + topicCount * WORDS_PER_TOPIC][];
    random = stream(WORD_STREAM, 0);
    for (int w = 0; w < words.length; w++) {
      words[w] = direction(random);
    }
  }

  private int passages() {
    return hard ? HARD_PASSAGES : 1;
  }

  /** A random stream for each thing of a kind; nextLong mixes, so that neighbours differ. */
  private SplittableRandom stream(long kind, long number) {
    long ofKind = new SplittableRandom(seed).nextLong() ^ kind;
    return new SplittableRandom(new SplittableRandom(ofKind).nextLong() ^ number);
  }

  private float[] direction(RandomGenerator random) {
    float[] direction = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      direction[d] = scales[d] * (float) random.nextGaussian();
    }
    return direction;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public float[][] document(int document) {
    SplittableRandom random = stream(DOCUMENT_STREAM, document);
    float[][] tokens = new float[0][];
    for (int p = 0; p < passages(); p++) {
      float[][] passage = passage(random, random.nextInt(topics.length));
      int before = tokens.length;
      tokens = Arrays.copyOf(tokens, before + passage.length);
      System.arraycopy(passage, 0, tokens, before, passage.length);
    }
    return tokens;
  }

  private float[][] passage(RandomGenerator random, int topic) {
    double mean = (double) meanTokens / passages();
    // The mean of a log-normal is exp(mu + sigma^2 / 2).
    double mu = Math.log(mean) - LENGTH_SIGMA * LENGTH_SIGMA / 2;
    long length = Math.round(Math.exp(mu + LENGTH_SIGMA * random.nextGaussian()));
    float[] context = direction(random);
    float[][] tokens = new float[(int) Math.max(1, length)][];
    for (int t = 0; t < tokens.length; t++) {
      tokens[t] = token(random, topic, context, word(random, topic));
    }
    return tokens;
  }

  private int word(RandomGenerator random, int topic) {
    return random.nextDouble() < TOPICAL
        ? COMMON_WORDS + topic * WORDS_PER_TOPIC + random.nextInt(WORDS_PER_TOPIC)
        : random.nextInt(COMMON_WORDS);
  }

  private float[] token(RandomGenerator random, int topic, float[] context, int word) {
    float[] token = direction(random);
    for (int d = 0; d < dimension; d++) {
      token[d] =
          (float)
              (SHARED * shared[d]
                  + TOPIC * topics[topic][d]
                  + CONTEXT * context[d]
                  + WORD * words[word][d]
                  + NOISE * token[d]);
    }
    return VectorUtil.l2normalize(token);
  }

  @Override
  public float[][] query(int query) {
    SplittableRandom random = stream(QUERY_STREAM, query);
    SplittableRandom ofDocument = stream(DOCUMENT_STREAM, random.nextInt(size));
    int chosen = random.nextInt(passages());
    int topic = 0;
    float[][] passage = null;
    for (int p = 0; p <= chosen; p++) {
      topic = ofDocument.nextInt(topics.length);
      passage = passage(ofDocument, topic);
    }
    float[] context = direction(random);
    float[][] tokens = new float[QUERY_TOKENS][];
    for (int t = 0; t < tokens.length; t++) {
      if (random.nextDouble() < EXPANDED) {
        tokens[t] = token(random, topic, context, word(random, topic));
      } else {
        tokens[t] = perturbed(random, passage[random.nextInt(passage.length)]);
      }
    }
    return tokens;
  }

  private float[] perturbed(RandomGenerator random, float[] token) {
    float[] other = direction(random);
    for (int d = 0; d < dimension; d++) {
      other[d] = token[d] + (float) QUERY_NOISE * other[d];
    }
    return VectorUtil.l2normalize(other);
  }

  @Override
  public void close() {}

  @Override
  public String description() {
    return String.format(
        Locale.ROOT,
        "synthetic %s: %,d documents of mean %d tokens, dimension %d, seed %d",
        hard ? "hard (" + HARD_PASSAGES + " unrelated passages a document)" : "easy (one topic)",
        size,
        meanTokens,
        dimension,
        seed);
  }
}
