package dev.stockpot.worker.actor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.stockpot.merge.MergeException;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerState;
import dev.stockpot.worker.actor.FakeExecutor.Submitted;
import dev.stockpot.worker.execution.DeviceExecutor;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.node.HostDevices;
import dev.stockpot.worker.node.HostWorkers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a host's workers when devices fail. */
class DeviceFailuresTest {

  private static final WorkerSettings SETTINGS = WorkerSettings.from(ConfigFactory.load());

  /** Several of these are longer than any backoff. */
  private static final Duration STEP = Duration.ofMillis(500);

  private final ActorTestKit kit =
      ActorTestKit.create(ManualTime.config().withFallback(ConfigFactory.load("application-test")));
  private final ManualTime time = ManualTime.get(kit.system());
  private final BlockingQueue<WorkerReported> reports = new LinkedBlockingQueue<>();
  private final ActorRef<WorkerEvent> desk =
      kit.spawn(
          Behaviors.receive(WorkerEvent.class)
              .onMessage(
                  WorkerReported.class,
                  report -> {
                    reports.add(report);
                    return Behaviors.same();
                  })
              .build());
  private final TestProbe<WorkerEvent> job = kit.createTestProbe();
  private final BlockingQueue<FakeExecutor> gpus = new LinkedBlockingQueue<>();
  private final BlockingQueue<FakeExecutor> cpus = new LinkedBlockingQueue<>();
  private int leases;

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private static Supplier<DeviceExecutor> into(BlockingQueue<FakeExecutor> queue) {
    return () -> {
      FakeExecutor made = new FakeExecutor();
      queue.add(made);
      return made;
    };
  }

  private static DeviceExecutor cannotStart() {
    throw MergeException.environment("CUDA_ERROR_NO_DEVICE at cuInit", null);
  }

  private ActorRef<HostWorkers.Command> start(
      Map<String, Supplier<DeviceExecutor>> serving, Map<String, Supplier<DeviceExecutor>> spare) {
    return kit.spawn(
        HostWorkers.create("n/", SETTINGS, new HostDevices(serving, spare), Set.of(desk)));
  }

  /** The next executor, for which time passes until there is one. */
  private FakeExecutor made(BlockingQueue<FakeExecutor> queue) throws InterruptedException {
    for (int step = 0; step < 200; step++) {
      FakeExecutor made = queue.poll(50, TimeUnit.MILLISECONDS);
      if (made != null) {
        return made;
      }
      time.timePasses(STEP);
    }
    throw new AssertionError("no executor was made");
  }

  /** The first report of that worker in that state, for which time passes. */
  private WorkerReported report(String worker, WorkerState state) throws InterruptedException {
    for (int step = 0; step < 200; ) {
      WorkerReported report = reports.poll(50, TimeUnit.MILLISECONDS);
      if (report == null) {
        time.timePasses(STEP);
        step++;
      } else if (report.worker().name().equals(worker) && report.state() == state) {
        return report;
      }
    }
    throw new AssertionError(worker + " never reports " + state);
  }

  private Submitted lease(WorkerReported worker, FakeExecutor executor)
      throws InterruptedException {
    LeaseId id = new LeaseId("job", leases++);
    worker.ref().tell(FakeTasks.lease(id, job.ref(), 1));
    Submitted submitted = executor.submitted.poll(20, TimeUnit.SECONDS);
    assertThat(submitted).isNotNull();
    return submitted;
  }

  private static void fail(Submitted batch, String reason) {
    batch.done().accept(List.of(new Outcome.DeviceFailed(batch.lease(), 1, reason)));
  }

  /** Lets a GPU fail that holds a lease. */
  private WorkerReported failing(String worker, String reason, WorkerState then)
      throws InterruptedException {
    FakeExecutor executor = made(gpus);
    Submitted batch = lease(report(worker, WorkerState.WORKING), executor);
    fail(batch, reason);
    assertThat(executor.closed.await(20, TimeUnit.SECONDS)).isTrue();
    return report(worker, then);
  }

  @Test
  void aDeviceThatFailsStartsAnewAndItsTasksHaveNotFailed() throws InterruptedException {
    start(Map.of("gpu-0", into(gpus)), Map.of());
    FakeExecutor first = made(gpus);
    WorkerReported before = report("n/gpu-0", WorkerState.WORKING);
    Submitted batch = lease(before, first);
    fail(batch, "CUDA_ERROR_ILLEGAL_ADDRESS");
    FakeExecutor second = made(gpus);
    assertThat(first.closed.await(20, TimeUnit.SECONDS)).isTrue();
    WorkerReported after = report("n/gpu-0", WorkerState.WORKING);
    while (after.restarts() == 0) {
      after = report("n/gpu-0", WorkerState.WORKING);
    }
    assertThat(after.worker().incarnation()).isGreaterThan(before.worker().incarnation());
    assertThat(after.held()).isEmpty();
    lease(after, second);
    job.expectNoMessage(Duration.ofMillis(50));
  }

  @Test
  void afterThreeFailuresTheDeviceIsOutAndTheCpuServesInItsPlace() throws InterruptedException {
    start(Map.of("gpu-0", into(gpus)), Map.of("cpu", into(cpus)));
    failing("n/gpu-0", "one", WorkerState.WORKING);
    failing("n/gpu-0", "two", WorkerState.WORKING);
    assertThat(cpus).isEmpty();
    WorkerReported out = failing("n/gpu-0", "three", WorkerState.OUT);
    assertThat(out.outOfService()).contains("failed 3 times, the last time: three");
    assertThat(out.capacity()).isZero();
    assertThat(out.held()).isEmpty();
    assertThat(out.device()).isEqualTo(new FakeExecutor().device());
    LeaseId late = new LeaseId("job", 99);
    out.ref().tell(FakeTasks.lease(late, job.ref(), 1));
    assertThat(report("n/gpu-0", WorkerState.OUT).held()).isEmpty();
    FakeExecutor cpu = made(cpus);
    lease(report("n/cpu", WorkerState.WORKING), cpu);
    assertThat(gpus).isEmpty();
  }

  @Test
  void aDeviceThatDoesNotStartIsOutAfterThreeAttempts() throws InterruptedException {
    start(
        Map.of("gpu-0", DeviceFailuresTest::cannotStart, "gpu-1", into(gpus)),
        Map.of("cpu", into(cpus)));
    WorkerReported out = report("n/gpu-0", WorkerState.OUT);
    assertThat(out.outOfService().orElseThrow()).contains("CUDA_ERROR_NO_DEVICE at cuInit");
    assertThat(out.restarts()).isEqualTo(WorkerLives.MAX_DEVICE_FAILURES);
    made(gpus);
    report("n/gpu-1", WorkerState.WORKING);
    assertThat(cpus).as("another GPU serves").isEmpty();
  }

  @Test
  void whatAFormerExecutorSaysIsNoFurtherFailure() throws InterruptedException {
    start(Map.of("gpu-0", into(gpus)), Map.of());
    FakeExecutor first = made(gpus);
    Submitted batch = lease(report("n/gpu-0", WorkerState.WORKING), first);
    for (int i = 0; i < WorkerLives.MAX_DEVICE_FAILURES; i++) {
      fail(batch, "the same again");
    }
    FakeExecutor second = made(gpus);
    fail(batch, "and again");
    WorkerReported after = report("n/gpu-0", WorkerState.WORKING);
    while (after.restarts() == 0) {
      after = report("n/gpu-0", WorkerState.WORKING);
    }
    lease(after, second);
    assertThat(gpus).isEmpty();
  }

  @Test
  void aDeviceThatIsOutIsDrainedAtOnceAndNothingTakesItsPlaceThen() throws InterruptedException {
    ActorRef<HostWorkers.Command> host =
        start(Map.of("gpu-0", DeviceFailuresTest::cannotStart), Map.of("cpu", into(cpus)));
    report("n/gpu-0", WorkerState.OUT);
    FakeExecutor cpu = made(cpus);
    lease(report("n/cpu", WorkerState.WORKING), cpu);
    TestProbe<Done> drained = kit.createTestProbe();
    host.tell(new HostWorkers.Drain(drained.ref()));
    report("n/cpu", WorkerState.DRAINING);
    drained.expectNoMessage(Duration.ofMillis(50));
    time.timePasses(SETTINGS.drainTimeout());
    drained.expectMessage(Done.getInstance());
  }

  @Test
  void whatADeviceSaysOfItselfIsInItsReports() throws InterruptedException {
    start(Map.of("gpu-0", into(gpus)), Map.of());
    DeviceSample sample =
        new DeviceSample(
            OptionalInt.of(97),
            OptionalLong.of(5),
            OptionalLong.empty(),
            OptionalInt.of(60),
            OptionalInt.empty());
    made(gpus).sample = Optional.of(sample);
    WorkerReported report = report("n/gpu-0", WorkerState.WORKING);
    while (report.sample().isEmpty()) {
      report = report("n/gpu-0", WorkerState.WORKING);
    }
    assertThat(report.sample()).contains(sample);
  }
}
