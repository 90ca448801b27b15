package dev.stockpot.coordinator.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.SearchDetail;
import dev.stockpot.coordinator.order.SearchDetail.Kind;
import dev.stockpot.coordinator.order.SearchDetail.Listed;
import dev.stockpot.plan.CorrelationRule;
import dev.stockpot.soce.ScoreTable;
import dev.stockpot.soce.experts.Selection;
import dev.stockpot.soce.report.SearchReport.Scores;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SearchHistoryTest {

  private final SearchHistory search = new SearchHistory();
  private final LiveTable table = new LiveTable(0);
  private boolean rendered;

  private JsonNode row(String key) {
    search.render(table, !rendered);
    rendered = true;
    return JsonMapper.shared()
        .readTree(Objects.requireNonNull(table.all().rows().get(key), "no row " + key));
  }

  private static Scores scores(double value) {
    return new Scores(value, Map.of("x", value, "y", value));
  }

  private static Listed listed(String name, Kind kind) {
    return new Listed(
        name,
        Map.of("a", 0.5, "b", 0.5),
        kind,
        kind != Kind.SINGLE,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private void ended(String name, boolean heldOut, double value) {
    search.on(
        new SearchDetail.EvaluationEnded(
            name, heldOut, Optional.of(scores(value)), Optional.empty(), Duration.ofSeconds(3)));
  }

  @Test
  void aCandidateGoesFromWaitingToItsScores() {
    search.on(
        new SearchDetail.CandidatesListed(
            List.of(listed("a 1", Kind.SINGLE), listed("half", Kind.GRID))));
    assertThat(row("candidate/1").get("state").stringValue()).isEqualTo("waiting");
    assertThat(row("candidate/1").get("kind").stringValue()).isEqualTo("grid");
    search.on(new SearchDetail.CandidatesMerging(List.of("half")));
    assertThat(row("candidate/1").get("state").stringValue()).isEqualTo("merging");
    search.on(new SearchDetail.CandidatesMerged(List.of("half")));
    assertThat(row("candidate/1").get("state").stringValue()).isEqualTo("merged");
    search.on(new SearchDetail.EvaluationStarted("half", false, Path.of("/log")));
    assertThat(row("candidate/1").get("log").stringValue()).isEqualTo("/log");
    ended("half", false, 7);
    assertThat(row("candidate/1").get("state").stringValue()).isEqualTo("done");
    assertThat(row("candidate/1").get("log").isNull()).isTrue();
    assertThat(row("candidate/1").get("value").doubleValue()).isEqualTo(7);
    ended("half", true, 6);
    assertThat(row("candidate/1").get("value").doubleValue()).isEqualTo(7);
    assertThat(row("candidate/1").get("heldOut").get("value").doubleValue()).isEqualTo(6);
    assertThat(row("candidate/0").get("state").stringValue()).isEqualTo("waiting");
  }

  @Test
  void theBestIsTheFirstOfTheHighestThatMayBecomeTheOutput() {
    ScoreTable scores =
        ScoreTable.of(
            List.of("a", "b", "c", "d"),
            List.of("x", "y"),
            List.of(values(9, 1), values(1, 9), values(5, 6), values(4, 4)));
    search.on(
        new SearchDetail.SearchOutlined(
            List.of("a", "b"),
            Selection.of(scores, scores.rows(List.of("a", "b")), CorrelationRule.SIGNED, 0.5),
            List.of("x", "y"),
            "mean of x, y",
            1));
    search.on(
        new SearchDetail.CandidatesListed(
            List.of(
                listed("a 1", Kind.SINGLE),
                listed("first", Kind.GRID),
                listed("second", Kind.GRID),
                listed("third", Kind.GRID))));
    ended("a 1", false, 9);
    assertThat(row("search").get("best").isNull()).isTrue();
    ended("third", false, 7);
    ended("second", false, 7);
    assertThat(row("search").get("best").intValue()).isEqualTo(2);
    ended("first", false, 6);
    search.on(
        new JobUpdate.CandidateEvaluated(
            "first",
            OptionalDouble.of(6),
            Optional.empty(),
            4,
            4,
            Optional.of(Duration.ofSeconds(90))));
    assertThat(row("search").get("best").intValue()).isEqualTo(2);
    assertThat(row("search").get("remaining").doubleValue()).isEqualTo(90);
    assertThat(row("search").get("experts").get(0).get("model").stringValue()).isEqualTo("a");
    assertThat(row("matrix").get("values").get(0).get(0).doubleValue())
        .isCloseTo(1, org.assertj.core.data.Offset.offset(1e-9));
  }

  private static List<OptionalDouble> values(double x, double y) {
    return List.of(OptionalDouble.of(x), OptionalDouble.of(y));
  }
}
