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
package io.github.lucenefastlane.query;

import java.util.Arrays;
import java.util.List;
import org.apache.lucene.search.ScoreDoc;

/**
 * The union of what the views found over all segments, with each document's routed score: the sum
 * over views of weight times similarity. A document that a view did not find counts there with the
 * lowest similarity that the view found anywhere, which bounds the unknown one from above (the
 * missing-similarity imputation of XTR, Lee et al., 2023), never with zero; a view that found
 * nothing counts for nobody.
 *
 * <p>Invariant: each view's hits are cut to one limit over all segments, so that the scores do not
 * depend on how documents lie in segments, as long as the lanes find what is there.
 */
final class CandidatePool {

  /**
   * How many standard deviations of the forecasts one standard deviation of the routed scores is
   * worth. Views are compared with means of neighbours, forecasts are made from means of like
   * tokens, and each knows a little that the other does not: 20 candidates of one learned view hold
   * .850 of exact MaxSim's ten on npl (93 queries) and .908 on squad-a among 4,094 other passages
   * (1,000 questions) by forecasts alone, .862 and .911 with this, .872 and .911 with .2. On
   * synthetic documents of one topic, of which 60 hold .984, this costs .002 and .2 costs .009.
   */
  private static final double ROUTED_PART = 0.05;

  private final int[] docs; // every document found, ascending
  private final float[] scores; // routed, by place in docs
  private final float[][] similarities; // by view and place in docs, NaN where it found none
  private final float[] missing; // by view

  /**
   * @param found by view, the documents (each at most once) and similarities of all segments, in
   *     any order
   * @param views the views, in the same order
   * @param limit how many hits of a view count
   */
  CandidatePool(List<ScoreDoc[]> found, List<View> views, int limit) {
    ScoreDoc[][] hits = new ScoreDoc[views.size()][];
    for (int view = 0; view < hits.length; view++) {
      hits[view] = best(found.get(view), limit);
    }
    docs = union(hits);
    similarities = new float[hits.length][docs.length];
    missing = new float[hits.length];
    double[] sums = new double[docs.length];
    for (int view = 0; view < hits.length; view++) {
      double weight = views.get(view).weight();
      missing[view] = lowest(hits[view]);
      Arrays.fill(similarities[view], Float.NaN);
      for (ScoreDoc hit : hits[view]) {
        similarities[view][Arrays.binarySearch(docs, hit.doc)] = hit.score;
      }
      for (int place = 0; place < sums.length; place++) {
        float similarity = similarities[view][place];
        sums[place] += weight * (Float.isNaN(similarity) ? missing[view] : similarity);
      }
    }
    scores = new float[docs.length];
    for (int place = 0; place < sums.length; place++) {
      scores[place] = (float) sums[place];
    }
  }

  private static ScoreDoc[] best(ScoreDoc[] found, int limit) {
    if (found.length <= limit) {
      return found;
    }
    ScoreDoc[] sorted = found.clone();
    Arrays.sort(sorted, ScoreDoc.COMPARATOR);
    return Arrays.copyOf(sorted, limit);
  }

  private static float lowest(ScoreDoc[] hits) {
    float lowest = hits.length == 0 ? 0 : Float.POSITIVE_INFINITY;
    for (ScoreDoc hit : hits) {
      lowest = Math.min(lowest, hit.score);
    }
    return lowest;
  }

  private static int[] union(ScoreDoc[][] hits) {
    int[] docs = new int[Arrays.stream(hits).mapToInt(view -> view.length).sum()];
    int count = 0;
    for (ScoreDoc[] view : hits) {
      for (ScoreDoc hit : view) {
        docs[count++] = hit.doc;
      }
    }
    Arrays.sort(docs);
    int different = 0;
    for (int i = 0; i < count; i++) {
      if (different == 0 || docs[i] != docs[different - 1]) {
        docs[different++] = docs[i];
      }
    }
    return Arrays.copyOf(docs, different);
  }

  /** Every document found, in ascending order. */
  int[] docs() {
    return docs;
  }

  /** The routed scores of {@link #docs()}. */
  float[] scores() {
    return scores;
  }

  /** The similarity imputed to documents that a view did not find. */
  float missingSimilarity(int view) {
    return missing[view];
  }

  /** By view and document, the similarity that the view found, or NaN. */
  float[][] similarities(int[] sortedDocs) {
    float[][] result = new float[similarities.length][sortedDocs.length];
    for (float[] ofView : result) {
      Arrays.fill(ofView, Float.NaN);
    }
    for (int i = 0, from = 0; i < sortedDocs.length; i++) {
      int place = Arrays.binarySearch(docs, from, docs.length, sortedDocs[i]);
      if (place >= 0) {
        for (int view = 0; view < result.length; view++) {
          result[view][i] = similarities[view][place];
        }
        from = place + 1;
      }
    }
    return result;
  }

  /** The documents of the {@code count} highest routed scores, in ascending order. */
  int[] best(int count) {
    return RankedDocs.best(docs, scores, count).docs();
  }

  /**
   * The documents of the {@code count} highest forecasts, in ascending order, in which routed
   * scores have a {@linkplain #ROUTED_PART part}: both count in standard deviations, since the one
   * is a sum over query tokens and the other over views.
   *
   * @param forecasts of {@link #docs()}, NaN for those that are not to be chosen
   */
  int[] best(int count, float[] forecasts) {
    double mean = mean(scores);
    double part = ROUTED_PART * deviation(forecasts, mean(forecasts)) / deviation(scores, mean);
    if (Double.isFinite(part) == false) { // all alike, or too large for a sum
      return RankedDocs.best(docs, forecasts, count).docs();
    }
    float[] blended = new float[docs.length];
    for (int place = 0; place < blended.length; place++) {
      // Differences from the mean, of which the part may be huge, or floats would lose forecasts.
      blended[place] = (float) (forecasts[place] + part * (scores[place] - mean));
    }
    return RankedDocs.best(docs, blended, count).docs();
  }

  /** Of the values that are numbers; 0 if none is. */
  private static double mean(float[] values) {
    int count = 0;
    double sum = 0;
    for (float value : values) {
      if (Float.isNaN(value) == false) {
        count++;
        sum += value;
      }
    }
    return sum / Math.max(1, count);
  }

  /** The standard deviation of the values that are numbers; 0 if none is. */
  private static double deviation(float[] values, double mean) {
    int count = 0;
    double squares = 0;
    for (float value : values) {
      if (Float.isNaN(value) == false) {
        count++;
        squares += (value - mean) * (value - mean);
      }
    }
    return Math.sqrt(squares / Math.max(1, count));
  }
}
