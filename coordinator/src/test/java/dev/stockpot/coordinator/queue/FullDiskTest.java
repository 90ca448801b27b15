package dev.stockpot.coordinator.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.coordinator.queue.Answer.Reason;
import dev.stockpot.coordinator.queue.Answer.Refused;
import dev.stockpot.protocol.api.JobStatus;
import dev.stockpot.protocol.api.JobView;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queue, whose journal is on a small file system that others fill to the last byte. */
class FullDiskTest {

  @TempDir private Path directory;
  private Path mounted;
  private boolean isMounted;

  @BeforeEach
  void mount() throws Exception {
    mounted = Files.createDirectory(directory.resolve("data"));
    isMounted = runs("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", mounted.toString());
    assumeTrue(isMounted, "only root may mount a file system, so a full one cannot be had here");
  }

  @AfterEach
  void unmount() throws Exception {
    if (isMounted) {
      assertThat(runs("umount", mounted.toString())).isTrue();
    }
  }

  private static boolean runs(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException _) {
      return false;
    }
  }

  private Path ballast() {
    return mounted.resolve("ballast");
  }

  private void fill() {
    byte[] block = new byte[512];
    try (OutputStream out = Files.newOutputStream(ballast())) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  @Test
  void submissionsAreRefusedJobsComeToTheirEndAndItGoesOnWhenThereIsRoom()
      throws IOException, InterruptedException {
    List<JobView> jobs;
    try (QueueHarness bench = QueueHarness.in(directory)) {
      bench.submitted(bench.submission("running", "one"));
      ScriptedJobs.Scripted running = bench.jobs.next();
      bench.submitted(bench.submission("cancelled", "two"));
      ScriptedJobs.Scripted unwanted = bench.jobs.next();
      fill();
      Refused<JobRequest.Submitted> refused =
          QueueHarness.refused(bench.submit(bench.submission("refused", "three")));
      assertThat(refused.reason()).isEqualTo(Reason.OUT_OF_DISK);
      assertThat(refused.message()).contains("no room is left to record a job", "free some there");
      running.finish();
      bench.await("running", JobStatus.DONE);
      bench.cancel("cancelled");
      unwanted.awaitCancel();
      unwanted.cancelled(Optional.empty());
      bench.await("cancelled", JobStatus.CANCELLED);
      Files.delete(ballast());
      bench.submitted(bench.submission("accepted", "four"));
      fill();
      jobs = bench.ask(JobRequest.ListJobs::new);
    }
    Files.delete(ballast());
    try (QueueHarness bench = QueueHarness.in(directory)) {
      assertThat(bench.ask(JobRequest.ListJobs::new))
          .extracting(JobView::id)
          .containsExactlyElementsOf(jobs.stream().map(JobView::id).toList())
          .doesNotContain("refused")
          .contains("running", "accepted");
      assertThat(bench.job("running").status()).isEqualTo(JobStatus.DONE);
    }
  }
}
