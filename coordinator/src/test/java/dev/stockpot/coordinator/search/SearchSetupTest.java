package dev.stockpot.coordinator.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.plan.SearchPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a plan's scores and checkpoints makes a search, and what keeps it from being one. */
final class SearchSetupTest {

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // read() sets it
  private SearchPlan plan;

  @BeforeEach
  void read() throws Exception {
    plan = ThreeModels.search(directory, "", 3, "", 1, "").plan();
  }

  private void refused(SearchPlan plan, String message) {
    assertThatThrownBy(() -> SearchSetup.of(plan))
        .isInstanceOfSatisfying(
            MergeException.class,
            refused -> {
              assertThat(refused.failure().kind()).isEqualTo(Failure.Kind.USER_INPUT);
              assertThat(refused.failure().message()).startsWith("plan.yaml: ").contains(message);
            });
  }

  @Test
  void expertsAndCategoriesComeFromTheScores() {
    Search search = SearchSetup.of(plan);
    assertThat(search.selection().models()).containsExactly("a", "b", "c");
    assertThat(search.experts()).containsExactly(0, 1, 2);
    assertThat(search.categories()).containsExactly("x", "y", "z");
    assertThat(search.grid()).hasSize(7);
    assertThat(search.candidateBytes()).isPositive();
  }

  @Test
  void aSearchOfOneExpertIsRefused() throws Exception {
    Files.writeString(
        directory.resolve("scores.csv"),
        """
        model,x,y,z
        a,9,9,9
        b,5,1,5
        c,1,5,1
        d,5,5,5
        e,8,1,2
        """);
    refused(plan, "a is the expert of every category");
  }

  @Test
  void aModelWithoutScoresIsNamed() throws Exception {
    Files.writeString(directory.resolve("scores.csv"), "model,x,y\na,9,1\nb,1,9\nd,5,5\n");
    refused(plan, "'c'");
  }

  @Test
  void anObjectiveOfCategoriesThatNobodyScoresIsRefused() {
    assertThatThrownBy(() ->
            ThreeModels.search(directory, "", 3, "  objective: {weights: {x: 1, w: 1}}", 1, ""))
        .isInstanceOf(MergeException.class)
        .hasMessageEndingWith(
            "the objective names categories that are not scored: w; there are x, y, z");
  }

  @Test
  void aCheckpointThatIsGoneIsRefused() throws Exception {
    Files.delete(directory.resolve("b/model.safetensors"));
    assertThatThrownBy(() -> SearchSetup.of(plan)).hasMessageContaining("/b");
  }
}
