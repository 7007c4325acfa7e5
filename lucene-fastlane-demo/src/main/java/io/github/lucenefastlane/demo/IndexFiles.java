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

import io.github.lucenefastlane.codec.FastLaneVectorsFormat;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.codecs.CompoundDirectory;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.Directory;

/**
 * Sizes of an index's files by extension; files inside compound files are counted as themselves.
 */
final class IndexFiles {
  /** The extension of the token vectors' file, see {@link FastLaneVectorsFormat}. */
  private static final String TOKEN_EXTENSION = "vec";

  private IndexFiles() {}

  static long totalBytes(Directory directory) throws IOException {
    long bytes = 0;
    for (String file : directory.listAll()) {
      if (isIndexFile(file)) {
        bytes += directory.fileLength(file);
      }
    }
    return bytes;
  }

  /**
   * Bytes of the files that the token vectors' format wrote, per token vector; 0 without tokens.
   */
  static double vectorBytesPerToken(PassageIndex index) throws IOException {
    return bytesPerToken(index, "");
  }

  /** Bytes of the file that holds the token vectors alone, per token vector; 0 without tokens. */
  static double tokenBytesPerToken(PassageIndex index) throws IOException {
    return bytesPerToken(index, "." + TOKEN_EXTENSION);
  }

  private static double bytesPerToken(PassageIndex index, String ending) throws IOException {
    String mark = "_" + FastLaneVectorsFormat.NAME + "_"; // as the per-field format names its files
    long bytes = 0;
    for (String file : index.directory().listAll()) {
      if (file.contains(mark) && file.endsWith(ending)) {
        bytes += index.directory().fileLength(file);
      }
    }
    return index.tokenCount() == 0 ? 0 : (double) bytes / index.tokenCount();
  }

  /** Bytes by extension, in the extensions' order; {@code segments_N} counts as "segments". */
  static Map<String, Long> bytesByExtension(PassageIndex index) throws IOException {
    Map<String, Long> bytes = new TreeMap<>();
    addFiles(index.directory(), bytes);
    for (LeafReaderContext leaf : index.reader().leaves()) {
      SegmentCommitInfo segment = ((SegmentReader) leaf.reader()).getSegmentInfo();
      if (segment.info.getUseCompoundFile()) {
        try (CompoundDirectory inner =
            segment
                .info
                .getCodec()
                .compoundFormat()
                .getCompoundReader(index.directory(), segment.info)) {
          addFiles(inner, bytes);
        }
      }
    }
    return bytes;
  }

  private static void addFiles(Directory directory, Map<String, Long> bytes) throws IOException {
    for (String file : directory.listAll()) {
      String extension = IndexFileNames.getExtension(file);
      boolean compound = "cfs".equals(extension) || "cfe".equals(extension);
      if (isIndexFile(file) && !compound) {
        String name = extension == null ? IndexFileNames.SEGMENTS : extension;
        bytes.merge(name, directory.fileLength(file), Long::sum);
      }
    }
  }

  private static boolean isIndexFile(String file) {
    return file.startsWith("_") || file.startsWith(IndexFileNames.SEGMENTS);
  }
}
