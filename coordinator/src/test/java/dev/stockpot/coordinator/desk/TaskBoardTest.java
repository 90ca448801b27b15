package dev.stockpot.coordinator.desk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.coordinator.desk.TaskBoard.Grant;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerId;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TaskBoardTest {

  private static final Duration TERM = Tasks.TERM;
  private static final int LEASE_TASKS = Tasks.LIMITS.tasks();
  private static final long LEASE_TRAFFIC = Tasks.LIMITS.traffic();
  private static final long ENDLESS = Long.MAX_VALUE;
  private static final WorkerId ANN = new WorkerId("ann", 1);
  private static final WorkerId BOB = new WorkerId("bob", 1);
  private static final Failure PASSING = new Failure(Failure.Kind.TRANSIENT, "a hiccup");

  private static TaskBoard board(int tasks) {
    return board(tasks, 300);
  }

  private static TaskBoard board(int tasks, long traffic) {
    return Tasks.board("job", tasks, traffic, Tasks.LIMITS);
  }

  private static TaskBoard board(List<TensorTask> tasks, List<Integer> done) {
    return new TaskBoard(Tasks.spec("job"), tasks, done, TERM, Tasks.LIMITS);
  }

  private static Grant grant(TaskBoard board, WorkerId worker) {
    return board.lease(worker, ENDLESS, 1, 0).orElseThrow();
  }

  private static List<LeaseId> expired(TaskBoard board, long now) {
    return board.expire(now).stream().map(TaskBoard.Ended::lease).toList();
  }

  private static List<Integer> ids(Grant grant) {
    return grant.tasks().stream().map(TensorTask::id).toList();
  }

  @Test
  void tasksAreLeasedInTheirOrderAndOnce() {
    TaskBoard board = board(3);
    assertThat(ids(grant(board, ANN))).containsExactly(0, 1, 2);
    assertThat(board.lease(BOB, ENDLESS, 1, 0)).isEmpty();
  }

  @Test
  void aJobWithoutTasksIsCompleteAtOnce() {
    assertThat(board(0).isComplete()).isTrue();
    assertThat(board(0).lease(ANN, ENDLESS, 1, 0)).isEmpty();
  }

  @Test
  void tasksDoneBeforeAreNotLeasedAndCount() {
    TaskBoard board = board(Tasks.ofTraffic(4, 300), List.of(0, 2, 2));
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
    TaskBoard board = board(LEASE_TASKS + 1);
    assertThat(grant(board, ANN).tasks()).hasSize(LEASE_TASKS);
    assertThat(grant(board, ANN).tasks()).hasSize(1);
  }

  @Test
  void aBatchEndsWithTheTaskThatReachesItsTraffic() {
    TaskBoard board = board(10, LEASE_TRAFFIC / 3 * 3 / 2);
    assertThat(grant(board, ANN).tasks()).hasSizeBetween(2, 3);
  }

  @Test
  void aTaskLargerThanAnyBatchIsLeasedAlone() {
    TaskBoard board = board(2, 3 * LEASE_TRAFFIC);
    assertThat(board.lease(ANN, 1, 1, 0).orElseThrow().tasks()).hasSize(1);
  }

  @Test
  void aWorkerIsGivenNoMoreThanItsRoomAndOneTask() {
    TaskBoard board = board(10, 300);
    assertThat(board.lease(ANN, 700, 1, 0).orElseThrow().tasks()).hasSize(3);
    assertThat(board.leasedTraffic(ANN)).isEqualTo(900);
    assertThat(board.lease(ANN, 0, 1, 0)).isEmpty();
    assertThat(board.lease(ANN, -200, 1, 0)).isEmpty();
  }

  @Test
  void leasedTrafficEndsWithItsLeases() {
    TaskBoard board = board(10, 300);
    Grant first = board.lease(ANN, 3000, 1, 0).orElseThrow();
    assertThat(board.leasedTraffic(ANN)).isEqualTo(3000);
    board.complete(first.lease(), 9);
    assertThat(board.leasedTraffic(ANN)).isEqualTo(2700);
    board.expire(TERM.toNanos() + 1);
    assertThat(board.leasedTraffic(ANN)).isZero();
    grant(board, BOB);
    board.lose(BOB);
    Grant third = grant(board, ANN);
    third.tasks().forEach(task -> board.fail(third.lease(), task.id(), PASSING));
    assertThat(board.leasedTraffic()).isZero();
    assertThat(board.workers()).isZero();
  }

  @Test
  void waitingTasksAreDividedAmongTheWorkers() {
    TaskBoard board = board(10);
    assertThat(board.lease(ANN, ENDLESS, 4, 0).orElseThrow().tasks()).hasSize(3);
    assertThat(board.lease(BOB, ENDLESS, 4, 0).orElseThrow().tasks()).hasSize(2);
    assertThat(board.lease(BOB, ENDLESS, 100, 0).orElseThrow().tasks()).hasSize(1);
  }

  @Test
  void aLeaseStaysSmallEnoughForAMessage() {
    String longName = "a".repeat(TaskBoard.MAX_NAME);
    List<TensorTask> tasks =
        Tasks.ofTraffic(200, 300).stream().map(task -> Tasks.named(task, longName)).toList();
    TaskBoard board = board(tasks, List.of());
    Grant first = grant(board, ANN);
    assertThat(first.tasks()).hasSizeBetween(40, LeaseSize.LIMIT / TaskBoard.MAX_NAME);
    assertThat(grant(board, ANN).tasks().getFirst().id())
        .as("the task that did not fit is the next")
        .isEqualTo(first.tasks().size());
  }

  @Test
  void aNameThatATerminalWouldObeyIsShownInTheTask() {
    TensorTask task = Tasks.named(Tasks.ofTraffic(1, 300).getFirst(), "w\n\u202e");
    Grant grant = grant(board(List.of(task), List.of()), ANN);
    assertThat(grant.tasks().getFirst().tensor()).isEqualTo("w\\u000a\\u202e");
    TensorTask hostile = Tasks.named(task, "\n".repeat(TaskBoard.MAX_NAME));
    assertThat(grant(board(List.of(hostile), List.of()), ANN).tasks().getFirst().tensor())
        .hasSize(TaskBoard.MAX_NAME);
  }

  @Test
  void aNameTooLongForAMessageIsShortenedInTheTask() {
    TensorTask task = Tasks.named(Tasks.ofTraffic(1, 300).getFirst(), "b".repeat(1 << 20));
    Grant grant = grant(board(List.of(task), List.of()), ANN);
    TensorTask told = grant.tasks().getFirst();
    assertThat(told.tensor()).hasSize(TaskBoard.MAX_NAME).startsWith("bbb").endsWith("…");
    assertThat(Tasks.named(told, task.tensor())).isEqualTo(task);
  }

  @Test
  void aTaskLargerThanAnyMessageTravelsAlone() {
    TensorTask task = Tasks.ofTraffic(1, 300).getFirst();
    TensorTask wide = Tasks.withSources(task, Collections.nCopies(2_000, task.sources().get(0)));
    TaskBoard board = board(List.of(task, Tasks.withId(wide, 1), Tasks.withId(task, 2)), List.of());
    assertThat(ids(grant(board, ANN))).containsExactly(0);
    assertThat(ids(grant(board, ANN))).containsExactly(1);
    assertThat(ids(grant(board, ANN))).containsExactly(2);
  }

  @Test
  void aLeaseNamesOnlyTheFilesThatItsTasksUse() {
    TensorTask task = Tasks.ofTraffic(1, 300).getFirst();
    TensorTask ofOne = Tasks.withSources(task, List.of(task.sources().get(1)));
    assertThat(grant(board(List.of(ofOne), List.of()), ANN).spec().inputs()).containsOnlyKeys(1);
  }

  @Test
  void everySoupCountsAsTraffic() {
    List<TensorTask> tasks = Tasks.ofTraffic(3, 300);
    TaskBoard board = new TaskBoard(Tasks.spec("job", 4), tasks, List.of(0), TERM, Tasks.LIMITS);
    long output = 4 * tasks.getFirst().length();
    assertThat(board.doneBytes()).isEqualTo(output);
    assertThat(board.outputBytes(1)).isEqualTo(output);
    grant(board, ANN);
    assertThat(board.leasedTraffic(ANN)).isEqualTo(2 * (output + tasks.getFirst().inputBytes()));
  }

  @Test
  void aReceiptSpeaksOfEverySoup() {
    TaskBoard board =
        new TaskBoard(Tasks.spec("job", 2), Tasks.ofTraffic(1, 300), List.of(), TERM, Tasks.LIMITS);
    assertThat(board.fits(Tasks.receipt(0))).as("of one soup").isFalse();
  }

  @Test
  void onlyReceiptsThatFitATaskAreBelieved() {
    TaskBoard board = board(2);
    assertThat(board.fits(Tasks.receipt(1))).isTrue();
    assertThat(board.fits(Tasks.receipt(2))).isFalse();
    assertThat(board.fits(Tasks.receipt(-1))).isFalse();
    assertThat(
            board.fits(
                new Receipt(
                    0, List.of(new Receipt.Output(0, 0, 0)), List.of(0), Receipt.StageNanos.ZERO)))
        .isFalse();
  }

  @Test
  void aLeaseExpiresAfterItsTermAndNotBefore() {
    TaskBoard board = board(2);
    LeaseId lease = grant(board, ANN).lease();
    assertThat(board.expire(TERM.toNanos())).isEmpty();
    assertThat(expired(board, TERM.toNanos() + 1)).containsExactly(lease);
    assertThat(board.expire(TERM.toNanos() + 2)).isEmpty();
    assertThat(grant(board, BOB).tasks()).hasSize(2);
  }

  @Test
  void aLeaseExpiresThoughTheClockWrapsAround() {
    TaskBoard board = board(1);
    long begin = Long.MAX_VALUE - 1;
    LeaseId lease = board.lease(ANN, ENDLESS, 1, begin).orElseThrow().lease();
    assertThat(board.expire(begin + TERM.toNanos())).isEmpty();
    assertThat(expired(board, begin + TERM.toNanos() + 1)).containsExactly(lease);
  }

  @Test
  void aSignOfLifeRenewsTheLeasesItNames() {
    TaskBoard board = board(2 * LEASE_TASKS);
    LeaseId named = grant(board, ANN).lease();
    LeaseId forgotten = grant(board, ANN).lease();
    assertThat(board.renew(ANN, named, 10)).isTrue();
    assertThat(expired(board, TERM.toNanos() + 5)).containsExactly(forgotten);
    assertThat(expired(board, TERM.toNanos() + 11)).containsExactly(named);
  }

  @Test
  void onlyTheWorkersOwnLeasesCanBeRenewed() {
    TaskBoard board = board(1);
    LeaseId lease = grant(board, ANN).lease();
    assertThat(board.renew(BOB, lease, 10)).isFalse();
    assertThat(board.renew(ANN, new LeaseId("another job", 0), 10)).isFalse();
    assertThat(board.expire(TERM.toNanos() + 1)).as("not renewed by a stranger").hasSize(1);
    assertThat(board.renew(ANN, lease, 10)).as("expired").isFalse();
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
    TaskBoard board = board(2 * LEASE_TASKS);
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
      assertThat(board.lease(ANN, ENDLESS, 1, 0)).isPresent();
    } else {
      assertThat(end).contains(failure);
    }
  }

  private static final Failure LOCAL = new Failure(Failure.Kind.ENVIRONMENT, "/mnt: I/O error");

  @Test
  void whatOneWorkerCannotReadIsDoneByAnotherAndTheOneGetsNothingMore() {
    TaskBoard board = board(2);
    board.join(ANN);
    board.join(BOB);
    LeaseId lease = board.lease(ANN, 300, 1, 0).orElseThrow().lease();
    assertThat(board.fail(lease, 0, LOCAL)).isEmpty();
    assertThat(board.isFor(ANN)).isFalse();
    assertThat(board.isFor(BOB)).isTrue();
    assertThat(ids(grant(board, BOB))).containsExactly(1, 0);
  }

  @Test
  void whatNoWorkerCanReadEndsTheJob() {
    TaskBoard board = board(1);
    board.join(ANN);
    board.join(BOB);
    assertThat(board.fail(grant(board, ANN).lease(), 0, LOCAL)).isEmpty();
    assertThat(board.fail(grant(board, BOB).lease(), 0, LOCAL)).contains(LOCAL);
  }

  @Test
  void whoIsLeftAloneIsTriedAgain() {
    TaskBoard board = board(1);
    board.join(ANN);
    board.join(BOB);
    assertThat(board.fail(grant(board, ANN).lease(), 0, LOCAL)).isEmpty();
    board.leave(BOB);
    assertThat(board.isFor(ANN)).isTrue();
    assertThat(board.fail(grant(board, ANN).lease(), 0, LOCAL)).contains(LOCAL);
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
    TaskBoard board = board(counted, List.of());
    for (Optional<Grant> grant = board.lease(ANN, ENDLESS, 1, 0);
        grant.isPresent();
        grant = board.lease(ANN, ENDLESS, 1, 0)) {
      LeaseId lease = grant.get().lease();
      grant.get().tasks().forEach(task -> board.complete(lease, task.id()));
      board.renew(ANN, lease, 0);
      board.expire(0);
    }
    assertThat(board.isComplete()).isTrue();
    assertThat(counted.looks).isLessThanOrEqualTo(4L * tasks);
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
