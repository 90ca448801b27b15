package dev.stockpot.coordinator;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.TensorLocation;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.kernel.LinearKernel;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.merge.planner.MergePlanner;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.verification.Manifest;
import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Method;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.plan.OutputDtypes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/**
 * Two small checkpoints in a directory, a plan that merges them, and what must come of it: a few
 * BF16 tensors of odd sizes, one F32, one integer buffer, in two shards each.
 */
public final class Soup {

  /** Of the integer buffer, which is copied. */
  public static final String BUFFER = "rotary.positions";

  private final Path directory;
  private final MergePlan plan;
  private final List<dev.stockpot.plan.Soup> soups;

  private Soup(Path directory, MergePlan plan) {
    this(directory, plan, List.of(dev.stockpot.plan.Soup.of(plan)));
  }

  private Soup(Path directory, MergePlan plan, List<dev.stockpot.plan.Soup> soups) {
    this.directory = directory;
    this.plan = plan;
    this.soups = soups;
  }

  /** Writes the checkpoints {@code a} and {@code b}; the output is to be {@code soup}. */
  public static Soup in(Path directory) {
    checkpoint(1).writeTo(directory.resolve("a"));
    checkpoint(2).writeTo(directory.resolve("b"));
    return of(directory);
  }

  /** The manifest of a merge whose tensors nobody looks at. */
  public static Manifest manifest(PlannedMerge planned, Manifest.Tensor... tensors) {
    return Manifest.of(
        planned.soups().getFirst().fingerprint(),
        planned.plan(),
        planned.inputs(),
        planned.layout().shards().stream()
            .map(shard -> new Manifest.OutputFile(shard.fileName(), shard.fileSize(), "00"))
            .toList(),
        List.of(tensors),
        StageNanos.ZERO);
  }

  /** As {@link #in}, the checkpoints as {@code org/a} and {@code org/b} in the hub's cache. */
  public static Soup ofHub(Path directory, String commit) {
    Path cache = directory.resolve("cache");
    Path a = cache.resolve("models--org--a/snapshots").resolve(commit);
    Path b = cache.resolve("models--org--b/snapshots").resolve(commit);
    checkpoint(1).sidecar("README.md", "---\nlicense: llama3.1\n---\n").writeTo(a);
    checkpoint(2).sidecar("README.md", "---\nlicense: apache-2.0\n---\n").writeTo(b);
    return of(directory, a, b);
  }

  /** As {@link #in}, of checkpoints that are written already. */
  public static Soup of(Path directory) {
    return of(directory, directory.resolve("a"), directory.resolve("b"));
  }

  private static Soup of(Path directory, Path a, Path b) {
    MergePlan plan =
        new MergePlan(
            Path.of("plan.yaml"),
            Method.LINEAR,
            List.of(
                new MergePlan.Ingredient("a", a, Fraction.of(3, 10)),
                new MergePlan.Ingredient("b", b, Fraction.of(7, 10))),
            false,
            OutputDtypes.OF_INPUTS,
            Optional.empty(),
            new MergePlan.Output(directory.resolve("soup"), 6_000),
            NonFinitePolicy.FAIL);
    return new Soup(directory, plan);
  }

  private static SafetensorsFixture checkpoint(int seed) {
    Random random = new Random(seed);
    SafetensorsFixture checkpoint = SafetensorsFixture.checkpoint();
    checkpoint.bits16("embed", Dtype.BF16, finiteBf16(random, 1_001));
    for (int layer = 0; layer < 6; layer++) {
      checkpoint.bits16("layers." + layer + ".up", Dtype.BF16, finiteBf16(random, 500 + layer));
    }
    checkpoint.nextShard();
    checkpoint.f32("norm", 1.5f * seed, -0.0f, 3e38f, 1e-40f);
    checkpoint.tensor(BUFFER, Dtype.I64, List.of(2L), new byte[16]);
    return checkpoint
        .sidecar("config.json", "{\"model_type\": \"tiny\", \"torch_dtype\": \"bfloat16\"}")
        .sidecar("tokenizer.json", "{}");
  }

  /** Any bit patterns but those of infinities and NaNs. */
  private static int[] finiteBf16(Random random, int count) {
    return random.ints(0, 1 << 16).filter(bits -> (bits & 0x7f80) != 0x7f80).limit(count).toArray();
  }

  public Soup writing(String output) {
    return with(
        plan.dtypes(),
        new MergePlan.Output(directory.resolve(output), plan.output().shardSize()),
        plan.nonFinite());
  }

  public Soup as(Dtype dtype) {
    return with(OutputDtypes.of(dtype), plan.output(), plan.nonFinite());
  }

  public Soup onNonFinite(NonFinitePolicy policy) {
    return with(plan.dtypes(), plan.output(), policy);
  }

  private Soup with(OutputDtypes dtypes, MergePlan.Output output, NonFinitePolicy policy) {
    return new Soup(
        directory,
        new MergePlan(
            plan.source(),
            plan.method(),
            plan.models(),
            plan.normalize(),
            dtypes,
            plan.donor(),
            output,
            policy),
        soups);
  }

  /** One more soup in the same pass, below the output, its weights in tenths. */
  public Soup beside(String name, int... tenths) {
    List<dev.stockpot.plan.Soup> all = new ArrayList<>(soups);
    all.removeIf(soup -> soup.name().isEmpty());
    all.add(
        new dev.stockpot.plan.Soup(
            name, Arrays.stream(tenths).mapToObj(tenth -> Fraction.of(tenth, 10)).toList()));
    return new Soup(directory, plan, all);
  }

  /** One of the soups, made alone. */
  public Soup alone(dev.stockpot.plan.Soup soup, String output) {
    return new Soup(directory, plan.forSoup(soup)).writing(output);
  }

  public MergePlan plan() {
    return plan;
  }

  /** The soups that are made of the plan's models. */
  public List<dev.stockpot.plan.Soup> soups() {
    return soups;
  }

  public Path output() {
    return plan.output().path();
  }

  public Path input(String model) {
    return directory.resolve(model);
  }

  public PlannedMerge planned() {
    return MergePlanner.plan(plan, soups);
  }

  /** Overwrites the first bytes of a tensor of an input. */
  public void overwrite(String model, String tensor, byte... bytes) {
    TensorLocation at = tensor(Checkpoint.open(input(model)), tensor);
    try (RandomAccessFile file = new RandomAccessFile(at.file().path().toFile(), "rw")) {
      file.seek(at.offset());
      file.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the scalar kernel makes of whole tensors, by name. */
  public Map<String, List<Byte>> expected() {
    Checkpoint a = Checkpoint.open(input("a"));
    Checkpoint b = Checkpoint.open(input("b"));
    Map<String, List<Byte>> expected = new LinkedHashMap<>();
    a.tensors()
        .forEach((name, location) -> {
          byte[] ofA = bytes(location);
          Dtype dtype = location.header().dtype();
          if (!dtype.mergeable()) {
            expected.put(name, list(ofA));
            return;
          }
          Dtype out = plan.dtypes().dtype().orElse(dtype);
          int elements = ofA.length / dtype.bytes();
          byte[] merged = new byte[elements * out.bytes()];
          Kernels.scalar()
              .newKernel()
              .combine(
                  List.of(
                      new LinearKernel.Source(MemorySegment.ofArray(ofA), dtype),
                      new LinearKernel.Source(
                          MemorySegment.ofArray(bytes(tensor(b, name))), dtype)),
                  planned().soups().getFirst().spec().weights(),
                  MemorySegment.ofArray(merged),
                  out,
                  elements);
          expected.put(name, list(merged));
        });
    return expected;
  }

  /** What stands in a checkpoint, by tensor. */
  public static Map<String, List<Byte>> tensors(Path checkpoint) {
    Map<String, List<Byte>> found = new LinkedHashMap<>();
    Checkpoint.open(checkpoint)
        .tensors()
        .forEach((name, location) -> found.put(name, list(bytes(location))));
    return found;
  }

  private static TensorLocation tensor(Checkpoint checkpoint, String name) {
    return Objects.requireNonNull(checkpoint.tensors().get(name));
  }

  private static byte[] bytes(TensorLocation location) {
    try (RandomAccessFile file = new RandomAccessFile(location.file().path().toFile(), "r")) {
      byte[] bytes = new byte[(int) location.header().byteSize()];
      file.seek(location.offset());
      file.readFully(bytes);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Byte> list(byte[] bytes) {
    List<Byte> list = new ArrayList<>(bytes.length);
    for (byte each : bytes) {
      list.add(each);
    }
    return list;
  }
}
