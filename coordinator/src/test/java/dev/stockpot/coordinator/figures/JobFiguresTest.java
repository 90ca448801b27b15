package dev.stockpot.coordinator.figures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.history.HistoryEvent.Change;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.metrics.Metrics;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.api.JobProgress;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobFiguresTest {

  /** A task that took less than no time, which no counter takes. */
  private static final HistoryEvent.Done BACKWARDS =
      new HistoryEvent.Done(
          new TensorTask(0, "t", Operation.COPY, 0, 0, List.of(), Dtype.BF16, 0, 0, 0),
          new Receipt(0, List.of(), List.of(), new StageNanos(-1, 0, 0)));

  private final Metrics metrics = new Metrics("1.2.3");
  private final JobFigures figures = JobFigures.of(metrics);

  private List<String> lines() {
    return metrics.scrape("").toCompletableFuture().join().text().lines().toList();
  }

  private void is(String job, JobStatus status) {
    figures.accept(
        new HistoryEvent.JobChanged(
            0,
            new JobView(
                job,
                status,
                0,
                "-",
                List.of("/out"),
                0,
                1,
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty(),
                new JobProgress(1, 4, 0, 0, 25, 100, 1),
                Optional.empty())));
  }

  @Test
  void jobsAreNamedOnlyWhileTheyRun() {
    is("night-1", JobStatus.RUNNING);
    is("night-2", JobStatus.QUEUED);
    assertThat(lines())
        .contains(
            "stockpot_jobs{status=\"running\"} 1.0",
            "stockpot_jobs{status=\"queued\"} 1.0",
            "stockpot_jobs{status=\"failed\"} 0.0",
            "stockpot_job_done_bytes{job_id=\"night-1\"} 25.0",
            "stockpot_job_output_bytes{job_id=\"night-1\"} 100.0");
    is("night-1", JobStatus.DONE);
    assertThat(lines())
        .contains("stockpot_jobs{status=\"done\"} 1.0")
        .noneMatch(line -> line.contains("night-1"));
    figures.accept(new HistoryEvent.JobDeleted(0, "night-1"));
    assertThat(lines()).contains("stockpot_jobs{status=\"done\"} 0.0");
  }

  @Test
  void leasesThatEndWithTheirRunHaveEnded() {
    figures.accept(new HistoryEvent.BoardClosed(0, "night-1", "run", 2));
    assertThat(lines()).contains("stockpot_leases_ended_total{reason=\"closed\"} 2.0");
  }

  /** Whoever tells of it, the desk say, must not end. */
  @Test
  void whatCannotBeCountedIsNoHarm() {
    figures.accept(
        new HistoryEvent.TasksRecorded(
            0, "a", "run", new LeaseId("run", 1), "x", List.of(BACKWARDS)));
    is("night-1", JobStatus.RUNNING);
    assertThat(lines()).contains("stockpot_jobs{status=\"running\"} 1.0");
  }

  @Test
  void aCoordinationThatBeginsAnewForgetsJobsAndGoesOnCounting() {
    is("night-1", JobStatus.RUNNING);
    figures.accept(
        new HistoryEvent.WorkerChanged(0, "alpha/cpu", "cpu", "local", Change.SILENT, ""));
    figures.begin();
    assertThat(lines())
        .contains(
            "stockpot_workers_lost_total{reason=\"silent\"} 1.0",
            "stockpot_jobs{status=\"running\"} 0.0")
        .noneMatch(line -> line.contains("night-1"));
  }
}
