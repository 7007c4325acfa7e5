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

import io.github.lucenefastlane.codec.FastLaneCodec;
import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import io.github.lucenefastlane.codec.MultiVectorField;
import io.github.lucenefastlane.codec.MultiVectorValues;
import io.github.lucenefastlane.codec.TokenEncoding;
import io.github.lucenefastlane.encoder.RoutedQuery;
import io.github.lucenefastlane.encoder.TokenEncoder;
import io.github.lucenefastlane.query.FastLaneQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.analysis.MockAnalyzer;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressSysoutChecks;
import org.junit.Test;

/** Runs the examples of the README, and holds it to the code that was run. */
@SuppressSysoutChecks(bugUrl = "an example prints, as examples do")
public class TestReadme extends LuceneTestCase {

  private static final Path README = Path.of("..", "README.md");
  private static final Path SOURCE =
      Path.of("src/test/java/io/github/lucenefastlane/demo/TestReadme.java");

  /** Indexes and finds a document. */
  @Test
  public void testIndexAndSearch() throws IOException {
    float[][] tokenVectors = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}};
    float[][] queryTokens = {{0, 1, 0, 0}, {0, 0.6f, 0, 0.8f}};
    try (Directory directory = newDirectory();
        Analyzer analyzer = new MockAnalyzer(random())) {
      // example: index
      IndexWriterConfig config = new IndexWriterConfig(analyzer).setCodec(new FastLaneCodec());
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        Document document = new Document();
        document.add(new StringField("id", "42", Field.Store.YES));
        MultiVectorField.add(document, "body", tokenVectors, VectorSimilarityFunction.DOT_PRODUCT);
        writer.addDocument(document);
      }
      // end
      // example: search
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        Query query = FastLaneQuery.builder("body", queryTokens).candidates(100).k(10).build();
        TopDocs hits = searcher.search(query, 10);
        System.out.println(searcher.explain(query, hits.scoreDocs[0].doc));
      }
      // end
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        Query query = FastLaneQuery.builder("body", queryTokens).build();
        TopDocs hits = new IndexSearcher(reader).search(query, 10);
        assertEquals(1, hits.scoreDocs.length);
        assertEquals(1 + 0.8f, hits.scoreDocs[0].score, 1e-5f);
      }
    }
  }

  /** Encodes with the default model. */
  @Test
  public void testEncode() throws IOException {
    // example: encode
    try (TokenEncoder encoder = TokenEncoder.loadDefault()) {
      float[][] tokenVectors =
          encoder.encodeDocument("The sky scatters blue light most.").vectors();
      float[][] queryTokens = encoder.encodeQuery("why is the sky blue").vectors();
      assertEquals(encoder.dimension(), tokenVectors[0].length); // not in the README
      assertEquals(5, queryTokens.length); // not in the README
    }
    // end
  }

  /** Searches by the model's router, among the documents that a filter accepts. */
  @Test
  public void testRouterAndFilter() throws IOException {
    try (Directory directory = newDirectory();
        TokenEncoder encoder = TokenEncoder.loadDefault()) {
      IndexWriterConfig config = newIndexWriterConfig().setCodec(new FastLaneCodec());
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (String language : List.of("en", "de")) {
          Document document = new Document();
          document.add(new StringField("language", language, Field.Store.YES));
          MultiVectorField.add(
              document,
              "body",
              encoder.encodeDocument("The sky scatters blue light most.").vectors(),
              VectorSimilarityFunction.DOT_PRODUCT);
          writer.addDocument(document);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        // example: router and filter
        RoutedQuery question = encoder.encodeRoutedQuery("why is the sky blue");
        Query query =
            FastLaneQuery.builder("body", question.tokens().vectors())
                .router(question.router())
                .filter(new TermQuery(new Term("language", "en")))
                .build();
        // end
        assertEquals(1, searcher.count(query));
      }
    }
  }

  /** Chooses the format field by field. */
  @Test
  public void testCodecOfYourOwn() throws IOException {
    // example: codec
    KnnVectorsFormat tokenVectors = new FastLaneVectorsFormat(TokenEncoding.RESIDUAL4);
    Codec codec =
        new Lucene104Codec() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return field.equals("body") ? tokenVectors : super.getKnnVectorsFormatForField(field);
          }
        };
    // end
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, newIndexWriterConfig().setCodec(codec))) {
        Document document = new Document();
        MultiVectorField.add(
            document, "body", new float[][] {{1, 0}, {0, 1}}, VectorSimilarityFunction.DOT_PRODUCT);
        document.add(new KnnFloatVectorField("other", new float[] {1, 0}));
        writer.addDocument(document);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        LeafReader leaf = getOnlyLeafReader(reader);
        assertEquals(TokenEncoding.RESIDUAL4, MultiVectorValues.get(leaf, "body").tokenEncoding());
        assertNull(MultiVectorValues.get(leaf, "other"));
      }
    }
  }

  /** Searches pooled vectors, and reranks by what a late interaction field holds. */
  @Test
  public void testWithoutReindexing() throws IOException {
    float[][] queryTokens = {{0, 1, 0, 0}, {0, 0.6f, 0, 0.8f}};
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig())) {
        Document document = new Document();
        document.add(new KnnFloatVectorField("pooled", new float[] {.5f, .5f, .5f, .5f}));
        document.add(new LateInteractionField("tokens", queryTokens));
        writer.addDocument(document);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        // example: rerank from
        Query query = FastLaneQuery.builder("pooled", queryTokens).rerankFrom("tokens").build();
        // end
        assertEquals(2, searcher.search(query, 10).scoreDocs[0].score, 1e-5f);
      }
    }
  }

  /** The README shows what the tests above run. */
  @Test
  public void testReadmeShowsTheseExamples() throws IOException {
    Map<String, List<String>> run = new HashMap<>();
    List<String> current = null;
    for (String line : Files.readAllLines(SOURCE)) {
      if (line.strip().startsWith("// example: ")) {
        current = run.computeIfAbsent(line.strip().substring(12), name -> new ArrayList<>());
      } else if (line.strip().equals("// end")) {
        current = null;
      } else if (current != null && line.endsWith("// not in the README") == false) {
        current.add(line.replaceAll("\\s", ""));
      }
    }
    Map<String, List<String>> shown = new HashMap<>();
    current = null;
    for (String line : Files.readAllLines(README)) {
      if (line.startsWith("<!-- example: ")) {
        String name = line.substring(14, line.indexOf(" -->"));
        current = shown.computeIfAbsent(name, ignored -> new ArrayList<>());
      } else if (line.equals("```")) {
        current = null;
      } else if (current != null && line.equals("```java") == false) {
        current.add(line.replaceAll("\\s", ""));
      }
    }
    assertEquals(6, shown.size());
    assertEquals(run.keySet(), shown.keySet());
    for (String name : run.keySet()) {
      // The formatter breaks lines as it likes.
      assertEquals(String.join("", run.get(name)), String.join("", shown.get(name)));
    }
  }
}
