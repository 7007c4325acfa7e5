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
package io.github.lucenefastlane.tests;

import static org.apache.lucene.search.DocIdSetIterator.NO_MORE_DOCS;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.MultiVectorValues;
import io.github.lucenefastlane.codec.RouteBoundaries;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.Bits;

/**
 * Compares an index with the corpus that went into it: every vector of every live document, in
 * order, and all that {@link MultiVectorValues} says of them.
 *
 * <p>What a token was first decoded to is remembered, and from then on must come back bit for bit,
 * however often it is merged.
 */
final class StoredVectors {

  /** Those of which the error is bounded as a whole, not that of each component. */
  static final List<TokenEncoding> RESIDUALS =
      List.of(TokenEncoding.RESIDUAL4, TokenEncoding.RESIDUAL3);

  private static final Pattern SETTINGS = Pattern.compile("tokensPerRoute=(\\d+)\\)");

  private final Corpus corpus;
  private final List<VectorField> fields;
  private final TokenEncoding[] encodings;

  /** For the tokens of each document and field what they were first decoded to. */
  private final Map<float[][], float[][]> decoded = new IdentityHashMap<>();

  /**
   * Compares all fields.
   *
   * @param encodings all that the tokens went through, the last one last
   */
  StoredVectors(Corpus corpus, TokenEncoding... encodings) {
    this(corpus, corpus.fields(), encodings);
  }

  /** Compares some of the fields. */
  StoredVectors(Corpus corpus, List<VectorField> fields, TokenEncoding... encodings) {
    this.corpus = corpus;
    this.fields = fields;
    this.encodings = encodings;
  }

  void assertStored(IndexReader reader) throws IOException {
    for (VectorField field : fields) {
      Set<Integer> found = new HashSet<>();
      Set<Integer> foundWithField = new HashSet<>();
      for (LeafReaderContext leaf : reader.leaves()) {
        new LeafCheck(leaf.reader(), field).run(found, foundWithField);
      }
      assertEquals(corpus.ids(), found);
      Set<Integer> expectedWithField = new HashSet<>();
      for (int id : corpus.ids()) {
        if (corpus.tokens(id, field) != null) {
          expectedWithField.add(id);
        }
      }
      assertEquals("documents of field " + field.name(), expectedWithField, foundWithField);
    }
  }

  /**
   * How far a component may be off, from the statement of {@link TokenEncoding}; of {@link
   * #RESIDUALS}, the root mean square of all.
   */
  static double bound(TokenEncoding encoding, float maxMagnitude) {
    // The divisions and the product that decodes round to 24 bits each.
    double rounding = maxMagnitude * 0x1p-21 + Float.MIN_VALUE;
    return switch (encoding) {
      case FLOAT32 -> 0;
      case INT8 -> maxMagnitude / 127.0 / 2 + rounding;
      case RESIDUAL4 -> maxMagnitude / 8.0 + rounding;
      case RESIDUAL3 -> maxMagnitude / 4.0 + rounding;
    };
  }

  /** Each encoding adds to the root mean square of the errors, and to the largest component. */
  private void assertMeanError(String where, float[] expected, float[] actual) {
    double largest = 0;
    double squares = 0;
    for (int d = 0; d < expected.length; d++) {
      largest = Math.max(largest, Math.abs(expected[d]));
      double difference = (double) expected[d] - actual[d];
      squares += difference * difference;
    }
    double bound = 0;
    for (TokenEncoding encoding : encodings) {
      double added = bound(encoding, (float) largest);
      bound += added;
      largest += added * Math.sqrt(expected.length);
    }
    double error = Math.sqrt(squares / expected.length);
    assertTrue(where + " is off by " + error + " > " + bound, error <= bound);
  }

  private void assertTokens(
      String message, VectorField field, float[][] expected, float[][] actual) {
    assertEquals(message + ": tokens", expected.length, actual.length);
    for (int t = 0; t < expected.length; t++) {
      double bound = 0;
      if (field.encoding() == VectorEncoding.FLOAT32) {
        float max = HeadOracle.largestComponent(expected[t]);
        for (TokenEncoding encoding : encodings) {
          bound += bound(encoding, max);
        }
      }
      String where = message + ", token " + t;
      assertEquals(where, field.dimension(), actual[t].length);
      if (bound > 0 && Collections.disjoint(RESIDUALS, List.of(encodings)) == false) {
        assertMeanError(where, expected[t], actual[t]);
        continue;
      }
      for (int d = 0; d < field.dimension(); d++) {
        if (bound == 0) {
          assertEquals(where, expected[t][d], actual[t][d], 0f);
        } else {
          double difference = Math.abs((double) expected[t][d] - actual[t][d]);
          assertTrue(where + " is off by " + difference + " > " + bound, difference <= bound);
        }
      }
    }
    float[][] first = decoded.putIfAbsent(expected, actual);
    if (first != null) {
      for (int t = 0; t < first.length; t++) {
        assertTrue(message + ": the code has changed", Arrays.equals(first[t], actual[t]));
      }
    }
  }

  /** One field of one leaf. */
  private final class LeafCheck {
    private final LeafReader reader;
    private final VectorField field;
    private final Bits liveDocs;
    private final KnnVectorValues values;
    private final MultiVectorValues multi;

    LeafCheck(LeafReader reader, VectorField field) throws IOException {
      this.reader = reader;
      this.field = field;
      this.liveDocs = reader.getLiveDocs();
      this.values =
          switch (field.encoding()) {
            case FLOAT32 -> reader.getFloatVectorValues(field.name());
            case BYTE -> reader.getByteVectorValues(field.name());
          };
      this.multi = MultiVectorValues.get(reader, field.name());
    }

    void run(Set<Integer> found, Set<Integer> foundWithField) throws IOException {
      NumericDocValues ids = reader.getNumericDocValues(Corpus.ID);
      KnnVectorValues.DocIndexIterator iterator = values == null ? null : values.iterator();
      int withField = iterator == null ? NO_MORE_DOCS : iterator.nextDoc();
      int ord = 0;
      for (int doc = 0; doc < reader.maxDoc(); doc++) {
        assertEquals(doc, ids.nextDoc());
        int id = (int) ids.longValue();
        boolean live = liveDocs == null || liveDocs.get(doc);
        if (live) {
          assertTrue("document " + id + " is in the index twice", found.add(id));
        }
        if (withField != doc) {
          continue;
        }
        assertEquals(ord, iterator.index());
        assertEquals(doc, values.ordToDoc(ord));
        if (live) {
          foundWithField.add(id);
          float[][] expected = corpus.tokens(id, field);
          String message = "field " + field.name() + " of document " + id;
          assertNotNull(message, expected);
          assertTokens(message, field, expected, read(ord));
        }
        withField = iterator.nextDoc();
        ord++;
      }
      assertEquals(NO_MORE_DOCS, withField);
      assertEquals(values == null ? 0 : values.size(), ord);
      if (multi != null) {
        assertTables();
      }
    }

    private float[][] read(int ord) throws IOException {
      float[] first =
          switch (field.encoding()) {
            case FLOAT32 -> ((FloatVectorValues) values).vectorValue(ord).clone();
            case BYTE -> VectorField.toFloats(((ByteVectorValues) values).vectorValue(ord));
          };
      if (multi == null) {
        return new float[][] {first};
      }
      float[] rows = multi.tokenVectors(ord);
      float[][] tokens = new float[multi.tokenCount(ord)][];
      for (int t = 0; t < tokens.length; t++) {
        int start = t * field.dimension();
        tokens[t] = Arrays.copyOfRange(rows, start, start + field.dimension());
      }
      assertArrayEquals(first, tokens[0], 0f);
      return tokens;
    }

    private void assertTables() throws IOException {
      assertEquals(values.size(), multi.size());
      assertEquals(field.dimension(), multi.dimension());
      FieldInfo info = reader.getFieldInfos().fieldInfo(field.name());
      Matcher settings = SETTINGS.matcher(info.getAttribute(FastLaneVectorsFormat.FORMAT_KEY));
      assertTrue(settings.find());
      int tokensPerRoute = Integer.parseInt(settings.group(1));
      long tokens = 0;
      long routes = 0;
      long pools = 0;
      for (int ord = 0; ord < multi.size(); ord++) {
        int count = multi.tokenCount(ord);
        assertTrue(count > 0);
        assertEquals(Math.ceilDiv(count, tokensPerRoute), multi.routeCount(ord));
        assertEquals(Math.ceilDiv(count, Math.ceilDiv(tokensPerRoute, 2)), multi.poolCount(ord));
        assertMeans(ord, tokensPerRoute);
        tokens += count;
        routes += multi.routeCount(ord);
        pools += multi.poolCount(ord);
        if (ord > 0) {
          assertTrue(multi.ordToDoc(ord) > multi.ordToDoc(ord - 1));
        }
      }
      assertEquals(tokens, multi.tokenCount());
      assertEquals(routes, multi.routeCount());
      assertEquals(pools, multi.poolCount());
      assertEquals(
          Boolean.toString(tokens > multi.size()),
          info.getAttribute(FastLaneVectorsFormat.MULTI_VALUED_KEY));
      assertEquals(encodings[encodings.length - 1], multi.tokenEncoding());
    }

    private void assertMeans(int ord, int tokensPerRoute) throws IOException {
      int routes = multi.routeCount(ord);
      int pools = multi.poolCount(ord);
      float[][] pooled = rows(multi.pooledVectors(ord), pools);
      float[][] heads = rows(multi.headVectors(ord), routes);
      assertFinite(pooled);
      assertFinite(heads);
      List<float[]> tokens = List.of(LaneOracle.tokens(multi, ord));
      boolean routesAreTokens = multi.routeCount() == multi.tokenCount();
      boolean poolsAreTokens = multi.poolCount() == multi.tokenCount();
      for (int t = 0; t < tokens.size(); t++) {
        if (routesAreTokens) {
          assertArrayEquals(tokens.get(t), heads[t], 0f);
        }
        if (poolsAreTokens) {
          assertArrayEquals(tokens.get(t), pooled[t], 0f);
        }
      }
      if (field.encoding() == VectorEncoding.BYTE
          || Arrays.stream(encodings).allMatch(TokenEncoding.FLOAT32::equals)) {
        int[] ends = new int[routes];
        new RouteBoundaries(field.similarity(), tokensPerRoute)
            .find(tokens.toArray(float[][]::new), tokens.size(), ends);
        for (int route = 0; route < routes && routesAreTokens == false; route++) {
          List<float[]> members = tokens.subList(route == 0 ? 0 : ends[route - 1], ends[route]);
          assertMean(
              "head " + route,
              HeadOracle.head(members, field.similarity()),
              members.get(0),
              heads[route]);
        }
        if (pools == 1 && poolsAreTokens == false) {
          assertMean(
              "pooled vector",
              HeadOracle.pooled(tokens, field.similarity()),
              tokens.get(0),
              pooled[0]);
        }
      }
    }

    private float[][] rows(float[] vectors, int count) {
      float[][] rows = new float[count][];
      for (int row = 0; row < count; row++) {
        int start = row * field.dimension();
        rows[row] = Arrays.copyOfRange(vectors, start, start + field.dimension());
      }
      return rows;
    }

    private void assertFinite(float[][] vectors) {
      for (float[] vector : vectors) {
        for (float component : vector) {
          assertTrue(Float.isFinite(component));
        }
      }
    }

    /** What stands for tokens that are stored as they are. */
    private void assertMean(String what, float[] expected, float[] firstToken, float[] actual) {
      switch (field.encoding()) {
        case FLOAT32 -> assertFourBits(what, expected, actual);
        case BYTE -> assertRounded(what, HeadOracle.shortened(expected), firstToken, actual);
      }
    }

    private void assertFourBits(String what, float[] expected, float[] actual) {
      double largest = HeadOracle.largestComponent(expected);
      double squares = 0;
      for (int d = 0; d < expected.length; d++) {
        squares += Math.pow((double) expected[d] - actual[d], 2);
      }
      double error = Math.sqrt(squares / expected.length);
      assertTrue(
          what + ": error " + error + " of " + largest,
          error <= bound(TokenEncoding.RESIDUAL4, (float) largest));
    }

    /** Where all of a direction is rounded to zero, the first token stands for it. */
    private void assertRounded(String what, float[] expected, float[] firstToken, float[] actual) {
      float half = 0.5f + 1e-3f;
      if (field.similarity() == VectorSimilarityFunction.COSINE) {
        assertTrue(what + " has no direction", HeadOracle.largestComponent(actual) > 0);
        if (HeadOracle.largestComponent(expected) < half && Arrays.equals(firstToken, actual)) {
          return;
        }
      }
      assertArrayEquals(what, expected, actual, half);
    }
  }
}
