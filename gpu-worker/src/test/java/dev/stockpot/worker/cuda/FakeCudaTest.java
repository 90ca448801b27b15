package dev.stockpot.worker.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.fixtures.FakeCudaCounts;
import dev.stockpot.fixtures.FakeGpus;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.worker.cuda.CudaDriver.CudaProbe;
import dev.stockpot.worker.execution.DeviceExecutor;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.execution.RawMerge;
import dev.stockpot.worker.storage.NodeStorage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A GPU that is not there, for tests: the executor, JCuda's library and the kernel are real, the
 * driver is a fake. Everything that was taken from it must be given back after every test.
 */
@Timeout(120)
@ResourceLock("fake GPUs")
abstract class FakeCudaTest {

  static final String UUID = "GPU-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
  static final String ONE = "uuid=" + UUID + ",pci=0000:18:00.0,name=Fake A,delay-us=100";
  static final LeaseId LEASE = new LeaseId("job", 1);
  static final CudaSettings SETTINGS =
      new CudaSettings(3, CudaSettings.LEAST_SLOT_BYTES, 64 << 20, Duration.ofSeconds(30));

  final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeAll
  static void needsCompilers() {
    Optional<String> missing = FakeGpus.missing();
    assumeTrue(missing.isEmpty(), () -> missing.orElseThrow());
  }

  @AfterEach
  void everythingIsGivenBack() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    for (String kind : FakeCudaCounts.ALIVE) {
      assertThat(FakeCudaCounts.of(kind)).as(kind).isZero();
    }
    assertThat(FakeCudaCounts.of("reclaimed")).as("left to the driver").isZero();
  }

  <T extends AutoCloseable> T closedLater(T resource) {
    open.add(resource);
    return resource;
  }

  /** The first device of a scenario. */
  CudaDevice device(String scenario) {
    FakeGpus.use(scenario);
    assertThat(CudaDriver.probe()).isInstanceOf(CudaProbe.Available.class);
    return ((CudaProbe.Available) CudaDriver.probe()).devices().getFirst();
  }

  CudaExecutor executor(String scenario, CudaSettings settings) {
    return closedLater(
        CudaExecutor.start(device(scenario), settings, Kernels.scalar(), NodeStorage.own()));
  }

  CudaExecutor executor() {
    return executor(ONE, SETTINGS);
  }

  void submit(DeviceExecutor executor, RawMerge merge, List<TensorTask> tasks) {
    executor.submit(LEASE, merge.spec(), tasks, Optional.empty(), outcomes::addAll);
  }

  Outcome next() throws InterruptedException {
    Outcome outcome = outcomes.poll(60, TimeUnit.SECONDS);
    assertThat(outcome).as("an outcome").isNotNull();
    return outcome;
  }

  List<Outcome> next(int count) throws InterruptedException {
    List<Outcome> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(next());
    }
    return all;
  }
}
