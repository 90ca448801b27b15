package dev.stockpot.coordinator.desk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.DeviceRates;
import dev.stockpot.protocol.DeviceSample;
import dev.stockpot.protocol.WorkerCommand;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.protocol.WorkerState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;

class PlacementTest {

  private static final long GB = 1_000_000_000L;
  private static final OptionalLong UNKNOWN = OptionalLong.empty();

  /** Three models of 16 GB make one. */
  private static final JobShape PLAIN = new JobShape(48 * GB, 16 * GB, false);

  /** The same as a batch of a search. */
  private static final JobShape SEARCH = new JobShape(48 * GB, 16 * GB, true);

  private static final WorkerReported CPU = cpu("n/cpu", 12);
  private static final WorkerReported GPU = gpu("n/gpu-0", 50, 80 * GB, WorkerState.WORKING);

  private static WorkerReported cpu(String name, long in) {
    return cpu(name, new DeviceRates(in * GB, in * GB / 3, false));
  }

  private static WorkerReported cpu(String name, DeviceRates rates) {
    return worker(
        name, new Device(Device.CPU, "cpu", "", rates), WorkerState.WORKING, Optional.empty());
  }

  private static WorkerReported gpu(String name, long in, long memory, WorkerState state) {
    return worker(
        name,
        new Device(Device.CUDA, "A", "", new DeviceRates(in * GB, in * GB, true)),
        state,
        Optional.of(
            new DeviceSample(
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalLong.of(memory),
                OptionalInt.empty(),
                OptionalInt.empty())));
  }

  private static WorkerReported worker(
      String name, Device device, WorkerState state, Optional<DeviceSample> sample) {
    return new WorkerReported(
        new WorkerId(name, 1),
        TestInbox.<WorkerCommand>create().getRef(),
        device,
        1,
        List.of(),
        state,
        0,
        List.of(),
        sample,
        Optional.empty());
  }

  private static Placement place(JobShape shape, OptionalLong storage, WorkerReported... workers) {
    return Placement.of(List.of(workers), shape, storage);
  }

  private static String why(Placement placement) {
    BoardNews.Placed choice = placement.choice().orElseThrow();
    return choice.where() + ": " + choice.why();
  }

  private static WorkerId idle(Placement placement) {
    assertThat(placement.idle()).hasSize(1);
    return placement.idle().iterator().next();
  }

  @Test
  void whatIsInMemoryIsMergedWhereTheBusIsFasterThanTheCores() {
    Placement placement = place(PLAIN, OptionalLong.of(100 * GB), CPU, GPU);
    assertThat(idle(placement)).isEqualTo(CPU.worker());
    assertThat(why(placement))
        .isEqualTo(
            "n: merging on the GPU: 1.0 s at best, limited by its bus (50.0 GB/s); the CPU: 4.0 s at"
                + " best, limited by its cores (12.0 GB/s)");
  }

  @Test
  void slowStorageLeavesTheGpuNothingToGain() {
    Placement placement = place(PLAIN, OptionalLong.of(7 * GB), CPU, GPU);
    assertThat(idle(placement)).isEqualTo(GPU.worker());
    assertThat(why(placement))
        .startsWith("n: merging on the CPU: 6.9 s at best, limited by storage (7.0 GB/s); the GPU")
        .doesNotContain("\n");
  }

  @Test
  void aFastBusGainsNothingWhereTheCoresCannotFeedIt() {
    WorkerReported few = cpu("n/cpu", new DeviceRates(12 * GB, 4 * GB, false, 15 * GB));
    Placement placement = place(PLAIN, UNKNOWN, few, GPU);
    assertThat(idle(placement)).isEqualTo(GPU.worker());
    assertThat(why(placement)).contains("4.3 s at best, limited by the cores that feed it (15.0");
    assertThat(idle(place(SEARCH, UNKNOWN, few, GPU)))
        .as("results alone are a fourth of the bytes")
        .isEqualTo(few.worker());
  }

  @Test
  void sourcesThatStayInDeviceMemoryAreNotReadFromStorageAgain() {
    Placement placement = place(SEARCH, OptionalLong.of(7 * GB), CPU, GPU);
    assertThat(idle(placement)).isEqualTo(CPU.worker());
    assertThat(why(placement)).contains("100 % of the sources in its memory");
  }

  @Test
  void sourcesThatDoNotFitAreReadAgain() {
    WorkerReported small = gpu("n/gpu-0", 50, 6 * GB, WorkerState.WORKING);
    Placement placement = place(SEARCH, OptionalLong.of(7 * GB), CPU, small);
    assertThat(why(placement)).contains("10 % of the sources in its memory");
    assertThat(idle(placement)).isEqualTo(CPU.worker());
    WorkerReported tiny = gpu("n/gpu-0", 50, GB, WorkerState.WORKING);
    assertThat(idle(place(SEARCH, OptionalLong.of(7 * GB), CPU, tiny))).isEqualTo(tiny.worker());
  }

  @Test
  void theGpusOfANodeCountTogether() {
    WorkerReported slow = gpu("n/gpu-0", 8, GB, WorkerState.WORKING);
    WorkerReported other = gpu("n/gpu-1", 8, GB, WorkerState.WORKING);
    assertThat(idle(place(PLAIN, UNKNOWN, CPU, slow))).isEqualTo(slow.worker());
    assertThat(idle(place(PLAIN, UNKNOWN, CPU, slow, other))).isEqualTo(CPU.worker());
  }

  @Test
  void withoutAChoiceEverybodyServesAndNothingIsSaid() {
    assertThat(place(PLAIN, UNKNOWN)).isEqualTo(Placement.ALL_SERVE);
    assertThat(place(PLAIN, UNKNOWN, CPU, cpu("n/cpu-1", 3))).isEqualTo(Placement.ALL_SERVE);
    assertThat(place(PLAIN, UNKNOWN, GPU)).isEqualTo(Placement.ALL_SERVE);
  }

  @Test
  void devicesThatNobodyMeasuredAllServe() {
    WorkerReported unmeasured =
        worker("n/cpu", new Device(Device.CPU, "cpu", ""), WorkerState.WORKING, Optional.empty());
    assertThat(place(PLAIN, UNKNOWN, unmeasured, GPU)).isEqualTo(Placement.ALL_SERVE);
  }

  @Test
  void aGpuThatIsOutOrLeavesIsNoChoice() {
    for (WorkerState state : List.of(WorkerState.OUT, WorkerState.DRAINING)) {
      assertThat(place(PLAIN, UNKNOWN, CPU, gpu("n/gpu-0", 50, GB, state)))
          .isEqualTo(Placement.ALL_SERVE);
    }
  }
}
