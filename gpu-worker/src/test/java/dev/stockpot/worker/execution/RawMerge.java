package dev.stockpot.worker.execution;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.InputRef;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.kernel.LinearKernel;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.plan.NonFinitePolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * One tensor whose sources are files with an empty header, and its outputs, at odd offsets: one
 * soup of all sources, or several.
 */
public record RawMerge(
    Path directory,
    List<byte[]> sources,
    List<Dtype> dtypes,
    Dtype output,
    NonFinitePolicy policy,
    List<InputRef> references,
    List<SoupSpec> soups) {

  /** A safetensors header of no tensor. */
  private static final byte[] HEADER = "\5\0\0\0\0\0\0\0{}   ".getBytes(StandardCharsets.US_ASCII);

  private static final int SOURCE_OFFSET = HEADER.length;
  private static final int OUTPUT_OFFSET = 29;
  private static final int GUARD = 17;
  private static final byte UNTOUCHED = 0x5a;
  public static final String SHARD = "out.safetensors";
  public static final String TOKEN = "a staging token";

  /** Random bit patterns whose values are finite. */
  public static RawMerge random(Path directory, int elements, Dtype output, Dtype... sources) {
    Random random = new Random(elements);
    List<byte[]> bytes =
        Arrays.stream(sources)
            .map(dtype -> {
              byte[] content = new byte[elements * dtype.bytes()];
              random.nextBytes(content);
              for (int i = dtype.bytes() - 1; i < content.length; i += dtype.bytes()) {
                content[i] &= (byte) 0xbf;
              }
              return content;
            })
            .toList();
    return of(directory, bytes, List.of(sources), output);
  }

  public static RawMerge of(
      Path directory, List<byte[]> sources, List<Dtype> dtypes, Dtype output) {
    RawMerge merge =
        new RawMerge(
            directory,
            sources,
            dtypes,
            output,
            NonFinitePolicy.FAIL,
            new ArrayList<>(),
            List.of(soupOfAll(sources.size())));
    try {
      for (int k = 0; k < sources.size(); k++) {
        Files.write(merge.input(k), merge.inputBytes(k));
        merge.references.add(reference(merge.input(k)));
      }
      Files.write(merge.shard(), merge.emptyShard());
      Files.writeString(directory.resolve(MergeSpec.TOKEN_FILE), TOKEN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return merge;
  }

  public RawMerge tolerant() {
    return new RawMerge(
        directory, sources, dtypes, output, NonFinitePolicy.WARN, references, soups);
  }

  /** These soups instead, each in its directory. */
  public RawMerge making(SoupSpec... several) {
    RawMerge merge =
        new RawMerge(directory, sources, dtypes, output, policy, references, List.of(several));
    try {
      for (int soup = 0; soup < several.length; soup++) {
        Files.createDirectories(merge.shard(soup).getParent());
        Files.write(merge.shard(soup), merge.emptyShard());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return merge;
  }

  private static byte[] framed(int offset, byte[] content) {
    byte[] framed = new byte[offset + content.length + GUARD];
    Arrays.fill(framed, UNTOUCHED);
    System.arraycopy(content, 0, framed, offset, content.length);
    return framed;
  }

  /** The whole file of a source. */
  public byte[] inputBytes(int source) {
    byte[] bytes = framed(SOURCE_OFFSET, sources.get(source));
    System.arraycopy(HEADER, 0, bytes, 0, HEADER.length);
    return bytes;
  }

  public Path input(int source) {
    return directory.resolve("in" + source);
  }

  public Path shard() {
    return shard(0);
  }

  public Path shard(int soup) {
    return directory.resolve(soups.get(soup).directory()).resolve(SHARD);
  }

  private Operation operation() {
    return output.mergeable() ? Operation.MERGE : Operation.COPY;
  }

  private int elements() {
    return operation() == Operation.COPY
        ? sources.getFirst().length
        : sources.getFirst().length / dtypes.getFirst().bytes();
  }

  private int outputBytes() {
    return operation() == Operation.COPY ? elements() : elements() * output.bytes();
  }

  public MergeSpec spec() {
    int models = sources.size();
    return new MergeSpec(
        "job",
        IntStream.range(0, models).mapToObj(k -> "model-" + k).toList(),
        IntStream.range(0, models).boxed().collect(Collectors.toMap(k -> k, references::get)),
        soups,
        directory.toString(),
        TOKEN,
        Map.of(0, SHARD),
        policy,
        false);
  }

  /** As the planner would describe it. */
  private static InputRef reference(Path input) throws IOException {
    return new InputRef(
        input.toString(),
        Files.size(input),
        Files.getLastModifiedTime(input).toInstant(),
        sha256(HEADER));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** 1, 2, 3, ... over their sum and one more, so that most sums must be rounded. */
  private static SoupSpec soupOfAll(int sources) {
    List<Long> numerators = IntStream.rangeClosed(1, sources).mapToObj(k -> (long) k).toList();
    long sum = numerators.stream().mapToLong(Long::longValue).sum();
    return new SoupSpec(
        "", IntStream.range(0, sources).boxed().toList(), new IntegerWeights(numerators, sum + 1));
  }

  /** The whole tensor as one task. */
  public TensorTask task() {
    return pieces(Integer.MAX_VALUE).getFirst();
  }

  /** The same with fewer sources than its soups have weights, which no planner makes. */
  public TensorTask senselessTask(int id) {
    TensorTask task = task();
    return new TensorTask(
        id,
        task.tensor(),
        task.operation(),
        task.firstElement(),
        task.elements(),
        task.sources().subList(0, 1),
        task.dtype(),
        task.shard(),
        task.offset(),
        task.length());
  }

  /** The tensor in pieces of so many elements, or bytes where it is copied. */
  public List<TensorTask> pieces(int size) {
    List<TensorTask> pieces = new ArrayList<>();
    boolean merge = operation() == Operation.MERGE;
    for (int first = 0; first < elements(); ) {
      int count = Math.min(size, elements() - first);
      List<SourceRange> ranges = new ArrayList<>();
      for (int k = 0; k < sources.size(); k++) {
        long width = merge ? dtypes.get(k).bytes() : 1;
        ranges.add(
            new SourceRange(k, k, SOURCE_OFFSET + first * width, count * width, dtypes.get(k)));
      }
      long width = merge ? output.bytes() : 1;
      pieces.add(
          new TensorTask(
              pieces.size(),
              "some.tensor",
              operation(),
              first,
              count,
              ranges,
              output,
              0,
              OUTPUT_OFFSET + first * width,
              count * width));
      first += count;
    }
    return pieces;
  }

  /**
   * The whole shard when the task is done: the scalar kernel's result, and nothing else touched.
   */
  public byte[] expectedShard() {
    return expectedShard(0);
  }

  public byte[] expectedShard(int soup) {
    if (operation() == Operation.COPY) {
      return framed(OUTPUT_OFFSET, sources.getFirst());
    }
    List<LinearKernel.Source> in =
        soups.get(soup).sources().stream()
            .map(k -> new LinearKernel.Source(MemorySegment.ofArray(sources.get(k)), dtypes.get(k)))
            .toList();
    byte[] merged = new byte[outputBytes()];
    Kernels.scalar()
        .newKernel()
        .combine(in, soups.get(soup).weights(), MemorySegment.ofArray(merged), output, elements());
    return framed(OUTPUT_OFFSET, merged);
  }

  /** The shard before anything is merged. */
  public byte[] emptyShard() {
    return framed(OUTPUT_OFFSET, new byte[outputBytes()]);
  }

  public byte[] writtenShard() throws IOException {
    return writtenShard(0);
  }

  public byte[] writtenShard(int soup) throws IOException {
    return Files.readAllBytes(shard(soup));
  }

  /** CRC-32C of a task's bytes in the expected shard. */
  public int expectedCrc(TensorTask task) {
    return expectedCrc(task, 0);
  }

  public int expectedCrc(TensorTask task, int soup) {
    return crc(expectedShard(soup), (int) task.offset(), (int) task.length());
  }

  /** CRC-32C of the bytes that a task reads of a source. */
  public int sourceCrc(TensorTask task, int source) {
    SourceRange range = task.sources().get(source);
    return crc(sources.get(source), (int) range.offset() - SOURCE_OFFSET, (int) range.length());
  }

  private static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
