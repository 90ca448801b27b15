package dev.stockpot.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import dev.stockpot.system.ClusterSite;
import dev.stockpot.system.MergeSite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * After a run in which a worker was killed, the page, the metrics, the API, the manifest and the
 * disk say the same numbers.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@SuppressWarnings("NullAway.Init") // set before all
final class TrueNumbersTest {

  private static final List<String> PHASES = List.of("read", "merge", "write");
  private static final Pattern NUMBERS = Pattern.compile("[0-9][0-9,]*");

  @TempDir private static Path directory;
  private static MergeSite site;
  private static ClusterSite cluster;

  /** What the coordinator and the worker that stays served while they merged. */
  private static Scrape midway;

  private static Scrape end;
  private static JsonNode progress;
  private static JsonNode manifest;

  /** What the page is sent. */
  private static JsonNode view;

  @BeforeAll
  static void mergeWithAWorkerThatIsKilled() throws Exception {
    site = MergeSite.large(directory.resolve("site"));
    cluster = new ClusterSite(directory.resolve("cluster"));
    cluster.startCoordinator(site.directory());
    cluster.startSlowWorker("worker-1", site.directory());
    cluster.startSlowWorker("worker-2", site.directory());
    cluster.awaitWorkers(2);
    cluster.submit("faulty", site.plan());
    cluster.awaitJob("faulty", "under way", job -> ClusterSite.doneTasks(job) > 0);
    midway = metrics().and(metricsOf("worker-2"));
    cluster.kill("worker-1");
    progress = cluster.awaitDone("faulty").path("progress");
    cluster.await(
        "the page says that it is done",
        () -> {
          view = cluster.view("faulty");
          return ClusterSite.text(view.path("job"), "status").equals("done");
        });
    end = metrics();
    manifest =
        JsonMapper.shared()
            .readTree(Files.readString(site.output().resolve("stockpot-manifest.json")));
  }

  @AfterAll
  static void end() {
    if (cluster != null) {
      cluster.close();
    }
  }

  private static Scrape metrics() throws InterruptedException {
    return Scrape.from(cluster.url().resolve("/metrics"));
  }

  private static Scrape metricsOf(String worker) throws InterruptedException {
    String said = cluster.node(worker).said();
    Matcher told = Pattern.compile("Metrics at (http://\\S+)").matcher(said);
    assertThat(told.find()).as(said).isTrue();
    return Scrape.from(URI.create(told.group(1)));
  }

  private static List<JsonNode> rows(String prefix) {
    return view.properties().stream()
        .filter(row -> row.getKey().startsWith(prefix))
        .map(row -> row.getValue())
        .toList();
  }

  private static long sum(String prefix, ToLongFunction<JsonNode> number) {
    return rows(prefix).stream().mapToLong(number).sum();
  }

  private static long lanes(String field) {
    return sum("lane/", lane -> lane.path(field).asLong());
  }

  private static long cells(int column) {
    return sum("cell/", cell -> cell.path(column).asLong());
  }

  /** Bytes of the tensors of a safetensors file. */
  private static long dataBytes(Path file) {
    try {
      return Files.size(file) - MergeSite.headerBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes of the tensors of a checkpoint's files. */
  private static long checkpointBytes(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      return files
          .filter(file -> file.toString().endsWith(".safetensors"))
          .mapToLong(TrueNumbersTest::dataBytes)
          .sum();
    }
  }

  private static long inputBytes() throws IOException {
    long bytes = 0;
    for (String model : MergeSite.MODELS) {
      bytes += checkpointBytes(site.directory().resolve(model));
    }
    return bytes;
  }

  /** What a browser shows. */
  private record Shown(String progress, List<Map<String, String>> devices, List<String> shards) {

    static Shown of(Screen screen) throws IOException {
      screen
          .page()
          .navigate(cluster.url() + "/#token=" + Files.readString(cluster.token()).strip());
      assertThat(screen.page().locator("nav")).isVisible();
      screen.goTo("#/job/faulty");
      assertThat(screen.status()).containsText("done");
      screen.page().getByText("The devices as a table").click();
      Locator devices = screen.section("Devices").locator("table");
      assertThat(devices.locator("tbody tr")).hasCount(2);
      return new Shown(
          String.valueOf(screen.page().locator(".progress-words").getAttribute("title")),
          table(devices),
          screen.section("Output").locator("li .note").all().stream()
              .map(shard -> String.valueOf(shard.getAttribute("title")))
              .toList());
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, String>> table(Locator table) {
      return (List<Map<String, String>>)
          table.evaluate(
              """
              table => [...table.tBodies[0].rows].map((row) => Object.fromEntries([...row.cells].map(
                (cell, at) => [table.tHead.rows[0].cells[at].textContent, cell.title || cell.textContent])))
              """);
    }

    /** The sum of a column. */
    long sum(String column) {
      return devices.stream()
          .mapToLong(device -> numbers(String.valueOf(device.get(column))).getFirst())
          .sum();
    }

    static List<Long> numbers(String text) {
      return NUMBERS
          .matcher(text)
          .results()
          .map(number -> Long.valueOf(number.group().replace(",", "")))
          .toList();
    }
  }

  @Test
  void bytesTasksAndAttemptsAgreeToTheByte() throws IOException {
    long read = inputBytes();
    long written = checkpointBytes(site.output());
    long tasks = progress.path("tasks").asLong();
    long returned = progress.path("returnedTasks").asLong();
    // The API, with the disk and the manifest.
    assertThat(progress.path("bytes").asLong()).isEqualTo(written);
    assertThat(progress.path("doneTasks").asLong()).isEqualTo(tasks).isEqualTo(site.tensors());
    assertThat(returned).isPositive();
    assertThat(manifest.path("tensors")).hasSize((int) tasks);
    assertThat(manifest.path("outputs"))
        .isNotEmpty()
        .allSatisfy(file ->
            assertThat(site.output().resolve(ClusterSite.text(file, "file")))
                .hasSize(file.path("size").asLong()));
    // The metrics.
    assertThat(end.sum("stockpot_written_bytes_total", "kind=\"cpu\"")).isEqualTo((double) written);
    assertThat(end.sum("stockpot_read_bytes_total")).isEqualTo((double) read);
    assertThat(end.value("stockpot_tasks_total{outcome=\"merged\"}")).isEqualTo((double) tasks);
    assertThat(end.value("stockpot_tasks_total{outcome=\"returned\"}"))
        .isEqualTo((double) returned);
    // The rows that the page is sent.
    assertThat(view.path("job").path("progress")).isEqualTo(progress);
    assertThat(lanes("bytesOut")).isEqualTo(written);
    assertThat(lanes("bytesIn")).isEqualTo(read);
    assertThat(lanes("tasks")).isEqualTo(tasks);
    assertThat(lanes("returned")).isEqualTo(returned);
    // The page.
    Chromium.assumeThere();
    try (Screen screen = Screen.open()) {
      Shown shown = Shown.of(screen);
      assertThat(Shown.numbers(shown.progress())).containsExactly(written, written);
      assertThat(shown.sum("In")).isEqualTo(read);
      assertThat(shown.sum("Out")).isEqualTo(written);
      assertThat(shown.sum("Tasks")).isEqualTo(tasks);
      assertThat(shown.sum("Returned")).isEqualTo(returned);
      assertThat(shown.shards()).hasSize(rows("shard/").size());
      assertThat(shown.shards().stream().map(Shown::numbers))
          .allSatisfy(done -> assertThat(done.getFirst()).isEqualTo(done.getLast()));
      assertThat(shown.shards().stream().mapToLong(shard -> Shown.numbers(shard).getFirst()).sum())
          .isEqualTo(written);
    }
  }

  @Test
  void theTimelineAddsUpToTheManifestsTimes() {
    JsonNode times = manifest.path("times");
    List<String> fields = List.of("tasks", "bytesIn", "bytesOut", "read", "merge", "write");
    for (String phase : PHASES) {
      assertThat(lanes(phase)).as(phase).isEqualTo(times.path(phase).asLong());
    }
    for (int column = 0; column < fields.size(); column++) {
      assertThat(cells(column)).as(fields.get(column)).isEqualTo(lanes(fields.get(column)));
    }
    assertThat(cells(fields.size())).isEqualTo(lanes("leased") / 1_000_000);
    assertThat(rows("mark/"))
        .extracting(mark -> ClusterSite.text(mark, "kind"))
        .contains("returned", "took");
    assertThat(
            rows("mark/").stream()
                .filter(mark -> ClusterSite.text(mark, "kind").equals("returned"))
                .mapToLong(mark -> mark.path("tasks").asLong())
                .sum())
        .isEqualTo(lanes("returned"));
  }

  @Test
  void everyShardIsDoneAndTheLogIsInOrder() {
    assertThat(rows("shard/"))
        .allSatisfy(shard ->
            assertThat(shard.path("doneBytes").asLong())
                .isEqualTo(shard.path("bytes").asLong())
                .isEqualTo(dataBytes(site.output().resolve(ClusterSite.text(shard, "name")))));
    assertThat(sum("shard/", shard -> shard.path("doneTensors").asLong()))
        .isEqualTo(site.tensors());
    assertThat(view.path("strip").valueStream()).allMatch(part -> part.asDouble() == 1);
    assertThat(rows("log/").stream().map(line -> line.path("sequence").asLong()).toList())
        .isSortedAccordingTo(Comparator.naturalOrder())
        .hasSize(cluster.logs("faulty").size());
  }

  @Test
  void metricsTellOfTheJobWhileItRunsAndOfAllThatEnded() {
    assertThat(midway.value("stockpot_jobs{status=\"running\"}")).isEqualTo(1);
    assertThat(midway.sum("stockpot_job_tasks", "job_id=\"faulty\""))
        .isEqualTo(progress.path("tasks").asInt());
    assertThat(end.value("stockpot_jobs{status=\"done\"}")).isEqualTo(1);
    assertThat(end.samples().keySet()).noneMatch(sample -> sample.contains("job_id="));
    assertThat(end.value("stockpot_receipts_total")).isEqualTo(progress.path("tasks").asInt());
    assertThat(end.value("stockpot_leases_granted_total"))
        .isEqualTo(end.sum("stockpot_leases_ended_total"));
    assertThat(end.sum("stockpot_workers_lost_total")).isEqualTo(1);
    assertThat(end.sum("stockpot_actor_messages_total", "role=\"desk\"")).isPositive();
    assertThat(end.sum("stockpot_journal_write_seconds_count")).isPositive();
  }

  @Test
  void theMonitoringAsksForWhatIsServed() throws IOException {
    Monitoring.asksForWhatIsServed(midway);
  }
}
