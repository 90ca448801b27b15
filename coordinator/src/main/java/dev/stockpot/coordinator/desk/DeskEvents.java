package dev.stockpot.coordinator.desk;

import dev.stockpot.coordinator.desk.TaskBoard.Ended;
import dev.stockpot.coordinator.desk.TaskBoard.Grant;
import dev.stockpot.coordinator.history.HistoryEvent;
import dev.stockpot.coordinator.history.HistoryEvent.Change;
import dev.stockpot.coordinator.history.HistoryEvent.Done;
import dev.stockpot.coordinator.history.HistoryEvent.LeaseEnd;
import dev.stockpot.merge.Failure;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Tells those who keep a history what happens at the desk: refers to what there is, and copies
 * nothing.
 *
 * @param history hears of it, on the desk's thread
 */
record DeskEvents(Consumer<HistoryEvent> history) {

  private static long now() {
    return System.currentTimeMillis();
  }

  void opened(Board board, LeaseDesk.OpenBoard open) {
    history.accept(
        new HistoryEvent.BoardOpened(
            now(), board.job(), board.tasks().run(), open.spec(), open.tasks(), open.done()));
  }

  void closed(Board board, int leases) {
    history.accept(new HistoryEvent.BoardClosed(now(), board.job(), board.tasks().run(), leases));
  }

  void granted(Board board, Grant grant) {
    history.accept(
        new HistoryEvent.LeaseGranted(
            now(),
            board.job(),
            board.tasks().run(),
            grant.lease(),
            grant.worker().name(),
            grant.tasks()));
  }

  void recorded(Board board, WorkerId worker, LeaseId lease, List<Done> done) {
    history.accept(
        new HistoryEvent.TasksRecorded(
            now(), board.job(), board.tasks().run(), lease, worker.name(), done));
  }

  void completed(Board board, WorkerId worker, LeaseId lease) {
    history.accept(
        new HistoryEvent.LeaseCompleted(
            now(), board.job(), board.tasks().run(), lease, worker.name()));
  }

  void ended(Board board, Ended ended, LeaseEnd why) {
    history.accept(
        new HistoryEvent.LeaseEnded(
            now(),
            board.job(),
            board.tasks().run(),
            ended.lease(),
            ended.worker().name(),
            why,
            ended.returned()));
  }

  void failed(
      Board board, WorkerId worker, LeaseId lease, int task, Failure failure, boolean again) {
    history.accept(
        new HistoryEvent.TaskFailed(
            now(), board.job(), board.tasks().run(), lease, worker.name(), task, failure, again));
  }

  void measured(Board board, OptionalLong bytesPerSecond) {
    history.accept(
        new HistoryEvent.StorageMeasured(now(), board.job(), board.tasks().run(), bytesPerSecond));
  }

  void worker(WorkerReported report, Change change, String detail) {
    history.accept(
        new HistoryEvent.WorkerChanged(
            now(),
            report.worker().name(),
            report.device().kind(),
            Namesakes.text(Namesakes.node(report)),
            change,
            detail));
  }

  /** The worker is not what it was when it reported so last. */
  void gone(WorkerReported last, LeaseEnd why) {
    switch (why) {
      case RESTARTED -> worker(last, Change.RESTARTED, why.text());
      case LEFT -> worker(last, Change.LEFT, why.text());
      case SILENT -> worker(last, Change.SILENT, why.text());
      case UNNAMED -> {}
    }
  }
}
