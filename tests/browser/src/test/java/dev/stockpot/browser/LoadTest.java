package dev.stockpot.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a page costs its browser when a thousand workers merge a hundred thousand tasks. */
final class LoadTest {

  private static final int WORKERS = 1_000;
  private static final int TASKS = 100_000;
  private static final int BUCKETS = 60;
  private static final int UPDATES = 40;
  private static final long FROM = SampleRows.NOW - 60_000;
  private static final double MOST_SECONDS = 0.05;
  private static final long MOST_GROWTH = 8 << 20;

  private static final int MOST_NODES = 500;
  private static final int MINUTES = 10;
  private static final int UPDATES_A_MINUTE = 120;

  private final Random random = new Random(7);

  /** The one that is filled. */
  private int bucket = BUCKETS - 1;

  private static ObjectNode object() {
    return JsonMapper.shared().createObjectNode();
  }

  private ObjectNode job(int done) {
    ObjectNode job = (ObjectNode) SampleRows.of(SampleRows.MERGE).get("job");
    ((ObjectNode) job.get("progress"))
        .put("doneTasks", done)
        .put("tasks", TASKS)
        .put("workers", WORKERS);
    return job;
  }

  private static String worker(int number) {
    return "host-%03d/cpu".formatted(number);
  }

  private ArrayNode cell() {
    ArrayNode cell = JsonMapper.shared().createArrayNode();
    return cell.add(random.nextInt(9))
        .add(40_000_000)
        .add(14_000_000)
        .add(random.nextInt(400_000_000))
        .add(random.nextInt(300_000_000))
        .add(random.nextInt(200_000_000))
        .add(1_000);
  }

  private ObjectNode lane(int tasks) {
    return object()
        .put("kind", "cpu")
        .put("node", "pekko://x")
        .put("tasks", tasks)
        .put("bytesIn", 2_000_000_000L)
        .put("bytesOut", 700_000_000L)
        .put("failed", 0)
        .put("returned", 0)
        .put("read", 18_000_000_000L)
        .put("merge", 15_000_000_000L)
        .put("write", 7_000_000_000L)
        .put("leased", 20_000_000_000L + random.nextInt(1_000_000_000));
  }

  private static ObjectNode mark(int number, String kind) {
    return object()
        .put("t", FROM + number)
        .put("worker", worker(number % WORKERS))
        .put("kind", kind)
        .put("text", "")
        .put("tasks", 0);
  }

  private ArrayNode strip(double done) {
    ArrayNode strip = JsonMapper.shared().createArrayNode();
    for (int i = 0; i < 256; i++) {
      strip.add(Math.clamp(done * 256 - i, 0, 1));
    }
    return strip;
  }

  private ObjectNode all() {
    ObjectNode rows = object();
    rows.set("job", job(0));
    rows.set("span", object().put("from", FROM).putNull("to").put("step", 1_000));
    rows.set(
        "phase/0",
        object()
            .put("name", "merging")
            .put("from", FROM)
            .putNull("to")
            .put("attempt", 1)
            .put("plan", 0));
    rows.set("strip", strip(0.5));
    for (int worker = 0; worker < WORKERS; worker++) {
      rows.set("lane/" + worker(worker), lane(0));
      rows.set("mark/" + worker, mark(worker, "joined"));
      for (int bucket = 0; bucket < BUCKETS - 1; bucket++) {
        rows.set("cell/" + bucket + "/" + worker(worker), cell());
      }
    }
    for (int shard = 0; shard < 200; shard++) {
      rows.set(
          "shard/" + shard,
          object()
              .put("name", "model-%05d-of-00200.safetensors".formatted(shard))
              .put("bytes", 5_000_000_000L)
              .put("doneBytes", 1_000_000_000L)
              .put("tensors", 500)
              .put("doneTensors", 100));
    }
    return rows;
  }

  /** Every worker did something, as in any half second of a run of this size. */
  private ObjectNode update(int done) {
    ObjectNode rows = object();
    rows.set("job", job(done));
    rows.set("strip", strip(done / (double) TASKS));
    for (int worker = 0; worker < WORKERS; worker++) {
      rows.set("lane/" + worker(worker), lane(done / WORKERS));
      rows.set("cell/" + bucket + "/" + worker(worker), cell());
    }
    return rows;
  }

  /** A bucket begins, or all are full, and each two become one. */
  private ObjectNode nextBucket(long step) {
    ObjectNode rows = object();
    if (++bucket == BUCKETS) {
      bucket = BUCKETS / 2;
      for (int worker = 0; worker < WORKERS; worker++) {
        for (int at = 0; at < BUCKETS; at++) {
          rows.set("cell/" + at + "/" + worker(worker), at < bucket ? cell() : null);
        }
      }
    }
    rows.set("span", object().put("from", FROM).putNull("to").put("step", step));
    return rows;
  }

  /** A worker came back, and the first of what is remembered is forgotten. */
  private static void happened(ObjectNode rows, int update) {
    int mark = WORKERS + update;
    rows.set("mark/" + mark, mark(mark, "joined"));
    rows.putNull("mark/" + (mark - WORKERS));
  }

  private static double metric(CDPSession session, String name) {
    for (JsonElement each : session.send("Performance.getMetrics").getAsJsonArray("metrics")) {
      JsonObject metric = each.getAsJsonObject();
      if (metric.get("name").getAsString().equals(name)) {
        return metric.get("value").getAsDouble();
      }
    }
    throw new AssertionError("no metric " + name);
  }

  private static double heap(CDPSession session) {
    session.send("HeapProfiler.collectGarbage");
    return metric(session, "JSHeapUsedSize");
  }

  private void updates(FakeCoordinator coordinator, Page page, int from) {
    for (int i = 1; i <= UPDATES; i++) {
      coordinator.change(SampleRows.MERGE, update(from + i));
      assertThat(page.locator(".progress-words"))
          .containsText("%,d of 100,000 tasks".formatted(from + i));
    }
  }

  @Test
  void anUpdateOfAThousandWorkersTakesLessThanFiftyMillisecondsAndLeavesNothingBehind(
      TestReporter reporter) {
    try (FakeCoordinator coordinator = new FakeCoordinator();
        Screen screen = Screen.open()) {
      coordinator.put(SampleRows.MERGE, all());
      Page page = screen.page();
      CDPSession session = screen.context().newCDPSession(page);
      JsonObject ticks = new JsonObject();
      // The main thread's own time: what others on this machine take counts for nothing.
      ticks.addProperty("timeDomain", "threadTicks");
      session.send("Performance.enable", ticks);
      page.navigate(coordinator.url() + "#/job/night-1");
      assertThat(page.locator(".progress-words")).containsText("of 100,000 tasks");
      double first = metric(session, "TaskDuration");
      Object paint =
          page.evaluate(
              "() => Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime)");
      updates(coordinator, page, 0);
      double heap = heap(session);
      double before = metric(session, "TaskDuration");
      updates(coordinator, page, UPDATES);
      double each = (metric(session, "TaskDuration") - before) / UPDATES;
      double growth = heap(session) - heap;
      reporter.publishEntry(
          Map.of(
              "first paint, ms",
              String.valueOf(paint),
              "main thread until all is there, ms",
              Long.toString(Math.round(first * 1_000)),
              "main thread an update, ms",
              Long.toString(Math.round(each * 1_000)),
              "growth of the heap in %d updates, kB".formatted(UPDATES),
              Long.toString(Math.round(growth / 1_000))));
      assertThat(first).isLessThan(1);
      assertThat(each).isLessThan(MOST_SECONDS);
      assertThat(growth).isLessThan(MOST_GROWTH);
    }
  }

  /** As fast as a coordinator tells of changes, which is twice a second. */
  @Test
  @Tag("soak")
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void nothingGrowsOnAPageThatIsOpenForTenMinutes(TestReporter reporter) {
    try (FakeCoordinator coordinator = new FakeCoordinator();
        Screen screen = Screen.open()) {
      coordinator.put(SampleRows.MERGE, all());
      Page page = screen.page();
      CDPSession session = screen.context().newCDPSession(page);
      session.send("Performance.enable");
      page.navigate(coordinator.url() + "#/job/night-1");
      page.getByText("The devices as a table").click();
      List<String> told = new ArrayList<>();
      List<Double> heaps = new ArrayList<>();
      List<Double> nodes = new ArrayList<>();
      long tick = System.nanoTime();
      for (int minute = 0; minute < MINUTES; minute++) {
        for (int at = 1; at <= UPDATES_A_MINUTE; at++) {
          int number = minute * UPDATES_A_MINUTE + at;
          ObjectNode rows = update(number);
          if (number % 10 == 0) {
            rows.setAll(nextBucket(1_000L << minute));
          }
          happened(rows, number);
          tick += TimeUnit.MINUTES.toNanos(1) / UPDATES_A_MINUTE;
          page.waitForTimeout(Math.max(0, (tick - System.nanoTime()) / 1e6));
          coordinator.change(SampleRows.MERGE, rows);
          assertThat(page.locator(".progress-words"))
              .containsText("%,d of 100,000 tasks".formatted(number));
        }
        heaps.add(heap(session));
        nodes.add(metric(session, "Nodes"));
        told.add("%.2f MB, %.0f nodes".formatted(heaps.getLast() / 1e6, nodes.getLast()));
        reporter.publishEntry("after minute " + (minute + 1), told.getLast());
      }
      assertThat(heaps.getLast() - heaps.getFirst()).as("%s", told).isLessThan(MOST_GROWTH);
      assertThat(nodes.getLast()).as("%s", told).isLessThan(nodes.getFirst() + MOST_NODES);
    }
  }
}
