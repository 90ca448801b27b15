package dev.stockpot.benchmarks;

import dev.stockpot.checkpoint.CheckpointLayout;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.OutputTensor;
import dev.stockpot.checkpoint.safetensors.PlacedTensor;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Makes three related BF16 checkpoints of the same layout, as fine-tunes of one base are: normal
 * values of deviation 0.02, of which each model changes a part by a tenth of that. The same call
 * makes the same bytes.
 */
public final class SyntheticCheckpoints {

  public static final int MODELS = 3;

  public static final long SHARD_SIZE = 1_000_000_000;

  /** Of a tensor that is there only to be counted. */
  public static final int TINY_BYTES = 16;

  private static final float DEVIATION = 0.02f;
  private static final float CHANGE = 0.002f;
  public static final int LAYERS_OF_8B = 32;

  private static final long VOCABULARY = 128256;

  /** Widths of a layer. */
  private record Layer(long hidden, long keys, long intermediate) {}

  private static final Layer ONE_BILLION = new Layer(2048, 512, 8192);
  private static final Layer EIGHT_BILLION = new Layer(4096, 1024, 14336);
  private static final List<String> WEIGHTS = List.of("0.2", "0.7", "0.1");
  private static final int WRITE_BYTES = 4 << 20;

  /** Normal deviates to draw from: many times faster than making one for each element. */
  private static final float[] NORMAL = normalDeviates();

  private SyntheticCheckpoints() {}

  /**
   * Checkpoints of Llama-3.2-1B's tensors: 2.47 GB each, with a tied head.
   *
   * @param data the directory that benchmarks keep checkpoints in
   */
  public static List<Path> llama1b(Path data) throws IOException {
    List<OutputTensor> tensors = new ArrayList<>();
    add(tensors, "model.embed_tokens.weight", VOCABULARY, ONE_BILLION.hidden());
    addLayers(tensors, 16, ONE_BILLION);
    add(tensors, "model.norm.weight", ONE_BILLION.hidden());
    return in(data.resolve("llama-1b"), CheckpointLayout.of(tensors, SHARD_SIZE));
  }

  /**
   * The layout of Llama-3.1-8B with so many of its {@link #LAYERS_OF_8B} layers, of 0.44 GB each;
   * the rest is 2.1 GB.
   */
  public static CheckpointLayout llama8b(int layers) {
    List<OutputTensor> tensors = new ArrayList<>();
    add(tensors, "lm_head.weight", VOCABULARY, EIGHT_BILLION.hidden());
    add(tensors, "model.embed_tokens.weight", VOCABULARY, EIGHT_BILLION.hidden());
    addLayers(tensors, layers, EIGHT_BILLION);
    add(tensors, "model.norm.weight", EIGHT_BILLION.hidden());
    return CheckpointLayout.of(tensors, SHARD_SIZE);
  }

  /** So many layers of Llama-3.2-1B and nothing else: 122 MB each. */
  public static List<OutputTensor> layers(int count) {
    List<OutputTensor> tensors = new ArrayList<>();
    addLayers(tensors, count, ONE_BILLION);
    return tensors;
  }

  private static void addLayers(List<OutputTensor> tensors, int count, Layer shape) {
    long hidden = shape.hidden();
    long keys = shape.keys();
    long intermediate = shape.intermediate();
    for (int i = 0; i < count; i++) {
      String layer = "model.layers." + i + ".";
      add(tensors, layer + "input_layernorm.weight", hidden);
      add(tensors, layer + "mlp.down_proj.weight", hidden, intermediate);
      add(tensors, layer + "mlp.gate_proj.weight", intermediate, hidden);
      add(tensors, layer + "mlp.up_proj.weight", intermediate, hidden);
      add(tensors, layer + "post_attention_layernorm.weight", hidden);
      add(tensors, layer + "self_attn.k_proj.weight", keys, hidden);
      add(tensors, layer + "self_attn.o_proj.weight", hidden, hidden);
      add(tensors, layer + "self_attn.q_proj.weight", hidden, hidden);
      add(tensors, layer + "self_attn.v_proj.weight", keys, hidden);
    }
  }

  /** Tensors of 1 KB each. */
  static List<OutputTensor> small(int count) {
    return experts(count, 16, 32);
  }

  /** Tensors of {@link #TINY_BYTES} each. */
  public static List<OutputTensor> tiny(int count) {
    return experts(count, TINY_BYTES / 2);
  }

  private static List<OutputTensor> experts(int count, long... shape) {
    List<OutputTensor> tensors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      add(tensors, "model.layers.%d.experts.%d.weight".formatted(i / 100, i % 100), shape);
    }
    return tensors;
  }

  private static void add(List<OutputTensor> tensors, String name, long... shape) {
    tensors.add(new OutputTensor(name, Dtype.BF16, LongStream.of(shape).boxed().toList()));
  }

  /**
   * Makes the checkpoints {@code model-0} to {@code model-2} in the directory, unless they are
   * there.
   *
   * @return their directories
   */
  public static List<Path> in(Path directory, CheckpointLayout layout) throws IOException {
    List<Path> models = new ArrayList<>();
    for (int model = 0; model < MODELS; model++) {
      Path path = directory.resolve("model-" + model);
      models.add(path);
      Path complete = path.resolve("config.json");
      if (Files.exists(complete)) {
        continue;
      }
      Files.createDirectories(path);
      for (ShardLayout shard : layout.shards()) {
        write(path.resolve(shard.fileName()), shard, model);
      }
      if (layout.index().isPresent()) {
        Files.write(path.resolve("model.safetensors.index.json"), layout.index().get());
      }
      Files.writeString(
          complete,
          "{\"model_type\": \"llama\", \"tie_word_embeddings\": true, \"dtype\": \"bfloat16\"}\n");
    }
    return models;
  }

  /**
   * A plan that merges the checkpoints.
   *
   * @param output absolute
   */
  public static String plan(List<Path> models, Path output) {
    StringBuilder yaml = new StringBuilder("version: 1\nmethod: linear\nmodels:\n");
    for (int i = 0; i < models.size(); i++) {
      yaml.append("- {model: \"%s\", weight: %s}\n".formatted(models.get(i), WEIGHTS.get(i)));
    }
    return yaml.append("output: {path: \"%s\", shard_size: 1GB}\n".formatted(output)).toString();
  }

  private static void write(Path file, ShardLayout shard, int model) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      writeAll(channel, ByteBuffer.wrap(shard.header()), 0);
      int pieces = Math.toIntExact(Math.ceilDiv(shard.fileSize() - shard.dataStart(), WRITE_BYTES));
      int number = shard.tensors().stream().mapToInt(PlacedTensor::shard).findFirst().orElse(0);
      IntStream.range(0, pieces)
          .parallel()
          .forEach(piece -> {
            long from = shard.dataStart() + (long) piece * WRITE_BYTES;
            int bytes = (int) Math.min(WRITE_BYTES, shard.fileSize() - from);
            try {
              writeAll(channel, values(bytes, (number << 16) + piece, model), from);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes, at + bytes.position());
    }
  }

  private static ByteBuffer values(int bytes, int piece, int model) {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    SplittableRandom base = new SplittableRandom(piece);
    SplittableRandom own = new SplittableRandom((long) piece * MODELS + model + 1_000_000_007L);
    int mask = NORMAL.length - 1;
    while (buffer.remaining() >= Long.BYTES) {
      long common = base.nextLong();
      long change = own.nextLong();
      long four = 0;
      for (int i = 0; i < Long.SIZE; i += Short.SIZE) {
        float value =
            DEVIATION * NORMAL[(int) (common >>> i) & mask]
                + CHANGE * NORMAL[(int) (change >>> i) & mask];
        four |= (long) bf16(value) << i;
      }
      buffer.putLong(four);
    }
    return buffer.flip();
  }

  /** Rounded to nearest, as a number from 0 to 65535. */
  private static int bf16(float value) {
    return (Float.floatToRawIntBits(value) + 0x8000) >>> Short.SIZE;
  }

  private static float[] normalDeviates() {
    SplittableRandom random = new SplittableRandom(7);
    float[] deviates = new float[1 << Short.SIZE];
    for (int i = 0; i < deviates.length; i++) {
      deviates[i] = (float) random.nextGaussian();
    }
    return deviates;
  }
}
