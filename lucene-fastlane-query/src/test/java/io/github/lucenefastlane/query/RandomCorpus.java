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

import io.github.lucenefastlane.codec.MultiVectorField;
import io.github.lucenefastlane.codec.MultiVectorValues;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.Bits;

/**
 * A random index of several segments with deleted documents and documents without the field, and
 * what it holds in plain maps, to compute expected scores from.
 */
final class RandomCorpus implements Closeable {

  static final String FIELD = "body";
  static final String ID = "id";
  static final String GROUP = "group";
  static final String LATE_INTERACTION = "late";
  static final List<String> GROUPS = List.of("a", "b", "c", "rare");

  /** One text's tokens: {@code float[][]} or {@code byte[][]}. */
  record Text(float[][] floats, byte[][] bytes) {
    int count() {
      return floats == null ? bytes.length : floats.length;
    }
  }

  final VectorSimilarityFunction similarity;
  final VectorEncoding encoding;
  final int dimension;
  final DirectoryReader reader;

  /** Tokens of the live documents that have the field, by id. */
  final Map<String, Text> texts = new HashMap<>();

  /** Groups of all live documents, by id. */
  final Map<String, String> groups = new HashMap<>();

  private final Random random;
  private final Directory directory;

  /**
   * @param codec writes the index
   * @param mostTokens highest number of tokens per document
   */
  RandomCorpus(
      Random random,
      Codec codec,
      VectorEncoding encoding,
      VectorSimilarityFunction similarity,
      int documents,
      int mostTokens)
      throws IOException {
    this.random = random;
    this.encoding = encoding;
    this.similarity = similarity;
    this.dimension = 2 + random.nextInt(20);
    this.directory = LuceneTestCase.newDirectory(random);
    IndexWriterConfig config = LuceneTestCase.newIndexWriterConfig(random, null).setCodec(codec);
    if (random.nextBoolean()) {
      config.setMergePolicy(NoMergePolicy.INSTANCE);
    }
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int doc = 0; doc < documents; doc++) {
        add(writer, Integer.toString(doc), mostTokens);
        if (random.nextInt(documents / 4 + 1) == 0) {
          writer.flush();
        }
        if (random.nextInt(10) == 0) {
          String id = Integer.toString(random.nextInt(doc + 1));
          texts.remove(id);
          groups.remove(id);
          if (random.nextBoolean()) {
            writer.deleteDocuments(new Term(ID, id));
          } else {
            add(writer, id, mostTokens);
          }
        }
      }
      if (random.nextInt(4) == 0) {
        writer.forceMerge(1 + random.nextInt(3));
      }
      this.reader = DirectoryReader.open(writer);
    }
  }

  private void add(IndexWriter writer, String id, int mostTokens) throws IOException {
    Document document = new Document();
    document.add(new StringField(ID, id, Field.Store.YES));
    String group = GROUPS.get(random.nextInt(20) == 0 ? 3 : random.nextInt(3));
    document.add(new StringField(GROUP, group, Field.Store.NO));
    groups.put(id, group);
    if (random.nextInt(10) != 0) {
      Text text = text(1 + random.nextInt(mostTokens));
      texts.put(id, text);
      if (encoding == VectorEncoding.FLOAT32) {
        MultiVectorField.add(document, FIELD, text.floats, similarity);
        document.add(new LateInteractionField(LATE_INTERACTION, text.floats));
      } else {
        MultiVectorField.add(document, FIELD, text.bytes, similarity);
      }
    }
    writer.updateDocument(new Term(ID, id), document);
  }

  /** Random tokens that fit the field. */
  Text text(int count) {
    if (encoding == VectorEncoding.BYTE) {
      return new Text(null, RandomTokens.byteTokens(random, count, dimension));
    }
    float[][] tokens = RandomTokens.tokens(random, count, dimension);
    if (similarity != VectorSimilarityFunction.DOT_PRODUCT) {
      for (float[] token : tokens) {
        float length = .5f + 2 * random.nextFloat();
        for (int d = 0; d < dimension; d++) {
          token[d] *= length;
        }
      }
    }
    return new Text(tokens, null);
  }

  FastLaneQuery.Builder query(Text text) {
    return encoding == VectorEncoding.FLOAT32
        ? FastLaneQuery.builder(FIELD, text.floats)
        : FastLaneQuery.builder(FIELD, text.bytes);
  }

  /** MaxSim as defined, one pair at a time. */
  float maxSim(Text query, Text document) {
    double sum = 0;
    for (int i = 0; i < query.count(); i++) {
      sum += bestSimilarity(query, i, document);
    }
    return (float) sum;
  }

  float bestSimilarity(Text query, int token, Text document) {
    float best = 0;
    for (int j = 0; j < document.count(); j++) {
      best =
          Math.max(
              best,
              encoding == VectorEncoding.FLOAT32
                  ? similarity.compare(query.floats[token], document.floats[j])
                  : similarity.compare(query.bytes[token], document.bytes[j]));
    }
    return best;
  }

  /** Heads of the live documents that have the field, as they are stored, by id. */
  Map<String, Text> heads() throws IOException {
    Map<String, Text> heads = new HashMap<>();
    for (LeafReaderContext leaf : reader.leaves()) {
      MultiVectorValues values = MultiVectorValues.get(leaf.reader(), FIELD);
      Bits live = leaf.reader().getLiveDocs();
      for (int ord = 0; values != null && ord < values.size(); ord++) {
        int doc = values.ordToDoc(ord);
        if (live == null || live.get(doc)) {
          float[] rows = values.headVectors(ord);
          float[][] floats = new float[values.routeCount(ord)][];
          byte[][] bytes = new byte[floats.length][dimension];
          for (int head = 0; head < floats.length; head++) {
            int start = head * dimension;
            floats[head] = Arrays.copyOfRange(rows, start, start + dimension);
            for (int d = 0; d < dimension; d++) {
              bytes[head][d] = (byte) floats[head][d];
            }
          }
          heads.put(id(leaf.docBase + doc), new Text(floats, bytes));
        }
      }
    }
    return heads;
  }

  /** MaxSim of every live document that has the field and an accepted group. */
  Map<String, Float> maxSims(Text query, Predicate<String> acceptedGroup) {
    Map<String, Float> scores = new HashMap<>();
    texts.forEach(
        (id, text) -> {
          if (acceptedGroup.test(groups.get(id))) {
            scores.put(id, maxSim(query, text));
          }
        });
    return scores;
  }

  String id(int doc) throws IOException {
    StoredFields storedFields = reader.storedFields();
    return storedFields.document(doc).get(ID);
  }

  static float tolerance(float score) {
    return 1e-4f * (1 + Math.abs(score));
  }

  /** Checks that hits are unique, in order, among the expected ones and scored as expected. */
  void checkValid(TopDocs hits, Map<String, Float> expected) throws IOException {
    Map<String, Float> left = new HashMap<>(expected);
    ScoreDoc previous = null;
    for (ScoreDoc hit : hits.scoreDocs) {
      String id = id(hit.doc);
      Float score = left.remove(id);
      LuceneTestCase.assertNotNull("document " + id + " is unexpected or a duplicate", score);
      LuceneTestCase.assertEquals("score of " + id, score, hit.score, tolerance(score));
      LuceneTestCase.assertTrue(
          previous + " before " + hit,
          previous == null
              || previous.score > hit.score
              || previous.score == hit.score && previous.doc < hit.doc);
      previous = hit;
    }
  }

  /** Checks that hits are the best k of the expected ones. */
  void checkBest(TopDocs hits, Map<String, Float> expected, int k) throws IOException {
    checkValid(hits, expected);
    List<Float> best =
        expected.values().stream().sorted(Comparator.reverseOrder()).limit(k).toList();
    LuceneTestCase.assertEquals(best.size(), hits.scoreDocs.length);
    for (int rank = 0; rank < best.size(); rank++) {
      LuceneTestCase.assertEquals(
          "rank " + rank, best.get(rank), hits.scoreDocs[rank].score, tolerance(best.get(rank)));
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
    directory.close();
  }
}
