package dev.stockpot.merge.planner;

import static dev.stockpot.fixtures.SafetensorsFixture.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.safetensors.PlacedTensor;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.merge.MergeException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RenamingTest {
  @TempDir private Path directory;
  private Plans plans = new Plans(Path.of("unset"));

  @BeforeEach
  void begin() {
    plans = new Plans(directory);
  }

  private static SafetensorsFixture named(String... names) {
    SafetensorsFixture fixture = checkpoint();
    for (String name : names) {
      fixture.f32(name, 1, name.length());
    }
    return fixture;
  }

  private static List<String> names(PlannedMerge planned) {
    return planned.layout().tensors().stream().map(PlacedTensor::name).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "model.layers.0.w, _orig_mod.model.layers.0.w",
    "model.layers.0.w, module.model.layers.0.w",
    "model.layers.0.w, model.layers.0._checkpoint_wrapped_module.w",
    "model.layers.0.w, _fsdp_wrapped_module.model._orig_mod.layers.0.w",
    "model.layers.0.w, layers.0.w",
    "model.layers.0.w, model.language_model.layers.0.w",
    "language_model.model.layers.0.w, model.language_model.layers.0.w",
    "visual.blocks.0.w, model.visual.blocks.0.w",
    "language_model.lm_head.weight, lm_head.weight",
    "transformer.h.0.w, h.0.w"
  })
  void namesThatDifferByPrefixesAreMatchedAndTheFirstModelsAreKept(String one, String other) {
    PlannedMerge planned =
        plans.model("a", 5, named("norm.w", one)).model("b", 5, named("norm.w", other)).planned();
    assertThat(names(planned)).containsExactly("norm.w", one);
    assertThat(planned.tasks()).allSatisfy(task -> assertThat(task.sources()).hasSize(2));
    assertThat(planned.warnings())
        .singleElement()
        .asString()
        .startsWith("b: its tensors are named like those of a but for prefixes");
  }

  @Test
  void theWarningNamesEachPrefixOnceAndTheDonorsNamesAreTheOutputs() {
    SafetensorsFixture flat = checkpoint();
    SafetensorsFixture nested = checkpoint();
    for (int layer = 0; layer < 12; layer++) {
      flat.f32("model.layers." + layer + ".w", layer).f32("visual.blocks." + layer + ".w", layer);
      nested
          .f32("model.language_model.layers." + layer + ".w", layer)
          .f32("model.visual.blocks." + layer + ".w", layer);
    }
    PlannedMerge planned = plans.model("a", 5, flat).model("b", 5, nested).donor("b").planned();
    assertThat(names(planned))
        .hasSize(24)
        .allMatch(name -> name.matches("model\\.(language_model|visual)\\..*"));
    assertThat(planned.warnings())
        .contains(
            "a: its tensors are named like those of b but for prefixes, and were matched so:"
                + " 'model.' is 'model.language_model.' (12 tensors), no prefix is 'model.' (12"
                + " tensors)");
  }

  @Test
  void whatIsMissingBesideIsStillAProblem() {
    plans
        .model("a", 5, named("model.x.w", "model.y.w"))
        .model("b", 5, named("_orig_mod.model.x.w"));
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(plans::planned)
        .withMessage("b: tensor 'model.y.w': missing here, and there in a");
  }

  @Test
  void whatCouldBeMatchedInTwoWaysIsRefusedInOneSentence() {
    plans
        .model("a", 5, named("model.x.w", "model.y.w"))
        .model("b", 5, named("_orig_mod.model.x.w", "module.x.w", "module.y.w"));
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(plans::planned)
        .withMessage(
            "b: its tensors are named like those of a but for prefixes, and cannot be matched:"
                + " without them, 'module.x.w' and '_orig_mod.model.x.w' of b are the same");
  }

  @Test
  void aNameOfThousandsOfPrefixesIsMatchedLikeAnother() {
    PlannedMerge planned =
        plans
            .model("a", 5, named("x.w", "model.y.w"))
            .model("b", 5, named("model.".repeat(40_000) + "x.w", "y.w"))
            .planned();
    assertThat(names(planned)).containsExactly("x.w", "model.y.w");
  }

  @Test
  void namesThatAgreeAsTheyAreAreNotTouched() {
    SafetensorsFixture both = named("model.x.w", "module.x.w", "x.w");
    assertThat(plans.model("a", 5, both).model("b", 5, both).planned().warnings()).isEmpty();
  }
}
