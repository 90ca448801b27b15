package dev.stockpot.coordinator.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.CoordinatorSettings;
import dev.stockpot.coordinator.Soup;
import dev.stockpot.coordinator.staging.StagingArea;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.kernel.Kernels;
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
import dev.stockpot.worker.CpuExecutor;
import dev.stockpot.worker.CpuSettings;
import dev.stockpot.worker.DeviceExecutor.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
  private ActorRef<MergeJob.Message> job = kit.system().ignoreRef();

  @SuppressWarnings("NullAway.Init") // begin() sets it
  private StagingArea staging;

  @SuppressWarnings("NullAway.Init") // begin() sets it
  private MergeTensors lease;

  @BeforeEach
  void begin() {
    Soup soup = Soup.in(directory);
    staging = StagingArea.claim(soup.output());
    MergeOrder order = new MergeOrder(soup.plan(), staging, false);
    job =
        kit.spawn(
            MergeJob.create(
                order, CoordinatorSettings.from(kit.system().settings().config()), follower.ref()));
    assertThat(update()).isInstanceOf(JobUpdate.Started.class);
    report(WORKER);
    lease = worker.expectMessageClass(MergeTensors.class);
  }

  @AfterEach
  void end() {
    kit.shutdownTestKit();
    staging.close();
  }

  private void report(WorkerId id, LeaseId... held) {
    job.tell(
        new MergeJob.FromWorker(
            new WorkerReported(
                id,
                worker.ref(),
                DEVICE,
                CAPACITY,
                List.of(held),
                WorkerState.WORKING,
                0,
                List.of())));
  }

  /** The next update that is no progress. */
  private JobUpdate update() {
    JobUpdate update = follower.receiveMessage();
    while (update instanceof JobUpdate.Progressed) {
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
    for (int told = 0; told < 2; told++) {
      worker.expectMessage(new AcknowledgeReceipts(lease.lease(), tasks));
    }
    assertThat(update()).isInstanceOf(JobUpdate.Committing.class);
    assertThat(update())
        .isInstanceOfSatisfying(
            JobUpdate.Finished.class,
            finished -> assertThat(finished.summary().merged()).isEqualTo(tasks.size()));
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
}
