package dev.stockpot.soce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.soce.experts.Correlation;
import dev.stockpot.soce.experts.CorrelationMatrix;
import dev.stockpot.soce.experts.Correlations;
import dev.stockpot.soce.experts.Expert;
import dev.stockpot.soce.experts.Experts;
import dev.stockpot.soce.experts.LowCorrelation;
import dev.stockpot.soce.experts.Selection;
import dev.stockpot.soce.experts.Thresholds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The golden numbers: correlations, sets and experts of the leaderboard that the paper used. */
final class LeaderboardTest {
  private static final String NON_LIVE = "Non-Live AST Acc";
  private static final String LIVE = "Live Acc";
  private static final String MULTI_TURN = "Multi Turn Acc";
  private static final String RELEVANCE = "Relevance Detection";
  private static final String IRRELEVANCE = "Irrelevance Detection";

  private final CorrelationMatrix matrix = Correlations.pearson(Leaderboard.population());

  @ParameterizedTest
  @CsvSource({
    "0, 1,  0.5580, 0.00005",
    "0, 2,  0.223,  0.0005",
    "0, 3,  0.4298, 0.00005",
    "0, 4,  0.1876, 0.00005",
    "1, 2,  0.5067, 0.00005",
    "1, 3,  0.1101, 0.00005",
    "1, 4,  0.7312, 0.00005",
    "2, 3,  0.0823, 0.00005",
    "2, 4,  0.3639, 0.00005",
    "3, 4, -0.4051, 0.00005"
  })
  void correlationsAreThoseOfTheLeaderboard(int i, int j, double expected, double rounding) {
    assertThat(matrix.of(i, j)).hasValueCloseTo(expected, within(rounding));
    assertThat(matrix.of(j, i)).isEqualTo(matrix.of(i, j));
    assertThat(matrix.cell(i, j))
        .isInstanceOfSatisfying(
            Correlation.Known.class, known -> assertThat(known.models()).isEqualTo(109));
  }

  @Test
  void theAbsoluteRuleFindsMoreCategoriesAsTheThresholdGrows() {
    assertThat(absolute(0.10)).containsExactly(MULTI_TURN, RELEVANCE);
    assertThat(absolute(0.15)).containsExactly(LIVE, MULTI_TURN, RELEVANCE);
    assertThat(absolute(0.20)).containsExactlyElementsOf(Leaderboard.CATEGORIES);
  }

  private List<String> absolute(double threshold) {
    return LowCorrelation.of(matrix, CorrelationRule.ABSOLUTE, threshold).categories();
  }

  @Test
  void aThresholdThatIsExactlyACorrelationLeavesItOut() {
    double least = matrix.of(2, 3).orElseThrow();

    assertThat(absolute(least)).isEmpty();
    assertThat(absolute(Math.nextUp(least))).containsExactly(MULTI_TURN, RELEVANCE);
  }

  @Test
  void theSignedRuleAt015GivesThe70BExpertsOfThePaper() {
    Selection selection =
        Selection.of(
            Leaderboard.population(), Leaderboard.candidates70B(), CorrelationRule.SIGNED, 0.15);

    assertThat(selection.models())
        .containsExactly("xLAM-2-70b-fc-r (FC)", "CoALM-70B", "watt-tool-70B (FC)");
    assertThat(selection.low().categories())
        .containsExactly(LIVE, MULTI_TURN, RELEVANCE, IRRELEVANCE);
  }

  @Test
  void theSignedRuleAt015GivesThe8BExpertsOfThePaperWithTiesToTheFirstListed() {
    Selection selection =
        Selection.of(
            Leaderboard.population(), Leaderboard.candidates8B(), CorrelationRule.SIGNED, 0.15);

    assertThat(selection.models())
        .containsExactly("xLAM-2-8b-fc-r (FC)", "ToolACE-2-8B (FC)", "watt-tool-8B (FC)");
    assertThat(selection.experts())
        .contains(
            new Expert(
                RELEVANCE,
                "watt-tool-8B (FC)",
                83.33,
                List.of("BitAgent-8B", "CoALM-8B"),
                List.of()));
  }

  @ParameterizedTest
  @CsvSource({"0.15", "0.20"})
  void theAbsoluteRuleAlsoGivesThe8BExperts(double threshold) {
    assertThat(
            Selection.of(
                    Leaderboard.population(),
                    Leaderboard.candidates8B(),
                    CorrelationRule.ABSOLUTE,
                    threshold)
                .models())
        .containsExactly("xLAM-2-8b-fc-r (FC)", "ToolACE-2-8B (FC)", "watt-tool-8B (FC)");
  }

  @Test
  void noThresholdOfTheAbsoluteRuleGivesThe70BExpertsOfThePaper() {
    for (Thresholds.Step step : Thresholds.of(matrix, CorrelationRule.ABSOLUTE).steps()) {
      ScoreTable candidates = Leaderboard.candidates70B();
      assertThat(Experts.models(candidates, Experts.of(candidates, step.categories())))
          .isNotEqualTo(List.of("xLAM-2-70b-fc-r (FC)", "CoALM-70B", "watt-tool-70B (FC)"));
    }
  }

  @Test
  void everyNumericColumnOfTheLeaderboardIsRead() {
    ScoreTable all = ScoreTables.read(Leaderboard.file("bfcl.csv"));

    assertThat(all.models()).hasSize(109).startsWith("xLAM-2-70b-fc-r (FC)");
    assertThat(all.categories())
        .hasSize(23)
        .contains("Overall Acc", NON_LIVE)
        .doesNotContain("Model Link", "Organization", "License");
    assertThat(all.score("xLAM-2-70b-fc-r (FC)", "Overall Acc")).hasValue(78.45);
    assertThat(all.score("xLAM-2-70b-fc-r (FC)", "Latency Mean (s)")).isEmpty();
  }
}
