package dev.stockpot.coordinator.desk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.DeviceRates;
import dev.stockpot.protocol.WorkerCommand;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.protocol.WorkerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;

class PlacementsTest {

  private static final WorkerId CPU = new WorkerId("n/cpu", 1);
  private static final JobShape SHAPE = new JobShape(3_000, 1_000, false);

  private final List<String> moved = new ArrayList<>();
  private final Placements placements =
      new Placements((run, workers) ->
          workers.stream()
              .map(worker -> run + " " + worker.name() + " " + worker.incarnation())
              .sorted()
              .forEach(moved::add));

  private static WorkerReported report(WorkerId worker, String kind, long rate) {
    return new WorkerReported(
        worker,
        TestInbox.<WorkerCommand>create().getRef(),
        new Device(kind, kind, "", new DeviceRates(rate, rate, false)),
        1,
        List.of(),
        WorkerState.WORKING,
        0,
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  private static WorkerReported gpu(int incarnation, long rate) {
    return report(new WorkerId("n/gpu-0", incarnation), Device.CUDA, rate);
  }

  private List<BoardNews> see(WorkerReported report) {
    return placements.see(report).stream().map(Placements.Told::news).toList();
  }

  private void withBoth() {
    see(report(CPU, Device.CPU, 10));
    see(gpu(1, 100));
    placements.open("run", SHAPE);
  }

  @Test
  void onlyWorkersWhoseBoardMovesAreNamed() {
    withBoth();
    placements.open("other", SHAPE);
    assertThat(moved).containsExactly("run n/cpu 1", "other n/cpu 1");
    moved.clear();
    placements.storage("run", OptionalLong.of(1));
    assertThat(moved).containsExactly("run n/cpu 1", "run n/gpu-0 1");
    assertThat(placements.admits("run", CPU)).isTrue();
    assertThat(placements.admits("other", CPU)).isFalse();
  }

  @Test
  void reportsThatTellNothingNewMoveNobody() {
    withBoth();
    moved.clear();
    assertThat(see(report(CPU, Device.CPU, 10))).isEmpty();
    assertThat(see(gpu(1, 100))).isEmpty();
    assertThat(moved).isEmpty();
  }

  @Test
  void aPlaceIsToldOnceHoweverOftenADeviceStartsAnew() {
    withBoth();
    assertThat(placements.storage("run", OptionalLong.of(1_000)))
        .extracting(Placements.Told::news)
        .hasOnlyElementsOfType(BoardNews.Placed.class)
        .hasSize(1);
    assertThat(see(gpu(2, 101))).isEmpty();
    assertThat(placements.admits("run", CPU)).isFalse();
  }

  @Test
  void whoIsLeftServesWhenTheOtherIsGone() {
    withBoth();
    placements.lose(gpu(1, 100));
    assertThat(placements.admits("run", CPU)).isTrue();
    assertThat(see(gpu(2, 100))).containsExactly();
    assertThat(placements.admits("run", CPU)).isFalse();
  }
}
