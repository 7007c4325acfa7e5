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

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.FileDataHint;
import org.apache.lucene.store.FileTypeHint;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;

/** The open files of {@link FastLaneVectorsFormat}. */
final class TokenStorage implements Closeable {

  private final Map<String, FieldEntry> fields = new HashMap<>();
  private final IndexInput tokenFile;
  private final IndexInput routeFile;

  TokenStorage(SegmentReadState state) throws IOException {
    int version = readMeta(state);
    IndexInput tokens = null;
    IndexInput routes = null;
    boolean success = false;
    try {
      tokens =
          open(
              state,
              version,
              FastLaneVectorsFormat.TOKEN_EXTENSION,
              FastLaneVectorsFormat.TOKEN_CODEC_NAME);
      routes =
          open(
              state,
              version,
              FastLaneVectorsFormat.ROUTE_EXTENSION,
              FastLaneVectorsFormat.ROUTE_CODEC_NAME);
      for (FieldEntry entry : fields.values()) {
        entry.check(tokens, routes);
      }
      success = true;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(tokens, routes);
      }
    }
    this.tokenFile = tokens;
    this.routeFile = routes;
  }

  private int readMeta(SegmentReadState state) throws IOException {
    String name =
        IndexFileNames.segmentFileName(
            state.segmentInfo.name, state.segmentSuffix, FastLaneVectorsFormat.META_EXTENSION);
    int version = -1;
    try (ChecksumIndexInput meta = state.directory.openChecksumInput(name)) {
      Throwable failure = null;
      try {
        version =
            CodecUtil.checkIndexHeader(
                meta,
                FastLaneVectorsFormat.META_CODEC_NAME,
                FastLaneVectorsFormat.VERSION_START,
                FastLaneVectorsFormat.VERSION_CURRENT,
                state.segmentInfo.getId(),
                state.segmentSuffix);
        for (int number = meta.readInt(); number != -1; number = meta.readInt()) {
          FieldInfo info = state.fieldInfos.fieldInfo(number);
          if (info == null || info.hasVectorValues() == false) {
            throw new CorruptIndexException("no vector field has the number " + number, meta);
          }
          fields.put(info.name, FieldEntry.read(meta, info, state.segmentInfo.maxDoc()));
        }
      } catch (Throwable t) {
        failure = t;
      } finally {
        CodecUtil.checkFooter(meta, failure);
      }
    }
    return version;
  }

  private static IndexInput open(
      SegmentReadState state, int metaVersion, String extension, String codecName)
      throws IOException {
    String name =
        IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension);
    IOContext context =
        state.context.withHints(FileTypeHint.DATA, FileDataHint.KNN_VECTORS, DataAccessHint.RANDOM);
    IndexInput in = state.directory.openInput(name, context);
    boolean success = false;
    try {
      int version =
          CodecUtil.checkIndexHeader(
              in,
              codecName,
              FastLaneVectorsFormat.VERSION_START,
              FastLaneVectorsFormat.VERSION_CURRENT,
              state.segmentInfo.getId(),
              state.segmentSuffix);
      if (version != metaVersion) {
        throw new CorruptIndexException(
            "the meta file has version " + metaVersion + ", this one " + version, in);
      }
      CodecUtil.retrieveChecksum(in);
      success = true;
      return in;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(in);
      }
    }
  }

  /** The field's entry, or null if the segment has no vectors in it. */
  FieldEntry entry(String field) {
    return fields.get(field);
  }

  /** The entry's field through new slices, for one thread. */
  SegmentField field(FieldEntry entry) throws IOException {
    return new SegmentField(entry, tokenFile, routeFile);
  }

  /** Bytes of a field in each file. */
  Map<String, Long> byteSizes(FieldEntry entry) {
    if (entry.documents() == 0) {
      return Map.of();
    }
    long routeEnd = entry.headPlaces().offset() + entry.headPlaces().length();
    return Map.of(
        FastLaneVectorsFormat.TOKEN_EXTENSION,
        entry.tokens() * entry.coder().bytes(),
        FastLaneVectorsFormat.ROUTE_EXTENSION,
        routeEnd - entry.pooledCodesOffset());
  }

  void checkIntegrity() throws IOException {
    CodecUtil.checksumEntireFile(tokenFile);
    CodecUtil.checksumEntireFile(routeFile);
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(tokenFile, routeFile);
  }
}
