package dev.stockpot.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.figures.JobFigures;
import dev.stockpot.coordinator.figures.WorkerFigures;
import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.api.WorkerView;
import dev.stockpot.system.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the dashboard of Grafana and the alerts in {@code config/monitoring} ask for. */
final class Monitoring {

  private static final Pattern METRIC =
      Pattern.compile("\\b((?:stockpot|jvm|process)_[a-z0-9_]+)(\\{[^}]*})?");
  private static final Pattern SELECTED = Pattern.compile("([a-z_]+) *(?:=~|!~|!=|=)");
  private static final Pattern GROUPED = Pattern.compile("\\b(?:by|on) \\(([a-z_, ]+)\\)");

  /** Prometheus's own. */
  private static final Set<String> ADDED = Set.of("instance", "job");

  private Monitoring() {}

  /** What only GPUs and searches show, of the same classes. */
  private static Scrape gpusAndSearches() {
    Metrics metrics = new Metrics("some");
    DeviceSample sample =
        new DeviceSample(
            OptionalInt.of(50),
            OptionalLong.of(1),
            OptionalLong.of(2),
            OptionalInt.of(40),
            OptionalInt.of(60_000));
    WorkerFigures.of(metrics)
        .saw(
            List.of(
                new WorkerView(
                    "a/gpu-0",
                    "local",
                    "idle",
                    "cuda",
                    "Some",
                    "",
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    List.of(),
                    Optional.empty(),
                    Optional.of(sample))));
    JobFigures.of(metrics)
        .accept(
            new HistoryEvent.JobUpdated(
                0,
                "search",
                new JobUpdate.CandidateEvaluated(
                    "one", OptionalDouble.of(0.5), Optional.empty(), 1, 2, Optional.empty())));
    return Scrape.of(metrics.scrape("").toCompletableFuture().join().text());
  }

  private static List<String> expressions() throws IOException {
    Path monitoring = Installation.top().resolve("config/monitoring");
    List<String> expressions = new ArrayList<>();
    JsonNode dashboard =
        JsonMapper.shared()
            .readTree(Files.readString(monitoring.resolve("grafana/dashboard.json")));
    dashboard.findValues("expr").forEach(expression -> expressions.add(expression.asString()));
    assertThat(expressions).hasSizeGreaterThan(30);
    // An alert's expression stands in the lines between its name and how long it holds.
    String alerts = Files.readString(monitoring.resolve("alerts.yml"));
    Matcher rule = Pattern.compile("(?s)expr:(.*?)\n +(?:for|labels):").matcher(alerts);
    int before = expressions.size();
    while (rule.find()) {
      expressions.add(rule.group(1));
    }
    assertThat(expressions.size() - before).isEqualTo(alerts.split("- alert:").length - 1);
    return expressions;
  }

  /**
   * Every metric that they name is served, with every label they name.
   *
   * @param served by a coordinator and a worker without GPUs, while a merge runs
   */
  static void asksForWhatIsServed(Scrape served) throws IOException {
    Map<String, Set<String>> labels = served.and(gpusAndSearches()).labels();
    for (String expression : expressions()) {
      Set<String> all = new HashSet<>(ADDED);
      for (MatchResult metric : METRIC.matcher(expression).results().toList()) {
        assertThat(labels).as(expression).containsKey(metric.group(1));
        Set<String> of = new HashSet<>(labels.getOrDefault(metric.group(1), Set.of()));
        of.addAll(ADDED);
        all.addAll(of);
        assertThat(of).as(expression).containsAll(words(SELECTED, metric.group(2)));
      }
      for (MatchResult group : GROUPED.matcher(expression).results().toList()) {
        assertThat(all).as(expression).containsAll(List.of(group.group(1).split(", *")));
      }
    }
  }

  private static Set<String> words(Pattern pattern, @Nullable String text) {
    return text == null
        ? Set.of()
        : pattern.matcher(text).results().map(word -> word.group(1)).collect(Collectors.toSet());
  }
}
