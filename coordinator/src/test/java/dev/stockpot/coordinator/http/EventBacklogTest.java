package dev.stockpot.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.queue.JobNews;
import dev.stockpot.protocol.api.JobStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EventBacklogTest {

  private final EventBacklog backlog = new EventBacklog(10, 3);

  private static List<String> names(String events) {
    return events
        .lines()
        .filter(line -> line.startsWith("id:") || line.startsWith("event:"))
        .toList();
  }

  @Test
  void onlyTheLatestStateIsKept() {
    backlog.add(new JobNews.JobChanged(Jobs.job("a", JobStatus.QUEUED)));
    backlog.add(new JobNews.JobChanged(Jobs.job("a", JobStatus.RUNNING)));
    assertThat(backlog.isLast()).isFalse();
    String events = backlog.take();
    assertThat(names(events)).containsExactly("id: 10", "event: job");
    assertThat(events).contains("running").doesNotContain("queued");
    assertThat(backlog.isEmpty()).isTrue();
  }

  @Test
  void aGapIsToldWithItsPlaceAndLength() {
    for (int line = 11; line <= 15; line++) {
      backlog.add(new JobNews.Logged(Jobs.line(line)));
    }
    String events = backlog.take();
    assertThat(events).startsWith("id: 12\nevent: gap\ndata: {\"after\":10,\"missed\":2}\n\n");
    assertThat(names(events))
        .containsExactly(
            "id: 12",
            "event: gap",
            "id: 13",
            "event: log",
            "id: 14",
            "event: log",
            "id: 15",
            "event: log");
    backlog.add(new JobNews.Logged(Jobs.line(16)));
    assertThat(names(backlog.take())).containsExactly("id: 16", "event: log");
  }

  @Test
  void theEndComesAfterTheLinesBeforeIt() {
    backlog.add(new JobNews.JobChanged(Jobs.job("a", JobStatus.FAILED)));
    backlog.add(new JobNews.Logged(Jobs.line(11)));
    assertThat(backlog.isLast()).isTrue();
    assertThat(names(backlog.take()))
        .containsExactly("id: 11", "event: log", "id: 11", "event: job");
  }
}
