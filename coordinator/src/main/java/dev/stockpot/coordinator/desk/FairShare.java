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
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Divides workers among boards. The board of the highest priority with waiting tasks goes first;
 * among equals the one with the least leased traffic. A worker's capacity counts for all boards
 * together. Workers with room stand in a queue and get one lease at a time, so that a job spreads
 * over all of them; room is what a whole lease takes, or half of the capacity if that is less, for
 * many small leases would be as many messages. A board may not admit a worker: that one waits aside
 * until something changes.
 *
 * <p>Knows no clock and no actor. An operation costs time in proportion to the leases it names and
 * to the boards that are open, which are few. Confined to one thread.
 */
final class FairShare {

  private record Ranked(int priority, TaskBoard board, Predicate<WorkerId> admits) {}

  private final LeaseLimits limits;
  private final Map<String, Ranked> boards = new LinkedHashMap<>();
  private final Map<WorkerId, Long> capacities = new HashMap<>();
  private final LinkedHashSet<WorkerId> queue = new LinkedHashSet<>();

  /** Workers with room that no board with waiting tasks admits. */
  private final Set<WorkerId> aside = new LinkedHashSet<>();

  FairShare(LeaseLimits limits) {
    this.limits = limits;
  }

  /**
   * A board opens.
   *
   * @param admits whom it may be leased to; {@link #moved} tells that this changed
   */
  void open(TaskBoard board, int priority, Predicate<WorkerId> admits) {
    Ranked opened = new Ranked(priority, board, admits);
    boards.put(board.run(), opened);
    capacities.keySet().forEach(worker -> place(opened, worker));
    tasksReturned();
  }

  private static void place(Ranked board, WorkerId worker) {
    if (board.admits().test(worker)) {
      board.board().join(worker);
    } else {
      board.board().leave(worker);
    }
  }

  /** The board may admit some of these that it did not, or the other way round. */
  void moved(String run, Set<WorkerId> workers) {
    Ranked board = boards.get(run);
    if (board != null) {
      workers.stream().filter(capacities::containsKey).forEach(worker -> place(board, worker));
      tasksReturned();
    }
  }

  /** Tasks may wait that did not: whoever waits aside may be admitted to them. */
  void tasksReturned() {
    queue.addAll(aside);
    aside.clear();
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
    if (capacities.put(worker, capacity) == null) {
      boards.values().forEach(each -> place(each, worker));
    }
    queue.add(worker);
  }

  /** The worker takes no more leases; those that it holds go on. */
  void withdraw(WorkerId worker) {
    if (capacities.remove(worker) != null) {
      boards.values().forEach(each -> each.board().leave(worker));
      tasksReturned();
    }
    queue.remove(worker);
    aside.remove(worker);
  }

  /** The worker may have room again. */
  void freed(WorkerId worker) {
    if (capacities.containsKey(worker)) {
      queue.add(worker);
    }
  }

  /** The next lease to give; empty when no task waits, or no worker has room. */
  Optional<Grant> next(long nowNanos) {
    while (hasWaiting() && !queue.isEmpty()) {
      WorkerId worker = queue.removeFirst();
      long room = room(worker);
      if (room <= 0 || room < leastRoom(worker)) {
        continue;
      }
      TaskBoard board = neediest(worker);
      if (board == null) {
        aside.add(worker);
        continue;
      }
      queue.addLast(worker);
      return board.lease(worker, room, capacities.size(), nowNanos);
    }
    return Optional.empty();
  }

  private boolean hasWaiting() {
    for (Ranked each : boards.values()) {
      if (each.board().hasWaiting()) {
        return true;
      }
    }
    return false;
  }

  private @Nullable TaskBoard neediest(WorkerId worker) {
    @Nullable Ranked best = null;
    for (Ranked each : boards.values()) {
      if (each.board().hasWaiting()
          && (best == null || precedes(each, best))
          && each.board().isFor(worker)
          && each.admits().test(worker)) {
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
    return leaseCount(worker) >= limits.leasesPerWorker()
        ? 0
        : capacities.getOrDefault(worker, 0L) - leasedTraffic(worker);
  }

  private long leastRoom(WorkerId worker) {
    return Math.min(limits.traffic(), capacities.getOrDefault(worker, 0L) / 2);
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
    Ranked of = boards.get(lease.run());
    return of != null && of.board().renew(worker, lease, nowNanos);
  }

  /** The worker is gone: its leases end. */
  List<Ended> lose(WorkerId worker) {
    withdraw(worker);
    List<Ended> ended = new ArrayList<>();
    boards.values().forEach(each -> ended.addAll(each.board().lose(worker)));
    if (!ended.isEmpty()) {
      tasksReturned();
    }
    return ended;
  }

  /** Ends the leases whose deadline has passed. */
  List<Ended> expire(long nowNanos) {
    List<Ended> ended = new ArrayList<>();
    boards.values().forEach(each -> ended.addAll(each.board().expire(nowNanos)));
    ended.forEach(lease -> freed(lease.worker()));
    if (!ended.isEmpty()) {
      tasksReturned();
    }
    return ended;
  }
}
