package dev.stockpot.merge.planner;

import static dev.stockpot.fixtures.SafetensorsFixture.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.checkpoint.safetensors.PlacedTensor;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.TensorTask.Operation;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vocabularies, buffers, constants and dtypes: what differs although the architecture is one. */
class BesideTheWeightsTest {
  private static final float INFINITE = Float.NEGATIVE_INFINITY;

  @TempDir private Path directory;
  private Plans plans = new Plans(Path.of("unset"));

  @BeforeEach
  void begin() {
    plans = new Plans(directory);
  }

  private String refusal() {
    return assertThatExceptionOfType(MergeException.class)
        .isThrownBy(plans::planned)
        .actual()
        .failure()
        .message();
  }

  private static List<String> names(PlannedMerge planned) {
    return planned.layout().tensors().stream().map(PlacedTensor::name).toList();
  }

  private static SafetensorsFixture vocabulary(int rows) {
    return checkpoint()
        .tensor(
            "model.embed_tokens.weight", Dtype.F32, List.of((long) rows, 2L), new byte[rows * 8])
        .f32("model.norm.weight", 1)
        .tensor("lm_head.weight", Dtype.F32, List.of((long) rows, 2L), new byte[rows * 8]);
  }

  @Test
  void vocabulariesThatDifferAreCalledSo() {
    plans.model("base", 5, vocabulary(32)).model("added", 5, vocabulary(34));
    assertThat(refusal())
        .isEqualTo(
            "added: has another vocabulary than base, and nothing else differs: 34 rows in"
                + " 'model.embed_tokens.weight', 'lm_head.weight', where base has 32; rows 32 to 33"
                + " are in added alone. Bring all models to one tokenizer and as many rows"
                + " (resize_token_embeddings in transformers), or merge only those that agree");
  }

  @Test
  void vocabulariesAreNotBlamedForWhatElseDiffers() {
    plans
        .model("base", 5, vocabulary(34).f32("model.x.weight", 1))
        .model("added", 5, vocabulary(32));
    assertThat(refusal())
        .startsWith("added: has another vocabulary than base: 32 rows")
        .contains("rows 32 to 33 are in base alone")
        .endsWith("added: tensor 'model.x.weight': missing here, and there in base");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.layers.0.self_attn.rotary_emb.inv_freq",
        "model.rotary_emb.inv_freq",
        "embeddings.position_ids",
        "transformer.h.0.attn.masked_bias"
      })
  void whatModelsComputeWhenTheyAreLoadedIsLeftOutWhereSomeLackIt(String buffer) {
    PlannedMerge planned =
        plans
            .model("a", 5, checkpoint().f32("w", 1).f32(buffer, 1))
            .model("b", 5, checkpoint().f32("w", 1))
            .planned();
    assertThat(names(planned)).containsExactly("w");
    assertThat(planned.warnings())
        .containsExactly(
            "a: tensor '%s': left out: models compute it when they are loaded, and not all have it"
                .formatted(buffer));
  }

  @Test
  void oneThatAllHaveIsMerged() {
    SafetensorsFixture both = checkpoint().f32("w", 1).f32("a.rotary_emb.inv_freq", 1);
    PlannedMerge planned = plans.model("a", 5, both).model("b", 5, both).planned();
    assertThat(names(planned)).containsExactly("w", "a.rotary_emb.inv_freq");
  }

  @ParameterizedTest
  @CsvSource({"'1,1,2,2', true", "'4', false"})
  void anAttentionBiasIsAMaskOnlyIfItHasTheShapeOfOne(String shape, boolean mask) {
    List<Long> dimensions = List.of(shape.split(",")).stream().map(Long::parseLong).toList();
    plans
        .model(
            "a",
            5,
            checkpoint().f32("w", 1).tensor("h.0.attn.bias", Dtype.F32, dimensions, new byte[16]))
        .model("b", 5, checkpoint().f32("w", 1));
    if (mask) {
      assertThat(names(plans.planned())).containsExactly("w");
    } else {
      assertThat(refusal()).contains("h.0.attn.bias");
    }
  }

  @Test
  void aConstantThatIsInfiniteOnPurposeIsCopied() {
    SafetensorsFixture both = checkpoint().f32("w", 1).f32("mask", 0, INFINITE).f32("finite", 3);
    PlannedMerge planned =
        plans.model("a", 5, both).model("b", 5, both).dtype(Dtype.BF16).planned();
    assertThat(planned.tasks())
        .filteredOn(task -> task.operation() == Operation.COPY)
        .singleElement()
        .satisfies(task -> assertThat(task.tensor()).isEqualTo("mask"))
        .satisfies(task -> assertThat(task.dtype()).isEqualTo(Dtype.F32))
        .satisfies(task -> assertThat(task.sources()).hasSize(2));
  }

  @Test
  void infinitiesThatDifferOrAreWeightsAreForTheMergeToJudge() {
    PlannedMerge planned =
        plans
            .model("a", 5, checkpoint().f32("x.weight", INFINITE).f32("mask", 0, INFINITE))
            .model("b", 5, checkpoint().f32("x.weight", INFINITE).f32("mask", INFINITE, 0))
            .planned();
    assertThat(planned.tasks()).allMatch(task -> task.operation() == Operation.MERGE);
  }

  private static SafetensorsFixture mixed() {
    return checkpoint()
        .bits16("x.weight", Dtype.BF16, new int[100])
        .f32("layers.0.gate.weight", 1, 2)
        .f32("layers.1.gate.weight", 1, 2)
        .f32("norm.weight", 1);
  }

  private static Dtype dtype(PlannedMerge planned, String name) {
    return planned.layout().tensors().stream()
        .filter(placed -> placed.name().equals(name))
        .findFirst()
        .orElseThrow()
        .tensor()
        .dtype();
  }

  @Test
  void tensorsThatAreKeptWiderAreNamedWhereThePlanNarrowsThem() {
    PlannedMerge planned =
        plans.model("a", 5, mixed()).model("b", 5, mixed()).dtype(Dtype.BF16).planned();
    assertThat(planned.warnings())
        .containsExactly(
            "plan.yaml: 3 tensors: F32 in the models, which are BF16 for the most part, and rounded"
                + " to BF16 as 'dtype' says; 'keep_float32' in the plan keeps those that its"
                + " patterns match: 'layers.*.gate.weight' (2), 'norm.weight'");
  }

  @Test
  void thePlanKeepsWhatItsPatternsMatch() {
    PlannedMerge planned =
        plans
            .model("a", 5, mixed())
            .model("b", 5, mixed())
            .dtype(Dtype.BF16)
            .keepFloat32("*.gate.weight", "norm.*")
            .planned();
    assertThat(planned.warnings()).isEmpty();
    assertThat(dtype(planned, "layers.1.gate.weight")).isEqualTo(Dtype.F32);
    assertThat(dtype(planned, "norm.weight")).isEqualTo(Dtype.F32);
    assertThat(dtype(planned, "x.weight")).isEqualTo(Dtype.BF16);
  }

  @Test
  void aPatternThatMatchesNothingIsAMistake() {
    plans
        .model("a", 5, mixed())
        .model("b", 5, mixed())
        .dtype(Dtype.BF16)
        .keepFloat32("*", "x.weight", "gate");
    assertThat(refusal())
        .isEqualTo(
            """
            plan.yaml: keep_float32: no F32 tensor of the models matches 'x.weight'; correct or remove it
            plan.yaml: keep_float32: no F32 tensor of the models matches 'gate'; correct or remove it\
            """);
  }

  @Test
  void aModelThatIsWideThroughoutIsNarrowedWithoutAWord() {
    SafetensorsFixture wide = checkpoint().f32("w", 1, 2, 3);
    assertThat(plans.model("a", 5, wide).model("b", 5, wide).dtype(Dtype.BF16).planned().warnings())
        .isEmpty();
  }
}
