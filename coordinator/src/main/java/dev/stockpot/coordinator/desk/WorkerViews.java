package dev.stockpot.coordinator.desk;

import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerState;
import dev.stockpot.protocol.api.WorkerView;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Workers as clients see them: reads what the desk knows, and changes nothing.
 *
 * @param boards by the name of their run
 */
record WorkerViews(Roster roster, FairShare shares, Map<String, Board> boards) {

  /**
   * All workers.
   *
   * @param drained names of those that are to take nothing
   */
  List<WorkerView> at(long nowNanos, Set<String> drained) {
    return roster.all().stream().map(entry -> view(entry, nowNanos, drained)).toList();
  }

  private WorkerView view(Roster.Entry entry, long nowNanos, Set<String> drained) {
    WorkerReported report = entry.report();
    return new WorkerView(
        entry.id().name(),
        Namesakes.text(Namesakes.node(report)),
        status(entry, drained),
        report.device().kind(),
        report.device().name(),
        report.device().detail(),
        shares.leaseCount(entry.id()),
        shares.leasedTraffic(entry.id()),
        entry.doneTasks(),
        entry.doneBytes(),
        entry.bytesPerSecond(nowNanos),
        report.restarts(),
        (nowNanos - entry.sinceNanos()) / 1e9,
        report.storage().stream()
            .map(use -> {
              Board board = boards.get(use.run());
              return new WorkerView.Storage(
                  board == null ? use.run() : board.job(),
                  use.files(),
                  switch (use.way()) {
                    case DIRECT -> "direct";
                    case COORDINATOR -> "coordinator";
                  });
            })
            .toList(),
        report.outOfService(),
        report.sample());
  }

  private String status(Roster.Entry entry, Set<String> drained) {
    if (entry.isSilent()) {
      return "silent";
    }
    return switch (entry.report().state()) {
      case WORKING, DRAINING -> {
        boolean holds = shares.leaseCount(entry.id()) > 0;
        if (drained.contains(entry.id().name())) {
          yield holds ? "draining" : "drained";
        }
        yield entry.report().state() == WorkerState.DRAINING
            ? "draining"
            : holds ? "working" : "idle";
      }
      case OUT -> "out";
    };
  }
}
