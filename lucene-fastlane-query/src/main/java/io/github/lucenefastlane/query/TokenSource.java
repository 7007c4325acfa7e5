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

import java.io.IOException;
import org.apache.lucene.index.LeafReader;

/**
 * Where the rerank takes documents' token vectors from.
 *
 * @param field the searched vector field
 * @param lateInteractionField a late interaction field to take them from in its place, or null
 * @param dimension the query tokens' dimension
 */
record TokenSource(String field, String lateInteractionField, int dimension) {

  DocumentTokens open(LeafReader reader) throws IOException {
    return lateInteractionField == null
        ? DocumentTokens.ofVectorField(reader, field)
        : DocumentTokens.ofLateInteractionField(reader, lateInteractionField, dimension);
  }

  /** The field that the tokens are read from. */
  String tokenField() {
    return lateInteractionField == null ? field : lateInteractionField;
  }
}
