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

import io.github.lucenefastlane.codec.MultiVectorValues;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

/** An index that {@link IndexBuilder} made, open for searching. */
public final class PassageIndex implements Closeable {
  private final Directory directory;
  private final DirectoryReader reader;
  private final IndexSearcher searcher;
  private final IndexDescription description;
  private final long tokenCount;
  private final VectorSimilarityFunction similarity;

  private PassageIndex(Directory directory, DirectoryReader reader, IndexDescription description)
      throws IOException {
    this.directory = directory;
    this.reader = reader;
    this.searcher = new IndexSearcher(reader);
    this.searcher.setQueryCache(null); // a repeated question would time the cache
    this.description = description;
    long tokens = 0;
    VectorSimilarityFunction compare = VectorSimilarityFunction.DOT_PRODUCT;
    for (LeafReaderContext leaf : reader.leaves()) {
      MultiVectorValues values = MultiVectorValues.get(leaf.reader(), IndexFields.TOKENS);
      if (values != null) {
        tokens += values.tokenCount();
        FieldInfo field = leaf.reader().getFieldInfos().fieldInfo(IndexFields.TOKENS);
        compare = field.getVectorSimilarityFunction(); // the same in all segments
      }
    }
    this.tokenCount = tokens;
    this.similarity = compare;
  }

  /**
   * Opens an index.
   *
   * @throws CommandFailure if there is none in the folder, or one that this program did not make,
   *     or that another version of it made
   */
  public static PassageIndex open(Path folder) throws IOException {
    if (!exists(folder)) {
      Path moved = IndexFolder.movedAway(folder);
      if (moved != null) {
        throw new CommandFailure(
            "no index in "
                + folder
                + ": an interrupted run moved it to "
                + moved
                + "; rename that to "
                + IndexFolder.place(folder));
      }
      throw new CommandFailure(
          "no index in " + folder + " (make one with: fastlane index --input ... --index ...)");
    }
    Directory directory = FSDirectory.open(folder);
    DirectoryReader reader = null;
    try {
      reader = DirectoryReader.open(directory);
      IndexDescription description =
          IndexDescription.fromUserData(reader.getIndexCommit().getUserData());
      if (description == null) {
        throw new CommandFailure(
            folder + " is a Lucene index, but not one made by fastlane index or fastlane demo");
      }
      PassageIndex index = new PassageIndex(directory, reader, description);
      directory = null;
      reader = null;
      return index;
    } catch (IndexFormatTooOldException | IndexFormatTooNewException e) {
      throw new CommandFailure(
          "the index in "
              + folder
              + " was made by another version of this program; make it again (index --overwrite,"
              + " demo --refresh)",
          e);
    } finally {
      if (reader != null) {
        reader.close();
      }
      if (directory != null) {
        directory.close();
      }
    }
  }

  /** Whether the folder holds a committed Lucene index. */
  static boolean exists(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Directory directory = FSDirectory.open(folder)) {
      return DirectoryReader.indexExists(directory);
    }
  }

  /**
   * The description of the index in a folder that holds one, whichever version made it; null if it
   * has none, and so is not this program's.
   */
  static IndexDescription description(Path folder) throws IOException {
    try (Directory directory = FSDirectory.open(folder)) {
      return IndexDescription.fromUserData(SegmentInfos.readLatestCommit(directory).getUserData());
    }
  }

  Directory directory() {
    return directory;
  }

  public DirectoryReader reader() {
    return reader;
  }

  public IndexSearcher searcher() {
    return searcher;
  }

  public IndexDescription description() {
    return description;
  }

  /** Number of token vectors in the index. */
  long tokenCount() {
    return tokenCount;
  }

  /** How token vectors are compared. */
  public VectorSimilarityFunction similarity() {
    return similarity;
  }

  /** A stored passage. */
  Passage passage(int doc) throws IOException {
    Document stored = searcher.storedFields().document(doc);
    return new Passage(
        stored.get(IndexFields.ID), stored.get(IndexFields.TITLE), stored.get(IndexFields.TEXT));
  }

  /** Where a stored passage's tokens stand in its content. */
  TokenOffsets offsets(int doc) throws IOException {
    BytesRef bytes =
        searcher
            .storedFields()
            .document(doc, Set.of(IndexFields.OFFSETS))
            .getBinaryValue(IndexFields.OFFSETS);
    return TokenOffsets.fromBytes(bytes);
  }

  /** The passages that a search found. */
  List<Hit> hits(TopDocs topDocs) throws IOException {
    List<Hit> hits = new ArrayList<>(topDocs.scoreDocs.length);
    for (ScoreDoc found : topDocs.scoreDocs) {
      hits.add(new Hit(found.doc, passage(found.doc), found.score));
    }
    return hits;
  }

  @Override
  public void close() throws IOException {
    reader.close();
    directory.close();
  }
}
