package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.system.StockpotProcess.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.opentest4j.AssertionFailedError;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A directory with three checkpoints {@code a}, {@code b} and {@code c}, and a plan that merges
 * them into {@code served/soup}. Inputs and output have four shards each, and each tensor is one
 * task.
 */
public record MergeSite(Path directory, int tensors, String shardSize) {

  private static final String MANIFEST = "stockpot-manifest.json";

  public static final List<String> MODELS = List.of("a", "b", "c");

  private static final int SHARDS = 4;
  private static final int KIB = 1 << 10;
  private static final int ATTEMPTS = 5;
  private static final long SEED = 20_260_101;

  /** Small checkpoints: eight tensors. */
  public static MergeSite small(Path directory) {
    return create(directory, 8, 32 << 10, "150KB");
  }

  /** Checkpoints whose merge takes a good part of a second: several hundred tensors. */
  public static MergeSite large(Path directory) {
    return create(directory, 360, 64 << 10, "12MB");
  }

  /** Twice as large, so that it has more moments between its first receipt and its last. */
  public static MergeSite twiceAsLarge(Path directory) {
    return create(directory, 720, 64 << 10, "24MB");
  }

  /** Of which there can be dozens: 300 small tensors. */
  public static MergeSite many(Path directory) {
    return create(directory, 300, 8 << 10, "2MB");
  }

  private static MergeSite create(Path directory, int tensors, int elements, String shardSize) {
    for (int model = 0; model < MODELS.size(); model++) {
      checkpoint(tensors, elements, SEED + model).writeTo(directory.resolve(MODELS.get(model)));
    }
    MergeSite site = new MergeSite(directory, tensors, shardSize);
    site.writePlan("");
    return site;
  }

  /** Finite F32 values of every magnitude below two, in several shards. */
  private static SafetensorsFixture checkpoint(int tensors, int elements, long seed) {
    SafetensorsFixture checkpoint =
        SafetensorsFixture.checkpoint()
            .sidecar("config.json", "{\"model_type\": \"llama\", \"torch_dtype\": \"float32\"}\n")
            .sidecar("tokenizer.json", "{}\n");
    Random random = new Random(seed);
    byte[] bytes = new byte[elements * Float.BYTES];
    for (int i = 0; i < tensors; i++) {
      random.nextBytes(bytes);
      for (int high = Float.BYTES - 1; high < bytes.length; high += Float.BYTES) {
        bytes[high] &= (byte) 0xbf; // the exponent's top bit
      }
      checkpoint.tensor("layers." + i + ".weight", Dtype.F32, List.of((long) elements), bytes);
      if ((i + 1) % (tensors / SHARDS) == 0 && i + 1 < tensors) {
        checkpoint.nextShard();
      }
    }
    return checkpoint;
  }

  /** Another site of the same input files: hard links, so that it costs no time and no room. */
  MergeSite linkedTo(Path other) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path link = other.resolve(directory.relativize(file));
        if (!file.startsWith(output().getParent())) {
          Files.createDirectories(link.getParent());
          Files.createLink(link, file);
        }
      }
      return new MergeSite(other, tensors, shardSize);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the plan, with further lines at its end. */
  public void writePlan(String more) {
    writePlan("served/soup", more);
  }

  public void writePlan(String output, String more) {
    String text =
        """
        version: 1
        method: linear
        models:
          - {model: a, weight: 0.2}
          - {model: b, weight: 0.7}
          - {model: c, weight: 0.1}
        dtype: bfloat16
        output: {path: "%s", shard_size: %s}
        %s\
        """
            .formatted(output, shardSize, more);
    try {
      Files.createDirectories(directory.resolve("served"));
      // Never through a hard link into another site.
      Files.deleteIfExists(plan());
      Files.writeString(plan(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path plan() {
    return directory.resolve("plan.yaml");
  }

  public Path output() {
    return directory.resolve("served/soup");
  }

  Path staging() {
    return directory.resolve("served/.soup.stockpot");
  }

  Journal journal() {
    return new Journal(staging().resolve("journal"));
  }

  /** The shard {@code number}, from 1, of a model. */
  Path inputShard(String model, int number) {
    return directory.resolve(model, "model-%05d-of-%05d.safetensors".formatted(number, SHARDS));
  }

  /** A shard of the output, from 1, while it is staged. */
  Path stagedShard(int number) {
    return staging()
        .resolve("shards")
        .resolve("model-%05d-of-%05d.safetensors".formatted(number, SHARDS));
  }

  /**
   * How many tensors have been merged into the staged shards, by any process, whether or not it was
   * recorded; all of them have the same length, and none is only zeros.
   */
  int staged() throws IOException {
    int length = (int) Files.size(inputShard("a", 1)) * SHARDS / tensors / 2 / KIB * KIB;
    int staged = 0;
    for (int shard = 1; shard <= SHARDS; shard++) {
      try (FileChannel channel = FileChannel.open(stagedShard(shard))) {
        ByteBuffer tensor = ByteBuffer.allocate(length);
        for (long at = channel.size() - length; at > 0; at -= length) {
          channel.read(tensor.clear(), at);
          boolean merged = tensor.flip().mismatch(ByteBuffer.allocate(length)) >= 0;
          staged += merged ? 1 : 0;
        }
      } catch (NoSuchFileException _) {
        // Its first tensor is still to come.
      }
    }
    return staged;
  }

  /** Where the data of a safetensors file begins. */
  public static long headerBytes(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      channel.read(length, 0);
      return Long.BYTES + length.getLong(0);
    }
  }

  StockpotProcess start() {
    return StockpotProcess.start(directory, "merge", "--json", plan().toString());
  }

  /** Starts the merge on so many threads: one leaves it more time between its receipts. */
  StockpotProcess start(int threads) {
    return StockpotProcess.start(
        directory, "merge", "--json", "--threads", "" + threads, plan().toString());
  }

  /**
   * Starts the merge and stops it, by SIGSTOP, between its first receipt and its last. Where other
   * work of the machine lets the moment pass, begins afresh.
   */
  StockpotProcess stoppedMidway() throws InterruptedException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<StockpotProcess> stopped = stopped(1);
      if (stopped.isPresent()) {
        return stopped.get();
      }
      deleteOutput();
    }
    throw new AssertionFailedError("the merge was over before it was stopped, each time");
  }

  /** The merge stopped with so many receipts or more, but not all; empty if the moment passed. */
  Optional<StockpotProcess> stopped(int receipts) throws InterruptedException {
    StockpotProcess process = start(1);
    if (process.livesUntil(() -> journal().receipts().size() >= receipts)) {
      process.signal("STOP");
      int recorded = journal().receipts().size();
      if (recorded >= receipts && recorded < tensors) {
        return Optional.of(process);
      }
    }
    process.close();
    return Optional.empty();
  }

  Ended merge() throws InterruptedException {
    try (StockpotProcess process = start()) {
      return process.await();
    }
  }

  /**
   * Runs the merge, which must fail with this status, leave the inputs as they are and nothing in
   * the output's place, and show no stack trace; says what it said.
   */
  String fails(int status) throws InterruptedException {
    Map<String, String> inputs = inputs();
    Ended ended = merge();
    assertFailed(ended, status);
    assertThat(inputs()).isEqualTo(inputs);
    assertThat(output()).doesNotExist();
    return ended.err();
  }

  /** The process said in plain words why it failed. */
  static void assertFailed(Ended ended, int status) {
    assertThat(ended.status()).as(ended.err()).isEqualTo(status);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).isNotBlank().doesNotContain("\tat ", "Exception");
  }

  /** Names of all that stands where the output is wanted, hidden files too. */
  List<String> served() {
    try (Stream<Path> entries = Files.list(directory.resolve("served"))) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Checksums of every file of the inputs, by path. */
  Map<String, String> inputs() {
    Map<String, String> checksums = new TreeMap<>();
    MODELS.forEach(model -> checksums.putAll(checksums(directory.resolve(model))));
    return checksums;
  }

  /** Checksums of every file of the output, by name; of the manifest without its times. */
  Map<String, String> result() {
    return checksums(output());
  }

  /** The merge ended well: the output has these files, and nothing else was left beside it. */
  void assertServed(Map<String, String> expected) {
    assertThat(served()).containsExactly("soup");
    assertThat(result()).isEqualTo(expected);
  }

  /** The same for a merge in another place, whose manifest names other paths. */
  void assertServedAside(Map<String, String> expected) {
    Map<String, String> others = new TreeMap<>(expected);
    assertThat(others.remove(MANIFEST)).isNotNull();
    Map<String, String> ours = new TreeMap<>(result());
    assertThat(ours.remove(MANIFEST)).isNotNull();
    assertThat(served()).containsExactly("soup");
    assertThat(ours).isEqualTo(others);
  }

  static Map<String, String> checksums(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      Map<String, String> checksums = new TreeMap<>();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        checksums.put(directory.relativize(file).toString(), checksum(file));
      }
      return checksums;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String checksum(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    if (file.endsWith(MANIFEST)) {
      ObjectNode manifest = (ObjectNode) JsonMapper.shared().readTree(content);
      assertThat(manifest.remove(List.of("created", "times")).has("created")).isFalse();
      content = JsonMapper.shared().writeValueAsBytes(manifest);
    }
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  public void deleteOutput() {
    delete(output());
    delete(staging());
  }

  public static void delete(Path tree) {
    if (Files.notExists(tree)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(tree)) {
      for (Path path : walk.sorted((one, other) -> other.compareTo(one)).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
