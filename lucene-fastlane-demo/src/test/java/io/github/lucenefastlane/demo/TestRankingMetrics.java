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
package io.github.lucenefastlane.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Figures of a ranking against values worked out by hand. */
public class TestRankingMetrics extends LuceneTestCase {
  private static final double EXACT = 1e-12;

  public void testNdcgByHand() {
    // Gains 0, 2, 0, 1 at ranks 1..4; discounts 1, 1/log2(3), 1/2, 1/log2(5).
    // DCG = 2 * 0.630929753571 + 0.430676558073 = 1.692536065216.
    // Ideal: 2, 1, 1 at ranks 1..3: 2 + 0.630929753571 + 0.5 = 3.130929753571.
    Map<String, Integer> grades = Map.of("b", 2, "d", 1, "e", 1, "c", 0);
    double ndcg = RankingMetrics.ndcg(List.of("a", "b", "c", "d"), grades, 10);
    assertEquals(1.692536065216 / 3.130929753571, ndcg, 1e-10);
    assertEquals(0.540586, ndcg, 1e-6);
  }

  public void testNdcgCut() {
    Map<String, Integer> grades = Map.of("a", 1, "b", 1, "c", 1);
    assertEquals(1, RankingMetrics.ndcg(List.of("a", "b", "x", "c"), grades, 2), EXACT);
    assertEquals(0, RankingMetrics.ndcg(List.of("x", "y", "a"), grades, 2), EXACT);
    assertEquals(
        (1 / (Math.log(3) / Math.log(2))) / (1 + 1 / (Math.log(3) / Math.log(2))),
        RankingMetrics.ndcg(List.of("x", "b"), grades, 2),
        EXACT);
  }

  public void testNothingRelevant() {
    for (Map<String, Integer> grades : List.of(Map.<String, Integer>of(), Map.of("a", 0))) {
      assertEquals(0, RankingMetrics.ndcg(List.of("a"), grades, 10), EXACT);
      assertEquals(0, RankingMetrics.reciprocalRank(List.of("a"), grades, 10), EXACT);
      assertEquals(0, RankingMetrics.recall(List.of("a"), grades, 10), EXACT);
    }
  }

  public void testReciprocalRank() {
    Map<String, Integer> grades = Map.of("c", 1, "d", 3);
    assertEquals(
        1d / 3, RankingMetrics.reciprocalRank(List.of("a", "b", "c", "d"), grades, 10), EXACT);
    assertEquals(0, RankingMetrics.reciprocalRank(List.of("a", "b", "c"), grades, 2), EXACT);
  }

  public void testRecallAndOverlap() {
    Map<String, Integer> grades = Map.of("a", 1, "b", 2, "c", 1, "z", 0);
    assertEquals(2d / 3, RankingMetrics.recall(List.of("a", "x", "b", "c"), grades, 3), EXACT);
    assertEquals(0.5, RankingMetrics.overlap(List.of("a", "b"), List.of("b", "y")), EXACT);
    assertEquals(0, RankingMetrics.overlap(List.of(), List.of("b")), EXACT);
  }

  /** The ideal order gives 1; any order gives at most that. */
  public void testNdcgBounds() {
    Map<String, Integer> grades = new HashMap<>();
    List<String> ranking = new ArrayList<>();
    int documents = atLeast(5);
    for (int i = 0; i < documents; i++) {
      grades.put("d" + i, random().nextInt(4));
      ranking.add("d" + i);
    }
    grades.put("d0", 3);
    ranking.sort((a, b) -> grades.get(b) - grades.get(a));
    int k = 1 + random().nextInt(documents);
    assertEquals(1, RankingMetrics.ndcg(ranking, grades, k), EXACT);
    Collections.shuffle(ranking, random());
    double shuffled = RankingMetrics.ndcg(ranking, grades, k);
    assertTrue("ndcg " + shuffled, shuffled >= 0 && shuffled <= 1 + EXACT);
  }

  public void testPercentiles() {
    Times times = new Times(new double[] {5, 1, 4, 2, 3});
    assertEquals(3, times.mean(), EXACT);
    assertEquals(3, times.percentile(50), EXACT);
    assertEquals(5, times.percentile(95), EXACT);
    assertEquals(1, times.percentile(1), EXACT);
    assertEquals(0, new Times(new double[0]).percentile(50), EXACT);
  }

  public void testJudgements() throws IOException {
    Path file = createTempFile("qrels", ".tsv");
    Files.writeString(file, "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td2\t0\nq2\td1\t2\n");
    Judgements judgements = Judgements.read(file);
    assertEquals(Map.of("d1", 1, "d2", 0), judgements.of("q1"));
    assertEquals(Map.of("d1", 2), judgements.of("q2"));
    assertEquals(Map.of(), judgements.of("q3"));
    for (String header : new String[] {"", "query-id\tcorpus-id\tscore\n", "\nq\td\tscore\n\n"}) {
      Files.writeString(file, header + "q1\td1\t1\n \nq2\td1\t2\r\n\n");
      judgements = Judgements.read(file);
      assertEquals(Map.of("d1", 1), judgements.of("q1"));
      assertEquals(Map.of("d1", 2), judgements.of("q2"));
      assertTrue(judgements.hasRelevant("q2"));
    }
    Files.writeString(file, "q1\td1\t0\n");
    assertFalse(Judgements.read(file).hasRelevant("q1"));
    for (String first : new String[] {"q1\td1\t0.5\n", "q1\t0\td1\t1\n"}) {
      Files.writeString(file, first);
      CommandFailure failure = expectThrows(CommandFailure.class, () -> Judgements.read(file));
      assertTrue(failure.getMessage(), failure.getMessage().startsWith(file + ":1: not "));
    }
    Files.writeString(file, "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1 d2 0\n");
    CommandFailure failure = expectThrows(CommandFailure.class, () -> Judgements.read(file));
    assertTrue(failure.getMessage(), failure.getMessage().startsWith(file + ":3: not "));
  }
}
