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

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.tests.util.TestUtil;

/** Does at random to an index, and to the corpus that it must equal, what applications do. */
final class RandomIndexer {

  private final Random random;
  private final Corpus corpus;
  private final List<MultiVectorGenerator> generators = new ArrayList<>();
  private final int maxTokens;
  private String softDeletesField;
  private int nextId;

  /**
   * @param maxTokens of a document and field; a few documents have many more, if it is above 1
   */
  RandomIndexer(Random random, Corpus corpus, int maxTokens) {
    this.random = random;
    this.corpus = corpus;
    this.maxTokens = maxTokens;
    for (VectorField field : corpus.fields()) {
      generators.add(new MultiVectorGenerator(random, field));
    }
  }

  /** Deletes softly from now on, by this field. */
  RandomIndexer softDeletes(String field) {
    softDeletesField = field;
    return this;
  }

  /** The ids of new documents begin here, so that several indexers can share an index. */
  RandomIndexer startAt(int id) {
    nextId = id;
    return this;
  }

  MultiVectorGenerator generator(VectorField field) {
    return generators.get(corpus.fields().indexOf(field));
  }

  /** Adds documents only. */
  void add(IndexWriter writer, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      int id = nextId++;
      corpus.put(id, randomTokens());
      writer.addDocument(corpus.document(id));
    }
  }

  /** Adds, updates and deletes documents, flushes, commits and merges. */
  void change(IndexWriter writer, int steps) throws IOException {
    for (int i = 0; i < steps; i++) {
      switch (random.nextInt(40)) {
        case 0 -> writer.commit();
        case 1 -> writer.flush();
        case 2 -> writer.maybeMerge();
        case 3 -> writer.forceMergeDeletes();
        case 4, 5, 6, 7, 8, 9 -> update(writer);
        case 10, 11, 12, 13 -> delete(writer);
        default -> add(writer, 1);
      }
    }
  }

  void update(IndexWriter writer) throws IOException {
    if (corpus.ids().isEmpty()) {
      return;
    }
    int id = randomId();
    corpus.put(id, randomTokens());
    if (softDeletesField == null) {
      writer.updateDocument(Corpus.term(id), corpus.document(id));
    } else {
      writer.softUpdateDocument(
          Corpus.term(id), corpus.document(id), new NumericDocValuesField(softDeletesField, 1));
    }
  }

  void delete(IndexWriter writer) throws IOException {
    if (corpus.ids().isEmpty()) {
      return;
    }
    int id = randomId();
    corpus.remove(id);
    if (softDeletesField == null) {
      writer.deleteDocuments(Corpus.term(id));
    } else {
      writer.updateNumericDocValue(Corpus.term(id), softDeletesField, 1L);
    }
  }

  private int randomId() {
    int index = random.nextInt(corpus.ids().size());
    return corpus.ids().stream().skip(index).findFirst().orElseThrow();
  }

  private Map<String, float[][]> randomTokens() {
    Map<String, float[][]> tokens = new HashMap<>();
    for (MultiVectorGenerator generator : generators) {
      if (random.nextInt(5) > 0) {
        tokens.put(generator.field().name(), generator.tokens(randomCount()));
      }
    }
    return tokens;
  }

  private int randomCount() {
    if (maxTokens > 1 && random.nextInt(100) == 0) {
      // Many routes, now and then.
      return TestUtil.nextInt(random, 300, 1100);
    }
    return random.nextInt(maxTokens + 1);
  }
}
