package dev.stockpot.coordinator.desk;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.storage.DataAccess;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.DeviceRates;
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
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.protocol.WorkerState;
import dev.stockpot.protocol.api.WorkerView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the desk says to workers and jobs, the test being both. */
class LeaseDeskTest {

  private static final int TASKS = 4;
  private static final long TRAFFIC = 300;
  private static final Device DEVICE = new Device("cpu", "cpu", "a test");

  /** One task per lease; time is the test's, so nothing expires unless it says so. */
  private static final DeskSettings SETTINGS =
      new DeskSettings(
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          new LeaseLimits(1, TRAFFIC, 100));

  private final ActorTestKit kit =
      ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load("application-test")));
  private final Capabilities capabilities = new Capabilities();
  private final TestProbe<BoardNews> news = kit.createTestProbe();
  private final Queue<HistoryEvent> told = new ConcurrentLinkedQueue<>();
  private final ActorRef<LeaseDesk.Command> desk =
      kit.spawn(LeaseDesk.create(SETTINGS, capabilities, told::add));

  @AfterEach
  void end() {
    kit.shutdownTestKit();
  }

  /** Which leases have a capability. */
  private static final class Capabilities implements DataAccess {
    private final Set<LeaseId> granted = ConcurrentHashMap.newKeySet();

    @Override
    public void open(String run, PlannedMerge planned, Path shards) {}

    @Override
    public void close(String run) {}

    @Override
    public Optional<RemoteAccess> grant(LeaseId lease, Collection<TensorTask> tasks) {
      granted.add(lease);
      return Optional.of(new RemoteAccess(List.of("http://test"), "of " + lease.number()));
    }

    @Override
    public void revoke(LeaseId lease) {
      granted.remove(lease);
    }
  }

  /** A worker with room for so many tasks. */
  private final class Worker {
    private final TestProbe<WorkerCommand> probe;
    private final int room;
    private WorkerId id;
    private Device device = DEVICE;

    Worker(String name, int room) {
      this(name, room, kit.createTestProbe());
    }

    Worker(String name, int room, TestProbe<WorkerCommand> probe) {
      this.probe = probe;
      this.id = new WorkerId(name, 1);
      this.room = room;
    }

    void report(WorkerState state, LeaseId... held) {
      tell(
          new WorkerReported(
              id,
              probe.ref(),
              device,
              room * TRAFFIC,
              Arrays.asList(held),
              state,
              2,
              List.of(new StorageUse("run", "a", StorageUse.Way.COORDINATOR)),
              Optional.empty(),
              Optional.empty()));
    }

    void report(LeaseId... held) {
      report(WorkerState.WORKING, held);
    }

    void tell(WorkerEvent event) {
      desk.tell(new LeaseDesk.FromWorker(event));
    }

    MergeTensors lease() {
      return probe.expectMessageClass(MergeTensors.class);
    }

    void merged(MergeTensors lease) {
      tell(
          new TensorsMerged(
              id,
              lease.lease(),
              lease.tasks().stream().map(task -> Tasks.receipt(task.id())).toList()));
    }

    void isGivenNothing() {
      // Behind whatever the desk was told before.
      views();
      probe.expectNoMessage(Duration.ZERO);
    }
  }

  private void open(int... done) {
    open("run", 0, done);
  }

  private void open(String run, int priority, int... done) {
    desk.tell(
        new LeaseDesk.OpenBoard(
            "job of " + run,
            priority,
            Tasks.spec(run),
            Tasks.ofTraffic(TASKS, TRAFFIC),
            Arrays.stream(done).boxed().toList(),
            news.ref()));
  }

  private List<WorkerView> views() {
    TestProbe<List<WorkerView>> asker = kit.createTestProbe();
    desk.tell(new LeaseDesk.ListWorkers(asker.ref()));
    return asker.receiveMessage();
  }

  private List<Integer> arrived() {
    return news.expectMessageClass(BoardNews.ReceiptsArrived.class).receipts().stream()
        .map(Receipt::task)
        .toList();
  }

  @Test
  void aWorkerIsGivenLeasesAsSoonAsThereIsABoardAndABoardAsSoonAsThereIsAWorker() {
    Worker ann = new Worker("ann", 1);
    ann.report();
    ann.isGivenNothing();
    open();
    assertThat(ann.lease().tasks()).hasSize(1);
    Worker bob = new Worker("bob", 1);
    bob.report();
    bob.lease();
    assertThat(news.expectMessageClass(BoardNews.WorkerJoined.class).worker()).isEqualTo("bob");
  }

  @Test
  void aLeaseIsToldFromItsBeginningToItsEnd() {
    Worker ann = new Worker("ann", 1);
    ann.report();
    open(1, 2, 3);
    MergeTensors lease = ann.lease();
    ann.merged(lease);
    arrived();
    ann.merged(lease);
    desk.tell(new LeaseDesk.Recorded("run"));
    news.expectMessageClass(BoardNews.Completed.class);
    // Behind whatever else it does then.
    views();
    assertThat(told)
        .satisfiesExactly(
            joined ->
                assertThat(joined)
                    .isInstanceOfSatisfying(
                        HistoryEvent.WorkerChanged.class,
                        change ->
                            assertThat(change.change()).isEqualTo(HistoryEvent.Change.JOINED)),
            opened ->
                assertThat(opened)
                    .isInstanceOfSatisfying(
                        HistoryEvent.BoardOpened.class,
                        board -> {
                          assertThat(board.job()).isEqualTo("job of run");
                          assertThat(board.kept()).containsExactly(1, 2, 3);
                        }),
            granted ->
                assertThat(granted)
                    .isInstanceOfSatisfying(
                        HistoryEvent.LeaseGranted.class,
                        given -> assertThat(given.tasks()).isEqualTo(lease.tasks())),
            recorded ->
                assertThat(recorded)
                    .isInstanceOfSatisfying(
                        HistoryEvent.TasksRecorded.class,
                        done -> {
                          assertThat(done.worker()).isEqualTo("ann");
                          assertThat(done.done())
                              .singleElement()
                              .satisfies(one -> {
                                assertThat(one.task()).isEqualTo(lease.tasks().getFirst());
                                assertThat(one.bytesIn()).isEqualTo(TRAFFIC / 3 * 2);
                                assertThat(one.bytesOut()).isEqualTo(TRAFFIC / 3);
                              });
                        }),
            completed -> assertThat(completed).isInstanceOf(HistoryEvent.LeaseCompleted.class),
            closed -> assertThat(closed).isInstanceOf(HistoryEvent.BoardClosed.class));
  }

  @Test
  void whatALostWorkerGivesBackIsTold() {
    Worker ann = new Worker("ann", 2);
    ann.report();
    open();
    MergeTensors first = ann.lease();
    MergeTensors second = ann.lease();
    told.clear();
    ann.id = new WorkerId("ann", 2);
    ann.report();
    ann.lease();
    assertThat(told.poll())
        .isInstanceOfSatisfying(
            HistoryEvent.WorkerChanged.class,
            change -> assertThat(change.change()).isEqualTo(HistoryEvent.Change.RESTARTED));
    for (MergeTensors lost : List.of(first, second)) {
      assertThat(told.poll())
          .isInstanceOfSatisfying(
              HistoryEvent.LeaseEnded.class,
              ended -> {
                assertThat(ended.lease()).isEqualTo(lost.lease());
                assertThat(ended.why()).isEqualTo(HistoryEvent.LeaseEnd.RESTARTED);
                assertThat(ended.returned()).containsExactly(lost.tasks().getFirst().id());
              });
    }
    assertThat(told.poll()).isInstanceOf(HistoryEvent.LeaseGranted.class);
  }

  @Test
  void receiptsAreAcknowledgedWhenTheyStandInTheJournalAndNotBefore() {
    Worker ann = new Worker("ann", 2);
    ann.report();
    open();
    MergeTensors first = ann.lease();
    MergeTensors second = ann.lease();
    ann.merged(first);
    assertThat(arrived()).containsExactly(0);
    ann.merged(second);
    ann.merged(first);
    ann.isGivenNothing();
    news.expectNoMessage(Duration.ZERO);
    desk.tell(new LeaseDesk.Recorded("run"));
    ann.probe.expectMessage(new AcknowledgeReceipts(first.lease(), List.of(0)));
    ann.lease();
    assertThat(arrived()).containsExactly(1);
    ann.merged(first);
    ann.probe.expectMessage(new AcknowledgeReceipts(first.lease(), List.of(0)));
  }

  @Test
  void aBoardIsCompleteWhenAllItsReceiptsAreRecorded() {
    Worker ann = new Worker("ann", 1);
    ann.report();
    open(0, 1, 3);
    MergeTensors lease = ann.lease();
    assertThat(lease.tasks().getFirst().id()).isEqualTo(2);
    ann.merged(lease);
    arrived();
    desk.tell(new LeaseDesk.Recorded("run"));
    assertThat(news.expectMessageClass(BoardNews.Completed.class).progress())
        .isEqualTo(new BoardNews.Progress(TASKS, TASKS * TRAFFIC / 3, 0, 0));
    WorkerView view = views().getFirst();
    assertThat(view.doneTasks()).isEqualTo(1);
    assertThat(view.doneBytes()).isEqualTo(TRAFFIC / 3);
  }

  @Test
  void aBoardWithNothingToDoIsCompleteAtOnce() {
    open(0, 1, 2, 3);
    news.expectMessageClass(BoardNews.Completed.class);
  }

  @Test
  void aWorkerThatDrainsFinishesWhatItHasAndIsGivenNothingMore() {
    Worker ann = new Worker("ann", 1);
    ann.report();
    open();
    MergeTensors lease = ann.lease();
    ann.report(WorkerState.DRAINING, lease.lease());
    ann.merged(lease);
    arrived();
    desk.tell(new LeaseDesk.Recorded("run"));
    ann.probe.expectMessageClass(AcknowledgeReceipts.class);
    ann.isGivenNothing();
    assertThat(views()).extracting(WorkerView::status).containsExactly("draining");
  }

  @Test
  void aWorkerThatIsDrainedFinishesWhatItHasAlsoAfterARestartUntilItIsResumed() {
    Worker ann = new Worker("ann", 2);
    ann.report();
    open();
    MergeTensors first = ann.lease();
    MergeTensors second = ann.lease();
    desk.tell(new LeaseDesk.DrainWorkers(Set.of("ann", "nobody")));
    ann.report(first.lease(), second.lease());
    ann.merged(first);
    arrived();
    desk.tell(new LeaseDesk.Recorded("run"));
    ann.probe.expectMessageClass(AcknowledgeReceipts.class);
    ann.isGivenNothing();
    assertThat(views()).extracting(WorkerView::status).containsExactly("draining");
    ann.merged(second);
    arrived();
    desk.tell(new LeaseDesk.Recorded("run"));
    ann.probe.expectMessageClass(AcknowledgeReceipts.class);
    ann.id = new WorkerId("ann", 2);
    ann.report();
    ann.isGivenNothing();
    assertThat(views()).extracting(WorkerView::status).containsExactly("drained");
    desk.tell(new LeaseDesk.DrainWorkers(Set.of()));
    ann.report();
    ann.lease();
    ann.lease();
    assertThat(views()).extracting(WorkerView::status).containsExactly("working");
  }

  @Test
  void theCpuServesAsSoonAsTheGpuIsDrained() {
    Worker cpu = slowCpu();
    Worker gpu = quickGpu();
    open();
    gpu.lease();
    gpu.lease();
    cpu.isGivenNothing();
    desk.tell(new LeaseDesk.DrainWorkers(Set.of("gpu")));
    gpu.report();
    cpu.lease();
    cpu.lease();
  }

  @Test
  void aWorkerThatStartedAnewGivesItsLeasesBack() {
    Worker ann = new Worker("ann", 1);
    ann.report();
    open();
    MergeTensors old = ann.lease();
    ann.id = new WorkerId("ann", 2);
    ann.report(old.lease());
    ann.probe.expectMessage(new CloseLease(old.lease()));
    assertThat(ann.lease().tasks()).isEqualTo(old.tasks());
    assertThat(news.expectMessageClass(BoardNews.TasksReturned.class))
        .isEqualTo(new BoardNews.TasksReturned("ann", "it started anew", 1));
  }

  @Test
  void anEarlierIncarnationIsNotListenedTo() {
    Worker ann = new Worker("ann", 1);
    ann.id = new WorkerId("ann", 2);
    ann.report();
    open();
    MergeTensors lease = ann.lease();
    Worker namesake = new Worker("ann", 5);
    LeaseId held = new LeaseId("run", 77);
    namesake.report(held);
    namesake.probe.expectMessage(new CloseLease(held));
    namesake.isGivenNothing();
    ann.report(lease.lease());
    ann.isGivenNothing();
  }

  @Test
  void whatALostNodeHeldGoesToAWorkerThatWaits() {
    Worker ann = new Worker("ann", TASKS);
    ann.report();
    open();
    for (int task = 0; task < TASKS; task++) {
      ann.lease();
    }
    Worker bob = new Worker("bob", 1);
    bob.report();
    bob.isGivenNothing();
    // Both are of this system: bob reports again.
    desk.tell(new LeaseDesk.WorkersLost(Set.of(ann.probe.ref().path().address())));
    assertThat(views()).extracting(WorkerView::status).containsExactly("silent", "silent");
    bob.report();
    assertThat(bob.lease().tasks()).hasSize(1);
    news.expectMessageClass(BoardNews.WorkerJoined.class);
    assertThat(news.expectMessageClass(BoardNews.TasksReturned.class).tasks()).isEqualTo(TASKS);
  }

  @Test
  void aFailureThatEndsTheJobClosesItsBoard() {
    Worker ann = new Worker("ann", 2);
    ann.report();
    open();
    MergeTensors first = ann.lease();
    MergeTensors second = ann.lease();
    Failure fatal = new Failure(Failure.Kind.USER_INPUT, "a wrong input");
    ann.tell(new TensorFailed(ann.id, first.lease(), 0, fatal));
    news.expectMessage(new BoardNews.GaveUp(fatal));
    ann.probe.expectMessage(new CloseLease(first.lease()));
    ann.probe.expectMessage(new CloseLease(second.lease()));
    ann.isGivenNothing();
  }

  @Test
  void capabilitiesLastAsLongAsTheirLeases() {
    Worker ann = new Worker("ann", 2);
    ann.report();
    open();
    MergeTensors first = ann.lease();
    MergeTensors second = ann.lease();
    assertThat(first.access())
        .hasValueSatisfying(access -> assertThat(access.capability()).isEqualTo("of 0"));
    assertThat(capabilities.granted).containsExactlyInAnyOrder(first.lease(), second.lease());
    ann.merged(first);
    arrived();
    desk.tell(new LeaseDesk.Recorded("run"));
    MergeTensors third = afterAcknowledgement(ann);
    ann.tell(
        new TensorFailed(ann.id, second.lease(), 1, new Failure(Failure.Kind.TRANSIENT, "hm")));
    MergeTensors fourth = afterAcknowledgement(ann);
    assertThat(capabilities.granted).containsExactlyInAnyOrder(third.lease(), fourth.lease());
    desk.tell(new LeaseDesk.CloseBoard("run"));
    views();
    assertThat(capabilities.granted).isEmpty();
  }

  private static MergeTensors afterAcknowledgement(Worker worker) {
    worker.probe.expectMessageClass(AcknowledgeReceipts.class);
    return worker.lease();
  }

  @Test
  void aBoardWhoseJobStopsIsClosed() {
    Worker ann = new Worker("ann", 1);
    ann.report();
    open();
    MergeTensors lease = ann.lease();
    news.stop();
    ann.probe.expectMessage(new CloseLease(lease.lease()));
    assertThat(told)
        .last()
        .isInstanceOfSatisfying(
            HistoryEvent.BoardClosed.class, closed -> assertThat(closed.leases()).isEqualTo(1));
  }

  @Test
  void workersAreShownAsTheyAre() {
    Worker ann = new Worker("ann", 1);
    ann.report();
    open();
    ann.lease();
    WorkerView view = views().getFirst();
    assertThat(view.name()).isEqualTo("ann");
    assertThat(view.address()).isEqualTo("local");
    assertThat(view.status()).isEqualTo("working");
    assertThat(view.leases()).isEqualTo(1);
    assertThat(view.leasedBytes()).isEqualTo(TRAFFIC);
    assertThat(view.restarts()).isEqualTo(2);
    assertThat(view.storage())
        .containsExactly(new WorkerView.Storage("job of run", "a", "coordinator"));
  }

  @Test
  void aWorkerWithoutALeaseIsIdle() {
    Worker ann = new Worker("ann", 1);
    ann.report();
    assertThat(views()).extracting(WorkerView::status).containsExactly("idle");
    open();
    ann.lease();
    assertThat(views()).extracting(WorkerView::status).containsExactly("working");
  }

  @Test
  void aWorkerThatStartsAnewElsewhereTakesThePlaceOfItsPredecessor() {
    Worker killed = new Worker("host/cpu", 1);
    killed.report();
    open();
    MergeTensors old = killed.lease();
    ActorTestKit other = ActorTestKit.create("other");
    try {
      Worker successor = new Worker("host/cpu", 1, other.createTestProbe());
      successor.id = new WorkerId("host/cpu", 2);
      successor.report();
      assertThat(successor.lease().tasks()).isEqualTo(old.tasks());
      desk.tell(new LeaseDesk.WorkersLost(Set.of(killed.probe.ref().path().address())));
      assertThat(views()).extracting(WorkerView::status).containsExactly("working");
    } finally {
      other.shutdownTestKit();
    }
  }

  @Test
  void twoLivingWorkersOfOneNameAreTwo() {
    Worker first = new Worker("host/cpu", 1);
    first.report();
    ActorTestKit other = ActorTestKit.create("other");
    try {
      Worker second = new Worker("host/cpu", 1, other.createTestProbe());
      second.id = new WorkerId("host/cpu", 2);
      second.report();
      first.report();
      assertThat(views())
          .extracting(WorkerView::name)
          .containsExactly("host/cpu", "host/cpu@local");
      open();
      MergeTensors lease = first.lease();
      second.lease();
      first.merged(lease);
      arrived();
      desk.tell(new LeaseDesk.Recorded("run"));
      afterAcknowledgement(first);
      first.report();
      assertThat(views()).hasSize(2);
    } finally {
      other.shutdownTestKit();
    }
  }

  @Test
  void aReceiptThatFitsNoTaskIsAFailureAndNotTakenToTheJob() {
    Worker ann = new Worker("ann", 1);
    ann.report();
    open();
    MergeTensors lease = ann.lease();
    ann.tell(new TensorsMerged(ann.id, lease.lease(), List.of(Tasks.receipt(TASKS))));
    Receipt ofOneSource =
        new Receipt(0, List.of(new Receipt.Output(0, 0, 0)), List.of(0), Receipt.StageNanos.ZERO);
    ann.tell(new TensorsMerged(ann.id, lease.lease(), List.of(ofOneSource)));
    for (int told = 0; told < 2; told++) {
      assertThat(news.expectMessageClass(BoardNews.TaskRetried.class).failure().kind())
          .isEqualTo(Failure.Kind.BUG);
    }
    ann.probe.expectMessage(new AcknowledgeReceipts(lease.lease(), List.of(TASKS)));
    ann.probe.expectMessage(new AcknowledgeReceipts(lease.lease(), List.of(0)));
    assertThat(ann.lease().tasks().getFirst().id()).isEqualTo(1);
  }

  @Test
  void aListedDeskIsFoundByWorkers() {
    kit.spawn(LeaseDesk.listed(SETTINGS, capabilities, _ -> {}));
    TestProbe<Receptionist.Listing> listing = kit.createTestProbe();
    kit.system().receptionist().tell(Receptionist.subscribe(WorkerEvent.DESK, listing.ref()));
    Set<ActorRef<WorkerEvent>> found =
        listing.receiveMessage().getServiceInstances(WorkerEvent.DESK);
    if (found.isEmpty()) {
      found = listing.receiveMessage().getServiceInstances(WorkerEvent.DESK);
    }
    assertThat(found).hasSize(1);
  }

  /** A worker of a device that was measured, which has reported. */
  private Worker measured(String name, String kind, long bytesPerSecond) {
    Worker worker = new Worker(name, 2);
    DeviceRates rates = new DeviceRates(bytesPerSecond, bytesPerSecond, false);
    worker.device = new Device(kind, kind, "a test", rates);
    worker.report();
    return worker;
  }

  private Worker slowCpu() {
    return measured("cpu", Device.CPU, 100);
  }

  private Worker quickGpu() {
    return measured("gpu", Device.CUDA, 1_000);
  }

  @Test
  void aJobIsLeasedToTheFasterDeviceAndSaysWhyOnceItsStorageIsKnown() {
    Worker cpu = slowCpu();
    Worker gpu = quickGpu();
    open();
    gpu.lease();
    gpu.lease();
    cpu.isGivenNothing();
    news.expectMessageClass(BoardNews.StorageWanted.class);
    desk.tell(new LeaseDesk.StorageSampled("run", OptionalLong.of(1_000_000)));
    assertThat(news.expectMessageClass(BoardNews.Placed.class).where())
        .isEqualTo("merging on the GPU");
    cpu.report();
    cpu.isGivenNothing();
  }

  @Test
  void slowStorageMovesAJobToTheCpu() {
    Worker cpu = slowCpu();
    Worker gpu = quickGpu();
    open();
    MergeTensors begun = gpu.lease();
    gpu.lease();
    news.expectMessageClass(BoardNews.StorageWanted.class);
    desk.tell(new LeaseDesk.StorageSampled("run", OptionalLong.of(10)));
    assertThat(news.expectMessageClass(BoardNews.Placed.class).where())
        .isEqualTo("merging on the CPU");
    cpu.lease();
    cpu.lease();
    gpu.merged(begun);
    assertThat(arrived()).as("what it had begun counts").hasSize(1);
  }

  @Test
  void theCpuServesAsSoonAsTheGpuIsOut() {
    Worker cpu = slowCpu();
    Worker gpu = quickGpu();
    open();
    gpu.lease();
    gpu.lease();
    cpu.isGivenNothing();
    gpu.id = new WorkerId("gpu", 2);
    gpu.report(WorkerState.OUT);
    cpu.lease();
    cpu.lease();
    assertThat(views()).extracting(WorkerView::status).containsExactly("working", "out");
  }

  @Test
  void theCpuServesUntilAGpuComesAndAgainWhenItIsGone() {
    Worker cpu = slowCpu();
    open();
    MergeTensors first = cpu.lease();
    cpu.lease();
    Worker gpu = quickGpu();
    news.expectMessageClass(BoardNews.WorkerJoined.class);
    news.expectMessageClass(BoardNews.StorageWanted.class);
    gpu.lease();
    gpu.lease();
    cpu.merged(first);
    assertThat(arrived()).hasSize(1);
    desk.tell(new LeaseDesk.Recorded("run"));
    cpu.probe.expectMessageClass(AcknowledgeReceipts.class);
    cpu.isGivenNothing();
    desk.tell(new LeaseDesk.WorkersLost(Set.of(gpu.probe.ref().path().address())));
    cpu.report();
    cpu.lease();
  }

  @Test
  void withOneKindOfDeviceNobodyLooksAtTheStorage() {
    Worker one = measured("one", Device.CPU, 100);
    Worker two = measured("two", Device.CPU, 1_000);
    open();
    one.lease();
    two.lease();
    news.expectNoMessage(Duration.ZERO);
  }
}
