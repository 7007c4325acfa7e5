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

import com.google.gson.JsonObject;
import io.github.lucenefastlane.codec.MultiVectorValues;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;

/**
 * What an index holds.
 *
 * @param description what it was made with
 * @param documents live documents
 * @param segments number of segments
 * @param tokens token vectors
 * @param routes heads in the posting lists
 * @param pools groups of like tokens, which forecasts are made of
 * @param dimension of a token vector; 0 if there is none
 * @param attributes of the token field, as the format recorded them
 * @param bytes by file extension
 */
record IndexInfo(
    IndexDescription description,
    int documents,
    int segments,
    long tokens,
    long routes,
    long pools,
    int dimension,
    Map<String, String> attributes,
    Map<String, Long> bytes) {

  static IndexInfo of(PassageIndex index) throws IOException {
    long routes = 0;
    long pools = 0;
    int dimension = 0;
    Map<String, String> attributes = new TreeMap<>();
    for (LeafReaderContext leaf : index.reader().leaves()) {
      MultiVectorValues values = MultiVectorValues.get(leaf.reader(), IndexFields.TOKENS);
      if (values != null) {
        routes += values.routeCount();
        pools += values.poolCount();
        dimension = values.dimension();
        FieldInfo field = leaf.reader().getFieldInfos().fieldInfo(IndexFields.TOKENS);
        attributes.putAll(field.attributes());
      }
    }
    return new IndexInfo(
        index.description(),
        index.reader().numDocs(),
        index.reader().leaves().size(),
        index.tokenCount(),
        routes,
        pools,
        dimension,
        attributes,
        IndexFiles.bytesByExtension(index));
  }

  private long totalBytes() {
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }

  private double perToken(long size) {
    return tokens == 0 ? 0 : (double) size / tokens;
  }

  JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("documents", documents);
    object.addProperty("segments", segments);
    object.addProperty("tokens", tokens);
    object.addProperty("routes", routes);
    object.addProperty("pools", pools);
    object.addProperty("dimension", dimension);
    object.addProperty("truncated", description.truncated());
    IndexSettings settings = description.settings();
    object.addProperty("encoding", settings.encoding().name().toLowerCase(Locale.ROOT));
    object.addProperty("tokens_per_route", settings.tokensPerRoute());
    object.addProperty("format", settings.format().toString());
    object.addProperty("model", description.model());
    object.addProperty("model_folder", description.modelFolder());
    object.addProperty("model_fingerprint", description.fingerprint());
    object.addProperty("model_router", description.hasRouter());
    object.addProperty("source", description.source());
    object.addProperty("bytes", totalBytes());
    object.addProperty("bytes_per_token", Rounding.to3(perToken(totalBytes())));
    JsonObject files = new JsonObject();
    bytes.forEach(
        (extension, size) -> {
          JsonObject file = new JsonObject();
          file.addProperty("bytes", size);
          file.addProperty("bytes_per_token", Rounding.to3(perToken(size)));
          files.add(extension, file);
        });
    object.add("files", files);
    JsonObject fieldAttributes = new JsonObject();
    attributes.forEach(fieldAttributes::addProperty);
    object.add("attributes", fieldAttributes);
    return object;
  }

  private String blocks(long count, String name) {
    double each = count == 0 ? 0 : (double) tokens / count;
    return String.format(Locale.ROOT, "%,d (%.2f tokens a %s)", count, each, name);
  }

  void print(PrintWriter out) {
    row(out, "documents", String.format(Locale.ROOT, "%,d", documents));
    row(out, "segments", String.format(Locale.ROOT, "%,d", segments));
    row(out, "token vectors", String.format(Locale.ROOT, "%,d of dimension %d", tokens, dimension));
    row(out, "routes", blocks(routes, "route"));
    row(out, "pools", blocks(pools, "pool"));
    row(out, "format", description.settings().format().toString());
    attributes.forEach((name, value) -> row(out, "  " + name, value));
    row(
        out,
        "model",
        description.model()
            + (description.modelFolder().isEmpty() ? "" : " in " + description.modelFolder()));
    row(out, "fingerprint", description.fingerprint());
    row(out, "router", description.hasRouter() ? "learned, in the model" : "none in the model");
    row(out, "source", Printable.of(description.source()));
    row(
        out,
        "truncated",
        String.format(Locale.ROOT, "%,d passages longer than the model reads", truncated()));
    out.printf(Locale.ROOT, "%n%-16s %14s %14s%n", "file", "bytes", "bytes/token");
    bytes.forEach((extension, size) -> size(out, extension, size));
    size(out, "in all", totalBytes());
  }

  private long truncated() {
    return description.truncated();
  }

  private void size(PrintWriter out, String name, long size) {
    out.printf(Locale.ROOT, "%-16s %,14d %14.2f%n", name, size, perToken(size));
  }

  private static void row(PrintWriter out, String name, String value) {
    out.printf(Locale.ROOT, "%-16s %s%n", name, value);
  }
}
