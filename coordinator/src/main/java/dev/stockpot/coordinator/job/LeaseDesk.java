package dev.stockpot.coordinator.job;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.Receipt;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerCommand.AcknowledgeReceipts;
import dev.stockpot.protocol.WorkerCommand.CloseLease;
import dev.stockpot.protocol.WorkerCommand.MergeTensors;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.WorkerEvent.TensorFailed;
import dev.stockpot.protocol.WorkerEvent.TensorsMerged;
import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A job's dealings with its workers: what the {@link TaskBoard} decides, as messages. Confined to
 * the job's actor.
 */
final class LeaseDesk {

  /** A worker as it reported last, and when. */
  private record Present(WorkerReported report, long sinceNanos) {}

  private final MergeSpec spec;
  private final TaskBoard board;
  private final Duration leaseTerm;
  private final ActorRef<WorkerEvent> replyTo;
  private final Map<String, Present> workers = new HashMap<>();

  LeaseDesk(MergeSpec spec, TaskBoard board, Duration leaseTerm, ActorRef<WorkerEvent> replyTo) {
    this.spec = spec;
    this.board = board;
    this.leaseTerm = leaseTerm;
    this.replyTo = replyTo;
  }

  TaskBoard board() {
    return board;
  }

  int workers() {
    return workers.size();
  }

  /** Whether the lease is one of this job's. */
  boolean owns(LeaseId lease) {
    return lease.job().equals(spec.job());
  }

  void onReport(WorkerReported report) {
    long now = System.nanoTime();
    Present before = workers.put(report.worker().name(), new Present(report, now));
    if (before != null && !before.report().worker().equals(report.worker())) {
      board.lose(before.report().worker());
    }
    for (LeaseId ended : board.renew(report.worker(), report.held(), now)) {
      report.ref().tell(new CloseLease(ended));
    }
    assign(report);
  }

  /** The receipts stand in the journal: tell the worker, and give it more to do. */
  void onRecorded(TensorsMerged merged) {
    List<Integer> tasks = merged.receipts().stream().map(Receipt::task).toList();
    tasks.forEach(task -> board.complete(merged.lease(), task));
    Present worker = workers.get(merged.worker().name());
    if (worker != null) {
      worker.report().ref().tell(new AcknowledgeReceipts(merged.lease(), tasks));
      assign(worker.report());
    }
  }

  /** The failure that ends the job, or empty when the task is to be tried again. */
  Optional<Failure> onFailed(TensorFailed failed) {
    Optional<Failure> end = board.fail(failed.lease(), failed.task(), failed.failure());
    Present worker = workers.get(failed.worker().name());
    if (worker != null && end.isPresent()) {
      worker.report().ref().tell(new CloseLease(failed.lease()));
    } else if (worker != null) {
      worker.report().ref().tell(new AcknowledgeReceipts(failed.lease(), List.of(failed.task())));
      assign(worker.report());
    }
    return end;
  }

  void expireLeases() {
    long now = System.nanoTime();
    // A worker that fell silent would be given its own expired leases again, and again.
    workers.values().removeIf(worker -> now - worker.sinceNanos() > leaseTerm.toNanos());
    if (!board.expire(now).isEmpty()) {
      workers.values().forEach(worker -> assign(worker.report()));
    }
  }

  void closeAll() {
    for (Present worker : workers.values()) {
      board
          .leasesOf(worker.report().worker())
          .forEach(lease -> worker.report().ref().tell(new CloseLease(lease)));
    }
  }

  private void assign(WorkerReported worker) {
    Optional<TaskBoard.Grant> grant;
    do {
      grant = board.lease(worker.worker(), worker.capacity(), System.nanoTime());
      grant.ifPresent(lease ->
          worker
              .ref()
              .tell(
                  new MergeTensors(
                      lease.lease(),
                      spec.forTasks(lease.tasks()),
                      lease.tasks(),
                      Optional.empty(),
                      replyTo)));
    } while (grant.isPresent());
  }
}
