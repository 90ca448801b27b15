package dev.stockpot.merge.planner;

import static dev.stockpot.fixtures.SafetensorsFixture.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.PlacedTensor;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorAgreementTest {

  @TempDir private Path directory;
  private Plans plans = new Plans(Path.of("unset"));

  @BeforeEach
  void begin() {
    plans = new Plans(directory);
  }

  private static SafetensorsFixture of(String tensor, Dtype dtype, long... shape) {
    return checkpoint().tensor(tensor, dtype, shape(shape), bytes(dtype, shape));
  }

  private static List<Long> shape(long... shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  private static byte[] bytes(Dtype dtype, long... shape) {
    long elements = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return new byte[(int) (elements * dtype.bits() / Byte.SIZE)];
  }

  private List<String> problems() {
    MergeException refusal =
        assertThatExceptionOfType(MergeException.class).isThrownBy(() -> plans.planned()).actual();
    assertThat(refusal.failure().kind()).isEqualTo(Failure.Kind.USER_INPUT);
    return refusal.failure().message().lines().toList();
  }

  private static PlacedTensor tensor(PlannedMerge planned, String name) {
    return planned.layout().tensors().stream()
        .filter(placed -> placed.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aNameThatATerminalWouldObeyIsShownInProblems() {
    String name = "w\n\u001b[2J";
    plans.model("a", 5, of(name, Dtype.F32, 2)).model("b", 5, of(name, Dtype.F32, 3));
    assertThat(problems())
        .anyMatch(problem -> problem.contains("'w\\u000a\\u001b[2J': has shape [3]"));
    plans = new Plans(directory.resolve("other"));
    plans.model("a", 5, of(name, Dtype.F32, 2)).model("b", 5, of("v", Dtype.F32, 2));
    assertThat(problems())
        .anyMatch(problem -> problem.contains("'w\\u000a\\u001b[2J': missing here"));
  }

  @ParameterizedTest
  @CsvSource({
    "BF16, BF16, BF16",
    "F16, F16, F16",
    "F32, F32, F32",
    "F64, F64, F64",
    "BF16, F16, F32",
    "BF16, F32, F32",
    "F32, F16, F32",
    "F64, BF16, F64",
    "F16, F64, F64"
  })
  void mixedDtypesBecomeTheNarrowestThatHoldsBoth(Dtype a, Dtype b, Dtype output) {
    plans.model("a", 5, of("w", a, 2, 3)).model("b", 5, of("w", b, 2, 3));
    PlannedMerge planned = plans.planned();
    assertThat(tensor(planned, "w").tensor().dtype()).isEqualTo(output);
    TensorTask task = planned.tasks().getFirst();
    assertThat(task.sources()).extracting(TensorTask.SourceRange::dtype).containsExactly(a, b);
    assertThat(planned.outputDtype()).contains(output);
  }

  @Test
  void theWidestOfAllInputsCountsInWhateverOrder() {
    plans
        .model("a", 2, of("w", Dtype.BF16, 1))
        .model("b", 3, of("w", Dtype.F16, 1))
        .model("c", 5, of("w", Dtype.BF16, 1));
    assertThat(tensor(plans.planned(), "w").tensor().dtype()).isEqualTo(Dtype.F32);
  }

  @Test
  void thePlansDtypeRulesWhatIsMergedAndLeavesWhatIsCopied() {
    SafetensorsFixture both =
        of("w", Dtype.F32, 4).tensor("ids", Dtype.I64, List.of(1L), new byte[8]);
    PlannedMerge planned =
        plans.model("a", 5, both).model("b", 5, both).dtype(Dtype.BF16).planned();
    assertThat(tensor(planned, "w").tensor().dtype()).isEqualTo(Dtype.BF16);
    assertThat(tensor(planned, "ids").tensor().dtype()).isEqualTo(Dtype.I64);
  }

  @ParameterizedTest
  @CsvSource({"I64", "I32", "U8", "BOOL", "F8_E4M3", "F8_E5M2"})
  void whatCannotBeAveragedIsCopiedFromAllInputs(Dtype dtype) {
    plans.model("a", 10, of("ids", dtype, 6)).model("b", 0, of("ids", dtype, 6));
    TensorTask task = plans.planned().tasks().getFirst();
    assertThat(task.operation()).isEqualTo(Operation.COPY);
    assertThat(task.dtype()).isEqualTo(dtype);
    assertThat(task.sources()).as("one of weight zero must agree too").hasSize(2);
  }

  @Test
  void aMissingTensorIsNamedWithWhoHasItAndWhoHasNot() {
    plans
        .model("a", 5, checkpoint().f32("w", 1).f32("only.a", 1))
        .model("b", 3, checkpoint().f32("w", 1).f32("b.and.c", 1))
        .model("c", 2, checkpoint().f32("w", 1).f32("b.and.c", 1));
    assertThat(problems())
        .containsExactly(
            "b, c: tensor 'only.a': missing here, and there in a",
            "a: tensor 'b.and.c': missing here, and there in b, c");
  }

  @Test
  void shapesThatDifferAreNamed() {
    plans.model("a", 5, of("w", Dtype.F32, 2, 3)).model("b", 5, of("w", Dtype.F32, 3, 2));
    assertThat(problems()).containsExactly("b: tensor 'w': has shape [3, 2], and [2, 3] in a");
  }

  @ParameterizedTest
  @CsvSource({"F32, I32", "I32, F32", "I32, U32", "BF16, F8_E4M3"})
  void dtypesThatCannotBeMixedAreNamed(Dtype a, Dtype b) {
    plans.model("a", 5, of("w", a, 4)).model("b", 5, of("w", b, 4));
    assertThat(problems())
        .containsExactly(
            "b: tensor 'w': is %s, and %s in a; only BF16, F16, F32 and F64 may be mixed"
                .formatted(b, a));
  }

  @Test
  void allProblemsAreToldAtOnce() {
    plans
        .model(
            "a",
            5,
            checkpoint()
                .f32("shape", 1)
                .f32("dtype", 1)
                .f32("gone", 1)
                .tensor("w.qweight", Dtype.I32, List.of(1L), new byte[4])
                .sidecar("config.json", "{\"quantization_config\": {\"bits\": 4}}"))
        .model(
            "b",
            5,
            checkpoint()
                .f32("shape", 1, 2)
                .tensor("w.qweight", Dtype.I32, List.of(1L), new byte[4])
                .tensor("dtype", Dtype.I32, List.of(1L), new byte[4]));
    assertThat(problems())
        .hasSize(4)
        .anyMatch(line -> line.contains("a/config.json: this checkpoint is quantized"))
        .anyMatch(line -> line.startsWith("b: tensor 'shape': "))
        .anyMatch(line -> line.startsWith("b: tensor 'dtype': "))
        .anyMatch(line -> line.startsWith("b: tensor 'gone': "));
  }

  @Test
  void everyCheckpointThatCannotBeOpenedIsNamed() throws Exception {
    Files.createDirectory(directory.resolve("a"));
    Files.createDirectory(directory.resolve("b"));
    Files.writeString(directory.resolve("b/model.safetensors"), "nonsense");
    plans.model("a", 2).model("b", 3).model("c", 5);
    for (String name : List.of("a", "b", "c")) {
      assertThat(problems()).anyMatch(line -> line.contains(directory.resolve(name).toString()));
    }
  }

  @Test
  void anotherArchitectureIsCalledSoAndItsThousandTensorsAreAFewLines() {
    SafetensorsFixture one = checkpoint().f32("embed", 1);
    SafetensorsFixture other = checkpoint().f32("embed", 1);
    for (int layer = 0; layer < 500; layer++) {
      one.f32("h." + layer + ".attn.weight", 1).f32("h." + layer + ".mlp.weight", 1);
      other.f32("h." + layer + ".attn.weight", 1, 2).f32("h." + layer + ".experts.weight", 1);
    }
    plans.model("a", 5, one).model("b", 5, other);
    assertThat(problems())
        .containsExactly(
            "b: does not share an architecture with a: of 1,501 tensors, 1,500 are not in both or"
                + " have other shapes",
            "b: 500 tensors: has shape [2], and [1] in a: 'h.*.attn.weight' (500)",
            "b: 500 tensors: missing here, and there in a: 'h.*.mlp.weight' (500)",
            "a: 500 tensors: missing here, and there in b: 'h.*.experts.weight' (500)",
            "'stockpot plan validate --json' names all 1,501");
  }

  @Test
  void theOutputKeepsTheOrderOfTheFirstInput() {
    PlannedMerge planned =
        plans
            .model("a", 5, checkpoint().f32("z", 1).f32("a", 1).f32("m", 1))
            .model("b", 5, checkpoint().f32("a", 1).f32("m", 1).f32("z", 1))
            .planned();
    assertThat(planned.layout().tensors())
        .extracting(PlacedTensor::name)
        .containsExactly("z", "a", "m");
  }
}
