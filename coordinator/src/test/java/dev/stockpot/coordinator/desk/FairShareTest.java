package dev.stockpot.coordinator.desk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.desk.TaskBoard.Ended;
import dev.stockpot.coordinator.desk.TaskBoard.Grant;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class FairShareTest {

  private static final long TRAFFIC = 300;
  private static final LeaseLimits ONE_TASK = new LeaseLimits(1, TRAFFIC, 1_000);
  private static final WorkerId ANN = new WorkerId("ann", 1);
  private static final WorkerId BOB = new WorkerId("bob", 1);

  private final FairShare shares = new FairShare(ONE_TASK);

  private TaskBoard open(String run, int priority, int tasks) {
    TaskBoard board = Tasks.board(run, tasks, TRAFFIC, ONE_TASK);
    shares.open(board, priority, _ -> true);
    return board;
  }

  /** All leases that can be given now. */
  private List<Grant> give() {
    List<Grant> grants = new ArrayList<>();
    for (Optional<Grant> grant = shares.next(0); grant.isPresent(); grant = shares.next(0)) {
      grants.add(grant.get());
    }
    return grants;
  }

  private static List<String> runs(List<Grant> grants) {
    return grants.stream().map(grant -> grant.lease().run()).toList();
  }

  @Test
  void nobodyIsGivenAnythingWithoutWorkOrWorkers() {
    assertThat(shares.next(0)).isEmpty();
    shares.offer(ANN, 1_000);
    assertThat(shares.next(0)).isEmpty();
    shares.withdraw(ANN);
    open("a", 0, 1);
    assertThat(shares.next(0)).isEmpty();
  }

  @Test
  void boardsOfEqualPriorityTakeTurns() {
    open("a", 0, 10);
    open("b", 0, 10);
    shares.offer(ANN, 6 * TRAFFIC);
    assertThat(runs(give())).containsExactly("a", "b", "a", "b", "a", "b");
  }

  @Test
  void theBoardWithTheLeastLeasedTrafficGoesFirst() {
    open("a", 0, 10);
    shares.offer(ANN, 4 * TRAFFIC);
    give();
    open("b", 0, 10);
    shares.offer(BOB, 5 * TRAFFIC);
    assertThat(runs(give())).containsExactly("b", "b", "b", "b", "a");
  }

  @Test
  void aHigherPriorityGoesFirstAsLongAsItHasWork() {
    open("low", -1, 10);
    open("high", 5, 2);
    open("middle", 0, 1);
    shares.offer(ANN, 4 * TRAFFIC);
    assertThat(runs(give())).containsExactly("high", "high", "middle", "low");
  }

  @Test
  void aWorkersCapacityCountsForAllBoardsTogether() {
    open("a", 0, 10);
    open("b", 0, 10);
    shares.offer(ANN, 3 * TRAFFIC);
    assertThat(give()).hasSize(3);
    assertThat(shares.leasedTraffic(ANN)).isEqualTo(3 * TRAFFIC);
    assertThat(shares.leaseCount(ANN)).isEqualTo(3);
    shares.offer(ANN, 3 * TRAFFIC);
    assertThat(give()).isEmpty();
    shares.offer(ANN, 4 * TRAFFIC);
    assertThat(give()).hasSize(1);
  }

  @Test
  void aWorkerHoldsOnlySoManyLeases() {
    FairShare few = new FairShare(new LeaseLimits(1, TRAFFIC, 2));
    few.open(Tasks.board("a", 10, TRAFFIC, ONE_TASK), 0, _ -> true);
    few.offer(ANN, Long.MAX_VALUE);
    assertThat(few.next(0)).isPresent();
    assertThat(few.next(0)).isPresent();
    assertThat(few.next(0)).isEmpty();
  }

  @Test
  void aWorkerIsGivenItsNextLeaseWhenItHasRoomForAWholeOne() {
    LeaseLimits twoTasks = new LeaseLimits(100, 2 * TRAFFIC, 1_000);
    FairShare pairs = new FairShare(twoTasks);
    TaskBoard board = Tasks.board("a", 20, TRAFFIC, twoTasks);
    pairs.open(board, 0, _ -> true);
    pairs.offer(ANN, 6 * TRAFFIC);
    Grant first = pairs.next(0).orElseThrow();
    assertThat(pairs.next(0)).isPresent();
    assertThat(pairs.next(0)).isPresent();
    assertThat(pairs.next(0)).isEmpty();

    board.complete(first.lease(), first.tasks().get(0).id());
    pairs.freed(ANN);
    assertThat(pairs.next(0)).isEmpty();

    board.complete(first.lease(), first.tasks().get(1).id());
    pairs.freed(ANN);
    assertThat(pairs.next(0).orElseThrow().tasks()).hasSize(2);
    assertThat(pairs.leasedTraffic(ANN)).isEqualTo(6 * TRAFFIC);
  }

  @Test
  void aWorkerSmallerThanALeaseIsGivenTheNextWhenHalfOfItIsFree() {
    LeaseLimits large = new LeaseLimits(1, 100 * TRAFFIC, 1_000);
    FairShare singles = new FairShare(large);
    TaskBoard board = Tasks.board("a", 20, TRAFFIC, large);
    singles.open(board, 0, _ -> true);
    singles.offer(ANN, 4 * TRAFFIC);
    List<Grant> given = new ArrayList<>();
    for (int lease = 0; lease < 3; lease++) {
      given.add(singles.next(0).orElseThrow());
    }
    assertThat(singles.next(0)).isEmpty();

    board.complete(given.get(0).lease(), given.get(0).tasks().getFirst().id());
    singles.freed(ANN);
    assertThat(singles.next(0)).isPresent();
    assertThat(singles.next(0)).isEmpty();
  }

  @Test
  void workersThatHaveRoomTakeTurns() {
    shares.offer(ANN, 3 * TRAFFIC);
    shares.offer(BOB, 2 * TRAFFIC);
    open("a", 0, 10);
    assertThat(give().stream().map(Grant::worker)).containsExactly(ANN, BOB, ANN, BOB, ANN);
  }

  @Test
  void aWorkerThatIsDoneWithATaskIsGivenTheNext() {
    TaskBoard board = open("a", 0, 2);
    shares.offer(ANN, TRAFFIC);
    Grant first = give().getFirst();
    board.complete(first.lease(), 0);
    shares.freed(ANN);
    assertThat(give()).hasSize(1);
  }

  @Test
  void aWorkerThatWithdrewKeepsItsLeasesAndIsGivenNothingMore() {
    TaskBoard board = open("a", 0, 3);
    shares.offer(ANN, TRAFFIC);
    LeaseId lease = give().getFirst().lease();
    shares.withdraw(ANN);
    assertThat(shares.renew(ANN, lease, 1)).isTrue();
    board.complete(lease, 0);
    shares.freed(ANN);
    assertThat(give()).isEmpty();
  }

  @Test
  void whatALostWorkerHeldGoesToThoseWhoWait() {
    open("a", 0, 2);
    shares.offer(ANN, 2 * TRAFFIC);
    give();
    shares.offer(BOB, 2 * TRAFFIC);
    assertThat(give()).isEmpty();
    assertThat(shares.lose(ANN)).extracting(ended -> ended.returned().size()).containsExactly(1, 1);
    assertThat(give()).extracting(Grant::worker).containsExactly(BOB, BOB);
  }

  @Test
  void whatExpiresGoesToThoseWhoWaitTheWorkerItselfAmongThem() {
    open("a", 0, 1);
    shares.offer(ANN, TRAFFIC);
    LeaseId lease = give().getFirst().lease();
    assertThat(shares.expire(Tasks.TERM.toNanos())).isEmpty();
    assertThat(shares.expire(Tasks.TERM.toNanos() + 1))
        .extracting(Ended::lease)
        .containsExactly(lease);
    assertThat(give()).extracting(Grant::worker).containsExactly(ANN);
    assertThat(shares.renew(ANN, lease, 1)).isFalse();
  }

  @Test
  void aClosedBoardEndsItsLeasesAndFreesItsWorkers() {
    open("a", 0, 2);
    shares.offer(ANN, 2 * TRAFFIC);
    List<LeaseId> leases = give().stream().map(Grant::lease).toList();
    open("b", 0, 5);
    assertThat(give()).isEmpty();
    assertThat(shares.close("a")).extracting(Ended::lease).isEqualTo(leases);
    assertThat(shares.close("a")).isEmpty();
    assertThat(shares.renew(ANN, leases.getFirst(), 1)).isFalse();
    assertThat(runs(give())).containsExactly("b", "b");
  }

  @Test
  void aWorkerThatABoardDoesNotAdmitDoesTheOtherBoardsTasks() {
    shares.open(Tasks.board("a", 4, TRAFFIC, ONE_TASK), 5, BOB::equals);
    open("b", 0, 4);
    shares.offer(ANN, 3 * TRAFFIC);
    shares.offer(BOB, 3 * TRAFFIC);
    assertThat(give())
        .extracting(grant -> grant.worker().name() + " " + grant.lease().run())
        .containsExactlyInAnyOrder("ann b", "ann b", "ann b", "bob a", "bob a", "bob a");
  }

  @Test
  void aWorkerThatWasNotAdmittedIsGivenLeasesAsSoonAsItIs() {
    AtomicReference<WorkerId> admitted = new AtomicReference<>(BOB);
    shares.open(Tasks.board("a", 4, TRAFFIC, ONE_TASK), 0, worker -> worker.equals(admitted.get()));
    shares.offer(ANN, 2 * TRAFFIC);
    assertThat(give()).isEmpty();
    admitted.set(ANN);
    shares.moved("a", Set.of(ANN, BOB));
    assertThat(give()).extracting(Grant::worker).containsExactly(ANN, ANN);
  }

  @Test
  void aWorkerThatWaitsAsideIsGivenWhatComesBackToABoardThatAdmitsIt() {
    open("a", 0, 1);
    shares.offer(BOB, TRAFFIC);
    give();
    shares.open(Tasks.board("b", 1, TRAFFIC, ONE_TASK), 0, BOB::equals);
    shares.offer(ANN, TRAFFIC);
    assertThat(give()).isEmpty();
    shares.lose(BOB);
    assertThat(give())
        .extracting(grant -> grant.worker().name() + " " + grant.lease().run())
        .containsExactly("ann a");
  }
}
