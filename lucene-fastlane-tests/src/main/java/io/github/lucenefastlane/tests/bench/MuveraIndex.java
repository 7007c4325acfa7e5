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

import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.MultiVectorField;
import io.github.lucenefastlane.codec.TokenEncoding;
import java.io.IOException;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorSimilarityFunction;

/**
 * One {@linkplain FixedDimensionalEncoding fixed-dimensional encoding} per document to find it by,
 * in Lucene's scalar-quantised graph, and its tokens to rerank it.
 *
 * <p>Lucene keeps the encodings as floats beside the bytes that it searches, which the index size
 * counts. The tokens lie in our format with one route a document, the fewest it can have: their
 * heads and pooled vectors, one of each a document, are not searched, and are small beside the
 * encodings.
 */
final class MuveraIndex implements VectorIndex {

  /** The encoding of a document. */
  static final String ENCODING = "fde";

  /** Of the random hyperplanes and signs, which do not depend on the data. */
  private static final long SEED = 2405_19504;

  private final FixedDimensionalEncoding encoding;
  private final TokenEncoding tokenEncoding;

  /**
   * @param dimension of the tokens
   * @param tokenEncoding of the tokens that a rerank reads
   */
  MuveraIndex(int dimension, TokenEncoding tokenEncoding) {
    this.encoding = encoding(dimension);
    this.tokenEncoding = tokenEncoding;
  }

  /**
   * A setting of the paper's grid (section 3.1): 20 repetitions of 8 cells of 16 components, 2,560
   * in all. Of exact MaxSim's best 10 of 4,000 documents, the 100 documents of the highest products
   * hold .92 (easy) and .64 (hard) of {@link SyntheticCorpus}. Four times as many cells, 10,240
   * components, hold .91 and .62; of 8 components, 2,560 in 16 cells, .88 and .55.
   */
  static FixedDimensionalEncoding encoding(int dimension) {
    return new FixedDimensionalEncoding(dimension, 3, 16, 20, SEED);
  }

  @Override
  public String name() {
    return "muvera";
  }

  @Override
  public String encoding() {
    return "sq8";
  }

  @Override
  public Codec codec() {
    KnnVectorsFormat ofEncodings =
        new AnyDimension(new Lucene104HnswScalarQuantizedVectorsFormat(), encoding.dimension());
    KnnVectorsFormat ofTokens =
        new FastLaneVectorsFormat(tokenEncoding, FastLaneVectorsFormat.MAX_TOKENS_PER_ROUTE);
    return new Lucene104Codec() {
      @Override
      public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return field.equals(ENCODING) ? ofEncodings : ofTokens;
      }
    };
  }

  @Override
  public void add(IndexWriter writer, int number, float[][] tokens) throws IOException {
    Document document = VectorIndex.document(number);
    document.add(
        new KnnFloatVectorField(
            ENCODING, encoding.ofDocument(tokens), VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT));
    MultiVectorField.add(document, TOKENS, tokens, SIMILARITY);
    writer.addDocument(document);
  }

  /**
   * A format of Lucene's without its limit of 1,024 components, which is not one of its files: they
   * are read by the format itself, found by its name.
   */
  private static final class AnyDimension extends KnnVectorsFormat {

    private final KnnVectorsFormat format;
    private final int maxDimensions;

    AnyDimension(KnnVectorsFormat format, int maxDimensions) {
      super(format.getName());
      this.format = format;
      this.maxDimensions = maxDimensions;
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
      return format.fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
      return format.fieldsReader(state);
    }

    @Override
    public int getMaxDimensions(String field) {
      return maxDimensions;
    }
  }
}
