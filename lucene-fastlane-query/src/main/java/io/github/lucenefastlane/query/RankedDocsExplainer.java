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

import io.github.lucenefastlane.codec.MaxSim;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.Explanation;

/** Tells how the documents that a search ended with were found and scored. */
final class RankedDocsExplainer {

  private final FastLaneQuery query;
  private final VectorSimilarityFunction similarity;
  private final List<View> views;
  private final float[][] similarities; // by view and place, NaN where the lanes found none
  private final float[] missing; // by view, the similarity imputed for NaN

  RankedDocsExplainer(
      FastLaneQuery query,
      VectorSimilarityFunction similarity,
      List<View> views,
      CandidatePool pool,
      RankedDocs docs) {
    this.query = query;
    this.similarity = similarity;
    this.views = views;
    this.similarities = pool.similarities(docs.docs());
    this.missing = new float[views.size()];
    for (int view = 0; view < missing.length; view++) {
      missing[view] = pool.missingSimilarity(view);
    }
  }

  /**
   * Explains one document.
   *
   * @param place its place among the ranked documents
   * @param doc its number in the segment
   * @param score its score without boost
   */
  Explanation explain(LeafReaderContext context, int place, int doc, float score)
      throws IOException {
    return query.rerank() ? explainMaxSim(context, place, doc, score) : explainRouted(place, score);
  }

  private Explanation explainMaxSim(LeafReaderContext context, int place, int doc, float score)
      throws IOException {
    List<Explanation> details = new ArrayList<>();
    TokenSource source = query.tokenSource();
    DocumentTokens tokens = source.open(context.reader());
    if (tokens.advanceExact(doc)) {
      MaxSim.Scorer scorer = query.tokens().maxSim(similarity).scorer();
      float[] best = new float[query.tokens().count()];
      int[] bestTokens = new int[best.length];
      float sum = scorer.score(tokens.vectors(), tokens.count(), best, bestTokens);
      List<Explanation> matches = new ArrayList<>();
      for (int i = 0; i < best.length; i++) {
        matches.add(
            Explanation.match(
                best[i],
                "similarity of query token "
                    + i
                    + " to its best, document token "
                    + bestTokens[i]));
      }
      details.add(
          Explanation.match(sum, "MaxSim over " + best.length + " query tokens, sum of:", matches));
    } else {
      details.add(
          Explanation.match(0f, "document has no tokens in field [" + source.tokenField() + "]"));
    }
    for (int view = 0; view < views.size(); view++) {
      float found = similarities[view][place];
      details.add(
          Float.isNaN(found)
              ? Explanation.match(0f, describe(view) + ": no lane of it found the document")
              : Explanation.match(
                  found, describe(view) + ": similarity of the best head that its lane found"));
    }
    return Explanation.match(
        score, "exact score in field [" + source.tokenField() + "], computed from:", details);
  }

  private Explanation explainRouted(int place, float score) {
    List<Explanation> details = new ArrayList<>();
    for (int view = 0; view < views.size(); view++) {
      float found = similarities[view][place];
      boolean imputed = Float.isNaN(found);
      float weight = views.get(view).weight();
      float used = imputed ? missing[view] : found;
      details.add(
          Explanation.match(
              weight * used,
              describe(view) + ", product of:",
              Explanation.match(weight, "weight"),
              Explanation.match(
                  used,
                  imputed
                      ? "similarity imputed: the lowest that the view found"
                      : "similarity of the best head that its lane found")));
    }
    return Explanation.match(
        score, "routed score in field [" + query.field() + "], sum of:", details);
  }

  private String describe(int view) {
    int token = query.tokens().indexOf(views.get(view).vector());
    return "view "
        + view
        + " ("
        + (token < 0 ? "a combination of tokens" : "query token " + token)
        + ", weight "
        + views.get(view).weight()
        + ")";
  }
}
