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

import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;

/**
 * What a search found. Documents are Lucene's numbers.
 *
 * @param documents best first
 * @param comparisons vector-vector similarities that were computed and counted by the search
 * @param uncounted documents each of whose tokens was compared with each of the query's besides
 */
record Answer(int[] documents, long comparisons, int[] uncounted) {

  private static final int[] NONE = {};

  /** All comparisons were counted. */
  Answer(int[] documents, long comparisons) {
    this(documents, comparisons, NONE);
  }

  /** The document numbers of a result list, in its order. */
  static int[] documents(TopDocs hits) {
    int[] documents = new int[hits.scoreDocs.length];
    for (int i = 0; i < documents.length; i++) {
      ScoreDoc hit = hits.scoreDocs[i];
      documents[i] = hit.doc;
    }
    return documents;
  }
}
