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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.NoDeletionPolicy;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * An index, and what it cost to make.
 *
 * @param index what it holds
 * @param path its folder
 * @param indexSeconds to add all documents and write them as segments, without making their vectors
 * @param mergeSeconds to merge the segments into one; 0 if several were asked for
 * @param tokenCounts token vectors of each document of the corpus
 * @param bytesByFile size of its files by their extension, in bytes
 * @param indexHeapBytes the most heap held while documents were added, as {@link HeapMeter} has it
 * @param mergeHeapBytes the most heap held while the segments were merged
 */
record BuiltIndex(
    VectorIndex index,
    Path path,
    double indexSeconds,
    double mergeSeconds,
    int[] tokenCounts,
    Map<String, Long> bytesByFile,
    long indexHeapBytes,
    long mergeHeapBytes) {

  /**
   * Segments that are merged into one at the end, and more of an index that fills the writer's
   * buffer before.
   */
  private static final int MERGED_SEGMENTS = 8;

  /** Also of a large index, whose buffer fills up before a segment is complete. */
  static final int MOST_SEGMENTS = 10_000;

  private static final double RAM_BUFFER_MB = 512;

  /**
   * Indexes in one thread.
   *
   * @param segments of as many documents each, give or take one; a single one is merged, in the
   *     same thread, of {@value #MERGED_SEGMENTS}
   * @throws IllegalArgumentException if the documents of one of several segments are more than the
   *     writer buffers
   */
  static BuiltIndex build(
      VectorIndex index, Corpus corpus, int segments, Path path, Progress progress)
      throws IOException {
    int written = segments == 1 ? MERGED_SEGMENTS : segments;
    long indexNanos = 0;
    long mergeNanos = 0;
    int[] tokenCounts = new int[corpus.size()];
    progress.start("index " + index.name(), corpus.size());
    try (Directory directory = FSDirectory.open(path)) {
      HeapMeter indexHeap = new HeapMeter();
      IndexWriterConfig first = config(index).setMergePolicy(NoMergePolicy.INSTANCE);
      try (IndexWriter writer = new IndexWriter(directory, first)) {
        for (int document = 0; document < corpus.size(); document++) {
          float[][] vectors = corpus.document(document);
          tokenCounts[document] = vectors.length;
          long start = System.nanoTime();
          index.add(writer, document, vectors);
          indexNanos += System.nanoTime() - start;
          if (isLastOfSegment(document, corpus.size(), written)) {
            indexHeap.sample(); // the writer's buffer is full, if it was not written before
            start = System.nanoTime();
            writer.flush();
            indexNanos += System.nanoTime() - start;
          }
          indexHeap.sampleNowAndThen();
          progress.advance();
        }
        long start = System.nanoTime();
        writer.commit();
        indexNanos += System.nanoTime() - start;
      }
      HeapMeter mergeHeap = new HeapMeter();
      if (segments == 1) {
        progress.start("merge " + index.name(), 1);
        mergeNanos = merge(directory, index, mergeHeap);
      } else if (segments < SegmentInfos.readLatestCommit(directory).size()) {
        throw new IllegalArgumentException(
            "--segments must be more, got "
                + segments
                + ": the documents of one do not fit into the writer's buffer of "
                + RAM_BUFFER_MB
                + " MB");
      }
      return new BuiltIndex(
          index,
          path,
          indexNanos / 1e9,
          mergeNanos / 1e9,
          tokenCounts,
          bytesByFile(directory),
          indexHeap.bytes(),
          mergeHeap.bytes());
    }
  }

  /** Merges all segments in one step and in their order, and returns the nanoseconds it took. */
  private static long merge(Directory directory, VectorIndex index, HeapMeter heap)
      throws IOException {
    LogDocMergePolicy atOnce = new LogDocMergePolicy();
    atOnce.setMergeFactor(MOST_SEGMENTS);
    atOnce.setNoCFSRatio(0);
    try (IndexWriter writer = new IndexWriter(directory, config(index).setMergePolicy(atOnce))) {
      long start = System.nanoTime();
      HeapMeter.Sampling sampling = heap.sampleMeanwhile();
      try (sampling) {
        writer.forceMerge(1);
        writer.commit();
      }
      return System.nanoTime() - start - sampling.nanos();
    }
  }

  private static IndexWriterConfig config(VectorIndex index) {
    return new IndexWriterConfig()
        .setCodec(index.codec())
        .setUseCompoundFile(false)
        .setRAMBufferSizeMB(RAM_BUFFER_MB)
        .setMergeScheduler(new SerialMergeScheduler());
  }

  private static boolean isLastOfSegment(int document, int documents, int segments) {
    long before = (long) document * segments / documents;
    return (document + 1L) * segments / documents > before;
  }

  private static Map<String, Long> bytesByFile(Directory directory) throws IOException {
    Map<String, Long> bytes = new TreeMap<>();
    for (String file : directory.listAll()) {
      if (file.startsWith("_")) {
        bytes.merge(IndexFileNames.getExtension(file), directory.fileLength(file), Long::sum);
      }
    }
    return bytes;
  }

  /** Adds a commit in which documents are deleted, beside the one that has all. */
  void delete(Scope scope) throws IOException {
    IndexWriterConfig config =
        config(index)
            .setMergePolicy(NoMergePolicy.INSTANCE)
            .setIndexDeletionPolicy(NoDeletionPolicy.INSTANCE);
    try (Directory directory = FSDirectory.open(path);
        IndexWriter writer = new IndexWriter(directory, config)) {
      writer.deleteDocuments(scope.deletions());
      writer.commit();
    }
  }

  /** Opens the commit that has all documents, or the one where some are deleted. */
  DirectoryReader open(Directory directory, Scope scope) throws IOException {
    List<IndexCommit> commits = DirectoryReader.listCommits(directory); // oldest first
    return DirectoryReader.open(scope.deleted() == 0 ? commits.getFirst() : commits.getLast());
  }

  /** The most heap that the build held. */
  long heapBytes() {
    return Math.max(indexHeapBytes, mergeHeapBytes);
  }

  /** Index and merge. */
  double buildSeconds() {
    return indexSeconds + mergeSeconds;
  }

  /** Size of all files, in bytes. */
  long bytes() {
    return bytesByFile.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Bytes of all files per token vector. */
  double bytesPerToken() {
    return bytes() / (double) Arrays.stream(tokenCounts).asLongStream().sum();
  }
}
