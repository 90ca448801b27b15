package dev.stockpot.merge.planner;

import static dev.stockpot.fixtures.SafetensorsFixture.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.PlacedTensor;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inputs that agree with each other, and whose average would mean nothing. */
class UnmergeableInputsTest {
  @TempDir private Path directory;

  private void assertRefused(SafetensorsFixture fixture, String why) {
    Plans plans = new Plans(directory).model("a", 5, fixture).model("b", 5, fixture);
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(plans::planned)
        .satisfies(e ->
            assertThat(String.valueOf(e.getMessage()).lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains(why)));
  }

  @Test
  void codesWithoutAQuantizationConfigAreRefusedBeforeWorkBegins() {
    assertRefused(
        checkpoint()
            .f32("norm.weight", 1)
            .tensor("q.weight", Dtype.F8_E4M3, List.of(4L), new byte[4])
            .f32("q.weight_scale_inv", 1),
        "its weights are quantized");
  }

  @Test
  void weightsThatAreEmptyInAllInputsAreRefused() {
    assertRefused(checkpoint().f32("norm.weight", 1).f32("q.weight"), "DeepSpeed's ZeRO-3");
  }

  @Test
  void adaptersAreRefusedThoughTheirTensorsAgree() {
    assertRefused(
        checkpoint().f32("q.lora_A.weight", 1).f32("q.lora_B.weight", 1),
        "the tensors of an adapter");
  }

  @Test
  void aTensorThatNoIndexListsIsMergedWithAWarning() throws IOException {
    for (String name : List.of("a", "b")) {
      Path model =
          checkpoint()
              .f32("v", 1)
              .f32("w", 2)
              .nextShard()
              .f32("x", 3)
              .writeTo(directory.resolve(name));
      Files.writeString(
          model.resolve("model.safetensors.index.json"),
          "{\"weight_map\":{\"v\":\"model-00001-of-00002.safetensors\","
              + "\"x\":\"model-00002-of-00002.safetensors\"}}");
    }
    PlannedMerge planned = new Plans(directory).model("a", 5).model("b", 5).planned();
    assertThat(planned.layout().tensors())
        .extracting(PlacedTensor::name)
        .containsExactly("v", "w", "x");
    assertThat(planned.warnings())
        .filteredOn(warning -> warning.contains("does not list"))
        .hasSize(2);
  }

  @Test
  void aTensorOfOneInputThatItsIndexDoesNotListIsMissingWithTheNamesOfShardAndIndex()
      throws IOException {
    Path model =
        checkpoint()
            .f32("v", 1)
            .nextShard()
            .f32("x", 3)
            .f32("y", 3)
            .writeTo(directory.resolve("a"));
    Files.writeString(
        model.resolve("model.safetensors.index.json"),
        "{\"weight_map\":{\"v\":\"model-00001-of-00002.safetensors\","
            + "\"x\":\"model-00002-of-00002.safetensors\"}}");
    Plans plans =
        new Plans(directory).model("a", 5).model("b", 5, checkpoint().f32("v", 1).f32("x", 3));
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(plans::planned)
        .withMessage(
            "b: tensor 'y': missing here, and there in a, where it lies in "
                + model
                + "/model-00002-of-00002.safetensors and model.safetensors.index.json does not list"
                + " it");
  }
}
