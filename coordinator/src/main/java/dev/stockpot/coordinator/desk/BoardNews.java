package dev.stockpot.coordinator.desk;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.Receipt;
import java.util.List;

/** What a job hears of its board. */
public sealed interface BoardNews {

  /**
   * Tasks are done: put their receipts into the journal, and say {@link LeaseDesk.Recorded}. No
   * other receipts come before that; those that arrive meanwhile come together.
   */
  record ReceiptsArrived(List<Receipt> receipts) implements BoardNews {
    public ReceiptsArrived {
      receipts = List.copyOf(receipts);
    }
  }

  /** The receipts of all tasks stand in the journal. The board is closed. */
  record Completed(Progress progress) implements BoardNews {}

  /** A task failed for good. The board is closed. */
  record GaveUp(Failure failure) implements BoardNews {}

  /** How far the board is, told at a steady rate. */
  record Progressed(Progress progress) implements BoardNews {}

  /** A task failed and is tried again. */
  record TaskRetried(String worker, Failure failure) implements BoardNews {}

  /** A worker came while the board was open. */
  record WorkerJoined(String worker) implements BoardNews {}

  /**
   * The board's tasks could be done by devices of several kinds: look how fast its inputs come, and
   * say {@link LeaseDesk.StorageSampled}. Told at most once; meanwhile leases are given.
   */
  record StorageWanted() implements BoardNews {}

  /**
   * Where a node does the board's tasks, and why: together one line, for people. Each place is told
   * once.
   *
   * @param why with figures, which differ from one time to the next
   */
  record Placed(String where, String why) implements BoardNews {}

  /**
   * Leases ended early, which is no failure of their tasks.
   *
   * @param why what became of the worker, for people
   * @param tasks that wait again
   */
  record TasksReturned(String worker, String why, int tasks) implements BoardNews {}

  /**
   * How far a board is.
   *
   * @param doneBytes bytes of output of the tasks that are done
   * @param workers that hold leases of this board
   * @param returned tasks that lost, expired or failed leases gave back so far
   */
  record Progress(int doneTasks, long doneBytes, int workers, long returned) {}
}
