package dev.stockpot.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.coordinator.order.JobSummary.MergeSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.MergeProgressed;
import dev.stockpot.coordinator.order.JobUpdate.MergeStarted;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.plan.NonFinitePolicy;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Merges that go on where an actor system was ended in the middle of them. */
class ResumeTest {

  private static final int TASKS = 9;
  private static final int DONE = 5;

  @TempDir private Path directory;
  private Soup soup;

  @BeforeEach
  void writeInputs() {
    soup = Soup.in(directory);
  }

  /** Merges the first tasks, and then all ends. */
  private void mergeSomeAndEnd() {
    try (StagingArea staging = StagingArea.claim(soup.output());
        Kitchen kitchen = new Kitchen()) {
      kitchen.worker(
          "cpu", task -> task.id() < DONE ? ScriptedExecutor.DONE : ScriptedExecutor.LOST);
      TestProbe<JobUpdate> follower = kitchen.merge(soup, staging, false);
      while (Kitchen.await(follower, MergeProgressed.class).doneTasks() < DONE) {
        assertThat(soup.output()).doesNotExist();
      }
    }
  }

  /** Goes on and comes to the end; answers how it started. */
  private MergeStarted finish() {
    try (StagingArea staging = StagingArea.claim(soup.output());
        Kitchen kitchen = new Kitchen()) {
      kitchen.worker("cpu");
      TestProbe<JobUpdate> follower = kitchen.merge(soup, staging, false);
      MergeStarted started = Kitchen.await(follower, MergeStarted.class);
      MergeSummary summary = Kitchen.summary(follower);
      assertThat(summary.kept()).isEqualTo(started.kept());
      assertThat(summary.merged()).isEqualTo(TASKS - started.kept());
      return started;
    } finally {
      assertThat(Soup.tensors(soup.output())).containsExactlyInAnyOrderEntriesOf(soup.expected());
    }
  }

  private Path staged(TensorTask task) {
    PlannedMerge planned = soup.planned();
    ShardLayout shard = planned.layout().shards().get(task.shard());
    return directory.resolve(".soup.stockpot/shards").resolve(shard.fileName());
  }

  @Test
  void whatWasMergedBeforeIsKept() {
    mergeSomeAndEnd();
    MergeStarted started = finish();
    assertThat(started.kept()).isEqualTo(DONE);
    assertThat(started.revoked()).isZero();
    assertThat(directory.resolve(".soup.stockpot")).doesNotExist();
  }

  @Test
  void aMergeMayBeEndedManyTimes() {
    mergeSomeAndEnd();
    mergeSomeAndEnd();
    mergeSomeAndEnd();
    assertThat(finish().kept()).isEqualTo(DONE);
  }

  @Test
  void aStagedByteThatChangedIsMergedAgain() throws IOException {
    mergeSomeAndEnd();
    TensorTask task = soup.planned().tasks().get(2);
    try (RandomAccessFile shard = new RandomAccessFile(staged(task).toFile(), "rw")) {
      shard.seek(task.offset() + 1);
      int old = shard.read();
      shard.seek(task.offset() + 1);
      shard.write(old ^ 1);
    }
    MergeStarted started = finish();
    assertThat(started.kept()).isEqualTo(DONE - 1);
    assertThat(started.revoked()).isEqualTo(1);
  }

  @Test
  void aShardThatIsGoneBeginsTheMergeAnew() throws IOException {
    mergeSomeAndEnd();
    Files.delete(staged(soup.planned().tasks().getLast()));
    assertThat(finish().kept()).isZero();
  }

  @Test
  void anInputThatChangedBeginsTheMergeAnew() throws IOException {
    mergeSomeAndEnd();
    Files.setLastModifiedTime(
        soup.input("a").resolve("model-00001-of-00002.safetensors"), FileTime.from(Instant.EPOCH));
    assertThat(finish().kept()).isZero();
  }

  @Test
  void aTornJournalLosesItsLastEntryOnly() throws IOException {
    mergeSomeAndEnd();
    Path journal = directory.resolve(".soup.stockpot/journal/merge.journal");
    try (RandomAccessFile file = new RandomAccessFile(journal.toFile(), "rw")) {
      file.setLength(file.length() - 1);
    }
    assertThat(finish().kept()).isLessThan(DONE);
  }

  @Test
  void nansThatWereToleratedAreRefusedWhenThePlanForbidsThem() {
    soup.overwrite("a", "layers.0.up", (byte) 0xc0, (byte) 0x7f);
    soup = soup.onNonFinite(NonFinitePolicy.WARN);
    mergeSomeAndEnd();
    soup = soup.onNonFinite(NonFinitePolicy.FAIL);
    try (StagingArea staging = StagingArea.claim(soup.output());
        Kitchen kitchen = new Kitchen()) {
      kitchen.worker("cpu");
      TestProbe<JobUpdate> follower = kitchen.merge(soup, staging, false);
      assertThat(Kitchen.await(follower, JobUpdate.Failed.class).failure().message())
          .startsWith("layers.0.up: element 0 of the result is NaN; it comes from a");
    }
    assertThat(soup.output()).doesNotExist();
  }
}
