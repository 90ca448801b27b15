package dev.stockpot.coordinator.desk;

import dev.stockpot.coordinator.desk.TaskBoard.Ended;
import dev.stockpot.coordinator.desk.TaskBoard.Grant;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Divides workers among boards. The board of the highest priority with waiting tasks goes first;
 * among equals the one with the least leased traffic. A worker's capacity counts for all boards
 * together. Workers with room stand in a queue and get one lease at a time, so that a job spreads
 * over all of them.
 *
 * <p>Knows no clock and no actor. An operation costs time in proportion to the leases it names and
 * to the boards that are open, which are few. Confined to one thread.
 */
final class FairShare {

  private record Ranked(int priority, TaskBoard board) {}

  private final int leasesPerWorker;
  private final Map<String, Ranked> boards = new LinkedHashMap<>();
  private final Map<WorkerId, Long> capacities = new HashMap<>();
  private final LinkedHashSet<WorkerId> queue = new LinkedHashSet<>();

  FairShare(int leasesPerWorker) {
    this.leasesPerWorker = leasesPerWorker;
  }

  void open(TaskBoard board, int priority) {
    boards.put(board.run(), new Ranked(priority, board));
  }

  /** Ends the board's leases; their workers have room again. */
  List<Ended> close(String run) {
    Ranked closed = boards.remove(run);
    if (closed == null) {
      return List.of();
    }
    List<Ended> ended = closed.board().endAll();
    ended.forEach(lease -> freed(lease.worker()));
    return ended;
  }

  /** The worker takes leases up to this capacity, in bytes of task traffic. */
  void offer(WorkerId worker, long capacity) {
    capacities.put(worker, capacity);
    queue.add(worker);
  }

  /** The worker takes no more leases; those that it holds go on. */
  void withdraw(WorkerId worker) {
    capacities.remove(worker);
    queue.remove(worker);
  }

  /** The worker may have room again. */
  void freed(WorkerId worker) {
    if (capacities.containsKey(worker)) {
      queue.add(worker);
    }
  }

  /** The next lease to give; empty when no task waits, or no worker has room. */
  Optional<Grant> next(long nowNanos) {
    TaskBoard board = neediest();
    while (board != null && !queue.isEmpty()) {
      WorkerId worker = queue.removeFirst();
      long room = room(worker);
      if (room > 0) {
        Optional<Grant> grant = board.lease(worker, room, capacities.size(), nowNanos);
        queue.addLast(worker);
        return grant;
      }
    }
    return Optional.empty();
  }

  private @Nullable TaskBoard neediest() {
    @Nullable Ranked best = null;
    for (Ranked each : boards.values()) {
      if (each.board().hasWaiting() && (best == null || precedes(each, best))) {
        best = each;
      }
    }
    return best == null ? null : best.board();
  }

  private static boolean precedes(Ranked one, Ranked other) {
    return one.priority() != other.priority()
        ? one.priority() > other.priority()
        : one.board().leasedTraffic() < other.board().leasedTraffic();
  }

  private long room(WorkerId worker) {
    return leaseCount(worker) >= leasesPerWorker
        ? 0
        : capacities.getOrDefault(worker, 0L) - leasedTraffic(worker);
  }

  /** How many leases of all boards the worker holds. */
  int leaseCount(WorkerId worker) {
    int count = 0;
    for (Ranked each : boards.values()) {
      count += each.board().leaseCount(worker);
    }
    return count;
  }

  /** Bytes of task traffic of all boards that are leased to the worker. */
  long leasedTraffic(WorkerId worker) {
    long traffic = 0;
    for (Ranked each : boards.values()) {
      traffic += each.board().leasedTraffic(worker);
    }
    return traffic;
  }

  /** Renews a lease; false if it is not the worker's (any more). */
  boolean renew(WorkerId worker, LeaseId lease, long nowNanos) {
    Ranked of = boards.get(lease.job());
    return of != null && of.board().renew(worker, lease, nowNanos);
  }

  /** The worker is gone: its leases end. */
  List<Ended> lose(WorkerId worker) {
    withdraw(worker);
    List<Ended> ended = new ArrayList<>();
    boards.values().forEach(each -> ended.addAll(each.board().lose(worker)));
    return ended;
  }

  /** Ends the leases whose deadline has passed. */
  List<Ended> expire(long nowNanos) {
    List<Ended> ended = new ArrayList<>();
    boards.values().forEach(each -> ended.addAll(each.board().expire(nowNanos)));
    ended.forEach(lease -> freed(lease.worker()));
    return ended;
  }
}
