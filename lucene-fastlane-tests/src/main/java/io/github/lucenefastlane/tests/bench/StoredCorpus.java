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

import io.github.lucenefastlane.codec.MultiVectorValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.VectorUtil;

/**
 * The token vectors that an index holds in a FastLane field, such as one of the command line's
 * {@code fastlane index}, as they were stored: rounded, if they are. They are normalised.
 *
 * <p>A query is up to {@value #QUERY_TOKENS} neighbouring tokens of one document, each with noise.
 * It is no question that somebody asked, but it is about real text.
 */
final class StoredCorpus implements Corpus {

  private static final int QUERY_TOKENS = 32;

  /** Length of the noise of a query's token, whose own length is 1. */
  private static final double QUERY_NOISE = 0.6;

  private record Location(LeafReader leaf, int ord) {}

  private final Path folder;
  private final String field;
  private final long seed;
  private final Directory directory;
  private final DirectoryReader reader;
  private final List<Location> documents = new ArrayList<>();
  private final int dimension;

  /**
   * Opens an index.
   *
   * @param most documents that are used, the first ones
   * @throws IllegalArgumentException if there is no such folder, or no document has token vectors
   *     in the field
   */
  StoredCorpus(Path folder, String field, int most, long seed) throws IOException {
    this.folder = folder;
    this.field = field;
    this.seed = seed;
    if (Files.isDirectory(folder) == false) { // opening it would make it
      throw new IllegalArgumentException("--data must be the folder of an index, got: " + folder);
    }
    this.directory = FSDirectory.open(folder);
    int dimension = 0;
    DirectoryReader opened = null;
    try {
      opened = DirectoryReader.open(directory);
      for (LeafReaderContext leaf : opened.leaves()) {
        MultiVectorValues values = MultiVectorValues.get(leaf.reader(), field);
        if (values != null) {
          dimension = values.dimension();
          add(leaf.reader(), values, most);
        }
      }
      if (documents.isEmpty()) {
        throw new IllegalArgumentException(
            "index " + folder + " must have FastLane vectors in field \"" + field + "\", has none");
      }
    } catch (IOException | RuntimeException e) {
      IOUtils.closeWhileHandlingException(opened, directory);
      throw e;
    }
    this.reader = opened;
    this.dimension = dimension;
  }

  private void add(LeafReader leaf, MultiVectorValues values, int most) {
    Bits live = leaf.getLiveDocs();
    for (int ord = 0; ord < values.size() && documents.size() < most; ord++) {
      if (live == null || live.get(values.ordToDoc(ord))) {
        documents.add(new Location(leaf, ord));
      }
    }
  }

  @Override
  public int size() {
    return documents.size();
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public float[][] document(int document) throws IOException {
    Location location = documents.get(document);
    MultiVectorValues values = MultiVectorValues.get(location.leaf, field); // of this thread
    float[] rows = values.tokenVectors(location.ord);
    float[][] tokens = new float[values.tokenCount(location.ord)][dimension];
    for (int t = 0; t < tokens.length; t++) {
      System.arraycopy(rows, t * dimension, tokens[t], 0, dimension);
      VectorUtil.l2normalize(tokens[t]);
    }
    return tokens;
  }

  @Override
  public float[][] query(int query) throws IOException {
    SplittableRandom random =
        new SplittableRandom(new SplittableRandom(seed).nextLong() ^ query).split();
    float[][] tokens = document(random.nextInt(size()));
    float[][] chosen = new float[Math.min(QUERY_TOKENS, tokens.length)][];
    int first = random.nextInt(tokens.length - chosen.length + 1);
    double scale = QUERY_NOISE / Math.sqrt(dimension);
    for (int t = 0; t < chosen.length; t++) {
      chosen[t] = tokens[first + t];
      for (int d = 0; d < dimension; d++) {
        chosen[t][d] += (float) (scale * random.nextGaussian());
      }
      VectorUtil.l2normalize(chosen[t]);
    }
    return chosen;
  }

  @Override
  public String description() {
    return String.format(
        Locale.ROOT,
        "index %s, field %s: %,d documents, dimension %d, queries from their tokens, seed %d",
        folder.getFileName(),
        field,
        size(),
        dimension,
        seed);
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(reader, directory);
  }
}
