package dev.stockpot.plan.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.plan.CommonDenominator;
import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.MergePlan.Ingredient;
import dev.stockpot.plan.MergePlan.Output;
import dev.stockpot.plan.Method;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.plan.OutputDtypes;
import dev.stockpot.plan.yaml.InvalidPlanException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanReaderTest {
  private static final String SMALLEST =
      """
      version: 1
      method: linear
      models:
        - {model: a, weight: 1/3}
        - {model: b, weight: 2/3}
      output: {path: out/soup}
      """;

  @TempDir private Path directory;

  @BeforeEach
  void makeCheckpoints() throws IOException {
    Files.createDirectories(directory.resolve("a"));
    Files.createDirectories(directory.resolve("b"));
  }

  private MergePlan read(String text) throws InvalidPlanException {
    List<MergePlan> plans = PlanReader.parse(text, Path.of("plan.yaml"), directory);
    assertThat(plans).hasSize(1);
    return plans.getFirst();
  }

  @Test
  void theSmallestPlanHasTheStatedDefaults() throws InvalidPlanException {
    assertThat(read(SMALLEST))
        .isEqualTo(
            new MergePlan(
                Path.of("plan.yaml"),
                Method.LINEAR,
                List.of(
                    new Ingredient("a", directory.resolve("a"), Fraction.of(1, 3)),
                    new Ingredient("b", directory.resolve("b"), Fraction.of(2, 3))),
                false,
                OutputDtypes.OF_INPUTS,
                Optional.empty(),
                new Output(directory.resolve("out/soup"), 5_000_000_000L),
                NonFinitePolicy.FAIL));
  }

  @Test
  void everyKeyIsRead() throws InvalidPlanException {
    MergePlan plan =
        read(
            """
            version: 1
            method: linear
            normalize: true
            models:
              - model: ./b/../a
                weight: -1
              - weight: "3"
                model: "b"
            dtype: bf16
            keep_float32: ["*.gate.*", norm]
            donor: b
            output:
              shard_size: 1 GiB
              path: out/soup
            non_finite: warn
            """);

    assertThat(plan.models().getFirst())
        .isEqualTo(new Ingredient("./b/../a", directory.resolve("a"), Fraction.of(-1, 1)));
    assertThat(plan.weights()).isEqualTo(new CommonDenominator(List.of(-1L, 3L), 2));
    assertThat(plan.dtypes())
        .isEqualTo(new OutputDtypes(Optional.of(Dtype.BF16), List.of("*.gate.*", "norm")));
    assertThat(plan.donor()).contains(directory.resolve("b"));
    assertThat(plan.output().shardSize()).isEqualTo(1L << 30);
    assertThat(plan.nonFinite()).isEqualTo(NonFinitePolicy.WARN);
  }

  @ParameterizedTest
  @CsvSource({
    "5GB, 5000000000",
    "500 MB, 500000000",
    "1.5gb, 1500000000",
    "100KB, 100000",
    "1MiB, 1048576",
    "2TB, 2000000000000",
    "1TiB, 1099511627776",
    "123456, 123456"
  })
  void sizesAreBytes(String written, long bytes) throws InvalidPlanException {
    MergePlan plan = read(SMALLEST.replace("out/soup}", "out/soup, shard_size: " + written + "}"));

    assertThat(plan.output().shardSize()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "float16, F16",
    "fp16, F16",
    "f16, F16",
    "bfloat16, BF16",
    "bf16, BF16",
    "float32, F32",
    "fp32, F32",
    "f32, F32",
    "float64, F64",
    "fp64, F64",
    "f64, F64"
  })
  void dtypesHaveLongAndShortNames(String written, Dtype dtype) throws InvalidPlanException {
    assertThat(read(SMALLEST + "dtype: " + written).dtypes()).isEqualTo(OutputDtypes.of(dtype));
  }

  @ParameterizedTest
  @CsvSource({"0.7, 0.2, 0.1", "1/3, 1/3, 1/3", "1e-1, 0.90, 0", "2, -0.5, -1/2"})
  void weightsThatSumToExactlyOneAreAccepted(String a, String b, String c) throws Exception {
    Files.createDirectory(directory.resolve("c"));
    MergePlan plan =
        read(
            """
            version: 1
            method: linear
            models: [{model: a, weight: %s}, {model: b, weight: %s}, {model: c, weight: %s}]
            output: {path: out}
            """
                .formatted(a, b, c));

    assertThat(plan.weights().sum()).isEqualTo(Fraction.ONE);
  }

  @Test
  void anAliasMayRepeatANumber() throws InvalidPlanException {
    MergePlan plan =
        read(SMALLEST.replace("weight: 1/3", "weight: &half 0.5").replace("2/3", "*half"));

    assertThat(plan.weights()).isEqualTo(new CommonDenominator(List.of(1L, 1L), 2));
  }

  @Test
  void anAnchorCountsWhereItStoodLastAndOnlyInItsDocument() throws InvalidPlanException {
    String plan =
        """
        version: 1
        method: linear
        models: &x [{model: a, weight: &x 0.5}, {model: b, weight: *x}]
        output: {path: out/%s}
        """;

    List<MergePlan> plans =
        PlanReader.parse(
            plan.formatted("one") + "---\n" + plan.formatted("two"),
            Path.of("plan.yaml"),
            directory);

    assertThat(plans).hasSize(2);
  }

  @Test
  void windowsLineEndsAndAByteOrderMarkChangeNothing() throws InvalidPlanException {
    assertThat(read("\uFEFF" + SMALLEST.replace("\n", "\r\n"))).isEqualTo(read(SMALLEST));
  }

  @Test
  void aLaterPlanMayUseWhatAnEarlierOneWrites() throws InvalidPlanException {
    String second =
        """
        ---
        version: 1
        method: linear
        models: [{model: ./out/soup, weight: 0.5}, {model: a, weight: 0.5}]
        donor: out/soup
        output: {path: out/second}
        """;

    List<MergePlan> plans = PlanReader.parse(SMALLEST + second, Path.of("plan.yaml"), directory);

    assertThat(plans).hasSize(2);
    assertThat(plans.get(1).models().getFirst().path()).isEqualTo(directory.resolve("out/soup"));
  }

  @Test
  void aPlanFileIsReadRelativeToItsDirectory() throws Exception {
    Path file = Files.writeString(directory.resolve("plan.yaml"), SMALLEST);

    MergePlan plan = PlanReader.read(file).getFirst();

    assertThat(plan.source()).isEqualTo(file);
    assertThat(plan.models().getLast().path()).isEqualTo(directory.resolve("b"));
    assertThat(PlanReader.parse(SMALLEST, file)).containsExactly(plan);
  }

  @Test
  void standardInputHasTheNameThatItIsGiven() {
    assertThatExceptionOfType(InvalidPlanException.class)
        .isThrownBy(() -> PlanReader.parse("version: 2", Path.of("-"), directory))
        .satisfies(e -> assertThat(e.problems().getFirst().source()).isEqualTo("-"));
  }

  @Test
  void aFileThatIsNotThereIsAnIoError() {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> PlanReader.read(directory.resolve("missing.yaml")));
  }

  @Test
  void theFingerprintIsWhatDecidesTheBytes() throws InvalidPlanException {
    String fingerprint = read(SMALLEST).fingerprint();

    assertThat(fingerprint).matches("[0-9a-f]{64}");
    assertThat(
            List.of(
                read(SMALLEST.replace("1/3", "2/6")).fingerprint(),
                read(SMALLEST.replace("model: a", "model: ./a")).fingerprint(),
                read(SMALLEST.replace("out/soup", "elsewhere")).fingerprint(),
                read(SMALLEST + "donor: a\n").fingerprint(),
                read(SMALLEST + "non_finite: warn\n").fingerprint()))
        .containsOnly(fingerprint);
    assertThat(
            List.of(
                fingerprint,
                read(SMALLEST.replace("1/3", "2/5").replace("2/3", "3/5")).fingerprint(),
                read(SMALLEST.replace("a,", "x,").replace("b,", "a,").replace("x,", "b,"))
                    .fingerprint(),
                read(SMALLEST + "donor: b\n").fingerprint(),
                read(SMALLEST + "dtype: bf16\n").fingerprint(),
                read(SMALLEST + "normalize: true\n").fingerprint(),
                read(SMALLEST.replace("out/soup", "out/soup, shard_size: 1GB")).fingerprint()))
        .doesNotHaveDuplicates();
  }
}
