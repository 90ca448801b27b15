package dev.stockpot.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.order.JobSummary.MergeSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.MergeProgressed;
import dev.stockpot.coordinator.order.JobUpdate.MergeStarted;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.verification.Manifest;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.WorkerCommand;
import dev.stockpot.protocol.WorkerCommand.MergeTensors;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.protocol.WorkerState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole merges of real files by real actors. */
class WholeMergeTest {

  private static final int TASKS = 9;

  @TempDir private Path directory;
  private final Kitchen kitchen = new Kitchen();
  private Soup soup;
  private StagingArea staging;

  @BeforeEach
  void claim() {
    soup = Soup.in(directory);
    staging = StagingArea.claim(soup.output());
  }

  @AfterEach
  void end() {
    kitchen.close();
    staging.close();
  }

  private TestProbe<JobUpdate> merge() {
    return kitchen.merge(soup, staging, false);
  }

  private Failure failure(TestProbe<JobUpdate> follower) {
    return Kitchen.await(follower, JobUpdate.Failed.class).failure();
  }

  @Test
  void aWholeMergeHasTheBitsOfTheScalarReference() {
    kitchen.worker("cpu");
    TestProbe<JobUpdate> follower = merge();
    MergeStarted started = Kitchen.await(follower, MergeStarted.class);
    assertThat(started.planned().tasks()).hasSize(TASKS);
    MergeSummary summary = Kitchen.summary(follower);
    assertThat(Soup.tensors(soup.output())).containsExactlyInAnyOrderEntriesOf(soup.expected());
    assertThat(summary.merged()).isEqualTo(TASKS);
    assertThat(summary.kept()).isZero();
    assertThat(summary.returned()).isZero();
    assertThat(summary.alreadyFinished()).isFalse();
    assertThat(summary.nan() + summary.infinity()).isZero();
    assertThat(staging.root()).doesNotExist();
  }

  @Test
  void theManifestHasTheChecksumsOfTheOutput() {
    kitchen.worker("cpu");
    Kitchen.summary(merge());
    Manifest manifest = Manifest.readIn(soup.output()).orElseThrow();
    Checksums.ofTensors(soup.output())
        .forEach((name, crc) ->
            assertThat(manifest.tensors())
                .as(name)
                .anySatisfy(tensor -> {
                  assertThat(tensor.name()).isEqualTo(name);
                  assertThat(tensor.crc32c()).isEqualTo(crc);
                }));
    assertThat(manifest.fingerprint()).isEqualTo(soup.planned().soups().getFirst().fingerprint());
    assertThat(manifest.outputs()).hasSize(2);
  }

  @Test
  void severalWorkersMakeTheSameBits() {
    kitchen.worker("cpu-0");
    kitchen.worker("cpu-1");
    soup = soup.as(Dtype.F32);
    Kitchen.summary(merge());
    assertThat(Soup.tensors(soup.output())).containsExactlyInAnyOrderEntriesOf(soup.expected());
  }

  @Test
  void aMergeWaitsForAWorker() {
    TestProbe<JobUpdate> follower = merge();
    MergeProgressed progress = Kitchen.await(follower, MergeProgressed.class);
    assertThat(progress.workers()).isZero();
    assertThat(progress.doneTasks()).isZero();
    kitchen.worker("cpu");
    assertThat(Kitchen.summary(follower).merged()).isEqualTo(TASKS);
  }

  @Test
  void aFinishedMergeIsNothingToDo() throws IOException {
    kitchen.worker("cpu");
    Kitchen.summary(merge());
    Path manifest = soup.output().resolve(Manifest.FILE_NAME);
    byte[] before = Files.readAllBytes(manifest);
    staging.close();
    staging = StagingArea.claim(soup.output());
    MergeSummary again = Kitchen.summary(merge());
    assertThat(again.alreadyFinished()).isTrue();
    assertThat(again.merged()).isZero();
    assertThat(Files.readAllBytes(manifest)).isEqualTo(before);
  }

  @Test
  void anOutputOfAnotherKindIsRefusedAtOnceUnlessItIsToBeReplaced() throws IOException {
    kitchen.worker("cpu");
    Files.createDirectory(soup.output());
    Files.createFile(soup.output().resolve("theirs"));
    Failure refusal = failure(merge());
    assertThat(refusal.kind()).isEqualTo(Failure.Kind.USER_INPUT);
    assertThat(refusal.message()).contains(soup.output() + ": exists already", "--force");
    Failure stillRefused = failure(kitchen.merge(soup, staging, true));
    assertThat(stillRefused.message()).contains("holds what is no part of a checkpoint: theirs");
    Files.move(soup.output().resolve("theirs"), soup.output().resolve("model.safetensors"));
    Kitchen.summary(kitchen.merge(soup, staging, true));
    assertThat(soup.output().resolve("model.safetensors")).doesNotExist();
    assertThat(Soup.tensors(soup.output())).containsExactlyInAnyOrderEntriesOf(soup.expected());
  }

  @Test
  void twoMergesRunAtOnceAndShareAWorker() {
    Soup second = soup.writing("second");
    try (StagingArea secondStaging = StagingArea.claim(second.output())) {
      TestProbe<JobUpdate> one = merge();
      TestProbe<JobUpdate> other = kitchen.merge(second, secondStaging, false);
      Kitchen.await(one, MergeProgressed.class);
      Kitchen.await(other, MergeProgressed.class);
      kitchen.worker("cpu");
      Kitchen.summary(one);
      Kitchen.summary(other);
    }
    assertThat(second.planned().fingerprint())
        .as("another place is no other merge")
        .isEqualTo(soup.planned().fingerprint());
    assertThat(Soup.tensors(soup.output())).isEqualTo(Soup.tensors(second.output()));
  }

  @Test
  void aMergeThatFailedCanBeRunAgain() throws IOException {
    kitchen.worker("cpu");
    soup.overwrite("b", Soup.BUFFER, (byte) 1);
    TestProbe<JobUpdate> first = merge();
    assertThat(failure(first).message())
        .contains(Soup.BUFFER + ": I64 tensors are copied", "byte 0 differs between a and b");
    assertThat(soup.output()).doesNotExist();
    soup.overwrite("b", Soup.BUFFER, (byte) 0);
    assertThat(Kitchen.summary(merge()).merged()).isPositive();
    assertThat(Soup.tensors(soup.output())).containsExactlyInAnyOrderEntriesOf(soup.expected());
  }

  @Test
  void aWorkerThatDiesGivesItsLeasesBack() {
    ActorRef<?> dying =
        kitchen.worker(
            "dying", task -> task.id() < 4 ? ScriptedExecutor.DONE : ScriptedExecutor.LOST);
    TestProbe<JobUpdate> follower = merge();
    while (Kitchen.await(follower, MergeProgressed.class).doneTasks() < 4) {
      assertThat(soup.output()).doesNotExist();
    }
    kitchen.kit.stop(dying);
    kitchen.worker("living");
    MergeSummary summary = Kitchen.summary(follower);
    assertThat(summary.returned()).isEqualTo(TASKS - 4);
    assertThat(summary.merged()).isEqualTo(TASKS);
    assertThat(Soup.tensors(soup.output())).containsExactlyInAnyOrderEntriesOf(soup.expected());
  }

  @Test
  void aWorkerThatFellSilentIsGivenNothingUntilItReportsAgain() {
    TestProbe<WorkerCommand> worker = kitchen.kit.createTestProbe();
    WorkerReported report =
        new WorkerReported(
            new WorkerId("silent", 1),
            worker.ref(),
            new Device("cpu", "cpu", "a test"),
            1L << 30,
            List.of(),
            WorkerState.WORKING,
            0,
            List.of(),
            Optional.empty(),
            Optional.empty());
    merge();
    kitchen.desk.tell(new LeaseDesk.FromWorker(report));
    MergeTensors first = worker.expectMessageClass(MergeTensors.class);
    worker.expectNoMessage(Kitchen.LEASE_TERM.multipliedBy(2));
    kitchen.desk.tell(new LeaseDesk.FromWorker(report));
    MergeTensors again = worker.expectMessageClass(MergeTensors.class);
    assertThat(again.lease()).isNotEqualTo(first.lease());
    assertThat(again.tasks()).containsExactlyInAnyOrderElementsOf(first.tasks());
  }

  @Test
  void aWorkerWithABugStartsAnewAndTheMergeGoesOn() {
    AtomicInteger bugs = new AtomicInteger();
    kitchen.worker(
        "buggy",
        task ->
            task.id() == 3 && bugs.getAndIncrement() < 2
                ? new ScriptedExecutor.Fate.Failed(new Failure(Failure.Kind.BUG, "a bug"))
                : ScriptedExecutor.DONE);
    MergeSummary summary = Kitchen.summary(merge());
    assertThat(bugs).hasValueGreaterThanOrEqualTo(3);
    assertThat(summary.returned()).isPositive();
    assertThat(Soup.tensors(soup.output())).containsExactlyInAnyOrderEntriesOf(soup.expected());
  }

  @Test
  void aTensorThatFailsThreeTimesFailsTheJobWithItsReason() {
    AtomicInteger attempts = new AtomicInteger();
    kitchen.worker(
        "cpu",
        task -> {
          if (task.id() != 5) {
            return ScriptedExecutor.DONE;
          }
          attempts.incrementAndGet();
          return new ScriptedExecutor.Fate.Failed(
              new Failure(Failure.Kind.TRANSIENT, task.tensor() + ": no luck"));
        });
    TestProbe<JobUpdate> follower = merge();
    Failure failure = failure(follower);
    assertThat(failure.kind()).isEqualTo(Failure.Kind.TRANSIENT);
    assertThat(failure.message()).endsWith(": no luck (failed 3 times, giving up)");
    assertThat(attempts).hasValue(3);
    assertThat(soup.output()).doesNotExist();
  }

  @Test
  void anInputThatChangesDuringTheMergeDiscardsTheResult() {
    Path input = soup.input("a").resolve("model-00001-of-00002.safetensors");
    kitchen.worker(
        "cpu",
        task -> {
          if (task.id() == 0) {
            append(input);
          }
          return ScriptedExecutor.DONE;
        });
    assertThat(failure(merge()).message()).contains(input.toString(), "the result was discarded");
    assertThat(soup.output()).doesNotExist();
  }

  private static void append(Path file) {
    try {
      Files.write(file, new byte[1], StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aJournalThatCannotBeWrittenFailsTheJobAndNoOther() throws IOException {
    kitchen.worker("cpu");
    Files.createFile(staging.journalDirectory());
    Failure failure = failure(merge());
    assertThat(failure.kind()).isEqualTo(Failure.Kind.ENVIRONMENT);
    assertThat(failure.message())
        .contains("the job's journal cannot be used", staging.journalDirectory().toString());
    Files.delete(staging.journalDirectory());
    assertThat(Kitchen.summary(merge()).merged()).isEqualTo(TASKS);
  }

  @Test
  void aDamagedJournalFailsTheJobAndIsNamed() throws IOException {
    kitchen.worker("cpu");
    Files.createDirectories(staging.journalDirectory());
    Path journal = staging.journalDirectory().resolve("merge.journal");
    Files.writeString(journal, "not a journal\nnot at all\n");
    assertThat(failure(merge()).message()).contains(journal.toString(), "at byte 0 is damaged");
  }
}
