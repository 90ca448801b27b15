package dev.stockpot.soce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ObjectiveTest {
  private static final Map<String, Double> SCORES = Map.of("a", 10.0, "b", 20.0, "c", 60.0);

  @Test
  void theMeanWeighsCategoriesAlike() {
    Objective mean = Objective.mean(List.of("c", "a", "b"));

    assertThat(mean.of(SCORES)).isEqualTo(30);
    assertThat(mean.categories()).containsExactly("c", "a", "b");
  }

  @Test
  void weightsNeedNotSumToOne() {
    assertThat(Objective.weighted(Map.of("a", 1.0, "c", 3.0)).of(SCORES)).isEqualTo(47.5);
  }

  @Test
  void aNestedGroupCountsAsOne() {
    Objective nested =
        Objective.average(List.of(Objective.mean(List.of("a", "b")), new Objective.Category("c")));

    assertThat(nested.of(SCORES)).isEqualTo(37.5);
    assertThat(nested.categories()).containsExactly("a", "b", "c");
  }

  @Test
  void aMissingScoreIsAnErrorThatNamesItsCategory() {
    assertThatThrownBy(() -> Objective.mean(List.of("a", "d")).of(SCORES))
        .isInstanceOf(SoceException.class)
        .hasMessage("there is no score for the category 'd', which the objective needs");
    assertThatThrownBy(() -> Objective.mean(List.of("a")).of(Map.of("a", Double.NaN)))
        .hasMessage("the score for the category 'a' is NaN");
  }

  @Test
  void weightsThatMeanNothingAreRefused() {
    assertThatThrownBy(() -> Objective.weighted(Map.of("a", 0.0)))
        .isInstanceOf(SoceException.class)
        .hasMessage(
            "the objective gives 'a' the weight 0.0; write a number over 0, or leave it out");
    assertThatThrownBy(() -> Objective.mean(List.of()))
        .hasMessage("the objective averages nothing; name categories");
  }
}
