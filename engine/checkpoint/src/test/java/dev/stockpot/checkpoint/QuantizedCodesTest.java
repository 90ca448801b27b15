package dev.stockpot.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.problem.Problem;
import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.TensorSize;
import dev.stockpot.fixtures.SafetensorsFixture;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Codes and their scales, by the names that the formats' libraries write. */
class QuantizedCodesTest {
  @TempDir Path root;

  record Part(String name, Dtype dtype) {}

  record Row(String format, List<Part> parts) {
    static Row of(String format, Part... parts) {
      return new Row(format, List.of(parts));
    }
  }

  private static Part part(String name, Dtype dtype) {
    return new Part(name, dtype);
  }

  private List<String> problems(List<Part> parts) {
    SafetensorsFixture fixture = SafetensorsFixture.checkpoint().f32("model.norm.weight", 1);
    for (Part part : parts) {
      List<Long> shape = List.of(8L);
      int bytes = (int) TensorSize.of(part.dtype(), shape).bytes();
      fixture.tensor(part.name(), part.dtype(), shape, new byte[bytes]);
    }
    return Unmergeable.problems(Checkpoint.open(fixture.writeTo(root.resolve("model")))).stream()
        .map(Problem::message)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("quantized")
  void codesAreKnownByTheirScales(Row row) {
    assertThat(problems(row.parts()))
        .singleElement()
        .asString()
        .startsWith("its weights are quantized")
        .contains("first. " + row.format() + ": 1 tensor");
  }

  static Stream<Row> quantized() {
    return Stream.of(
        Row.of(
            "FP8 in blocks",
            part("q.weight", Dtype.F8_E4M3),
            part("q.weight_scale_inv", Dtype.F32)),
        Row.of(
            "FP8 in blocks",
            part("experts.gate_up_proj", Dtype.F8_E4M3),
            part("experts.gate_up_proj_scale_inv", Dtype.F32)),
        Row.of(
            "FP8, INT8 or FP4",
            part("q.weight", Dtype.F8_E4M3),
            part("q.weight_scale", Dtype.BF16),
            part("q.input_scale", Dtype.F32)),
        Row.of("FP8, INT8 or FP4", part("q.weight", Dtype.I8), part("q.weight_scale", Dtype.F32)),
        Row.of(
            "FP8, INT8 or FP4",
            part("q.weight", Dtype.U8),
            part("q.weight_scale", Dtype.F8_E4M3),
            part("q.weight_scale_2", Dtype.F32)),
        Row.of("FP8", part("q.weight", Dtype.F8_E4M3), part("q.scale", Dtype.F32)),
        Row.of(
            "GPTQ or AWQ",
            part("q.qweight", Dtype.I32),
            part("q.qzeros", Dtype.I32),
            part("q.scales", Dtype.F16),
            part("q.g_idx", Dtype.I32)),
        Row.of("MXFP4", part("e.down_proj_blocks", Dtype.U8), part("e.down_proj_scales", Dtype.U8)),
        Row.of(
            "compressed-tensors",
            part("q.weight_packed", Dtype.I32),
            part("q.weight_scale", Dtype.BF16),
            part("q.weight_shape", Dtype.I64)),
        Row.of(
            "bitsandbytes, 4 bits",
            part("q.weight", Dtype.U8),
            part("q.weight.absmax", Dtype.U8),
            part("q.weight.quant_map", Dtype.F32),
            part("q.weight.quant_state.bitsandbytes__nf4", Dtype.U8)),
        Row.of(
            "bitsandbytes, 4 bits",
            part("q.weight", Dtype.BF16),
            part("q.weight.absmax", Dtype.F32),
            part("q.weight.quant_map", Dtype.F32)),
        Row.of("bitsandbytes, 8 bits", part("q.weight", Dtype.I8), part("q.SCB", Dtype.F32)));
  }

  @ParameterizedTest
  @MethodSource("ordinary")
  void ordinaryParametersOfSuchNamesRaiseNoAlarm(Row row) {
    assertThat(problems(row.parts())).isEmpty();
  }

  static Stream<Row> ordinary() {
    return Stream.of(
        Row.of("", part("norm.scale", Dtype.F32), part("norm.weight", Dtype.F32)),
        Row.of("", part("vision.scales", Dtype.F32)),
        Row.of("", part("q.weight", Dtype.BF16), part("q.weight_scale", Dtype.BF16)),
        Row.of("", part("logit_scale", Dtype.F32)),
        Row.of("", part("a_blocks", Dtype.F32), part("a_scales", Dtype.F32)),
        Row.of("", part("absmax", Dtype.F32)),
        Row.of("", part("q.weight", Dtype.U8)));
  }

  @Test
  void theFormatIsToldOnceWithItsCountAndExamples() {
    List<Part> parts =
        Stream.of(0, 1, 2)
            .flatMap(layer ->
                Stream.of(
                    part("layers." + layer + ".q.weight", Dtype.F8_E4M3),
                    part("layers." + layer + ".q.weight_scale_inv", Dtype.F32)))
            .toList();
    assertThat(problems(parts))
        .containsExactly(
            "its weights are quantized, and an average of codes means nothing; use the checkpoint"
                + " that it was quantized from, or dequantize it first. FP8 in blocks: 3 tensors of"
                + " F8_E4M3 with scales such as 'layers.0.q.weight_scale_inv':"
                + " 'layers.*.q.weight' (3)");
  }
}
