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
package io.github.lucenefastlane.encoder;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.util.IOUtils;

/**
 * Turns text into token vectors with a transformer: Hugging Face tokenizer, ONNX Runtime, one
 * vector per token of the text.
 *
 * <p>A model is a folder with
 *
 * <ul>
 *   <li>{@code model.onnx} (or {@code onnx/model.onnx}, or the folder's only {@code *.onnx}): int64
 *       inputs {@code input_ids} and, if it has them, {@code attention_mask} and {@code
 *       token_type_ids}, all {@code [batch, tokens]}, with tokens free and batch free or 1; float
 *       output {@code token_embeddings} or {@code last_hidden_state} (or the only output), {@code
 *       [batch, tokens, dimension]};
 *   <li>{@code tokenizer.json};
 *   <li>perhaps files that state the model's conventions, see {@link EncoderConfig};
 *   <li>perhaps {@code 1_Dense/model.safetensors}, a linear layer over each vector, used unless the
 *       ONNX file's vectors already have that layer's output dimension;
 * </ul>
 *
 * or class path resources. Or it is a <em>head</em>, a graph fragment that continues the graph of a
 * base model: a folder with {@code head.onnx} (see {@link Builder#head(byte[])}) and a {@code
 * fastlane.json} whose {@code base} names the model on the class path that it continues, {@code
 * all-MiniLM-L6-v2}. Of such a folder nothing else is read.
 *
 * <p>A model may hold a query router: an output {@code views} (with perhaps {@code view_weights})
 * or {@code router_logits}, as {@link io.github.lucenefastlane.query.OnnxRouter} describes them.
 * {@link #encodeRoutedQuery} then gives a query's vectors and its views from one run.
 *
 * <p>Where a text is longer than the model reads, its end is cut and {@link
 * TokenVectors#truncatedTokens} tells how much; where it has no token to keep (it is empty, or
 * punctuation only), there are no vectors.
 *
 * <p>A text's vectors do not depend on what was encoded beside it, up to the order of float
 * additions: texts are never padded, so only texts of equal length run together, and a model whose
 * int8 weights scale a whole batch by its largest value (found out when it is loaded) runs each
 * text alone, as does one whose batch is 1.
 *
 * <p>An encoder is safe for use by several threads, which share its model. It keeps native memory
 * until closed; closing waits for calls in progress.
 *
 * <p>Nothing is sent or fetched over a network. Native libraries are unpacked on first use: DJL's
 * tokenizer to {@code .djl.ai} in the user's home, or to the folder in the environment variable or
 * system property {@code DJL_CACHE_DIR}; JNA, which DJL looks for GPUs with, to its cache in the
 * user's home, or to the folder in the system property {@code jna.tmpdir}; ONNX Runtime to the
 * folder for temporary files, until the JVM ends.
 */
public final class TokenEncoder implements Closeable {
  /**
   * The size of a batch where texts run together. Larger ones were measured to be no faster (texts
   * of 15 tokens gain until about 256 tokens, texts of 150 nothing), and memory grows with them.
   */
  static final int BATCH_TOKENS = 1024;

  private final String name;
  private final Optional<String> base;
  private final EncoderConfig config;
  private final TextTokenizer tokenizer;
  private final OnnxModel model;
  private final LinearProjection projection; // null for none
  private final InputLayout queries;
  private final InputLayout documents;
  private final int modelDimension;

  /** Tokens that one call of the model gets at most, unless a single text has more. */
  private final int batchTokens;

  /** Encoding reads, closing writes: native memory must not go while a call uses it. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  private TokenEncoder(ModelFiles files, EncoderConfig config, int threads) throws IOException {
    this.name = files.name();
    this.base = files.base();
    this.config = config;
    int positions = files.positions();
    checkPositions("queryLength", config.queryLength(), positions);
    checkPositions("documentLength", config.documentLength(), positions);
    String mask = files.maskToken().orElse("[MASK]");
    TextTokenizer openedTokenizer = null;
    OnnxModel openedModel = null;
    boolean success = false;
    try {
      openedTokenizer =
          new TextTokenizer(
              files,
              new HashSet<>(
                  List.of(mask, "<mask>", config.queryPrefix(), config.documentPrefix())));
      this.tokenizer = openedTokenizer;
      this.queries =
          new InputLayout(
              tokenizer,
              "queryLength",
              config.queryPrefix(),
              config.queryLength(),
              config.dropSpecialTokens(),
              config.dropQueryPunctuation(),
              config.queryExpansion() ? filler(mask) : null);
      this.documents =
          new InputLayout(
              tokenizer,
              "documentLength",
              config.documentPrefix(),
              config.documentLength(),
              config.dropSpecialTokens(),
              config.dropDocumentPunctuation(),
              null);
      openedModel = OnnxModel.open(files, threads);
      this.model = openedModel;
      // A file may leave the dimension open, so a first text tells it, and that the model works.
      ModelInput probe = documents.layOut("a");
      this.modelDimension = model.run(List.of(probe)).length / probe.ids().length;
      this.batchTokens = !model.singleTexts() && keepsTextsApart(probe) ? BATCH_TOKENS : 0;
      this.projection = files.projection().filter(this::applies).orElse(null);
      if (hasRouter()) {
        checkRouter();
      }
      success = true;
    } finally {
      if (!success) {
        IOUtils.closeWhileHandlingException(openedTokenizer, openedModel);
      }
    }
  }

  private void checkPositions(String field, int length, int positions) {
    if (length > positions) {
      throw new IllegalArgumentException(
          field
              + " must be at most the "
              + positions
              + " tokens that model "
              + name
              + " reads, got "
              + length);
    }
  }

  /** Whether texts that run together have the vectors that each has alone. */
  private boolean keepsTextsApart(ModelInput text) {
    ModelInput unlike = text.ofOneToken(); // as unlike the text as its length allows
    float[] alone = model.run(List.of(text));
    float[] unlikeAlone = model.run(List.of(unlike));
    float[] together = model.run(List.of(text, unlike));
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < together.length; i++) {
      float expected = i < alone.length ? alone[i] : unlikeAlone[i - alone.length];
      largest = Math.max(largest, Math.abs(expected));
      difference = Math.max(difference, Math.abs(expected - together[i]));
    }
    // Rounding of floats makes less than 1e-5 of it, a shared int8 scale about 1e-2.
    return difference <= 1e-4 * largest;
  }

  /** Refuses a router that saw other vectors than those that are searched. */
  private void checkRouter() {
    if (projection != null) {
      throw new IllegalArgumentException(
          "model "
              + name
              + " has the router outputs "
              + model.routerOutputs()
              + " and a linear layer in a file of its own, whose vectors its router never saw;"
              + " the layer has to be part of the ONNX file");
    }
    model.runRouted(queries.layOut("a")); // a file may leave shapes open, so a query tells them
  }

  private InputLayout.Filler filler(String mask) {
    for (String spelling : List.of(mask, "<mask>")) {
      Long id = tokenizer.id(spelling);
      if (id != null) {
        return new InputLayout.Filler(id, spelling, config.attendToExpansion());
      }
    }
    throw new IllegalArgumentException(
        "queryExpansion needs a mask token, the tokenizer of model " + name + " has no " + mask);
  }

  /** Whether the layer is still to be applied; an export may have it inside already. */
  private boolean applies(LinearProjection layer) {
    if (layer.inputDimension() == modelDimension) {
      return true;
    }
    if (layer.outputDimension() == modelDimension) {
      return false;
    }
    throw new IllegalArgumentException(
        "the linear layer of model "
            + name
            + " must take the model's dimension "
            + modelDimension
            + ", it takes "
            + layer.inputDimension());
  }

  /**
   * Loads the default model: on the model of {@link #loadMiniLm()}, a projection of its vectors to
   * 128 components and a query router, which ship with this library.
   *
   * @throws IllegalArgumentException if the base's artifact is not on the class path
   * @throws IOException if it cannot be read
   */
  public static TokenEncoder loadDefault() throws IOException {
    return defaultBuilder().build();
  }

  /**
   * Loads {@code all-MiniLM-L6-v2} in fp32 (384 dimensions, English), as it was published, from its
   * Maven artifact on the class path. It has no router.
   *
   * @throws IllegalArgumentException if the artifact is not on the class path
   * @throws IOException if it cannot be read
   */
  public static TokenEncoder loadMiniLm() throws IOException {
    return miniLmBuilder().build();
  }

  /**
   * Loads the model in a folder.
   *
   * @throws IllegalArgumentException if the folder lacks a file, or holds one that cannot be used
   * @throws IOException if a file cannot be read
   */
  public static TokenEncoder load(Path modelFolder) throws IOException {
    return builder(modelFolder).build();
  }

  /**
   * Starts from the default model, see {@link #loadDefault()}.
   *
   * @throws IOException if the head cannot be read
   */
  public static Builder defaultBuilder() throws IOException {
    return new Builder(DefaultModel.find());
  }

  /** Starts from {@code all-MiniLM-L6-v2}, see {@link #loadMiniLm()}. */
  public static Builder miniLmBuilder() {
    return builder(ResourceModel.miniLm());
  }

  /** Starts from any files. */
  static Builder builder(ModelFiles files) {
    return new Builder(files);
  }

  /**
   * Starts from the model in a folder.
   *
   * @throws IllegalArgumentException if there is no such folder, or it lacks a file
   * @throws IOException if the folder cannot be read
   */
  public static Builder builder(Path modelFolder) throws IOException {
    return new Builder(FolderModel.open(Objects.requireNonNull(modelFolder, "modelFolder")));
  }

  /**
   * Starts from class path resources.
   *
   * @param name what the model is called
   * @param loader finds the resources
   * @param onnxResource name of the ONNX file
   * @param tokenizerResource name of the {@code tokenizer.json}
   */
  public static Builder builder(
      String name, ClassLoader loader, String onnxResource, String tokenizerResource) {
    return new Builder(
        new ResourceModel(
            Objects.requireNonNull(name, "name"),
            Objects.requireNonNull(loader, "loader"),
            Objects.requireNonNull(onnxResource, "onnxResource"),
            Objects.requireNonNull(tokenizerResource, "tokenizerResource"),
            Integer.MAX_VALUE));
  }

  /** Settings of an encoder to be loaded. */
  public static final class Builder {
    /** The most threads that {@link #threads(int)} takes. */
    public static final int MAX_THREADS = 1024;

    private final ModelFiles files;
    private byte[] head; // null for none
    private EncoderConfig config; // null for what the files state
    private UnaryOperator<EncoderConfig> change = UnaryOperator.identity();
    private int threads = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());

    private Builder(ModelFiles files) {
      this.files = files;
    }

    /** Takes these conventions instead of those that the model's files state. */
    public Builder config(EncoderConfig config) {
      this.config = Objects.requireNonNull(config, "config");
      return this;
    }

    /** Changes the conventions in use: those of the model's files, or those given. */
    public Builder adjustConfig(UnaryOperator<EncoderConfig> change) {
      this.change = Objects.requireNonNull(change, "change");
      return this;
    }

    /**
     * Appends a head to the model's graph: what turns its vectors into others, and perhaps a
     * router. The model's bytes and then these are read as one ONNX file (protocol buffers messages
     * merge so), opened from memory: weights that the model keeps in files of their own are not
     * found.
     *
     * @param fragment a serialised ONNX {@code ModelProto} with a graph of nodes, constants and
     *     outputs, and nothing else: the base has the inputs, the operator sets and the versions.
     *     Its nodes may read any value of the base's graph, {@code last_hidden_state} above all,
     *     and must name theirs otherwise. An output {@code token_embeddings} is taken in place of
     *     the base's. Not copied
     */
    public Builder head(byte[] fragment) {
      this.head = Objects.requireNonNull(fragment, "fragment");
      return this;
    }

    /**
     * Appends a head, see {@link #head(byte[])}.
     *
     * @throws IOException if the file cannot be read
     */
    public Builder head(Path fragment) throws IOException {
      return head(Files.readAllBytes(fragment));
    }

    /**
     * Sets how many threads compute one batch, in 1..{@value #MAX_THREADS}; by default as many as
     * the JVM has processors.
     */
    public Builder threads(int threads) {
      if (threads < 1 || threads > MAX_THREADS) {
        throw new IllegalArgumentException(
            "threads must be in 1.." + MAX_THREADS + ", got " + threads);
      }
      this.threads = threads;
      return this;
    }

    /**
     * The model's ONNX file, as it is without a head that was appended here.
     *
     * @throws IOException if it cannot be read
     */
    public InputStream openOnnx() throws IOException {
      return files.openOnnx();
    }

    /**
     * The model's {@code tokenizer.json}.
     *
     * @throws IOException if it cannot be read
     */
    public InputStream openTokenizer() throws IOException {
      return files.openTokenizer();
    }

    /**
     * Loads the encoder.
     *
     * @throws IllegalArgumentException if a file cannot be used or does not fit the others
     * @throws IOException if a file cannot be read
     */
    public TokenEncoder build() throws IOException {
      EncoderConfig stated = config != null ? config : files.config();
      return new TokenEncoder(
          head == null ? files : new HeadedModel(files, head, stated),
          Objects.requireNonNull(change.apply(stated), "changed config"),
          threads);
    }
  }

  /**
   * The model's name: its folder's, or that of the resources. A head that was appended to a model
   * adds the beginning of its SHA-256.
   */
  public String name() {
    return name;
  }

  /** The name of the model that this one is a head on; empty if it is a whole model. */
  public Optional<String> base() {
    return base;
  }

  /** Whether the model holds a query router, so that {@link #encodeRoutedQuery} works. */
  public boolean hasRouter() {
    return !model.routerOutputs().isEmpty();
  }

  /**
   * Whether a linear layer from a file of its own makes the vectors of what the ONNX file gives, so
   * that the ONNX file alone is another model.
   */
  public boolean hasLinearLayer() {
    return projection != null;
  }

  /** The number of components of a vector. */
  public int dimension() {
    return projection != null ? projection.outputDimension() : modelDimension;
  }

  /** One more than the highest token id of the tokenizer. */
  public int vocabularySize() {
    return tokenizer.vocabularySize();
  }

  /**
   * The token ids whose vectors {@link #encodeQuery} keeps: neither special tokens nor punctuation,
   * where the conventions drop those. A graph that sees only ids can so tell a query's content
   * tokens by a table of {@link #vocabularySize()} entries. (A query whose text has none of them
   * has no vectors at all, even if the conventions keep special tokens.)
   *
   * @return a copy, of ids below {@link #vocabularySize()}
   * @throws IllegalStateException if ids alone do not tell, because the conventions drop a token in
   *     the prefix that they keep in a text (a prefix of ordinary words), or the other way round
   */
  public BitSet queryContentIds() {
    return queries.contentIds();
  }

  /** The conventions in use. */
  public EncoderConfig config() {
    return config;
  }

  /**
   * Encodes a query.
   *
   * @throws IllegalArgumentException if the text is null
   * @throws IllegalStateException if the model fails or gives a vector with a NaN or infinite
   *     component
   * @throws AlreadyClosedException if this encoder is closed
   */
  public TokenVectors encodeQuery(String text) {
    return encode(queries, List.of(checkText(text, "text")), EncodingProgress.NONE).get(0);
  }

  /**
   * Encodes a query and routes it, in one run of a model that holds a router. Of {@code
   * router_logits} those of the kept tokens count; {@code views} are taken as the model gives them,
   * which has to leave out by itself what is not kept (see {@link #queryContentIds()}).
   *
   * @return vectors equal to those of {@link #encodeQuery}, and the router for a query of them; no
   *     vectors and no router where the text has no token to keep, for which nothing is run
   * @throws IllegalArgumentException if the text is null
   * @throws IllegalStateException if the model has no router, fails, or gives a vector, a view, a
   *     weight or a logit with a NaN or infinite component
   * @throws AlreadyClosedException if this encoder is closed
   */
  public RoutedQuery encodeRoutedQuery(String text) {
    checkText(text, "text");
    ModelInput input;
    OnnxModel.RoutedRows run = null;
    lock.readLock().lock();
    try {
      ensureOpen();
      if (!hasRouter()) {
        throw new IllegalStateException(
            "model "
                + name
                + " has no router: its ONNX file gives neither views nor router_logits");
      }
      input = queries.layOut(text);
      if (input.modelLength() > 0) {
        run = model.runRouted(input);
      }
    } finally {
      lock.readLock().unlock();
    }
    if (run == null) {
      return new RoutedQuery(vectors(input, new float[0], 0), null);
    }
    TokenVectors tokens = vectors(input, run.rows(), 0);
    return new RoutedQuery(tokens, run.router().over(tokens.vectors(), input.kept()));
  }

  /**
   * Encodes a document.
   *
   * @throws IllegalArgumentException if the text is null
   * @throws IllegalStateException if the model fails or gives a vector with a NaN or infinite
   *     component
   * @throws AlreadyClosedException if this encoder is closed
   */
  public TokenVectors encodeDocument(String text) {
    return encode(documents, List.of(checkText(text, "text")), EncodingProgress.NONE).get(0);
  }

  /**
   * Encodes documents, several of equal length at a time.
   *
   * @param progress told after each batch, on the calling thread
   * @return one entry per text, in the order of the texts
   * @throws IllegalArgumentException if a text is null
   * @throws IllegalStateException if the model fails or gives a vector with a NaN or infinite
   *     component
   * @throws AlreadyClosedException if this encoder is closed, before the call or during it
   */
  public List<TokenVectors> encodeDocuments(List<String> texts, EncodingProgress progress) {
    Objects.requireNonNull(progress, "progress");
    for (int i = 0; i < texts.size(); i++) {
      checkText(texts.get(i), "texts[" + i + "]");
    }
    return encode(documents, texts, progress);
  }

  /**
   * The token ids of a query, as {@link #encodeQuery} gives them to the model.
   *
   * @throws IllegalArgumentException if the text is null
   * @throws AlreadyClosedException if this encoder is closed
   */
  public TokenIds queryIds(String text) {
    return tokenIds(queries, text);
  }

  /**
   * The token ids of a document, as {@link #encodeDocument} gives them to the model.
   *
   * @throws IllegalArgumentException if the text is null
   * @throws AlreadyClosedException if this encoder is closed
   */
  public TokenIds documentIds(String text) {
    return tokenIds(documents, text);
  }

  private TokenIds tokenIds(InputLayout layout, String text) {
    checkText(text, "text");
    lock.readLock().lock();
    try {
      ensureOpen();
      ModelInput input = layout.layOut(text);
      return new TokenIds(input.ids(), input.attention(), input.kept());
    } finally {
      lock.readLock().unlock();
    }
  }

  private static String checkText(String text, String field) {
    if (text == null) {
      throw new IllegalArgumentException(field + " must not be null");
    }
    return text;
  }

  private List<TokenVectors> encode(
      InputLayout layout, List<String> texts, EncodingProgress progress) {
    TokenVectors[] results = new TokenVectors[texts.size()];
    ModelInput[] inputs = new ModelInput[texts.size()];
    lock.readLock().lock();
    try {
      ensureOpen();
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = layout.layOut(texts.get(i));
      }
    } finally {
      lock.readLock().unlock();
    }
    // Longest first: what does not fit in memory fails at once, not after an hour.
    int[] byLength =
        IntStream.range(0, inputs.length)
            .boxed()
            .sorted(Comparator.comparingInt(i -> -inputs[i].modelLength()))
            .mapToInt(Integer::intValue)
            .toArray();
    long tokens = 0;
    for (int from = 0, to; from < byLength.length; from = to) {
      to = batchEnd(inputs, byLength, from);
      List<ModelInput> batch = new ArrayList<>();
      for (int i = from; i < to; i++) {
        batch.add(inputs[byLength[i]]);
        inputs[byLength[i]] = null;
      }
      List<TokenVectors> encoded = encode(batch);
      for (int i = from; i < to; i++) {
        results[byLength[i]] = encoded.get(i - from);
        tokens += results[byLength[i]].size();
      }
      progress.update(to, results.length, tokens);
    }
    return List.of(results);
  }

  /** The end of the batch that begins at {@code from}: equal lengths, and few enough tokens. */
  private int batchEnd(ModelInput[] inputs, int[] byLength, int from) {
    int length = inputs[byLength[from]].modelLength();
    int to = from + 1;
    while (to < byLength.length
        && inputs[byLength[to]].modelLength() == length
        && (to + 1 - from) * (long) length <= batchTokens) {
      to++;
    }
    return to;
  }

  private List<TokenVectors> encode(List<ModelInput> batch) {
    int length = batch.get(0).modelLength();
    float[] rows = new float[0];
    if (length > 0) {
      lock.readLock().lock();
      try {
        ensureOpen();
        rows = model.run(batch);
      } finally {
        lock.readLock().unlock();
      }
    }
    List<TokenVectors> encoded = new ArrayList<>(batch.size());
    for (int text = 0; text < batch.size(); text++) {
      encoded.add(vectors(batch.get(text), rows, text * length));
    }
    return encoded;
  }

  /** The vectors of a text whose rows begin at one of many. */
  private TokenVectors vectors(ModelInput input, float[] rows, int firstRow) {
    float[][] vectors = new float[input.kept().length][];
    for (int i = 0; i < vectors.length; i++) {
      int row = firstRow + input.kept()[i];
      vectors[i] =
          finish(
              Arrays.copyOfRange(rows, row * modelDimension, (row + 1) * modelDimension),
              input.tokens()[i]);
    }
    return new TokenVectors(
        vectors, List.of(input.tokens()), input.starts(), input.ends(), input.truncatedTokens());
  }

  /** Projects, checks and normalises one vector of the model. */
  private float[] finish(float[] vector, String token) {
    float[] finished = projection != null ? projection.apply(vector) : vector;
    double squares = 0;
    for (float component : finished) {
      squares += (double) component * component;
    }
    if (!Double.isFinite(squares)) { // no sum of finite floats' squares overflows a double
      throw new IllegalStateException(
          "model " + name + " gave a vector with a NaN or infinite component for token " + token);
    }
    if (config.normalize()) {
      if (squares == 0) {
        throw new IllegalStateException(
            "model " + name + " gave a zero vector for token " + token + ", it has no direction");
      }
      double scale = 1 / Math.sqrt(squares);
      for (int i = 0; i < finished.length; i++) {
        finished[i] = (float) (finished[i] * scale);
      }
    }
    return finished;
  }

  private void ensureOpen() {
    if (closed) {
      throw new AlreadyClosedException("the encoder of model " + name + " is closed");
    }
  }

  /** Frees the native memory, after calls in progress; closing again does nothing. */
  @Override
  public void close() throws IOException {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        IOUtils.close(tokenizer, model);
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  public String toString() {
    return "TokenEncoder(model="
        + name
        + ", dimension="
        + dimension()
        + ", projection="
        + (projection != null)
        + ", router="
        + hasRouter()
        + ", config="
        + config
        + ")";
  }
}
