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
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;

/**
 * The token vectors of one field in one segment, addressed by document ordinal.
 *
 * <p>{@link LeafReader#getFloatVectorValues} and {@link LeafReader#getByteVectorValues} of a field
 * in {@link FastLaneVectorsFormat} return an object of this type. As Lucene's vector values it is a
 * view of <em>documents</em>: its size is the number of documents that have the field, its scorer
 * gives a document the similarity of its best token, and {@code vectorValue} gives its first token.
 * This interface adds all the others.
 *
 * <p>Instances belong to one thread.
 */
public interface MultiVectorValues {

  /**
   * The token vectors of a field.
   *
   * <p>A reader that wraps another's vector values in its own, as {@link
   * org.apache.lucene.index.ExitableDirectoryReader} does, shows one vector where a document has
   * several. The reader that it wraps is asked instead.
   *
   * @param reader a segment
   * @param field name of the field
   * @return null if the segment has no vectors in the field, or if another format wrote them, which
   *     then has one vector per document
   * @throws IllegalArgumentException if documents have several vectors in the field, but the reader
   *     shows one, and no reader behind it shows all
   * @throws IOException if the index cannot be read
   */
  static MultiVectorValues get(LeafReader reader, String field) throws IOException {
    FieldInfo info = reader.getFieldInfos().fieldInfo(field);
    if (info == null || info.hasVectorValues() == false) {
      return null;
    }
    if (values(reader, info) instanceof MultiVectorValues values) {
      return values;
    }
    if (values(FilterLeafReader.unwrap(reader), info) instanceof MultiVectorValues values) {
      return values;
    }
    if (Boolean.parseBoolean(info.getAttribute(FastLaneVectorsFormat.MULTI_VALUED_KEY))) {
      throw new IllegalArgumentException(
          "field \""
              + field
              + "\" has several vectors in a document, of which this reader shows one: "
              + reader);
    }
    return null;
  }

  private static KnnVectorValues values(LeafReader reader, FieldInfo info) throws IOException {
    return switch (info.getVectorEncoding()) {
      case FLOAT32 -> reader.getFloatVectorValues(info.name);
      case BYTE -> reader.getByteVectorValues(info.name);
    };
  }

  /**
   * Number of documents that have the field; their ordinals are 0 to {@code size() - 1}.
   *
   * @return documents, deleted ones included
   */
  int size();

  /**
   * Number of components of a token vector.
   *
   * @return the dimension
   */
  int dimension();

  /**
   * The document of an ordinal.
   *
   * @param ord ordinal of a document, in [0, {@link #size()})
   * @return document id in the segment, increasing with the ordinal
   */
  int ordToDoc(int ord);

  /**
   * The documents in order. Ask once: as in Lucene's formats, iterators of one instance may advance
   * together.
   *
   * @return an iterator whose {@code index()} is the document's ordinal
   */
  KnnVectorValues.DocIndexIterator iterator();

  /**
   * Number of token vectors of all documents.
   *
   * @return tokens of the segment, deleted documents included
   */
  long tokenCount();

  /**
   * Number of token vectors of one document.
   *
   * @param ord ordinal of a document, in [0, {@link #size()})
   * @return at least 1
   */
  int tokenCount(int ord);

  /**
   * Number of routes, which is the number of heads.
   *
   * @return routes of the segment, deleted documents included
   */
  long routeCount();

  /**
   * Number of routes of one document, each some of its neighbouring tokens, one after the other.
   * Where they end is not stored: {@link RouteBoundaries} finds it of the vectors that were
   * indexed, which decoded ones are in byte fields and under {@link TokenEncoding#FLOAT32} alone.
   *
   * @param ord ordinal of a document, in [0, {@link #size()})
   * @return at least 1
   */
  int routeCount(int ord);

  /**
   * Number of pools, which are groups of like tokens.
   *
   * @return pools of the segment, deleted documents included
   */
  long poolCount();

  /**
   * Number of pools of one document.
   *
   * @param ord ordinal of a document, in [0, {@link #size()})
   * @return at least 1
   */
  int poolCount(int ord);

  /**
   * How the tokens are stored.
   *
   * @return the encoding given to the format that wrote the segment
   */
  TokenEncoding tokenEncoding();

  /**
   * All token vectors of one document, decoded.
   *
   * @param ord ordinal of a document, in [0, {@link #size()})
   * @return {@code [tokenCount(ord)][dimension]}, row after row; the array may be longer, is shared
   *     and holds until the next call
   * @throws IOException if the index cannot be read
   */
  float[] tokenVectors(int ord) throws IOException;

  /**
   * What stands for the tokens of one document in a forecast of its MaxSim, decoded: one vector for
   * each of its pools, which are groups of like tokens, wherever in the document. {@link
   * FastLaneVectorsFormat} tells how they are made.
   *
   * @param ord ordinal of a document, in [0, {@link #size()})
   * @return {@code [poolCount(ord)][dimension]}, row after row; the array may be longer, is shared
   *     and holds until the next call
   * @throws IOException if the index cannot be read
   */
  float[] pooledVectors(int ord) throws IOException;

  /**
   * The heads of all routes of one document, decoded, in the order of the routes.
   *
   * @param ord ordinal of a document, in [0, {@link #size()})
   * @return {@code [routeCount(ord)][dimension]}, row after row; the array may be longer, is shared
   *     and holds until the next call
   * @throws IOException if the index cannot be read
   */
  float[] headVectors(int ord) throws IOException;
}
