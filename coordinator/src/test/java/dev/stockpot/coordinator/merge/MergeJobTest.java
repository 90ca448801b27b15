package dev.stockpot.coordinator.merge;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.Soup;
import dev.stockpot.coordinator.desk.LeaseDesk;
import dev.stockpot.coordinator.evaluate.EvaluatorPermission;
import dev.stockpot.coordinator.job.CoordinatorSettings;
import dev.stockpot.coordinator.job.Jobs;
import dev.stockpot.coordinator.order.JobStarter.CancelJob;
import dev.stockpot.coordinator.order.JobSummary.MergeSummary;
import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.coordinator.order.JobUpdate.MergeProgressed;
import dev.stockpot.coordinator.order.JobUpdate.MergeStarted;
import dev.stockpot.coordinator.order.MergeOrder;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.coordinator.tenure.Tenure;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerCommand;
import dev.stockpot.protocol.WorkerCommand.AcknowledgeReceipts;
import dev.stockpot.protocol.WorkerCommand.CloseLease;
import dev.stockpot.protocol.WorkerCommand.MergeTensors;
import dev.stockpot.protocol.WorkerEvent.TensorFailed;
import dev.stockpot.protocol.WorkerEvent.TensorsMerged;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.protocol.WorkerState;
import dev.stockpot.protocol.api.LogLine;
import dev.stockpot.worker.cpu.CpuExecutor;
import dev.stockpot.worker.cpu.CpuSettings;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job and a worker say to each other, the test being the worker. */
class MergeJobTest {

  private static final WorkerId WORKER = new WorkerId("probe", 1);
  private static final Device DEVICE = new Device("cpu", "cpu", "a test");
  private static final long CAPACITY = 1L << 30;

  @TempDir private Path directory;
  private final ActorTestKit kit = ActorTestKit.create(ConfigFactory.load("application-test"));
  private final TestProbe<JobUpdate> follower = kit.createTestProbe();
  private final TestProbe<WorkerCommand> worker = kit.createTestProbe();
  private final CoordinatorSettings settings =
      CoordinatorSettings.from(kit.system().settings().config());
  private final ActorRef<LeaseDesk.Command> desk =
      kit.spawn(LeaseDesk.create(settings.desk(), DataAccess.none(), _ -> {}));
  private ActorRef<CancelJob> job = kit.system().ignoreRef();

  private final HeldTenure tenure = new HeldTenure();

  @SuppressWarnings("NullAway.Init") // begin() sets it
  private StagingArea staging;

  @SuppressWarnings("NullAway.Init") // begin() sets it
  private MergeTensors lease;

  @BeforeEach
  void begin() {
    Soup soup = Soup.in(directory);
    staging = StagingArea.claim(soup.output());
    job =
        kit.spawn(
            new Jobs(settings, desk, tenure, DataAccess.none(), EvaluatorPermission.any(), _ -> {})
                .job(
                    MergeOrder.alone(soup.plan(), soup.soups(), staging, false),
                    follower.ref()::tell));
    assertThat(update()).isInstanceOf(MergeStarted.class);
    report(WORKER);
    lease = worker.expectMessageClass(MergeTensors.class);
    assertThat(lease.tasks()).hasSize(9);
  }

  @AfterEach
  void end() {
    kit.shutdownTestKit();
    staging.close();
  }

  private void report(WorkerId id, LeaseId... held) {
    desk.tell(
        new LeaseDesk.FromWorker(
            new WorkerReported(
                id,
                worker.ref(),
                DEVICE,
                CAPACITY,
                List.of(held),
                WorkerState.WORKING,
                0,
                List.of(),
                Optional.empty(),
                Optional.empty())));
  }

  /** The next update that is no progress and no note. */
  private JobUpdate update() {
    JobUpdate update = follower.receiveMessage();
    while (update instanceof MergeProgressed || update instanceof JobUpdate.Noted) {
      update = follower.receiveMessage();
    }
    return update;
  }

  /** Does the tasks of the lease. */
  private List<Receipt> receipts() throws InterruptedException {
    BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    List<Receipt> receipts = new ArrayList<>();
    try (CpuExecutor executor = new CpuExecutor(new CpuSettings(1, 1 << 10), Kernels.scalar())) {
      executor.submit(lease.lease(), lease.spec(), lease.tasks(), lease.access(), outcomes::addAll);
      while (receipts.size() < lease.tasks().size()) {
        Outcome outcome = outcomes.poll(20, TimeUnit.SECONDS);
        assertThat(outcome).isInstanceOf(Outcome.Merged.class);
        receipts.add(((Outcome.Merged) outcome).receipt());
      }
    }
    return receipts;
  }

  private void tell(LeaseId id, List<Receipt> receipts) {
    lease.replyTo().tell(new TensorsMerged(WORKER, id, receipts));
  }

  @Test
  void receiptsThatAreRepeatedAreAcknowledgedAgainAndCommittedOnce() throws InterruptedException {
    List<Receipt> receipts = receipts();
    for (int told = 0; told < 3; told++) {
      tell(lease.lease(), receipts);
    }
    List<Integer> tasks = receipts.stream().map(Receipt::task).toList();
    worker.expectMessage(new AcknowledgeReceipts(lease.lease(), tasks));
    assertThat(update()).isInstanceOf(JobUpdate.Committing.class);
    assertThat(update())
        .isInstanceOfSatisfying(
            JobUpdate.Finished.class,
            finished ->
                assertThat(((MergeSummary) finished.summary()).merged()).isEqualTo(tasks.size()));
    kit.createTestProbe().expectTerminated(job, Duration.ofSeconds(20));
    follower.expectNoMessage(Duration.ofMillis(50));
  }

  @Test
  void receiptsOfAnotherRunAreNotBelieved() throws InterruptedException {
    tell(new LeaseId("another run", lease.lease().number()), receipts());
    worker.expectNoMessage(Duration.ofMillis(100));
    tell(lease.lease(), receipts());
    worker.expectMessageClass(AcknowledgeReceipts.class);
    assertThat(update()).isInstanceOf(JobUpdate.Committing.class);
    assertThat(update()).isInstanceOf(JobUpdate.Finished.class);
  }

  @Test
  void aLeaseThatTheJobDoesNotKnowIsClosed() {
    LeaseId strange = new LeaseId("another run", 7);
    report(WORKER, lease.lease(), strange);
    report(WORKER, lease.lease(), strange);
    worker.expectMessage(new CloseLease(strange));
  }

  @Test
  void aNewIncarnationIsGivenWhatTheOldOneHeld() {
    report(new WorkerId(WORKER.name(), 2));
    MergeTensors again = worker.expectMessageClass(MergeTensors.class);
    assertThat(again.tasks()).containsExactlyInAnyOrderElementsOf(lease.tasks());
    assertThat(again.lease()).isNotEqualTo(lease.lease());
  }

  @Test
  void aTaskThatFailedIsAcknowledgedAndLeasedAgain() {
    Failure passing = new Failure(Failure.Kind.TRANSIENT, "a hiccup");
    lease.replyTo().tell(new TensorFailed(WORKER, lease.lease(), 3, passing));
    worker.expectMessage(new AcknowledgeReceipts(lease.lease(), List.of(3)));
    MergeTensors again = worker.expectMessageClass(MergeTensors.class);
    assertThat(again.tasks()).containsExactly(lease.tasks().get(3));
  }

  @Test
  void aJobThatFailsClosesEveryLeaseItsFailedOneToo() {
    Failure fatal = new Failure(Failure.Kind.USER_INPUT, "a wrong input");
    lease.replyTo().tell(new TensorFailed(WORKER, lease.lease(), 0, fatal));
    worker.expectMessage(new CloseLease(lease.lease()));
    assertThat(update())
        .isInstanceOfSatisfying(
            JobUpdate.Failed.class,
            failed -> {
              assertThat(failed.failure()).isEqualTo(fatal);
              assertThat(failed.resumable()).as("nothing was done").isEmpty();
            });
    kit.createTestProbe().expectTerminated(job, Duration.ofSeconds(20));
  }

  @Test
  void whatWasDoneBeforeAFailureCanBeResumed() throws InterruptedException {
    tell(lease.lease(), receipts().subList(0, 2));
    worker.expectMessageClass(AcknowledgeReceipts.class);
    lease
        .replyTo()
        .tell(
            new TensorFailed(
                WORKER,
                lease.lease(),
                lease.tasks().getLast().id(),
                new Failure(Failure.Kind.ENVIRONMENT, "a bad disk")));
    assertThat(update())
        .isInstanceOfSatisfying(
            JobUpdate.Failed.class,
            failed -> assertThat(failed.resumable()).contains(directory.resolve(".soup.stockpot")));
  }

  @Test
  void aCancelledJobClosesItsLeasesAndKeepsWhatIsDone() throws InterruptedException {
    tell(lease.lease(), receipts().subList(0, 2));
    worker.expectMessageClass(AcknowledgeReceipts.class);
    job.tell(new CancelJob());
    worker.expectMessage(new CloseLease(lease.lease()));
    assertThat(update())
        .isEqualTo(new JobUpdate.Cancelled(Optional.of(directory.resolve(".soup.stockpot"))));
    kit.createTestProbe().expectTerminated(job, Duration.ofSeconds(20));
    assertThat(staging.hasShards()).isTrue();
  }

  @Test
  void aCoordinatorThatWasDeposedDoesNotCommit() throws InterruptedException {
    tenure.lost = true;
    tell(lease.lease(), receipts());
    assertThat(update()).isInstanceOf(JobUpdate.Committing.class);
    assertThat(update())
        .isInstanceOfSatisfying(
            JobUpdate.Failed.class,
            failed -> {
              assertThat(failed.failure().message()).isEqualTo("deposed");
              assertThat(failed.resumable()).isPresent();
            });
    assertThat(directory.resolve("soup")).doesNotExist();
  }

  @Test
  void theTokenStandsBesideTheShardsAndNotInTheOutput() throws Exception {
    Path token = staging.shards().resolve(MergeSpec.TOKEN_FILE);
    assertThat(token).hasContent(lease.spec().stagingToken());
    assertThat(lease.spec().stagingToken()).hasSizeGreaterThan(30);
    tell(lease.lease(), receipts());
    assertThat(update()).isInstanceOf(JobUpdate.Committing.class);
    assertThat(update()).isInstanceOf(JobUpdate.Finished.class);
    assertThat(directory.resolve("soup")).isDirectoryNotContaining("glob:**" + token.getFileName());
  }

  @Test
  void aTaskThatIsTriedAgainIsNoted() {
    lease
        .replyTo()
        .tell(
            new TensorFailed(
                WORKER, lease.lease(), 3, new Failure(Failure.Kind.TRANSIENT, "a hiccup")));
    JobUpdate update = follower.receiveMessage();
    while (!(update instanceof JobUpdate.Noted(LogLine.Level level, _)
        && level == LogLine.Level.WARNING)) {
      assertThat(update).isNotInstanceOf(JobUpdate.End.class);
      update = follower.receiveMessage();
    }
    assertThat(((JobUpdate.Noted) update).message())
        .isEqualTo("will try again, after probe: a hiccup");
  }

  @Test
  void aJobThatIsStoppedLeavesNoLease() {
    kit.stop(job);
    worker.expectMessage(new CloseLease(lease.lease()));
  }

  /** A tenure that a test may take away. */
  private static final class HeldTenure implements Tenure {
    private volatile boolean lost;

    @Override
    public <T> T whileHeld(Supplier<T> action) {
      if (lost) {
        throw MergeException.environment("deposed", null);
      }
      return action.get();
    }

    @Override
    public long epoch() {
      return 1;
    }

    @Override
    public void close() {}
  }
}
