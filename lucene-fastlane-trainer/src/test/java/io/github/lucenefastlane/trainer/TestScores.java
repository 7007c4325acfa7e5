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

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.lucenefastlane.codec.RouteBoundaries;
import org.apache.lucene.index.VectorSimilarityFunction;

/** Scores of whole batches are those of a loop over pairs. */
public class TestScores extends TrainerTestCase {
  private static final float DELTA = 1e-4f;

  public void testAgainstLoops() throws Exception {
    for (int round = 0; round < 10; round++) {
      int dimension = 1 + random().nextInt(8);
      float[][][] queries = randomTexts(1 + random().nextInt(4), 6, dimension);
      float[][][] documents = randomTexts(1 + random().nextInt(5), 60, dimension);
      float[][][] views = new float[queries.length][1 + random().nextInt(3)][dimension];
      for (float[][] ofQuery : views) {
        for (int view = 0; view < ofQuery.length; view++) {
          ofQuery[view] = randomVectors(dimension);
        }
      }
      try (NDManager manager = torch.newManager()) {
        TokenBlock queryBlock = read(manager, queries, dimension);
        TokenBlock documentBlock = read(manager, documents, dimension);
        float[] maxSim =
            Scores.maxSim(
                    queryBlock.vectors(), queryBlock.content(manager), documentBlock.vectors())
                .toFloatArray();
        NDArray heads = Scores.heads(manager, documentBlock.vectors(), documentBlock.lengths());
        NDArray viewArray =
            manager.create(flat(views), new Shape(queries.length, views[0].length, dimension));
        float[] routed = Scores.ofViews(viewArray, heads).toFloatArray();
        int next = 0;
        for (int query = 0; query < queries.length; query++) {
          for (int document = 0; document < documents.length; document++) {
            double sum = 0;
            for (float[] token : queries[query]) {
              sum += best(token, documents[document]);
            }
            int place = query * documents.length + document;
            assertEquals(sum / queries[query].length, maxSim[place], DELTA * dimension);
          }
          for (float[] view : views[query]) {
            for (float[][] document : documents) {
              assertEquals(best(view, headsOf(document)), routed[next++], DELTA * dimension);
            }
          }
        }
      }
    }
  }

  public void testLimitOfTokens() throws Exception {
    float[][][] texts = randomTexts(3, 20, 4);
    int limit = 1 + random().nextInt(20);
    try (NDManager manager = torch.newManager()) {
      TokenBlock block = TokenBlock.read(manager, source(texts, 4), new int[] {2, 0, 2}, limit);
      assertEquals(Math.min(limit, texts[2].length), block.lengths()[0]);
      assertEquals(Math.min(limit, texts[0].length), block.lengths()[1]);
      long longest = block.vectors().getShape().get(1);
      assertEquals(Math.max(block.lengths()[0], block.lengths()[1]), longest);
      float content = block.content(manager).sum().getFloat();
      assertEquals(2 * block.lengths()[0] + block.lengths()[1], content, 0);
    }
  }

  /** Of components that are 16-bit floats, which vectors are read as. */
  private static float[][][] randomTexts(int texts, int mostTokens, int dimension) {
    float[][][] vectors = new float[texts][][];
    for (int text = 0; text < texts; text++) {
      vectors[text] = new float[1 + random().nextInt(mostTokens)][];
      for (int token = 0; token < vectors[text].length; token++) {
        float[] vector = randomVectors(dimension);
        for (int i = 0; i < dimension; i++) {
          vector[i] = Float.float16ToFloat(Float.floatToFloat16(vector[i]));
        }
        vectors[text][token] = vector;
      }
    }
    return vectors;
  }

  private static MemoryTokens source(float[][][] texts, int dimension) {
    float[][] flat = new float[texts.length][];
    for (int text = 0; text < texts.length; text++) {
      flat[text] = flat(new float[][][] {texts[text]});
    }
    return new MemoryTokens(dimension, flat);
  }

  private static TokenBlock read(NDManager manager, float[][][] texts, int dimension)
      throws Exception {
    int[] all = new int[texts.length];
    for (int text = 0; text < texts.length; text++) {
      all[text] = text;
    }
    return TokenBlock.read(manager, source(texts, dimension), all, 1000);
  }

  private static float[] flat(float[][][] texts) {
    int count = 0;
    for (float[][] text : texts) {
      count += text.length * text[0].length;
    }
    float[] flat = new float[count];
    int next = 0;
    for (float[][] text : texts) {
      for (float[] vector : text) {
        System.arraycopy(vector, 0, flat, next, vector.length);
        next += vector.length;
      }
    }
    return flat;
  }

  private static double best(float[] vector, float[][] others) {
    double best = Double.NEGATIVE_INFINITY;
    for (float[] other : others) {
      double product = 0;
      for (int i = 0; i < vector.length; i++) {
        product += (double) vector[i] * other[i];
      }
      best = Math.max(best, product);
    }
    return best;
  }

  /** Normalised means of the routes of an index. */
  private static float[][] headsOf(float[][] document) {
    RouteBoundaries boundaries = new RouteBoundaries(VectorSimilarityFunction.DOT_PRODUCT, 16);
    int[] ends = new int[Math.ceilDiv(document.length, 16)];
    boundaries.find(document, document.length, ends);
    float[][] heads = new float[ends.length][document[0].length];
    int token = 0;
    for (int head = 0; head < heads.length; head++) {
      for (; token < ends[head]; token++) {
        for (int i = 0; i < heads[head].length; i++) {
          heads[head][i] += document[token][i];
        }
      }
      double squares = 0;
      for (float component : heads[head]) {
        squares += (double) component * component;
      }
      for (int i = 0; i < heads[head].length; i++) {
        heads[head][i] /= (float) Math.sqrt(squares);
      }
    }
    return heads;
  }
}
