package dev.stockpot.merge.verification;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.merge.planner.InputFile;
import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Method;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.plan.OutputDtypes;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a merged checkpoint was made of: enough to check every byte of it, and to make it again.
 *
 * @param format version of this file's format
 * @param stockpot release that wrote it
 * @param kernel version of the kernels' arithmetic
 * @param fingerprint of the planned merge; the same plan over the same inputs has the same
 * @param companions the files beside the weights, by their paths in the output; empty in a manifest
 *     of a release that did not list them
 * @param tensors in the order of the output
 * @param times nanoseconds of all threads together, by stage
 */
public record Manifest(
    int format,
    String stockpot,
    int kernel,
    String fingerprint,
    Instant created,
    Plan plan,
    List<Input> inputs,
    List<OutputFile> outputs,
    @Nullable List<String> companions,
    List<Tensor> tensors,
    StageNanos times) {

  public static final String FILE_NAME = "stockpot-manifest.json";

  private static final int FORMAT = 1;

  private static final int LARGEST = 1 << 29;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** What is missing makes a manifest that cannot be read. */
  public Manifest {
    Objects.requireNonNull(stockpot, "stockpot");
    Objects.requireNonNull(fingerprint, "fingerprint");
    Objects.requireNonNull(created, "created");
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(times, "times");
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    companions = companions == null ? List.of() : List.copyOf(companions);
    tensors = List.copyOf(tensors);
  }

  /** Never null, whatever the file says. */
  @Override
  public List<String> companions() {
    return Objects.requireNonNull(companions);
  }

  /** The same, of an output that has these files beside its weights. */
  public Manifest with(List<String> files) {
    return new Manifest(
        format,
        stockpot,
        kernel,
        fingerprint,
        created,
        plan,
        inputs,
        outputs,
        files,
        tensors,
        times);
  }

  /** The manifest of a merge that this release made just now. */
  public static Manifest of(
      String fingerprint,
      MergePlan plan,
      List<InputFile> inputs,
      List<OutputFile> outputs,
      List<Tensor> tensors,
      StageNanos times) {
    return new Manifest(
        FORMAT,
        StockpotVersion.current(),
        Kernels.KERNEL_VERSION,
        fingerprint,
        Instant.now(),
        Plan.of(plan),
        inputs.stream().map(Input::of).toList(),
        outputs,
        List.of(),
        tensors,
        times);
  }

  /** An input file as it was when it was read. */
  public record Input(String path, long size, Instant lastModified, String headerSha256) {
    public Input {
      Objects.requireNonNull(path);
      Objects.requireNonNull(lastModified);
      Objects.requireNonNull(headerSha256);
    }

    static Input of(InputFile file) {
      return new Input(
          file.path().toString(), file.size(), file.lastModified(), file.headerSha256());
    }

    /** For asking whether the file is still the same. */
    public InputFile toInputFile() {
      return new InputFile(Path.of(path), size, lastModified, headerSha256, Optional.empty());
    }
  }

  /** A shard of the output. */
  public record OutputFile(String file, long size, String headerSha256) {
    public OutputFile {
      Objects.requireNonNull(file);
      Objects.requireNonNull(headerSha256);
    }
  }

  /**
   * A tensor of the output.
   *
   * @param crc32c of its bytes, eight hex digits
   * @param sources CRC-32C of the bytes it was made of, one per model that took part
   */
  public record Tensor(
      String name, Dtype dtype, String crc32c, List<String> sources, long nan, long infinity) {
    public Tensor {
      Objects.requireNonNull(name);
      Objects.requireNonNull(dtype);
      Objects.requireNonNull(crc32c);
      sources = List.copyOf(sources);
    }
  }

  /** The plan as it was carried out, with absolute paths. */
  public record Plan(
      String method,
      List<Model> models,
      boolean normalize,
      @Nullable Dtype dtype,
      @Nullable List<String> keepFloat32,
      @Nullable String donor,
      long shardSize,
      NonFinitePolicy nonFinite) {

    public Plan {
      Objects.requireNonNull(method);
      Objects.requireNonNull(nonFinite);
      models = List.copyOf(models);
      if (models.isEmpty() || shardSize <= 0) {
        throw new IllegalArgumentException("a plan needs models and a shard size");
      }
    }

    /** One ingredient, its weight a decimal or a fraction. */
    public record Model(String model, String path, String weight) {
      public Model {
        Objects.requireNonNull(model);
        Objects.requireNonNull(path);
        Objects.requireNonNull(weight);
      }
    }

    static Plan of(MergePlan plan) {
      return new Plan(
          plan.method().planName(),
          plan.models().stream()
              .map(model ->
                  new Model(model.reference(), model.path().toString(), text(model.weight())))
              .toList(),
          plan.normalize(),
          plan.dtypes().dtype().orElse(null),
          plan.dtypes().keepFloat32().isEmpty() ? null : plan.dtypes().keepFloat32(),
          plan.donor().map(Path::toString).orElse(null),
          plan.output().shardSize(),
          plan.nonFinite());
    }

    /** The decimal where it is short, else the ratio, which {@link Fraction#parse} reads back. */
    private static String text(Fraction weight) {
      String decimal = weight.toString();
      return decimal.length() <= SHORT_DECIMAL
          ? decimal
          : weight.numerator() + "/" + weight.denominator();
    }

    private static final int SHORT_DECIMAL = 20;
  }

  /** The plan again, with the given directory as its output. */
  public MergePlan toPlan(Path output) {
    return new MergePlan(
        output.resolve(FILE_NAME),
        Method.named(plan.method())
            .orElseThrow(() -> unreadable(output, "method " + plan.method())),
        plan.models().stream()
            .map(model ->
                new MergePlan.Ingredient(
                    model.model(),
                    Path.of(model.path()),
                    Fraction.parse(model.weight())
                        .orElseThrow(() -> unreadable(output, "weight " + model.weight()))))
            .toList(),
        plan.normalize(),
        new OutputDtypes(
            Optional.ofNullable(plan.dtype()),
            Objects.requireNonNullElse(plan.keepFloat32(), List.of())),
        Optional.ofNullable(plan.donor()).map(Path::of),
        new MergePlan.Output(output, plan.shardSize()),
        plan.nonFinite());
  }

  /** The manifest in a checkpoint's directory; empty if it has none. */
  public static Optional<Manifest> readIn(Path directory) {
    Path file = directory.resolve(FILE_NAME);
    try {
      @Nullable Manifest manifest =
          JSON.readValue(RegularFiles.bytes(file, LARGEST), Manifest.class);
      if (manifest == null) {
        throw MergeException.userInput(file + ": is damaged: it says null");
      }
      if (manifest.format() != FORMAT) {
        throw unreadable(directory, "format " + manifest.format());
      }
      return Optional.of(manifest);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw MergeException.environment(
          "%s: cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
    } catch (JacksonException e) {
      throw MergeException.userInput("%s: is damaged: %s".formatted(file, e.getOriginalMessage()));
    }
  }

  private static MergeException unreadable(Path directory, String what) {
    return MergeException.userInput(
        "%s: %s is not known to this release; use the one that wrote it"
            .formatted(directory.resolve(FILE_NAME), what));
  }

  /** The file's content. */
  public byte[] toJson() {
    return JSON.writeValueAsBytes(this);
  }
}
