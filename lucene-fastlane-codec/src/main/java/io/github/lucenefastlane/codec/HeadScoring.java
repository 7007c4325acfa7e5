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
package io.github.lucenefastlane.codec;

import java.io.IOException;
import org.apache.lucene.codecs.hnsw.DefaultFlatVectorScorer;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;

/**
 * How Lucene's HNSW code is to score {@linkplain HeadCodes#values heads}: those of float fields by
 * {@link HeadScorer}, and those of byte fields, whose codes are their vectors, as its own.
 */
final class HeadScoring implements FlatVectorsScorer {

  static final HeadScoring INSTANCE = new HeadScoring();

  private HeadScoring() {}

  @Override
  public RandomVectorScorerSupplier getRandomVectorScorerSupplier(
      VectorSimilarityFunction similarity, KnnVectorValues heads) throws IOException {
    return heads instanceof HeadCodes.Floats floats
        ? HeadScorer.supplier(floats, similarity)
        : DefaultFlatVectorScorer.INSTANCE.getRandomVectorScorerSupplier(similarity, heads);
  }

  @Override
  public RandomVectorScorer getRandomVectorScorer(
      VectorSimilarityFunction similarity, KnnVectorValues heads, float[] target) {
    FlatVectorsScorer.checkDimensions(target.length, heads.dimension());
    return HeadScorer.of((HeadCodes.Floats) heads, similarity, target);
  }

  @Override
  public RandomVectorScorer getRandomVectorScorer(
      VectorSimilarityFunction similarity, KnnVectorValues heads, byte[] target)
      throws IOException {
    return DefaultFlatVectorScorer.INSTANCE.getRandomVectorScorer(similarity, heads, target);
  }
}
