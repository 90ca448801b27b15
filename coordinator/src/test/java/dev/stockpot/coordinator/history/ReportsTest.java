package dev.stockpot.coordinator.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.LogLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportsTest {

  @TempDir private Path directory;

  private Reports reports() {
    return new Reports(Optional.of(directory.resolve("reports")), rows -> "page of " + rows);
  }

  private static ActorRef<Historian.Command> historian(
      ActorTestKit kit, HistoryFeed feed, Reports reports) {
    return kit.spawn(
        Historian.create(
            feed,
            new Historian.Sources(
                NodeRow.of("", ""),
                () -> CompletableFuture.completedStage(List.of()),
                Map::of,
                reports)));
  }

  @Test
  void aJobThatEndsLeavesOneThatOutlivesTheProcess() {
    ActorTestKit kit = ActorTestKit.create(ConfigFactory.load("application-test"));
    try {
      HistoryFeed feed = new HistoryFeed();
      TestProbe<ViewNews> page = kit.createTestProbe();
      ActorRef<Historian.Command> first = historian(kit, feed, reports());
      feed.accept(new HistoryEvent.JobChanged(1, Board.view("a", JobStatus.RUNNING)));
      feed.accept(new HistoryEvent.JobChanged(2, Board.view("a", JobStatus.DONE)));
      feed.accept(
          new HistoryEvent.JobLogged(
              2, "a", new LogLine(1, Instant.EPOCH, LogLine.Level.INFO, "the last line")));
      String known = "";
      while (!known.contains("\"report\"")) {
        Optional<String> after = known.isEmpty() ? Optional.empty() : Optional.of(id(known));
        first.tell(new Historian.Watch("jobs/a", after, page.ref()));
        known =
            page.expectMessageClass(ViewNews.Rows.class, Duration.ofSeconds(20))
                .json()
                .utf8String();
      }
      assertThat(directory.resolve("reports/a.html"))
          .content()
          .startsWith("page of {")
          .contains("the last line");
      kit.stop(first);

      HistoryFeed next = new HistoryFeed();
      ActorRef<Historian.Command> second = historian(kit, next, reports());
      next.accept(new HistoryEvent.JobChanged(3, Board.view("a", JobStatus.DONE)));
      TestProbe<Historian.Report> report = kit.createTestProbe();
      String text = "";
      while (!text.contains("the last line")) {
        second.tell(new Historian.GetReport("a", report.ref()));
        text = new String(report.receiveMessage().page().orElseThrow(), StandardCharsets.UTF_8);
      }
    } finally {
      kit.shutdownTestKit();
    }
  }

  private static String id(String json) {
    return json.replaceFirst("(?s).*?\"epoch\":\"(.*?)\",\"version\":(\\d+).*", "$1.$2");
  }

  @Test
  void theOldestOfTooManyAreDeleted() throws IOException {
    for (int i = 0; i < Reports.MOST + 3; i++) {
      ViewNews.Rows rows = new ViewNews.Rows(Optional.empty(), "1.1", ByteString.fromString("{}"));
      Path file = Path.of(reports().write("job-" + i, rows).getOrDefault("job-" + i, ""));
      Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000 + i)));
    }
    assertThat(reports().all())
        .hasSize(Reports.MOST)
        .doesNotContainKeys("job-0", "job-1", "job-2")
        .containsKey("job-3");
  }
}
