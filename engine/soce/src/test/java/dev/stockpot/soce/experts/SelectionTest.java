package dev.stockpot.soce.experts;

import static dev.stockpot.soce.Tables.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.soce.ScoreTable;
import dev.stockpot.soce.SoceException;
import dev.stockpot.soce.Tables;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SelectionTest {
  private static final double NONE = Double.NaN;

  @Test
  void aPairIsCorrelatedOverTheModelsThatHaveBothScores() {
    ScoreTable table =
        Tables.of(List.of("a", "b"), row(1, 2), row(2, 4), row(3, NONE), row(NONE, 9), row(4, 9));

    assertThat(Correlations.pearson(table).cell(0, 1))
        .isInstanceOfSatisfying(
            Correlation.Known.class,
            known -> {
              assertThat(known.models()).isEqualTo(3);
              // of (1, 2), (2, 4), (4, 9): 11 / sqrt(14/3 · 26), by hand
              assertThat(known.rho()).isCloseTo(11 / Math.sqrt(14.0 / 3 * 26), within(1e-12));
            });
  }

  @Test
  void aConstantCategoryAndTooFewModelsAreSaid() {
    ScoreTable table =
        Tables.of(List.of("a", "same", "rare"), row(1, 0.1, 5), row(2, 0.1, 6), row(3, 0.1, NONE));
    CorrelationMatrix matrix = Correlations.pearson(table);

    assertThat(matrix.cell(0, 1)).isEqualTo(new Correlation.Constant(List.of("same"), 3));
    assertThat(matrix.cell(1, 1)).isEqualTo(new Correlation.Constant(List.of("same"), 3));
    assertThat(matrix.cell(2, 0)).isEqualTo(new Correlation.TooFewModels(2));
    assertThat(matrix.of(0, 1)).isEmpty();
    assertThat(LowCorrelation.of(matrix, CorrelationRule.ABSOLUTE, 2).categories()).isEmpty();
  }

  @Test
  void scoresThatDifferOnlyInTheirLastDigitsStillCorrelate() {
    ScoreTable table =
        Tables.of(
            List.of("a", "b"), row(1e9 + 1, 3), row(1e9 + 2, 6), row(1e9 + 3, 9), row(1e9 + 4, 12));

    assertThat(Correlations.pearson(table).of(0, 1)).hasValueCloseTo(1.0, within(1e-12));
  }

  @Test
  void theTwoRulesDifferInCategoriesThatMoveAgainstEachOther() {
    CorrelationMatrix matrix =
        Correlations.pearson(
            Tables.of(List.of("a", "b"), row(1, 9), row(2, 7), row(3, 6), row(4, 1)));

    assertThat(LowCorrelation.of(matrix, CorrelationRule.ABSOLUTE, 0.2).categories()).isEmpty();
    assertThat(LowCorrelation.of(matrix, CorrelationRule.SIGNED, 0.2).categories())
        .containsExactly("a", "b");
  }

  @Test
  void ofEqualScoresTheFirstListedWinsAndTheOthersAreNamed() {
    ScoreTable table = Tables.of(List.of("a"), row(1), row(3), row(2), row(3), row(NONE), row(3));

    assertThat(Experts.of(table, List.of("a")))
        .containsExactly(new Expert("a", "m1", 3, List.of("m3", "m5"), List.of("m4")));
  }

  @Test
  void oneModelThatIsExpertTwiceIsOneModel() {
    ScoreTable table = Tables.of(List.of("a", "b", "c"), row(1, 9, 3), row(5, 2, 7), row(4, 4, 4));
    List<Expert> experts = Experts.of(table, List.of("c", "b", "a"));

    assertThat(experts).extracting(Expert::model).containsExactly("m1", "m0", "m1");
    assertThat(Experts.models(table, experts)).containsExactly("m0", "m1");
  }

  @Test
  void aCategoryWithoutAnyCandidatesScoreIsNamed() {
    assertThatThrownBy(
            () -> Experts.of(Tables.of(List.of("a", "b"), row(1, NONE)), List.of("a", "b")))
        .isInstanceOf(SoceException.class)
        .hasMessage(
            "no candidate has a score in the category 'b'; add its scores, or leave the category"
                + " out");
  }

  @Test
  void anEmptySetNamesTheLeastCorrelatedAndAThresholdThatFindsThem() {
    ScoreTable table =
        Tables.of(List.of("a", "b", "c"), row(1, 2, 1), row(2, 4, 3), row(3, 7, 2), row(4, 8, 5));

    assertThatThrownBy(() -> Selection.of(table, table, CorrelationRule.ABSOLUTE, 0.1))
        .isInstanceOf(SoceException.class)
        .hasMessage(
            "no two categories correlate by less than 0.1 (absolute); the least correlated ('b', 'c')"
                + " do by 0.7265: raise the threshold to 0.73 or more");
    assertThat(Selection.of(table, table, CorrelationRule.ABSOLUTE, 0.73).low().categories())
        .containsExactly("b", "c");
  }

  @Test
  void aPopulationWithoutCorrelationsSaysSo() {
    ScoreTable table = Tables.of(List.of("a", "b"), row(1, 2), row(2, 4));

    assertThatThrownBy(() -> Selection.of(table, table, CorrelationRule.SIGNED, 0.1))
        .hasMessage(
            "no two categories have a correlation, so that there is nothing to choose by; add"
                + " models, at least three with different scores in two categories");
  }

  @Test
  void thresholdsAreWhereTheSetChangesAndNowhereElse() {
    Random random = new Random(7);
    for (int trial = 0; trial < 50; trial++) {
      double[][] rows = new double[12][6];
      for (double[] row : rows) {
        Arrays.setAll(row, i -> random.nextInt(20));
      }
      CorrelationMatrix matrix =
          Correlations.pearson(Tables.of(List.of("a", "b", "c", "d", "e", "f"), rows));
      for (CorrelationRule rule : CorrelationRule.values()) {
        for (Thresholds.Step step : Thresholds.of(matrix, rule).steps()) {
          double chosen = step.threshold().doubleValue();
          assertThat(chosen).isGreaterThan(step.above()).isLessThanOrEqualTo(step.upTo());
          for (double threshold : new double[] {Math.nextUp(step.above()), chosen, step.upTo()}) {
            assertThat(LowCorrelation.of(matrix, rule, threshold).categories())
                .isEqualTo(step.categories());
          }
          assertThat(LowCorrelation.of(matrix, rule, step.above()).categories())
              .doesNotContainAnyElementsOf(step.joining());
        }
      }
    }
  }

  @Test
  void unknownNamesAreSaidWithThoseThatThereAre() {
    ScoreTable table = Tables.of(List.of("a", "b"), row(1, 2), row(2, 4));

    assertThatThrownBy(() -> table.rows(List.of("m0", "m7")))
        .isInstanceOf(SoceException.class)
        .hasMessage("the score table has no model 'm7'; it has 'm0', 'm1'");
    assertThatThrownBy(() -> table.select(List.of("c")))
        .hasMessage("the score table has no category 'c'; it has 'a', 'b'");
    assertThatThrownBy(() -> table.select(List.of("a", "b", "a")))
        .isInstanceOf(SoceException.class)
        .hasMessage("the category 'a' is named twice; name it once");
  }
}
