package dev.stockpot.merge.planner;

import static dev.stockpot.fixtures.SafetensorsFixture.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.merge.MergeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the inputs' config.json decide of a merge. */
class InputConfigTest {
  @TempDir private Path directory;
  private Plans plans = new Plans(Path.of("unset"));

  @BeforeEach
  void begin() {
    plans = new Plans(directory);
  }

  private static SafetensorsFixture with(String config) {
    return checkpoint().f32("w", 1, 2).sidecar("config.json", config);
  }

  private String refusal() {
    return assertThatExceptionOfType(MergeException.class)
        .isThrownBy(() -> plans.planned())
        .actual()
        .failure()
        .message();
  }

  @Test
  void aLeftOverQuantizationConfigIsNamedAsTheKeyToRemove() {
    plans
        .model("a", 5, with("{\"quantization_config\": {\"quant_method\": \"gptq\"}}"))
        .model("b", 5, with("{}"));

    assertThat(refusal())
        .isEqualTo(
            directory.resolve("a/config.json")
                + ": the key 'quantization_config' says that the weights are quantized, but they"
                + " are plain F32: it is left over; remove the key from this file");
  }

  @Test
  void quantizedCodesAreOneProblemThatNamesTheMethod() {
    SafetensorsFixture codes =
        checkpoint()
            .tensor("w", Dtype.F8_E4M3, List.of(2L), new byte[2])
            .sidecar(
                "config.json",
                "{\"text_config\":{\"quantization_config\":{\"quant_method\":\"fp8\"}}}");
    plans.model("a", 5, codes).model("b", 5, codes);

    assertThat(refusal().lines())
        .hasSize(2)
        .first()
        .isEqualTo(
            directory.resolve("a/config.json")
                + ": this checkpoint is quantized (text_config.quantization_config, 'fp8'), and an"
                + " average of its codes means nothing; dequantize it first");
  }

  @Test
  void otherHeadsInTensorsOfOneShapeAreRefused() {
    plans
        .model("a", 5, with("{\"num_attention_heads\": 2}"))
        .model("b", 5, with("{\"num_attention_heads\": 4}"));

    assertThat(refusal())
        .startsWith(
            "the attention heads differ (config.json): num_attention_heads '2' in 'a'; '4'");
  }

  @Test
  void theConfigBesideASingleFileIsReadAndAMalformedOneIsAWarning() throws Exception {
    checkpoint().f32("w", 1, 2).writeTo(directory.resolve("a"));
    checkpoint().f32("w", 1, 2).writeTo(directory.resolve("b"));
    Files.writeString(directory.resolve("a/config.json"), "{\"rms_norm_eps\": 1}");
    Files.writeString(directory.resolve("b/config.json"), "{\"rms_norm_eps\": 2}");
    plans.model("a/model.safetensors", 5).model("b/model.safetensors", 5);

    assertThat(plans.planned().warnings())
        .anyMatch(line -> line.startsWith("rms_norm_eps differs"));
    Files.writeString(directory.resolve("b/config.json"), "{");
    assertThat(plans.planned().warnings())
        .anyMatch(line ->
            line.startsWith(directory.resolve("b/config.json") + ": the file is not valid JSON"));
  }

  @Test
  void aDonorWithoutAConfigIsNamed() throws Exception {
    plans.model("a", 5, with("{}")).model("b", 5, with("{}"));
    Files.delete(directory.resolve("a/config.json"));
    String missing =
        directory.resolve("a")
            + ": has no config.json, so the output gets none; name a checkpoint that has one as"
            + " 'donor'";

    assertThat(plans.planned().warnings()).containsExactly(missing);
    assertThat(plans.donor("b").planned().warnings()).isEmpty();
  }
}
