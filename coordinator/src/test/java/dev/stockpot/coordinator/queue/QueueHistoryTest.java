package dev.stockpot.coordinator.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.queue.ScriptedJobs.Scripted;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the queue tells whoever keeps a history. */
final class QueueHistoryTest {

  @TempDir private Path directory;

  /** What is told, up to the first event of which this is so. */
  private static List<HistoryEvent> until(QueueHarness bench, Predicate<HistoryEvent> last)
      throws InterruptedException {
    List<HistoryEvent> told = new ArrayList<>();
    while (told.isEmpty() || !last.test(told.getLast())) {
      HistoryEvent event = bench.told.poll(20, TimeUnit.SECONDS);
      assertThat(event).as("after %s", told).isNotNull();
      told.add(event);
    }
    return told;
  }

  private static boolean isLine(HistoryEvent event, String text) {
    return event instanceof HistoryEvent.JobLogged logged && logged.line().message().equals(text);
  }

  private static List<JobStatus> statuses(List<HistoryEvent> told) {
    List<JobStatus> statuses = new ArrayList<>();
    for (HistoryEvent event : told) {
      if (event instanceof HistoryEvent.JobChanged changed
          && (statuses.isEmpty() || statuses.getLast() != changed.view().status())) {
        statuses.add(changed.view().status());
      }
    }
    return statuses;
  }

  private static List<String> lines(List<HistoryEvent> told) {
    return told.stream()
        .filter(HistoryEvent.JobLogged.class::isInstance)
        .map(event -> ((HistoryEvent.JobLogged) event).line())
        .map(LogLine::message)
        .toList();
  }

  @Test
  void aJobIsToldFromItsSubmissionUntilItIsDeleted() throws InterruptedException {
    try (QueueHarness bench = QueueHarness.in(directory)) {
      bench.submitted(bench.submission("soup", "out"));
      Scripted merge = bench.jobs.next();
      merge.progress(1, 3);
      merge.note("look");
      merge.commit();
      merge.finish();
      List<HistoryEvent> told = until(bench, event -> isLine(event, "done"));
      assertThat(statuses(told))
          .containsExactly(
              JobStatus.QUEUED,
              JobStatus.PLANNING,
              JobStatus.RUNNING,
              JobStatus.COMMITTING,
              JobStatus.DONE);
      assertThat(lines(told)).isEqualTo(bench.log("soup"));
      assertThat(told)
          .filteredOn(HistoryEvent.JobUpdated.class::isInstance)
          .extracting(event -> ((HistoryEvent.JobUpdated) event).update())
          .hasAtLeastOneElementOfType(JobUpdate.MergeProgressed.class)
          .hasAtLeastOneElementOfType(JobUpdate.Noted.class)
          .hasAtLeastOneElementOfType(JobUpdate.Finished.class);
      QueueHarness.ok(
          bench.<Answer<JobView>>ask(replyTo -> new JobRequest.Delete("soup", replyTo)));
      until(
          bench,
          event ->
              event instanceof HistoryEvent.JobDeleted deleted && deleted.job().equals("soup"));
    }
  }

  @Test
  void aQueueThatGoesOnTellsWhatItRemembers() throws InterruptedException {
    List<String> log;
    try (QueueHarness bench = QueueHarness.in(directory)) {
      bench.submitted(bench.submission("soup", "out"));
      bench.jobs.next().finish();
      bench.await("soup", JobStatus.DONE);
      log = bench.log("soup");
    }
    try (QueueHarness bench = QueueHarness.in(directory)) {
      List<HistoryEvent> told = until(bench, event -> isLine(event, "done"));
      assertThat(statuses(told)).containsExactly(JobStatus.DONE);
      assertThat(lines(told)).isEqualTo(log);
    }
  }
}
