package dev.stockpot.coordinator.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.soce.ScoreTable;
import dev.stockpot.soce.experts.Selection;
import dev.stockpot.soce.report.SearchReport;
import dev.stockpot.soce.report.SearchReport.Entry;
import dev.stockpot.soce.report.SearchReport.Fact;
import dev.stockpot.soce.report.SearchReport.Failed;
import dev.stockpot.soce.report.SearchReport.Role;
import dev.stockpot.soce.report.SearchReport.Scores;
import dev.stockpot.soce.weights.Shapley.ShapleyValue;
import dev.stockpot.soce.weights.Weights;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What stands beside the best soup, for programs and spreadsheets. */
final class ReportFilesTest {

  private static final List<String> MODELS = List.of("base", "add", "<rev>");

  private static final ScoreTable TABLE =
      ScoreTable.of(
          List.of("base", "add", "<rev>", "other"),
          List.of("sums", "reversals"),
          List.of(row(10, 10), row(90, 12), row(11, 95), row(50, 40)));

  private static final Entry REV =
      new Entry(
          "<rev>", Role.MODEL, Weights.only(2, 3), scores(11, 95), Optional.empty(), Duration.ZERO);

  private static final Entry BEST =
      new Entry(
          "add 0.3, \"rev\" 0.7",
          Role.CANDIDATE,
          new Weights(List.of(0, 3, 7), 10),
          scores(80, 70),
          Optional.of(scores(78.25, 66)),
          Duration.ofMillis(1500));

  private static final Entry FAILED =
      new Entry(
          "s-4",
          Role.CANDIDATE,
          new Weights(List.of(0, 1, 9), 10),
          new Failed("the evaluator wrote <nothing>"),
          Optional.empty(),
          Duration.ofSeconds(2));

  private static final SearchReport REPORT =
      new SearchReport(
          "out/best",
          Instant.parse("2026-01-02T03:04:05Z"),
          MODELS,
          Selection.of(TABLE, TABLE.rows(MODELS), CorrelationRule.SIGNED, 0.5),
          "mean of sums, reversals",
          List.of(REV, BEST, FAILED),
          Optional.of(BEST),
          List.of(
              new ShapleyValue(List.of(1), 12.5, OptionalDouble.of(0.25)),
              new ShapleyValue(List.of(1, 2), -3, OptionalDouble.empty())),
          List.of(new Fact("command", "./evaluate {model} & more")),
          "version: 1\nmethod: linear\n");

  private static final Map<String, byte[]> FILES = ReportFiles.of(REPORT);

  private static List<OptionalDouble> row(double... scores) {
    return DoubleStream.of(scores).mapToObj(OptionalDouble::of).toList();
  }

  private static Scores scores(double sums, double reversals) {
    Map<String, Double> categories = new LinkedHashMap<>();
    categories.put("sums", sums);
    categories.put("reversals", reversals);
    return new Scores((sums + reversals) / 2, categories);
  }

  private static String text(String file) {
    return new String(FILES.getOrDefault(file, new byte[0]), StandardCharsets.UTF_8);
  }

  @Test
  void theLeaderboardIsATableForSpreadsheets() {
    assertThat(text("leaderboard.csv"))
        .isEqualTo(
            """
            name,role,weights,objective,sums,reversals,held out objective,held out sums,held out reversals,failed
            "add 0.3, ""rev"" 0.7",CANDIDATE,0 0.3 0.7,75.0,80.0,70.0,72.125,78.25,66.0,
            <rev>,MODEL,0 0 1,53.0,11.0,95.0,,,,
            s-4,CANDIDATE,0 0.1 0.9,,,,,,,the evaluator wrote <nothing>
            """);
  }

  @Test
  void jsonHasAllThatThePageSays() {
    assertThat(JsonMapper.shared().readTree(text("report.json")))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"name": "out/best", "finishedAt": "2026-01-02T03:04:05Z",
                     "objective": "mean of sums, reversals", "best": "0 0.3 0.7",
                     "models": ["base", "add", "<rev>"], "experts": ["add", "<rev>"],
                     "leaderboard": [
                       {"name": "add 0.3, \\"rev\\" 0.7", "role": "CANDIDATE", "weights": "0 0.3 0.7",
                        "scores": {"objective": 75.0, "categories": {"sums": 80.0, "reversals": 70.0}},
                        "heldOut":
                          {"objective": 72.125, "categories": {"sums": 78.25, "reversals": 66.0}}},
                       {"name": "<rev>", "role": "MODEL", "weights": "0 0 1",
                        "scores": {"objective": 53.0, "categories": {"sums": 11.0, "reversals": 95.0}}},
                       {"name": "s-4", "role": "CANDIDATE", "weights": "0 0.1 0.9",
                        "failed": "the evaluator wrote <nothing>"}],
                     "shapley": [
                       {"player": ["add"], "value": 12.5}, {"player": ["add", "<rev>"], "value": -3.0}],
                     "facts": {"command": "./evaluate {model} & more"},
                     "plan": "version: 1\\nmethod: linear\\n"}
                    """));
  }

  @Test
  void thePageIsThere() {
    assertThat(text("report.html")).contains("&lt;rev&gt;");
  }

  @Test
  void theCardShowsTheScoresOfTheBestBesideTheBestModels() {
    assertThat(CardSection.of(REPORT))
        .contains(
            """
            |  | this soup | this soup, held out | best single model |
            | --- | --- | --- | --- |
            """,
            "| sums | 80.0000 | 78.2500 | 11.0000 |");
  }
}
