package dev.stockpot.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.prometheus.metrics.core.metrics.Gauge;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExpositionTest {

  private static final String OPEN_METRICS =
      "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

  private static Exposition scrape(Metrics metrics, String accept) {
    return metrics.scrape(accept).toCompletableFuture().join();
  }

  @Test
  void thisReleaseAndTheJvmAreShown() {
    Exposition page = scrape(new Metrics("1.2.3"), "text/html,*/*");
    assertThat(page.contentType()).startsWith("text/plain; version=0.0.4");
    assertThat(page.text())
        .contains("stockpot_build_info{java=\"" + Runtime.version() + "\",version=\"1.2.3\"} 1")
        .contains("# TYPE stockpot_dead_letters_total counter")
        .contains("jvm_memory_used_bytes{area=\"heap\"}")
        .contains("process_cpu_seconds_total");
  }

  @Test
  void whoTakesOpenMetricsGetsIt() {
    Exposition page = scrape(new Metrics("1.2.3"), OPEN_METRICS);
    assertThat(page.contentType()).startsWith("application/openmetrics-text; version=1.0.0");
    assertThat(page.text())
        .contains("# TYPE stockpot_dead_letters counter")
        .contains("# UNIT stockpot_journal_write_seconds seconds")
        .endsWith("# EOF\n");
  }

  @Test
  void nativeHistogramsAreInTheOneTextThatHasThem() {
    Metrics metrics = new Metrics("1.2.3");
    metrics.journal().wrote(3_000_000, true);
    String text = scrape(metrics, "application/openmetrics-text; version=2.0.0").text();
    assertThat(text).containsPattern("(?m)^stockpot_journal_write_seconds .*schema:3");
    assertThat(scrape(metrics, OPEN_METRICS).text())
        .contains("stockpot_journal_write_seconds_bucket{le=\"0.004\"} 1");
  }

  @Test
  void awkwardLabelsStayOneLabel() {
    Metrics metrics = new Metrics("1.2.3");
    String awkward = "a\"b\\c\nd}e\u0007 {f=\"g\"} é\u202e";
    metrics
        .part(
            Gauge.class,
            registry ->
                Gauge.builder()
                    .name("stockpot_awkward")
                    .help("Odd\nnames")
                    .labelNames("job_id")
                    .register(registry))
        .labelValues(awkward)
        .set(1);
    assertThat(scrape(metrics, "").text())
        .contains("# HELP stockpot_awkward Odd\\nnames\n")
        .contains(
            "stockpot_awkward{job_id=\"a\\\"b\\\\c\\nd}e\u0007 {f=\\\"g\\\"} é\u202e\"} 1.0\n");
    assertThat(scrape(metrics, OPEN_METRICS).text())
        .contains("{job_id=\"a\\\"b\\\\c\\nd}e\u0007 {f=\\\"g\\\"} é\u202e\"} 1.0\n");
  }

  @Test
  void promtoolFindsNothingToSayAgainstNamesAndText() throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool"))),
        "there is no promtool: it is in Debian's package prometheus");
    try (MeasuredSystem measured = new MeasuredSystem()) {
      measured.metrics.flushes().flushed(1_000_000);
      measured.metrics.actors().of(ActorRole.DESK).waited(5_000);
      measured.metrics.remoting().direction(RemotingFigures.IN).message(100, 1_000, true);
      assertThat(promtool(measured.scrape())).isEmpty();
    }
  }

  /** What {@code promtool check metrics} says of a scrape. */
  private static String promtool(String scrape) throws IOException, InterruptedException {
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
    try (var in = promtool.getOutputStream()) {
      in.write(scrape.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    promtool.waitFor();
    return said;
  }
}
