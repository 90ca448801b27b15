package dev.stockpot.coordinator.desk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.desk.Roster.Entry;
import dev.stockpot.coordinator.desk.Roster.Sighting;
import dev.stockpot.protocol.Device;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerCommand;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.protocol.WorkerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;

class RosterTest {

  private static final long TERM = 1_000;
  private static final WorkerId ANN = new WorkerId("ann", 5);

  private final ActorRef<WorkerCommand> ref = TestInbox.<WorkerCommand>create().getRef();
  private final Roster roster = new Roster(Duration.ofNanos(TERM));

  private Sighting see(WorkerId worker, long now) {
    return roster.see(
        new WorkerReported(
            worker,
            ref,
            new Device("cpu", "cpu", "a test"),
            1,
            List.of(),
            WorkerState.WORKING,
            0,
            List.of(),
            Optional.empty(),
            Optional.empty()),
        now);
  }

  @Test
  void aWorkerIsPresentFromItsFirstReportUntilItsTermIsOver() {
    assertThat(see(ANN, 0)).isEqualTo(Sighting.JOINED);
    assertThat(see(ANN, 10)).isEqualTo(Sighting.PRESENT);
    assertThat(roster.expire(TERM + 10)).isEmpty();
    assertThat(roster.find(ANN)).isPresent();
    assertThat(roster.expire(TERM + 11)).extracting(Entry::id).containsExactly(ANN);
    assertThat(roster.find(ANN)).isEmpty();
    assertThat(roster.size()).isZero();
  }

  @Test
  void aSilentWorkerIsShownForAWhileAndComesBackWithWhatItDid() {
    see(ANN, 0);
    roster.find(ANN).orElseThrow().did(7, 0);
    roster.expire(TERM + 1);
    assertThat(roster.all()).extracting(Entry::isSilent).containsExactly(true);
    assertThat(see(ANN, 5_000)).isEqualTo(Sighting.JOINED);
    Entry back = roster.find(ANN).orElseThrow();
    assertThat(back.isSilent()).isFalse();
    assertThat(back.doneTasks()).isEqualTo(1);
    assertThat(back.doneBytes()).isEqualTo(7);
    roster.expire(7_000);
    roster.expire(7_000 + Roster.REMEMBERED.toNanos());
    assertThat(roster.all()).isEmpty();
  }

  @Test
  void aNewIncarnationTakesThePlaceOfTheOldOne() {
    see(ANN, 0);
    WorkerId reborn = new WorkerId("ann", 6);
    assertThat(see(reborn, 1)).isEqualTo(Sighting.RESTARTED);
    assertThat(roster.find(ANN)).isEmpty();
    assertThat(roster.find(reborn)).isPresent();
    assertThat(see(ANN, 2)).isEqualTo(Sighting.OUTDATED);
    assertThat(roster.find(reborn))
        .hasValueSatisfying(
            entry -> assertThat(entry.sinceNanos()).as("not renewed by the old one").isEqualTo(1));
  }

  @Test
  void onlyTheWorkersThatFellSilentExpire() {
    see(ANN, 0);
    see(new WorkerId("bob", 1), 0);
    see(new WorkerId("cyd", 1), 1);
    see(ANN, 2);
    assertThat(roster.expire(TERM + 1))
        .extracting(entry -> entry.id().name())
        .containsExactly("bob");
  }

  @Test
  void workersCanBeRemovedBeforeTheirTerm() {
    see(ANN, 0);
    see(new WorkerId("bob", 1), 0);
    assertThat(roster.remove(entry -> entry.id().equals(ANN))).hasSize(1);
    assertThat(roster.find(ANN)).isEmpty();
    assertThat(roster.named("bob")).isPresent();
  }

  @Test
  void aLeaseIsClosedAtItsSecondStrangeReportAndThenEverMoreSeldom() {
    see(ANN, 0);
    Entry ann = roster.find(ANN).orElseThrow();
    List<LeaseId> named = List.of(new LeaseId("a", 1));
    List<Integer> told = new ArrayList<>();
    for (int report = 1; report <= 9; report++) {
      if (!ann.toClose(named, false).isEmpty()) {
        told.add(report);
      }
    }
    assertThat(told).containsExactly(2, 4, 8);
    assertThat(ann.toClose(List.of(), false)).isEmpty();
    assertThat(ann.toClose(named, false)).as("a lease that was dropped meanwhile").isEmpty();
    assertThat(ann.toClose(named, false)).isEqualTo(named);
  }

  @Test
  void aWorkerThatComesIsToldAtOnceWhichLeasesAreNotItsOwn() {
    see(ANN, 0);
    List<LeaseId> named = List.of(new LeaseId("a", 1));
    assertThat(roster.find(ANN).orElseThrow().toClose(named, true)).isEqualTo(named);
  }
}
