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
package io.github.lucenefastlane.tests.bench;

import java.io.IOException;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.util.VectorUtil;

/** One mean vector per document to find it by, and a {@link LateInteractionField} to rescore it. */
final class PooledIndex implements VectorIndex {

  /** The normalised mean of a document's tokens. */
  static final String MEAN = "mean";

  @Override
  public String name() {
    return "pooled";
  }

  @Override
  public String encoding() {
    return "float32";
  }

  @Override
  public Codec codec() {
    return Codec.getDefault();
  }

  @Override
  public void add(IndexWriter writer, int number, float[][] tokens) throws IOException {
    Document document = VectorIndex.document(number);
    document.add(new KnnFloatVectorField(MEAN, mean(tokens), SIMILARITY));
    document.add(new LateInteractionField(TOKENS, tokens));
    writer.addDocument(document);
  }

  /** The normalised mean of token vectors. */
  static float[] mean(float[][] tokens) {
    float[] mean = new float[tokens[0].length];
    for (float[] token : tokens) {
      for (int d = 0; d < mean.length; d++) {
        mean[d] += token[d];
      }
    }
    return VectorUtil.l2normalize(mean);
  }
}
