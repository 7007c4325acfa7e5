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

import io.github.lucenefastlane.demo.CommandFailure;
import io.github.lucenefastlane.demo.IndexFields;
import io.github.lucenefastlane.demo.PassageIndex;
import io.github.lucenefastlane.demo.Question;
import io.github.lucenefastlane.query.AllTokensRouter;
import io.github.lucenefastlane.query.FastLaneQuery;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.lucene.search.ScoreDoc;

/**
 * Queries without judgements, over an index. What full MaxSim ranks highest stands for what is
 * relevant: that ranking is what the router is to give, with fewer comparisons.
 */
final class QueryLog {
  /** Documents of a query that the router learns to rank. */
  private static final int RANKED = 50;

  /** Of these the best are found by exact MaxSim. */
  private static final int CANDIDATES = 200;

  /** Documents that count as relevant, the first with this grade, the next with one less. */
  private static final int RELEVANT = 10;

  private final String name;
  private final List<String> queries;

  private QueryLog(String name, List<String> queries) {
    this.name = name;
    this.queries = queries;
  }

  /**
   * Reads queries: the {@code text} of each line of a {@code .jsonl} or {@code .jsonl.gz} file, or
   * each line of another file. Repeated ones count once.
   *
   * @throws CommandFailure if the file is missing or malformed, or has fewer than 2 queries
   */
  static QueryLog read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new CommandFailure("no such file: " + file + " (give --queries a file of queries)");
    }
    String fileName = file.getFileName().toString();
    List<String> lines =
        fileName.endsWith(".jsonl") || fileName.endsWith(".jsonl.gz")
            ? Question.readAll(file).stream().map(Question::text).toList()
            : lines(file);
    Set<String> queries = new LinkedHashSet<>(lines);
    queries.removeIf(String::isBlank);
    if (queries.size() < 2) {
      throw new CommandFailure(
          file + " has " + queries.size() + " queries, training needs at least 2");
    }
    return new QueryLog(fileName, new ArrayList<>(queries));
  }

  private static List<String> lines(Path file) throws IOException {
    try {
      return Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new CommandFailure(file + " is not UTF-8 text; convert it", e);
    }
  }

  String name() {
    return name;
  }

  /** The name, and a checksum of the queries. */
  @Override
  public String toString() {
    CRC32C checksum = new CRC32C();
    checksum.update(String.join("\n", queries).getBytes(StandardCharsets.UTF_8));
    return String.format(Locale.ROOT, "%s(%08x)", name, checksum.getValue());
  }

  /** The queries' texts. */
  List<String> queries() {
    return queries;
  }

  /**
   * What to learn from.
   *
   * @param index stays open as long as the result is used
   * @param queryTokens of {@link #queries()}; closed with the result
   * @param limit most tokens of a query
   * @throws CommandFailure if too few queries have a token
   * @throws IllegalArgumentException if the index has no vector
   */
  TrainingSet toTrainingSet(PassageIndex index, TokenSource queryTokens, int limit)
      throws IOException {
    IndexTokens documents = new IndexTokens(index.reader(), IndexFields.TOKENS);
    int[][] ranked = new int[queries.size()][0];
    for (int query = 0; query < ranked.length; query++) {
      int tokens = Math.min(limit, queryTokens.tokens(query));
      if (tokens > 0) {
        ranked[query] = search(index, queryTokens.vectors(query, tokens));
      }
    }
    int[][] relevant = new int[ranked.length][];
    int[][] grades = new int[ranked.length][];
    for (int query = 0; query < ranked.length; query++) {
      relevant[query] = Arrays.copyOf(ranked[query], Math.min(RELEVANT, ranked[query].length));
      grades[query] = IntStream.range(0, relevant[query].length).map(i -> RELEVANT - i).toArray();
    }
    int[] answered =
        IntStream.range(0, ranked.length).filter(query -> ranked[query].length > 0).toArray();
    if (answered.length < 2) {
      throw new CommandFailure(
          name + " has " + answered.length + " queries with an answer, training needs at least 2");
    }
    Split split = Split.of(queries, answered, relevant, ranked, documents);
    return new TrainingSet(
        name,
        queryTokens,
        documents,
        relevant,
        grades,
        ranked,
        split.training(),
        split.dev(),
        split.pool());
  }

  private static int[] search(PassageIndex index, float[][] tokens) throws IOException {
    FastLaneQuery query =
        FastLaneQuery.builder(IndexFields.TOKENS, tokens)
            .router(AllTokensRouter.INSTANCE)
            .candidates(CANDIDATES)
            .k(RANKED)
            .build();
    ScoreDoc[] hits = index.searcher().search(query, RANKED).scoreDocs;
    return Arrays.stream(hits).mapToInt(hit -> hit.doc).toArray();
  }
}
