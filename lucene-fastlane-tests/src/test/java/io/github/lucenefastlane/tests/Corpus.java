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

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.Term;

/** What an index must hold: the token vectors of every field of every live document, by id. */
final class Corpus {

  /** Term and number that identify a document. */
  static final String ID = "id";

  /** A number to sort an index by, in another order than that of the ids. */
  static final String SORT_KEY = "sortkey";

  private final List<VectorField> fields;
  private final TreeMap<Integer, Map<String, float[][]>> documents = new TreeMap<>();

  Corpus(List<VectorField> fields) {
    this.fields = List.copyOf(fields);
  }

  List<VectorField> fields() {
    return fields;
  }

  /** Adds or replaces a document; a field of no tokens is left out. */
  void put(int id, Map<String, float[][]> tokens) {
    Map<String, float[][]> copy = new HashMap<>(tokens);
    copy.values().removeIf(vectors -> vectors.length == 0);
    documents.put(id, copy);
  }

  void remove(int id) {
    documents.remove(id);
  }

  void putAll(Corpus other) {
    documents.putAll(other.documents);
  }

  /** A copy that later changes of this one do not reach. */
  Corpus snapshot() {
    Corpus copy = new Corpus(fields);
    copy.putAll(this);
    return copy;
  }

  Set<Integer> ids() {
    return documents.keySet();
  }

  /** The document's token vectors, or null if it has none in the field. */
  float[][] tokens(int id, VectorField field) {
    return documents.get(id).get(field.name());
  }

  static Term term(int id) {
    return new Term(ID, Integer.toString(id));
  }

  Document document(int id) {
    Document document = new Document();
    document.add(new StringField(ID, Integer.toString(id), Field.Store.NO));
    document.add(new NumericDocValuesField(ID, id));
    document.add(new NumericDocValuesField(SORT_KEY, Integer.reverse(id) >>> 16));
    for (VectorField field : fields) {
      float[][] tokens = tokens(id, field);
      if (tokens != null) {
        field.addTo(document, tokens);
      }
    }
    return document;
  }
}
