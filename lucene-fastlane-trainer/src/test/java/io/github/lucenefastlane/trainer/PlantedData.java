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

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Queries whose router has something to learn. A document is one random direction, with noise. A
 * query holds a token of its document's direction and tokens of other documents' directions; what
 * tells the one from the others is a mark, a component that documents do not have.
 */
final class PlantedData {
  private static final int DOCUMENTS = 60;
  private static final int QUERIES = 240;
  private static final int DEV = 40;
  private static final int OTHERS = 4;
  private static final int RELEVANT = 1;

  private PlantedData() {}

  static TrainingSet make(int dimension, long seed) {
    Random random = new Random(seed);
    float[][] directions = new float[DOCUMENTS][];
    float[][] documents = new float[DOCUMENTS][];
    for (int document = 0; document < DOCUMENTS; document++) {
      directions[document] = direction(dimension, random);
      int tokens = 1 + random.nextInt(30);
      documents[document] = new float[tokens * dimension];
      for (int token = 0; token < tokens; token++) {
        put(documents[document], token, noisy(directions[document], 0, random));
      }
    }
    float[][] queries = new float[QUERIES][];
    int[][] relevant = new int[QUERIES][];
    int[][] hard = new int[QUERIES][];
    for (int query = 0; query < QUERIES; query++) {
      int[] chosen = random.ints(0, DOCUMENTS).distinct().limit(1 + OTHERS).toArray();
      int place = random.nextInt(1 + OTHERS);
      queries[query] = new float[(1 + OTHERS) * dimension];
      for (int token = 0; token < chosen.length; token++) {
        put(
            queries[query],
            token,
            noisy(directions[chosen[token]], token == place ? 0.5f : 0, random));
      }
      relevant[query] = new int[] {chosen[place]};
      hard[query] = Arrays.stream(chosen).filter(d -> d != chosen[place]).toArray();
    }
    int[][] grades = new int[QUERIES][];
    Arrays.fill(grades, new int[] {RELEVANT});
    return new TrainingSet(
        "planted",
        new MemoryTokens(dimension, queries),
        new MemoryTokens(dimension, documents),
        relevant,
        grades,
        hard,
        IntStream.range(DEV, QUERIES).toArray(),
        IntStream.range(0, DEV).toArray(),
        IntStream.range(0, DOCUMENTS).toArray());
  }

  private static void put(float[] text, int token, float[] vector) {
    System.arraycopy(vector, 0, text, token * vector.length, vector.length);
  }

  /** A direction whose first component, the mark, is 0. */
  private static float[] direction(int dimension, Random random) {
    float[] direction = new float[dimension];
    for (int i = 1; i < dimension; i++) {
      direction[i] = (float) random.nextGaussian();
    }
    return unit(direction);
  }

  private static float[] noisy(float[] direction, float mark, Random random) {
    float[] vector = direction.clone();
    vector[0] = mark;
    for (int i = 1; i < vector.length; i++) {
      vector[i] += (float) (0.05 * random.nextGaussian());
    }
    return unit(vector);
  }

  private static float[] unit(float[] vector) {
    double squares = 0;
    for (float component : vector) {
      squares += (double) component * component;
    }
    for (int i = 0; i < vector.length; i++) {
      vector[i] /= (float) Math.sqrt(squares);
    }
    return vector;
  }
}
