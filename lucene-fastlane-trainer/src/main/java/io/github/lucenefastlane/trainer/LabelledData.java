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
package io.github.lucenefastlane.trainer;

import io.github.lucenefastlane.demo.Bm25;
import io.github.lucenefastlane.demo.CommandFailure;
import io.github.lucenefastlane.demo.Console;
import io.github.lucenefastlane.demo.Corpus;
import io.github.lucenefastlane.demo.DataFolder;
import io.github.lucenefastlane.demo.IndexFields;
import io.github.lucenefastlane.demo.Judgements;
import io.github.lucenefastlane.demo.Omissions;
import io.github.lucenefastlane.demo.Passage;
import io.github.lucenefastlane.demo.Question;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;

/**
 * A collection in a folder as BEIR lays it out: {@code corpus.jsonl}, {@code queries.jsonl} (each
 * perhaps with {@code .gz}) and {@code qrels.tsv} or {@code qrels/train.tsv}; perhaps {@code
 * NOTICE.txt}. Queries without a relevant passage are left out.
 */
final class LabelledData {
  private static final int BM25_NEGATIVES = 30;

  private static final double RAM_BUFFER_MB = 512;

  private static final String NOTICE = "NOTICE.txt";

  private final String name;
  private final String notice;
  private final String corpusChecksum;
  private final List<String> documents = new ArrayList<>();
  private final List<String> queries = new ArrayList<>();
  private final List<String> queryIds = new ArrayList<>();
  private final List<int[]> relevant = new ArrayList<>();
  private final List<int[]> grades = new ArrayList<>();

  private LabelledData(String name, String notice, String corpusChecksum) {
    this.name = name;
    this.notice = notice;
    this.corpusChecksum = corpusChecksum;
  }

  /**
   * Reads a folder.
   *
   * @param console told what is of no use in it
   * @throws CommandFailure if a file is missing or malformed
   */
  static LabelledData read(Path folder, Console console) throws IOException {
    DataFolder set = DataFolder.of(folder);
    set.requireFiles(DataFolder.Use.TRAINING); // before any work is spent
    Path notice = folder.resolve(NOTICE);
    Corpus corpus = set.corpus();
    LabelledData data =
        new LabelledData(
            set.name(),
            Files.isRegularFile(notice) ? Files.readString(notice).strip() : "",
            corpus.checksum());
    Map<String, Integer> numbers = new HashMap<>();
    corpus.source().forEach(passage -> data.addDocument(passage, numbers));
    Judgements judgements = set.judgements(DataFolder.Use.TRAINING, console);
    Set<String> missing = new HashSet<>();
    int judged = 0;
    for (Question question : set.questions()) {
      Map<String, Integer> grades = judgements.of(question.id());
      data.addQuery(question, grades, numbers);
      judged += judgements.hasRelevant(question.id()) ? 1 : 0;
      grades.keySet().stream().filter(id -> !numbers.containsKey(id)).forEach(missing::add);
    }
    int leftOut = judged - data.queries.size();
    Omissions.tell(console, set.name(), missing.size(), leftOut, "relevant passage in the corpus");
    if (data.queries.size() < 2) {
      throw new CommandFailure(
          folder
              + " has "
              + data.queries.size()
              + " queries with a relevant passage, training needs at least 2");
    }
    return data;
  }

  private void addDocument(Passage passage, Map<String, Integer> numbers) {
    numbers.put(passage.id(), documents.size());
    documents.add(passage.content());
  }

  private void addQuery(
      Question question, Map<String, Integer> judged, Map<String, Integer> numbers) {
    int[] found =
        judged.entrySet().stream()
            .filter(entry -> entry.getValue() > 0 && numbers.containsKey(entry.getKey()))
            .mapToInt(entry -> numbers.get(entry.getKey()))
            .sorted()
            .toArray();
    if (found.length > 0) {
      queries.add(question.text());
      queryIds.add(question.id());
      relevant.add(found);
      Map<Integer, Integer> byNumber = new HashMap<>();
      judged.forEach(
          (id, grade) -> {
            if (numbers.containsKey(id)) {
              byNumber.put(numbers.get(id), grade);
            }
          });
      grades.add(Arrays.stream(found).map(byNumber::get).toArray());
    }
  }

  /** The name, and checksums of all that is learned from. */
  @Override
  public String toString() {
    CRC32C checksum = new CRC32C();
    for (int query = 0; query < queries.size(); query++) {
      String line =
          queryIds.get(query)
              + "\t"
              + queries.get(query)
              + "\t"
              + Arrays.toString(relevant.get(query))
              + Arrays.toString(grades.get(query))
              + "\n";
      checksum.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return String.format(
        Locale.ROOT, "%s(%s, queries %08x)", name, corpusChecksum, checksum.getValue());
  }

  String name() {
    return name;
  }

  /** Source and licence, as {@code NOTICE.txt} in the folder tells; empty if there is none. */
  String notice() {
    return notice;
  }

  /** Texts of the passages. */
  List<String> documents() {
    return documents;
  }

  /** Texts of the queries that have a relevant passage. */
  List<String> queries() {
    return queries;
  }

  /**
   * What to learn from, when the token states of all texts are known.
   *
   * @param queryStates of {@link #queries()}; closed with the result
   * @param documentStates of {@link #documents()}; closed with the result
   * @param console told how many queries are left out
   * @throws CommandFailure if too few texts have a token
   */
  TrainingSet toTrainingSet(TokenSource queryStates, TokenSource documentStates, Console console)
      throws IOException {
    int count = queries.size();
    int[][] usable = new int[count][];
    int[][] usableGrades = new int[count][];
    for (int query = 0; query < count; query++) {
      int[] all = relevant.get(query);
      int[] allGrades = grades.get(query);
      int[] kept =
          queryStates.tokens(query) == 0
              ? new int[0]
              : IntStream.range(0, all.length)
                  .filter(i -> documentStates.tokens(all[i]) > 0)
                  .toArray();
      usable[query] = Arrays.stream(kept).map(i -> all[i]).toArray();
      usableGrades[query] = Arrays.stream(kept).map(i -> allGrades[i]).toArray();
    }
    int[] answerable = IntStream.range(0, count).filter(q -> usable[q].length > 0).toArray();
    int leftOut = count - answerable.length;
    Omissions.tell(console, name, 0, leftOut, "token in them or in a relevant passage");
    if (answerable.length < 2) {
      throw new CommandFailure(
          name + " has " + answerable.length + " queries with a token, training needs at least 2");
    }
    int[][] hard = bm25Negatives(answerable, documentStates);
    Split split = Split.of(queryIds, answerable, usable, hard, documentStates);
    return new TrainingSet(
        name,
        queryStates,
        documentStates,
        usable,
        usableGrades,
        hard,
        split.training(),
        split.dev(),
        split.pool());
  }

  private int[][] bm25Negatives(int[] wanted, TokenSource documentStates) throws IOException {
    int[][] negatives = new int[queries.size()][0];
    Bm25 bm25 = new Bm25();
    try (ByteBuffersDirectory directory = new ByteBuffersDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(
              directory,
              // One thread, and merges of neighbours: documents are numbered as they come.
              new IndexWriterConfig(Bm25.analyzer())
                  .setMergePolicy(new LogDocMergePolicy())
                  .setRAMBufferSizeMB(RAM_BUFFER_MB))) {
        for (String text : documents) {
          Document document = new Document();
          document.add(new TextField(IndexFields.CONTENT, text, Field.Store.NO));
          writer.addDocument(document);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        for (int query : wanted) {
          Set<Integer> known = new HashSet<>();
          Arrays.stream(this.relevant.get(query)).forEach(known::add);
          ScoreDoc[] hits =
              searcher.search(bm25.query(queries.get(query)), BM25_NEGATIVES + known.size())
                  .scoreDocs;
          negatives[query] =
              Arrays.stream(hits)
                  .mapToInt(hit -> hit.doc)
                  .filter(doc -> !known.contains(doc) && documentStates.tokens(doc) > 0)
                  .limit(BM25_NEGATIVES)
                  .toArray();
        }
      }
    }
    return negatives;
  }
}
