package dev.stockpot.worker.actor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import dev.stockpot.protocol.WorkerCommand;
import dev.stockpot.protocol.WorkerCommand.AcknowledgeReceipts;
import dev.stockpot.protocol.WorkerCommand.CloseLease;
import dev.stockpot.protocol.WorkerCommand.MergeTensors;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.WorkerEvent.TensorFailed;
import dev.stockpot.protocol.WorkerEvent.TensorsMerged;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerState;
import dev.stockpot.worker.actor.FakeExecutor.Submitted;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.storage.Roots;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeviceWorkerTest {

  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(8);
  private static final Duration ORPHAN_TERM = Duration.ofSeconds(5);
  private static final WorkerSettings SETTINGS =
      new WorkerSettings(
          HEARTBEAT,
          DRAIN_TIMEOUT,
          ORPHAN_TERM,
          new Roots(List.of()),
          new WorkerSettings.Remote(HEARTBEAT, HEARTBEAT, 64 << 20));

  /** More than the first backoff with all of its jitter. */
  private static final Duration BACKOFF = Duration.ofMillis(300);

  private static final LeaseId LEASE = new LeaseId("job", 1);
  private static final LeaseId OTHER = new LeaseId("job", 2);

  private final ActorTestKit kit =
      ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load("application-test")));
  private final ManualTime time = ManualTime.get(kit.system());
  private final TestProbe<WorkerEvent> coordinator = kit.createTestProbe();
  private final TestProbe<WorkerEvent> job = kit.createTestProbe();
  private final BlockingQueue<FakeExecutor> executors = new LinkedBlockingQueue<>();
  private ActorRef<DeviceWorker.Command> actor = kit.system().ignoreRef();
  private FakeExecutor executor = new FakeExecutor();
  private ActorRef<WorkerCommand> worker = kit.system().ignoreRef();

  @BeforeEach
  void start() throws InterruptedException {
    actor =
        kit.spawn(
            DeviceWorker.create(
                "node/fake",
                SETTINGS,
                () -> {
                  FakeExecutor made = new FakeExecutor();
                  executors.add(made);
                  return made;
                },
                coordinator.ref()));
    executor = made();
    worker = report().ref();
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private FakeExecutor made() throws InterruptedException {
    return taken(executors);
  }

  private static <T> T taken(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(20, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }

  private WorkerReported report() {
    return coordinator.expectMessageClass(WorkerReported.class);
  }

  private WorkerReported reportAfterHeartbeat() {
    time.timePasses(HEARTBEAT);
    return report();
  }

  private Submitted lease(LeaseId lease, int... tasks) throws InterruptedException {
    worker.tell(FakeTasks.lease(lease, job.ref(), tasks));
    return taken(executor.submitted);
  }

  private static Receipt receipt(int task) {
    return new Receipt(task, List.of(new Receipt.Output(task, 0, 0)), List.of(), StageNanos.ZERO);
  }

  private static void merge(Submitted batch, int... tasks) {
    batch
        .done()
        .accept(
            IntStream.of(tasks)
                .mapToObj(task -> (Outcome) new Outcome.Merged(batch.lease(), receipt(task)))
                .toList());
  }

  private static void fail(Submitted batch, int task, Failure.Kind kind) {
    batch.done().accept(List.of(new Outcome.Failed(batch.lease(), task, new Failure(kind, "why"))));
  }

  private void expectReceipts(LeaseId lease, Integer... tasks) {
    TensorsMerged merged = job.expectMessageClass(TensorsMerged.class);
    assertThat(merged.lease()).isEqualTo(lease);
    assertThat(merged.receipts()).extracting(Receipt::task).containsExactly(tasks);
  }

  @Test
  void aWorkerReportsItselfAtEveryHeartbeat() {
    WorkerReported second = reportAfterHeartbeat();
    assertThat(second.worker().name()).isEqualTo("node/fake");
    assertThat(second.device()).isEqualTo(executor.device());
    assertThat(second.capacity()).isEqualTo(executor.capacity() / 4);
    assertThat(second.held()).isEmpty();
    assertThat(reportAfterHeartbeat()).isEqualTo(second);
  }

  @Test
  void aWorkerThatIsQuickAsksForMoreAtOnce() throws InterruptedException {
    // The clock is real: should the machine stand still for seconds, that was not quick.
    for (int i = 1; i <= 5; i++) {
      int[] tasks = IntStream.range(0, 300).toArray();
      Submitted batch = lease(new LeaseId("job", i), tasks);
      merge(batch, tasks);
      worker.tell(new AcknowledgeReceipts(batch.lease(), IntStream.of(tasks).boxed().toList()));
    }
    assertThat(report().capacity()).isEqualTo(executor.capacity() / 2);
    assertThat(report().capacity()).isEqualTo(executor.capacity());
  }

  @Test
  void aLeaseGoesToTheExecutorOnceAndIsReportedAsHeld() throws InterruptedException {
    Submitted batch = lease(LEASE, 1, 2);
    assertThat(batch.tasks()).containsExactly(FakeTasks.task(1), FakeTasks.task(2));
    worker.tell(FakeTasks.lease(LEASE, job.ref(), 1, 2));
    lease(OTHER, 3);
    assertThat(executor.submitted).as("the repeated lease").isEmpty();
    assertThat(reportAfterHeartbeat().held()).containsExactly(LEASE, OTHER);
  }

  @Test
  void receiptsGoToWhoeverGaveTheLease() throws InterruptedException {
    Submitted batch = lease(LEASE, 1, 2, 3);
    merge(batch, 2, 1);
    expectReceipts(LEASE, 2, 1);
    merge(batch, 3);
    expectReceipts(LEASE, 3);
  }

  @Test
  void manyReceiptsAreToldInMessagesOfBoundedSize() throws InterruptedException {
    int[] tasks = IntStream.range(0, 1_100).toArray();
    merge(lease(LEASE, tasks), tasks);
    int told = 0;
    while (told < tasks.length) {
      List<Receipt> receipts = job.expectMessageClass(TensorsMerged.class).receipts();
      assertThat(receipts).hasSizeLessThanOrEqualTo(512);
      told += receipts.size();
    }
    assertThat(told).isEqualTo(tasks.length);
  }

  @Test
  void receiptsAreRepeatedUntilTheyAreAcknowledged() throws InterruptedException {
    merge(lease(LEASE, 1, 2, 3), 1, 2);
    expectReceipts(LEASE, 1, 2);
    reportAfterHeartbeat();
    job.expectNoMessage(Duration.ofMillis(50));
    reportAfterHeartbeat();
    expectReceipts(LEASE, 1, 2);
    worker.tell(new AcknowledgeReceipts(LEASE, List.of(1)));
    time.timePasses(HEARTBEAT.multipliedBy(2));
    expectReceipts(LEASE, 2);
  }

  @Test
  void aFailureIsToldAndRepeatedLikeAReceipt() throws InterruptedException {
    Submitted batch = lease(LEASE, 1, 2);
    fail(batch, 1, Failure.Kind.TRANSIENT);
    TensorFailed told = job.expectMessageClass(TensorFailed.class);
    assertThat(told.task()).isEqualTo(1);
    assertThat(told.failure()).isEqualTo(new Failure(Failure.Kind.TRANSIENT, "why"));
    time.timePasses(HEARTBEAT.multipliedBy(2));
    assertThat(job.expectMessageClass(TensorFailed.class)).isEqualTo(told);
  }

  @Test
  void aLeaseIsForgottenWhenItsLastReceiptIsAcknowledged() throws InterruptedException {
    merge(lease(LEASE, 1, 2), 1);
    expectReceipts(LEASE, 1);
    worker.tell(new AcknowledgeReceipts(LEASE, List.of(1)));
    assertThat(reportAfterHeartbeat().held()).as("task 2 is open").containsExactly(LEASE);
    Submitted other = lease(OTHER, 3);
    merge(other, 3);
    expectReceipts(OTHER, 3);
    worker.tell(new AcknowledgeReceipts(OTHER, List.of(3)));
    assertThat(reportAfterHeartbeat().held()).containsExactly(LEASE);
    assertThat(executor.released).as("the job still has a lease").isEmpty();
    worker.tell(new CloseLease(LEASE));
    assertThat(taken(executor.released)).isEqualTo("job");
  }

  @Test
  void aClosedLeaseIsAbandonedAndItsOutcomesAreIgnored() throws InterruptedException {
    Submitted batch = lease(LEASE, 1);
    worker.tell(new CloseLease(LEASE));
    assertThat(taken(executor.abandoned)).isEqualTo(LEASE);
    merge(batch, 1);
    fail(batch, 1, Failure.Kind.BUG);
    assertThat(reportAfterHeartbeat().held()).isEmpty();
    job.expectNoMessage(Duration.ofMillis(50));
    assertThat(executors).as("no restart").isEmpty();
  }

  @Test
  void aLeaseThatIsNotHeldIsClosedWithoutAnyEffect() {
    worker.tell(new CloseLease(OTHER));
    worker.tell(new AcknowledgeReceipts(OTHER, List.of(1)));
    reportAfterHeartbeat();
    assertThat(executor.abandoned).isEmpty();
    assertThat(executor.released).isEmpty();
  }

  @Test
  void aBugRestartsTheWorkerWithANewExecutorAndANewIncarnation() throws InterruptedException {
    WorkerReported before = reportAfterHeartbeat();
    Submitted old = lease(LEASE, 1, 2);
    fail(old, 1, Failure.Kind.BUG);
    assertThat(job.expectMessageClass(TensorFailed.class).failure().kind())
        .isEqualTo(Failure.Kind.BUG);
    assertThat(executor.closed.await(20, TimeUnit.SECONDS)).as("old executor closed").isTrue();
    coordinator.expectNoMessage(Duration.ofMillis(50));
    assertThat(executors).as("not before the backoff").isEmpty();

    time.timePasses(BACKOFF);
    executor = made();
    WorkerReported after = report();
    assertThat(after.worker().name()).isEqualTo(before.worker().name());
    assertThat(after.worker().incarnation()).isGreaterThan(before.worker().incarnation());
    assertThat(after.held()).isEmpty();

    merge(old, 2);
    fail(old, 2, Failure.Kind.BUG);
    assertThat(reportAfterHeartbeat().worker()).isEqualTo(after.worker());
    job.expectNoMessage(Duration.ofMillis(50));

    worker = after.ref();
    merge(lease(OTHER, 5), 5);
    expectReceipts(OTHER, 5);
  }

  @Test
  void failuresThatAreNoBugLeaveTheExecutorRunning() throws InterruptedException {
    Submitted batch = lease(LEASE, 1, 2, 3, 4, 5);
    int task = 0;
    for (Failure.Kind kind : Failure.Kind.values()) {
      if (kind != Failure.Kind.BUG) {
        fail(batch, ++task, kind);
        job.expectMessageClass(TensorFailed.class);
      }
    }
    time.timePasses(BACKOFF);
    assertThat(executors).isEmpty();
    assertThat(executor.closed.getCount()).isOne();
  }

  @Test
  void stoppingTheWorkerClosesItsExecutor() throws InterruptedException {
    kit.stop(actor, Duration.ofSeconds(20));
    assertThat(executor.closed.await(20, TimeUnit.SECONDS)).isTrue();
  }

  private TestProbe<WorkerEvent> desk() {
    return kit.createTestProbe();
  }

  private void desks(List<ActorRef<WorkerEvent>> desks) {
    actor.tell(new DeviceWorker.Command.DesksChanged(Set.copyOf(desks)));
  }

  /** Returns when all messages before it were processed. */
  private void processed() throws InterruptedException {
    LeaseId probe = new LeaseId("probe", System.nanoTime());
    lease(probe, 9);
    worker.tell(new CloseLease(probe));
    assertThat(taken(executor.abandoned)).isEqualTo(probe);
    assertThat(taken(executor.released)).isEqualTo("probe");
  }

  @Test
  void aDeskThatAppearsIsToldAtOnceAndOneThatDisappearedNoMore() {
    TestProbe<WorkerEvent> second = desk();
    desks(List.of(coordinator.ref(), second.ref()));
    second.expectMessageClass(WorkerReported.class);
    coordinator.expectNoMessage(Duration.ofMillis(50));

    desks(List.of(second.ref()));
    time.timePasses(HEARTBEAT);
    second.expectMessageClass(WorkerReported.class);
    second.expectNoMessage(Duration.ofMillis(50));
    coordinator.expectNoMessage(Duration.ofMillis(50));
  }

  @Test
  void aLeaseIsKeptForAWhileAfterItsDeskDisappeared() throws InterruptedException {
    Submitted batch = lease(LEASE, 1, 2);
    desks(List.of());
    time.timePasses(ORPHAN_TERM.minus(HEARTBEAT));
    processed();
    assertThat(executor.abandoned).isEmpty();
    desks(List.of(coordinator.ref()));
    assertThat(report().held()).containsExactly(LEASE);
    merge(batch, 1);
    expectReceipts(LEASE, 1);
    reportAfterHeartbeat();

    desks(List.of());
    time.timePasses(ORPHAN_TERM.minus(HEARTBEAT));
    processed();
    assertThat(executor.abandoned).as("seen meanwhile").isEmpty();
    time.timePasses(HEARTBEAT);
    assertThat(taken(executor.abandoned)).isEqualTo(LEASE);
    assertThat(taken(executor.released)).isEqualTo("job");
    desks(List.of(coordinator.ref()));
    assertThat(report().held()).isEmpty();
  }

  @Test
  void acknowledgementsKeepALeaseWhoseDeskIsNotSeen() throws InterruptedException {
    Submitted batch = lease(LEASE, 1, 2);
    merge(batch, 1);
    expectReceipts(LEASE, 1);
    desks(List.of());
    time.timePasses(ORPHAN_TERM.minus(HEARTBEAT));
    worker.tell(new AcknowledgeReceipts(LEASE, List.of(1)));
    time.timePasses(ORPHAN_TERM.minus(HEARTBEAT));
    processed();
    assertThat(executor.abandoned).isEmpty();
    time.timePasses(HEARTBEAT);
    assertThat(taken(executor.abandoned)).isEqualTo(LEASE);
  }

  @Test
  void aWorkerThatDrainsSaysSoAtOnceAndTakesNothingNew() throws InterruptedException {
    Submitted begun = lease(LEASE, 1);
    lease(OTHER, 2);
    executor.unbegun.add(OTHER);
    TestProbe<Done> drained = kit.createTestProbe();
    actor.tell(new DeviceWorker.Command.Drain(drained.ref()));
    WorkerReported report = report();
    assertThat(report.state()).isEqualTo(WorkerState.DRAINING);
    assertThat(report.held()).as("the other was given back").containsExactly(LEASE);

    LeaseId late = new LeaseId("job", 3);
    worker.tell(FakeTasks.lease(late, job.ref(), 3));
    assertThat(reportAfterHeartbeat().held()).containsExactly(LEASE);
    assertThat(executor.submitted).isEmpty();

    merge(begun, 1);
    expectReceipts(LEASE, 1);
    drained.expectNoMessage(Duration.ofMillis(50));
    worker.tell(new AcknowledgeReceipts(LEASE, List.of(1)));
    drained.expectMessage(Done.getInstance());
    assertThat(reportAfterHeartbeat().state()).isEqualTo(WorkerState.DRAINING);
  }

  @Test
  void aWorkerThatHoldsNothingIsDrainedAtOnce() {
    TestProbe<Done> drained = kit.createTestProbe();
    actor.tell(new DeviceWorker.Command.Drain(drained.ref()));
    drained.expectMessage(Done.getInstance());
    actor.tell(new DeviceWorker.Command.Drain(drained.ref()));
    drained.expectMessage(Done.getInstance());
  }

  @Test
  void drainingEndsAtItsDeadlineWhateverIsHeld() throws InterruptedException {
    lease(LEASE, 1);
    TestProbe<Done> drained = kit.createTestProbe();
    actor.tell(new DeviceWorker.Command.Drain(drained.ref()));
    report();
    time.timePasses(DRAIN_TIMEOUT.minusMillis(1));
    drained.expectNoMessage(Duration.ofMillis(50));
    time.timePasses(Duration.ofMillis(1));
    drained.expectMessage(Done.getInstance());
  }

  @Test
  void aRestartIsCountedAndForgetsNeitherDesksNorDraining() throws InterruptedException {
    assertThat(reportAfterHeartbeat().restarts()).isZero();
    TestProbe<WorkerEvent> second = desk();
    desks(List.of(second.ref()));
    second.expectMessageClass(WorkerReported.class);
    Submitted batch = lease(LEASE, 1, 2);
    TestProbe<Done> drained = kit.createTestProbe();
    actor.tell(new DeviceWorker.Command.Drain(drained.ref()));
    second.expectMessageClass(WorkerReported.class);
    fail(batch, 1, Failure.Kind.BUG);
    assertThat(executor.closed.await(20, TimeUnit.SECONDS)).isTrue();
    time.timePasses(BACKOFF);
    made();
    WorkerReported after = second.expectMessageClass(WorkerReported.class);
    assertThat(after.restarts()).isOne();
    assertThat(after.state()).isEqualTo(WorkerState.DRAINING);
    drained.expectMessage(Done.getInstance());
  }

  @Test
  void receiptsOfManySourcesAreToldInMessagesOfBoundedSize() throws InterruptedException {
    int[] tasks = IntStream.range(0, 400).toArray();
    Submitted batch = lease(LEASE, tasks);
    List<Integer> crcs = Collections.nCopies(100, -1);
    batch
        .done()
        .accept(
            IntStream.of(tasks)
                .mapToObj(task ->
                    (Outcome)
                        new Outcome.Merged(
                            LEASE,
                            new Receipt(
                                task,
                                List.of(new Receipt.Output(task, 0, 0)),
                                crcs,
                                StageNanos.ZERO)))
                .toList());
    int told = 0;
    while (told < tasks.length) {
      int receipts = job.expectMessageClass(TensorsMerged.class).receipts().size();
      assertThat(receipts * 4 * 100).isLessThan(48 << 10);
      told += receipts;
    }
    assertThat(told).isEqualTo(tasks.length);
  }

  @Test
  void aLeaseThatTheCoordinatorServesNoMoreIsForgottenWithoutAWord() throws InterruptedException {
    Submitted batch = lease(LEASE, 1, 2);
    batch.done().accept(List.of(new Outcome.LeaseOver(LEASE, 1)));
    assertThat(taken(executor.abandoned)).isEqualTo(LEASE);
    assertThat(reportAfterHeartbeat().held()).isEmpty();
    job.expectNoMessage(Duration.ofMillis(50));
  }

  @Test
  void theWaysToAJobsFilesAreReportedAndItsAccessIsHandedOn() throws InterruptedException {
    StorageUse use = new StorageUse("job", "output", StorageUse.Way.COORDINATOR);
    executor.storage.add(use);
    assertThat(reportAfterHeartbeat().storage()).containsExactly(use);
    RemoteAccess access = new RemoteAccess(List.of("https://one"), "secret");
    MergeTensors local = FakeTasks.lease(LEASE, job.ref(), 1);
    worker.tell(
        new MergeTensors(LEASE, local.spec(), local.tasks(), Optional.of(access), job.ref()));
    assertThat(taken(executor.submitted).access()).contains(access);
  }
}
