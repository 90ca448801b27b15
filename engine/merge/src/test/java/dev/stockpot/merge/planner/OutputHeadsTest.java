package dev.stockpot.merge.planner;

import static dev.stockpot.fixtures.SafetensorsFixture.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.safetensors.PlacedTensor;
import dev.stockpot.fixtures.SafetensorsFixture;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.TensorTask;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputHeadsTest {
  private static final String TIED = "{\"model_type\": \"llama\", \"tie_word_embeddings\": true}";
  private static final String UNTIED =
      "{\"model_type\": \"llama\", \"tie_word_embeddings\": false}";
  private static final String HEAD = "lm_head.weight";
  private static final String EMBEDDINGS = "model.embed_tokens.weight";

  @TempDir private Path directory;
  private Plans plans = new Plans(Path.of("unset"));

  @BeforeEach
  void begin() {
    plans = new Plans(directory);
  }

  private static SafetensorsFixture withHead(String config, float head) {
    return checkpoint().f32(EMBEDDINGS, 1, 2).f32(HEAD, 1, head).sidecar("config.json", config);
  }

  private static SafetensorsFixture withoutHead(String config) {
    return checkpoint().f32(EMBEDDINGS, 3, 4).sidecar("config.json", config);
  }

  private static List<String> names(PlannedMerge planned) {
    return planned.layout().tensors().stream().map(PlacedTensor::name).toList();
  }

  private static TensorTask.SourceRange source(PlannedMerge planned, String tensor, int model) {
    return planned.tasks().stream()
        .filter(task -> task.tensor().equals(tensor))
        .findFirst()
        .orElseThrow()
        .sources()
        .get(model);
  }

  @Test
  void aStoredCopyOfTiedEmbeddingsIsLeftOutWhereOthersStoreNone() {
    PlannedMerge planned =
        plans.model("a", 5, withHead(TIED, 2)).model("b", 5, withoutHead(TIED)).planned();
    assertThat(names(planned)).containsExactly(EMBEDDINGS);
    assertThat(planned.untied()).isFalse();
    assertThat(planned.warnings())
        .singleElement()
        .asString()
        .startsWith("a: tensor 'lm_head.weight': equals the embeddings, which every config ties");
  }

  @Test
  void aTrainedHeadThatTheConfigCallsTiedIsMergedWithTheEmbeddingsOfTheOthers() {
    PlannedMerge planned =
        plans.model("a", 5, withHead(TIED, 7)).model("b", 5, withoutHead(TIED)).planned();
    assertThat(names(planned)).containsExactly(EMBEDDINGS, HEAD);
    assertThat(planned.untied()).as("the donor's config is not to tie it").isTrue();
    assertThat(source(planned, HEAD, 1)).isEqualTo(source(planned, EMBEDDINGS, 1));
    assertThat(source(planned, HEAD, 0)).isNotEqualTo(source(planned, EMBEDDINGS, 0));
    assertThat(planned.warnings())
        .anyMatch(line -> line.startsWith("a: tensor 'lm_head.weight': differs from the embed"))
        .anyMatch(line -> line.startsWith("b: tensor 'lm_head.weight': is tied to the embeddings"));
  }

  @Test
  void aHeadOfOneAndTheTiedEmbeddingsOfTheOtherAreHeadsAlike() {
    PlannedMerge planned =
        plans.model("a", 5, withHead(UNTIED, 2)).model("b", 5, withoutHead(TIED)).planned();
    assertThat(names(planned)).containsExactly(EMBEDDINGS, HEAD);
    assertThat(source(planned, HEAD, 1)).isEqualTo(source(planned, EMBEDDINGS, 1));
    assertThat(planned.untied()).as("the donor's config says so already").isFalse();
    assertThat(planned.warnings()).hasSize(1);
  }

  @Test
  void aTiedDonorOfAnOutputWithAHeadIsUntied() {
    PlannedMerge planned =
        plans
            .model("a", 5, withHead(UNTIED, 2))
            .model("b", 5, withoutHead(TIED))
            .donor("b")
            .planned();
    assertThat(planned.untied()).isTrue();
  }

  @Test
  void headsThatAllStoreAreMergedAndOneThatIsTrainedUntiesTheOutput() {
    PlannedMerge copies =
        plans.model("a", 5, withHead(TIED, 2)).model("b", 5, withHead(TIED, 2)).planned();
    assertThat(names(copies)).containsExactly(EMBEDDINGS, HEAD);
    assertThat(copies.untied()).isFalse();
    assertThat(copies.warnings()).isEmpty();
    plans = new Plans(directory.resolve("other"));
    PlannedMerge trained =
        plans.model("a", 5, withHead(TIED, 2)).model("b", 5, withHead(TIED, 7)).planned();
    assertThat(names(trained)).containsExactly(EMBEDDINGS, HEAD);
    assertThat(trained.untied()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {UNTIED, "{\"model_type\": \"llama\"}"})
  void aHeadThatIsMissingAndNotTiedIsAProblem(String config) {
    plans.model("a", 5, withHead(UNTIED, 2)).model("b", 5, withoutHead(config));
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(plans::planned)
        .withMessageContaining("b: tensor 'lm_head.weight': missing here, and there in a");
  }

  @Test
  void whichHeadsAreMergedIsPartOfTheFingerprint() {
    String tied =
        plans
            .model("a", 5, withHead(TIED, 2))
            .model("b", 5, withHead(TIED, 2))
            .planned()
            .fingerprint();
    withHead(TIED, 7).writeTo(directory.resolve("b"));
    assertThat(plans.planned().fingerprint()).isNotEqualTo(tied);
  }
}
