package dev.stockpot.coordinator.history;

import dev.stockpot.coordinator.order.JobUpdate;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.api.JobView;
import dev.stockpot.protocol.api.LogLine;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;

/**
 * Something that happened, as the desk, the queue and jobs tell it once, each in the order in which
 * it happened to it; whoever keeps a history or counts is a reader of these. What an event refers
 * to is never changed, so telling one costs no more than its few fields. Never crosses a node.
 */
public sealed interface HistoryEvent {

  /** When, in milliseconds since 1970. */
  long at();

  /** What happened to a job. */
  sealed interface OfJob extends HistoryEvent {

    /** Id of the job; behind a slash may stand which of its plans or batches it was. */
    String order();

    /** Id of the job. */
    default String job() {
      int slash = order().indexOf('/');
      return slash < 0 ? order() : order().substring(0, slash);
    }
  }

  /** What happened to tasks of a run, which its {@link BoardOpened} names first. */
  sealed interface OfBoard extends OfJob {

    /** Names this run of the order, unlike any other. */
    String run();
  }

  /**
   * From now on tasks of this run are leased.
   *
   * @param tasks by id: the task at index i has id i
   * @param kept ids of tasks that an earlier run did
   */
  record BoardOpened(
      long at,
      String order,
      String run,
      MergeSpec spec,
      List<TensorTask> tasks,
      Collection<Integer> kept)
      implements OfBoard {}

  /**
   * No more tasks of this run are leased.
   *
   * @param leases that were open, and end with it
   */
  record BoardClosed(long at, String order, String run, int leases) implements OfBoard {}

  /** What happened to tasks that a worker has, or had. */
  sealed interface OfLease extends OfBoard {

    LeaseId lease();

    /** Name of the worker. */
    String worker();
  }

  record LeaseGranted(
      long at, String order, String run, LeaseId lease, String worker, List<TensorTask> tasks)
      implements OfLease {}

  /** Nothing of the lease is open any more: its tasks are done, or failed. */
  record LeaseCompleted(long at, String order, String run, LeaseId lease, String worker)
      implements OfLease {}

  /**
   * The lease ended early, which is no failure of its tasks.
   *
   * @param returned ids of the tasks that wait again
   */
  record LeaseEnded(
      long at,
      String order,
      String run,
      LeaseId lease,
      String worker,
      LeaseEnd why,
      List<Integer> returned)
      implements OfLease {}

  /** These tasks are done, and their receipts stand in the journal. Each task is told once. */
  record TasksRecorded(
      long at, String order, String run, LeaseId lease, String worker, List<Done> done)
      implements OfLease {}

  /**
   * A task failed.
   *
   * @param again whether it is tried again; else the run is given up
   */
  record TaskFailed(
      long at,
      String order,
      String run,
      LeaseId lease,
      String worker,
      int task,
      Failure failure,
      boolean again)
      implements OfLease {}

  /** A task that is done, and the proof of it. */
  record Done(TensorTask task, Receipt receipt) {

    /** Read, once for all soups. */
    public long bytesIn() {
      return task.inputBytes();
    }

    /** Written, of all soups. */
    public long bytesOut() {
      return receipt.outputs().size() * task.length();
    }
  }

  /** Why a lease ended before its tasks did. */
  enum LeaseEnd {
    RESTARTED("it started anew"),
    LEFT("its node left"),
    SILENT("it fell silent"),
    UNNAMED("it did not name their lease any more");

    private final String text;

    LeaseEnd(String text) {
      this.text = text;
    }

    /** What became of the worker, for people. */
    public String text() {
      return text;
    }
  }

  /**
   * How fast the inputs of this run came when that was measured.
   *
   * @param bytesPerSecond empty if that could not be told
   */
  record StorageMeasured(long at, String order, String run, OptionalLong bytesPerSecond)
      implements OfBoard {}

  /**
   * A worker is not what it was.
   *
   * @param kind of its device, {@code cpu} or {@code cuda}
   * @param node address of its node, or {@code local}
   * @param detail for people; may be empty
   */
  record WorkerChanged(
      long at, String worker, String kind, String node, Change change, String detail)
      implements HistoryEvent {}

  /** What became of a worker. */
  enum Change {
    JOINED,
    RESTARTED,
    SILENT,
    LEFT,
    OUT,
    DRAINED,
    RESUMED
  }

  /** A job is new to this process, or not what it was: its status, or its progress. */
  record JobChanged(long at, JobView view) implements OfJob {
    @Override
    public String order() {
      return view.id();
    }
  }

  /** A line of a job's log. */
  record JobLogged(long at, String order, LogLine line) implements OfJob {}

  /** What a job that runs told of itself. */
  record JobUpdated(long at, String order, JobUpdate update) implements OfJob {}

  /** A job is forgotten. */
  record JobDeleted(long at, String order) implements OfJob {}
}
