package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.figures.JobFigures;
import dev.stockpot.coordinator.figures.WorkerFigures;
import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.api.WorkerView;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What processes serve at {@code /metrics}: it is true, and it is what the monitoring asks for. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class MetricsTest {

  private static final Pattern METRIC =
      Pattern.compile("\\b((?:stockpot|jvm|process)_[a-z0-9_]+)(\\{[^}]*})?");
  private static final Pattern SELECTED = Pattern.compile("([a-z_]+) *(?:=~|!~|!=|=)");
  private static final Pattern GROUPED = Pattern.compile("\\b(?:by|on) \\(([a-z_, ]+)\\)");

  /** Prometheus's own. */
  private static final Set<String> ADDED = Set.of("instance", "job");

  @TempDir private Path directory;

  private static Scrape scrape(ClusterSite cluster, URI url) {
    try {
      HttpResponse<String> answer = cluster.api().send(HttpRequest.newBuilder(url).build());
      assertThat(answer.statusCode()).as(url.toString()).isEqualTo(200);
      return Scrape.of(answer.body());
    } catch (IOException e) {
      throw new AssertionError(url + " does not answer", e);
    }
  }

  private static Scrape coordinator(ClusterSite cluster) {
    return scrape(cluster, cluster.url().resolve("/metrics"));
  }

  private static Scrape worker(ClusterSite cluster, String name) {
    Matcher told = Pattern.compile("Metrics at (http://\\S+)").matcher(cluster.node(name).said());
    assertThat(told.find()).as(cluster.node(name).said()).isTrue();
    return scrape(cluster, URI.create(told.group(1)));
  }

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

  /** What the output's index says that its tensors take on disk. */
  private static double writtenBytes(MergeSite site) throws IOException {
    return (double)
        JsonMapper.shared()
            .readTree(Files.readString(site.output().resolve("model.safetensors.index.json")))
            .at("/metadata/total_size")
            .asLong();
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

  /** Every metric that the dashboard and the alerts name is served, with every label they name. */
  private static void monitoringAsksForWhatIsServed(Scrape served) throws IOException {
    Map<String, Set<String>> labels = served.labels();
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

  @Test
  void figuresOfARunWithFaultsAreThoseOfTheApiAndTheManifest() throws Exception {
    MergeSite site = MergeSite.large(directory.resolve("site"));
    try (ClusterSite cluster = new ClusterSite(directory.resolve("nodes"))) {
      cluster.startCoordinator(site.directory());
      cluster.startSlowWorker("worker-1", site.directory());
      cluster.startSlowWorker("worker-2", site.directory());
      cluster.awaitWorkers(2);
      cluster.submit("figures", site.plan());
      cluster.awaitJob("figures", "under way", job -> ClusterSite.doneTasks(job) > 0);
      Scrape midway = coordinator(cluster);
      assertThat(midway.value("stockpot_jobs{status=\"running\"}")).isEqualTo(1);
      assertThat(midway.sum("stockpot_job_tasks", "job_id=\"figures\""))
          .isEqualTo(cluster.job("figures").path("progress").path("tasks").asInt());
      monitoringAsksForWhatIsServed(midway.and(worker(cluster, "worker-2")).and(gpusAndSearches()));

      cluster.kill("worker-1");
      JsonNode progress = cluster.awaitDone("figures").path("progress");
      Scrape end = coordinator(cluster);

      int tasks = progress.path("tasks").asInt();
      assertThat(end.value("stockpot_tasks_total{outcome=\"merged\"}")).isEqualTo(tasks);
      assertThat(end.value("stockpot_receipts_total")).isEqualTo(tasks);
      assertThat(end.value("stockpot_tasks_total{outcome=\"returned\"}"))
          .isEqualTo(progress.path("returnedTasks").asInt())
          .isPositive();
      assertThat(end.value("stockpot_leases_granted_total"))
          .isEqualTo(end.sum("stockpot_leases_ended_total"));
      assertThat(end.sum("stockpot_workers_lost_total")).isEqualTo(1);
      assertThat(end.sum("stockpot_written_bytes_total", "kind=\"cpu\""))
          .isEqualTo((double) progress.path("bytes").asLong())
          .isEqualTo(writtenBytes(site));
      // Float32 of each model becomes bfloat16.
      assertThat(end.sum("stockpot_read_bytes_total"))
          .isEqualTo(2.0 * MergeSite.MODELS.size() * writtenBytes(site));
      assertThat(end.value("stockpot_jobs{status=\"done\"}")).isEqualTo(1);
      assertThat(end.samples().keySet()).noneMatch(sample -> sample.contains("job_id="));
      assertThat(end.sum("stockpot_actor_messages_total", "role=\"desk\"")).isPositive();
      assertThat(end.sum("stockpot_journal_write_seconds_count")).isPositive();
    }
  }
}
