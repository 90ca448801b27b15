package dev.stockpot.merge.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.planner.InputFile;
import dev.stockpot.plan.Fraction;
import dev.stockpot.plan.MergePlan;
import dev.stockpot.plan.Method;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.plan.OutputDtypes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {

  @TempDir private Path directory;

  private MergePlan plan(Optional<Dtype> dtype, Optional<Path> donor) {
    return new MergePlan(
        directory.resolve(Manifest.FILE_NAME),
        Method.LINEAR,
        List.of(
            new MergePlan.Ingredient("some/model@main", Path.of("/m/ä \"b\""), Fraction.of(1, 3)),
            new MergePlan.Ingredient("b", Path.of("/m/b"), Fraction.of(7, 10)),
            new MergePlan.Ingredient("c", Path.of("/m/c"), Fraction.of(-1, 1L << 40)),
            new MergePlan.Ingredient("d", Path.of("/m/d"), Fraction.ZERO)),
        true,
        new OutputDtypes(dtype, dtype.isPresent() ? List.of("*norm*", "a.b") : List.of()),
        donor,
        new MergePlan.Output(directory, 123_456_789_012L),
        NonFinitePolicy.WARN);
  }

  private static Manifest manifest(MergePlan plan) {
    return Manifest.of(
        "f00d",
        plan,
        List.of(
            new InputFile(
                Path.of("/m/b/model.safetensors"),
                1L << 40,
                Instant.parse("2026-02-03T04:05:06.123456789Z"),
                "ab12",
                Optional.empty())),
        List.of(new Manifest.OutputFile("model.safetensors", 77, "cd34")),
        List.of(
            new Manifest.Tensor("w", Dtype.BF16, "0000abcd", List.of("00000001"), 2, 3),
            new Manifest.Tensor("empty", Dtype.F8_E4M3, "00000000", List.of(), 0, 0)),
        new StageNanos(1, Long.MAX_VALUE, 3));
  }

  private Manifest written(Manifest manifest) throws IOException {
    Files.write(directory.resolve(Manifest.FILE_NAME), manifest.toJson());
    return Manifest.readIn(directory).orElseThrow();
  }

  private MergeException refusal(String json) throws IOException {
    Files.writeString(directory.resolve(Manifest.FILE_NAME), json);
    return assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> Manifest.readIn(directory))
        .withMessageContaining(directory.resolve(Manifest.FILE_NAME).toString())
        .actual();
  }

  @Test
  void aManifestComesBackAsItWas() throws IOException {
    Manifest full = manifest(plan(Optional.of(Dtype.F32), Optional.of(Path.of("/m/donor"))));
    assertThat(written(full)).isEqualTo(full);
    Manifest sparse = manifest(plan(Optional.empty(), Optional.empty()));
    assertThat(written(sparse)).isEqualTo(sparse);
  }

  @Test
  void thePlanComesBackWithItsExactWeights() throws IOException {
    for (Optional<Dtype> dtype : List.of(Optional.<Dtype>empty(), Optional.of(Dtype.F16))) {
      MergePlan plan = plan(dtype, Optional.of(Path.of("/m/donor")));
      MergePlan read = written(manifest(plan)).toPlan(directory);
      assertThat(read).isEqualTo(plan);
      assertThat(read.fingerprint()).isEqualTo(plan.fingerprint());
    }
  }

  @Test
  void anInputComesBackForAskingWhetherItChanged() throws IOException {
    Manifest manifest = written(manifest(plan(Optional.empty(), Optional.empty())));
    InputFile input = manifest.inputs().getFirst().toInputFile();
    assertThat(input.lastModified()).isEqualTo(Instant.parse("2026-02-03T04:05:06.123456789Z"));
    assertThat(input.change()).contains("/m/b/model.safetensors: is gone");
  }

  @Test
  void aManifestSaysWhichReleaseWroteIt() {
    Manifest manifest = manifest(plan(Optional.empty(), Optional.empty()));
    assertThat(manifest.stockpot()).matches("[0-9]+\\.[0-9]+\\.[0-9]+.*");
    assertThat(manifest.format()).isEqualTo(1);
    assertThat(manifest.kernel()).isPositive();
  }

  @Test
  void aDirectoryWithoutAManifestHasNone() {
    assertThat(Manifest.readIn(directory)).isEmpty();
    assertThat(Manifest.readIn(directory.resolve("nowhere"))).isEmpty();
  }

  @Test
  void aManifestCutOffAnywhereIsDamaged() throws IOException {
    byte[] whole = manifest(plan(Optional.empty(), Optional.empty())).toJson();
    for (int length = 0; length < whole.length; length += 7) {
      Files.write(directory.resolve(Manifest.FILE_NAME), Arrays.copyOf(whole, length));
      assertThatExceptionOfType(MergeException.class)
          .as("%d bytes", length)
          .isThrownBy(() -> Manifest.readIn(directory))
          .withMessageContaining("is damaged");
    }
  }

  @Test
  void otherJsonIsNoManifest() throws IOException {
    for (String json : List.of("[]", "7", "null", "{}", "{\"format\": 1}", "\"text\"")) {
      refusal(json);
    }
  }

  @Test
  void aManifestOfAnotherFormatIsRefusedByItsNumber() throws IOException {
    Manifest manifest = manifest(plan(Optional.empty(), Optional.empty()));
    String json = new String(manifest.toJson(), StandardCharsets.UTF_8);
    String later = json.replaceFirst("\"format\" : 1", "\"format\" : 2, \"news\" : {}");
    assertThat(later).isNotEqualTo(json);
    assertThat(refusal(later)).hasMessageContaining("format 2 is not known to this release");
  }

  @Test
  void aFieldThatALaterReleaseAddedIsPassedOver() throws IOException {
    Manifest manifest = manifest(plan(Optional.empty(), Optional.empty()));
    String json = new String(manifest.toJson(), StandardCharsets.UTF_8);
    Files.writeString(
        directory.resolve(Manifest.FILE_NAME), json.replaceFirst("\\{", "{\"news\": [1],"));
    assertThat(Manifest.readIn(directory)).contains(manifest);
  }

  @Test
  void aMethodOrWeightThatIsNotKnownIsNamed() throws IOException {
    Manifest manifest = manifest(plan(Optional.empty(), Optional.empty()));
    String json = new String(manifest.toJson(), StandardCharsets.UTF_8);
    Files.writeString(
        directory.resolve(Manifest.FILE_NAME), json.replace("\"linear\"", "\"magic\""));
    Manifest strange = Manifest.readIn(directory).orElseThrow();
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> strange.toPlan(directory))
        .withMessageContaining("method magic is not known");
  }
}
