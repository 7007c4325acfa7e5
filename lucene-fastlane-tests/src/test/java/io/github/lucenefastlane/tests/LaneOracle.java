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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.lucenefastlane.codec.MultiVectorValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.Bits;

/**
 * What a lane must find, by comparing the target with every token as it is stored: for each live
 * and accepted document the similarity of its best token.
 */
final class LaneOracle {

  private final Map<Integer, Float> best = new TreeMap<>();

  /**
   * @param accepted ids of the documents that a filter accepts, null for all
   */
  LaneOracle(IndexReader reader, VectorField field, float[] target, Set<Integer> accepted)
      throws IOException {
    for (LeafReaderContext leaf : reader.leaves()) {
      MultiVectorValues values = MultiVectorValues.get(leaf.reader(), field.name());
      if (values == null) {
        continue;
      }
      Bits live = leaf.reader().getLiveDocs();
      NumericDocValues ids = leaf.reader().getNumericDocValues(Corpus.ID);
      for (int ord = 0; ord < values.size(); ord++) {
        int doc = values.ordToDoc(ord);
        assertTrue(ids.advanceExact(doc));
        if ((live == null || live.get(doc))
            && (accepted == null || accepted.contains((int) ids.longValue()))) {
          float similarity = field.best(target, tokens(values, ord));
          best.put(leaf.docBase + doc, similarity);
        }
      }
    }
  }

  static float[][] tokens(MultiVectorValues values, int ord) throws IOException {
    float[] rows = values.tokenVectors(ord);
    float[][] tokens = new float[values.tokenCount(ord)][values.dimension()];
    for (int t = 0; t < tokens.length; t++) {
      System.arraycopy(rows, t * values.dimension(), tokens[t], 0, values.dimension());
    }
    return tokens;
  }

  /**
   * What two computations of one similarity may differ by: Lucene adds the lanes of a vector up in
   * another order once the virtual machine has compiled it.
   */
  static float rounding(float similarity) {
    return 1e-5f * Math.max(1, Math.abs(similarity));
  }

  /** Number of documents that can be found. */
  int size() {
    return best.size();
  }

  /** Each document found can be found, is found once, and has the score of its best token. */
  void assertCorrect(ScoreDoc[] hits) {
    Set<Integer> seen = new HashSet<>();
    for (ScoreDoc hit : hits) {
      assertTrue("document " + hit.doc + " twice", seen.add(hit.doc));
      Float expected = best.get(hit.doc);
      assertTrue("document " + hit.doc + " is not to be found", expected != null);
      assertEquals("document " + hit.doc, expected, hit.score, rounding(expected));
    }
  }

  /** As {@link #assertCorrect}, and in order of the scores. */
  void assertRanked(ScoreDoc[] hits) {
    assertCorrect(hits);
    for (int i = 1; i < hits.length; i++) {
      assertTrue(hits[i - 1].score >= hits[i].score);
    }
  }

  /** The hits are the k best; which of those of equal scores is open. */
  void assertExact(ScoreDoc[] hits, int k) {
    assertRanked(hits);
    assertEquals(Math.min(k, size()), hits.length);
    List<Float> scores = ranking();
    for (int i = 0; i < hits.length; i++) {
      assertEquals("rank " + i, scores.get(i), hits[i].score, rounding(scores.get(i)));
    }
  }

  /** How many of the hits are as good as the k best are. */
  int found(ScoreDoc[] hits, int k) {
    float worst = ranking().get(Math.min(k, size()) - 1);
    int found = 0;
    for (ScoreDoc hit : hits) {
      if (hit.score >= worst) {
        found++;
      }
    }
    return found;
  }

  /** Number of documents at least that similar. */
  int atLeast(float similarity) {
    return (int) best.values().stream().filter(s -> s >= similarity).count();
  }

  /** All similarities, the best first. */
  List<Float> ranking() {
    List<Float> scores = new ArrayList<>(best.values());
    scores.sort((a, b) -> Float.compare(b, a));
    return scores;
  }
}
