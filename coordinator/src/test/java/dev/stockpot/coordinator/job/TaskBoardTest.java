package dev.stockpot.coordinator.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.job.TaskBoard.Grant;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerId;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TaskBoardTest {

  private static final Duration TERM = Duration.ofSeconds(30);
  private static final long ENDLESS = Long.MAX_VALUE;
  private static final WorkerId ANN = new WorkerId("ann", 1);
  private static final WorkerId BOB = new WorkerId("bob", 1);
  private static final Failure PASSING = new Failure(Failure.Kind.TRANSIENT, "a hiccup");

  private static TaskBoard board(int tasks) {
    return board(tasks, 300);
  }

  private static TaskBoard board(int tasks, long traffic) {
    return new TaskBoard("job", Tasks.ofTraffic(tasks, traffic), List.of(), TERM);
  }

  private static Grant grant(TaskBoard board, WorkerId worker) {
    return board.lease(worker, ENDLESS, 0).orElseThrow();
  }

  private static List<Integer> ids(Grant grant) {
    return grant.tasks().stream().map(TensorTask::id).toList();
  }

  @Test
  void tasksAreLeasedInTheirOrderAndOnce() {
    TaskBoard board = board(3);
    assertThat(ids(grant(board, ANN))).containsExactly(0, 1, 2);
    assertThat(board.lease(BOB, ENDLESS, 0)).isEmpty();
  }

  @Test
  void aJobWithoutTasksIsCompleteAtOnce() {
    assertThat(board(0).isComplete()).isTrue();
    assertThat(board(0).lease(ANN, ENDLESS, 0)).isEmpty();
  }

  @Test
  void tasksDoneBeforeAreNotLeasedAndCount() {
    TaskBoard board = new TaskBoard("job", Tasks.ofTraffic(4, 300), List.of(0, 2, 2), TERM);
    assertThat(board.doneBytes()).isEqualTo(200);
    assertThat(ids(grant(board, ANN))).containsExactly(1, 3);
  }

  @Test
  void aJobIsCompleteWhenItsLastTaskIs() {
    TaskBoard board = board(2);
    LeaseId lease = grant(board, ANN).lease();
    board.complete(lease, 1);
    assertThat(board.isComplete()).isFalse();
    board.complete(lease, 0);
    assertThat(board.isComplete()).isTrue();
    assertThat(board.doneBytes()).isEqualTo(200);
    assertThat(board.leasesOf(ANN)).isEmpty();
  }

  @Test
  void aBatchEndsAtSoManyTasks() {
    TaskBoard board = board(TaskBoard.LEASE_TASKS + 1);
    assertThat(grant(board, ANN).tasks()).hasSize(TaskBoard.LEASE_TASKS);
    assertThat(grant(board, ANN).tasks()).hasSize(1);
  }

  @Test
  void aBatchEndsWithTheTaskThatReachesItsTraffic() {
    TaskBoard board = board(10, TaskBoard.LEASE_TRAFFIC / 3 * 3 / 2);
    assertThat(grant(board, ANN).tasks()).hasSizeBetween(2, 3);
  }

  @Test
  void aTaskLargerThanAnyBatchIsLeasedAlone() {
    TaskBoard board = board(2, 3 * TaskBoard.LEASE_TRAFFIC);
    assertThat(board.lease(ANN, 1, 0).orElseThrow().tasks()).hasSize(1);
  }

  @Test
  void aWorkerHoldsNoMoreThanItsCapacityAndOneTask() {
    TaskBoard board = board(10, 300);
    Grant first = board.lease(ANN, 700, 0).orElseThrow();
    assertThat(first.tasks()).hasSize(3);
    assertThat(board.lease(ANN, 700, 0)).isEmpty();
    assertThat(board.lease(ANN, 0, 0)).isEmpty();
    assertThat(board.lease(BOB, 700, 0)).as("another worker has its own").isPresent();
    board.complete(first.lease(), 0);
    assertThat(board.lease(ANN, 700, 0).orElseThrow().tasks()).hasSize(1);
  }

  @Test
  void capacityComesBackWhenLeasesEnd() {
    TaskBoard board = board(10, 300);
    board.lease(ANN, 3000, 0);
    board.expire(TERM.toNanos() + 1);
    assertThat(board.lease(ANN, 3000, 0).orElseThrow().tasks()).hasSize(10);
    board.lose(ANN);
    Grant third = board.lease(ANN, 3000, 0).orElseThrow();
    assertThat(third.tasks()).hasSize(10);
    third.tasks().forEach(task -> board.fail(third.lease(), task.id(), PASSING));
    assertThat(board.lease(ANN, 3000, 0).orElseThrow().tasks()).hasSize(10);
  }

  @Test
  void aLeaseExpiresAfterItsTermAndNotBefore() {
    TaskBoard board = board(2);
    LeaseId lease = grant(board, ANN).lease();
    assertThat(board.expire(TERM.toNanos())).isEmpty();
    assertThat(board.expire(TERM.toNanos() + 1)).containsExactly(lease);
    assertThat(board.expire(TERM.toNanos() + 2)).isEmpty();
    assertThat(grant(board, BOB).tasks()).hasSize(2);
  }

  @Test
  void aLeaseExpiresThoughTheClockWrapsAround() {
    TaskBoard board = board(1);
    long begin = Long.MAX_VALUE - 1;
    LeaseId lease = board.lease(ANN, ENDLESS, begin).orElseThrow().lease();
    assertThat(board.expire(begin + TERM.toNanos())).isEmpty();
    assertThat(board.expire(begin + TERM.toNanos() + 1)).containsExactly(lease);
  }

  @Test
  void aSignOfLifeRenewsTheLeasesItNames() {
    TaskBoard board = board(2 * TaskBoard.LEASE_TASKS);
    LeaseId named = grant(board, ANN).lease();
    LeaseId forgotten = grant(board, ANN).lease();
    assertThat(board.renew(ANN, List.of(named), 10)).isEmpty();
    assertThat(board.expire(TERM.toNanos() + 5)).containsExactly(forgotten);
    assertThat(board.expire(TERM.toNanos() + 11)).containsExactly(named);
  }

  @Test
  void renewingNamesTheLeasesThatAreNotTheWorkers() {
    TaskBoard board = board(1);
    LeaseId lease = grant(board, ANN).lease();
    LeaseId unknown = new LeaseId("another job", 0);
    assertThat(board.renew(BOB, List.of(lease, unknown), 10)).containsExactly(lease, unknown);
    assertThat(board.expire(TERM.toNanos() + 1)).as("not renewed by a stranger").hasSize(1);
    assertThat(board.renew(ANN, List.of(lease), 10)).as("expired").containsExactly(lease);
  }

  @Test
  void aWorkerThatDiesGivesItsLeasesBackAndNothingCountsAsFailure() {
    TaskBoard board = board(1);
    for (int death = 0; death < 2 * TaskBoard.MAX_FAILURES; death++) {
      grant(board, ANN);
      board.lose(ANN);
    }
    assertThat(board.returned()).isEqualTo(2L * TaskBoard.MAX_FAILURES);
    assertThat(board.fail(grant(board, BOB).lease(), 0, PASSING)).isEmpty();
  }

  @Test
  void losingAnIncarnationLeavesTheNextOneAlone() {
    TaskBoard board = board(2 * TaskBoard.LEASE_TASKS);
    WorkerId reborn = new WorkerId("ann", 2);
    grant(board, ANN);
    LeaseId kept = grant(board, reborn).lease();
    board.lose(ANN);
    assertThat(board.leasesOf(ANN)).isEmpty();
    assertThat(board.leasesOf(reborn)).containsExactly(kept);
  }

  @Test
  void aLateReceiptIsAsGoodAsATimelyOne() {
    TaskBoard board = board(2);
    LeaseId late = grant(board, ANN).lease();
    board.expire(TERM.toNanos() + 1);
    LeaseId second = grant(board, BOB).lease();
    board.complete(late, 0);
    assertThat(board.isDone(0)).isTrue();
    board.complete(second, 0);
    board.complete(second, 1);
    assertThat(board.isComplete()).isTrue();
    assertThat(board.doneBytes()).isEqualTo(200);
  }

  @Test
  void aTaskThatALateReceiptFinishedIsNotLeasedAgain() {
    TaskBoard board = board(2);
    LeaseId late = grant(board, ANN).lease();
    board.expire(TERM.toNanos() + 1);
    board.complete(late, 0);
    assertThat(ids(grant(board, BOB))).containsExactly(1);
  }

  @Test
  void theThirdFailureIsFinalAndSaysWhy() {
    TaskBoard board = board(1);
    for (int attempt = 1; attempt < TaskBoard.MAX_FAILURES; attempt++) {
      assertThat(board.fail(grant(board, ANN).lease(), 0, PASSING)).isEmpty();
    }
    Optional<Failure> end = board.fail(grant(board, BOB).lease(), 0, PASSING);
    assertThat(end)
        .hasValueSatisfying(failure -> {
          assertThat(failure.kind()).isEqualTo(Failure.Kind.TRANSIENT);
          assertThat(failure.message()).isEqualTo("a hiccup (failed 3 times, giving up)");
        });
  }

  @Test
  void failuresOfDifferentTasksAreCountedApart() {
    TaskBoard board = board(3);
    LeaseId lease = grant(board, ANN).lease();
    for (int task = 0; task < 3; task++) {
      assertThat(board.fail(lease, task, PASSING)).isEmpty();
    }
    assertThat(board.returned()).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource
  void onlyAFailureWorthRetryingIsTriedAgain(Failure.Kind kind) {
    TaskBoard board = board(1);
    Failure failure = new Failure(kind, "why");
    Optional<Failure> end = board.fail(grant(board, ANN).lease(), 0, failure);
    if (kind.worthRetrying()) {
      assertThat(end).isEmpty();
      assertThat(board.lease(ANN, ENDLESS, 0)).isPresent();
    } else {
      assertThat(end).contains(failure);
    }
  }

  @Test
  void aFailureToldTwiceCountsOnce() {
    TaskBoard board = board(2);
    LeaseId lease = grant(board, ANN).lease();
    for (int told = 0; told < TaskBoard.MAX_FAILURES; told++) {
      assertThat(board.fail(lease, 0, PASSING)).isEmpty();
    }
    assertThat(board.returned()).isEqualTo(1);
  }

  @Test
  void aFailureUnderALeaseThatIsOverDoesNotCount() {
    TaskBoard board = board(1);
    LeaseId over = grant(board, ANN).lease();
    board.lose(ANN);
    grant(board, BOB);
    Failure fatal = new Failure(Failure.Kind.USER_INPUT, "of no matter");
    assertThat(board.fail(over, 0, fatal)).isEmpty();
  }

  @Test
  void whatIsDoneIsNotReturned() {
    TaskBoard board = board(3);
    LeaseId lease = grant(board, ANN).lease();
    board.complete(lease, 1);
    board.expire(TERM.toNanos() + 1);
    assertThat(board.returned()).isEqualTo(2);
    assertThat(ids(grant(board, BOB))).containsExactlyInAnyOrder(0, 2);
  }

  @Test
  void aJobLooksAtEachTaskAFixedNumberOfTimes() {
    int tasks = 50_000;
    CountingList counted = new CountingList(Tasks.ofTraffic(tasks, 300));
    TaskBoard board = new TaskBoard("job", counted, List.of(), TERM);
    for (Optional<Grant> grant = board.lease(ANN, ENDLESS, 0);
        grant.isPresent();
        grant = board.lease(ANN, ENDLESS, 0)) {
      LeaseId lease = grant.get().lease();
      grant.get().tasks().forEach(task -> board.complete(lease, task.id()));
      board.renew(ANN, List.of(lease), 0);
      board.expire(0);
    }
    assertThat(board.isComplete()).isTrue();
    assertThat(counted.looks).isLessThanOrEqualTo(3L * tasks);
  }

  private static final class CountingList extends AbstractList<TensorTask> {
    private final List<TensorTask> tasks;
    private long looks;

    CountingList(List<TensorTask> tasks) {
      this.tasks = new ArrayList<>(tasks);
    }

    @Override
    public TensorTask get(int index) {
      looks++;
      return tasks.get(index);
    }

    @Override
    public int size() {
      return tasks.size();
    }
  }
}
