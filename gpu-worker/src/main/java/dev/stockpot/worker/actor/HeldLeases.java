package dev.stockpot.worker.actor;

import dev.stockpot.merge.Failure;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerCommand.MergeTensors;
import dev.stockpot.protocol.WorkerEvent;
import dev.stockpot.protocol.WorkerId;
import dev.stockpot.worker.execution.DeviceExecutor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;

/** The leases that a worker holds, in the order in which they came. */
final class HeldLeases {

  private final WorkerId worker;
  private final Map<LeaseId, HeldLease> leases = new LinkedHashMap<>();

  HeldLeases(WorkerId worker) {
    this.worker = worker;
  }

  List<LeaseId> ids() {
    return List.copyOf(leases.keySet());
  }

  boolean isEmpty() {
    return leases.isEmpty();
  }

  boolean contains(LeaseId lease) {
    return leases.containsKey(lease);
  }

  boolean containsAnyOf(String run) {
    return leases.keySet().stream().anyMatch(lease -> lease.run().equals(run));
  }

  void add(MergeTensors command) {
    leases.put(command.lease(), new HeldLease(command));
  }

  void remove(LeaseId lease) {
    leases.remove(lease);
  }

  /** Bytes that these read and wrote, about; what is of no held lease counts for nothing. */
  long traffic(Collection<DeviceExecutor.Outcome> outcomes) {
    long traffic = 0;
    for (DeviceExecutor.Outcome outcome : outcomes) {
      HeldLease lease = leases.get(outcome.lease());
      if (lease != null) {
        traffic += lease.trafficPerTask();
      }
    }
    return traffic;
  }

  /**
   * Tasks have ended: tells whoever gave their leases. What ended of a lease that is not held, or
   * of an executor of an incarnation that is over, is nobody's business any more.
   *
   * @return the first bug among them
   */
  Optional<Failure> end(Collection<DeviceExecutor.Outcome> outcomes) {
    Map<HeldLease, List<DeviceExecutor.Outcome>> byLease = new HashMap<>();
    for (DeviceExecutor.Outcome outcome : outcomes) {
      HeldLease lease = leases.get(outcome.lease());
      if (lease != null) {
        byLease.computeIfAbsent(lease, _ -> new ArrayList<>()).add(outcome);
      }
    }
    byLease.forEach((lease, ended) -> lease.end(worker, ended));
    return byLease.values().stream().flatMap(List::stream).flatMap(HeldLeases::bug).findFirst();
  }

  /**
   * Why the device failed, if these say so. Those of an incarnation that is over do not count:
   * their leases are not held.
   */
  Optional<String> deviceFailure(Collection<DeviceExecutor.Outcome> outcomes) {
    for (DeviceExecutor.Outcome outcome : outcomes) {
      if (outcome instanceof DeviceExecutor.Outcome.DeviceFailed(LeaseId lease, _, String reason)
          && leases.containsKey(lease)) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }

  private static Stream<Failure> bug(DeviceExecutor.Outcome outcome) {
    return outcome instanceof DeviceExecutor.Outcome.Failed(_, _, Failure failure)
            && failure.kind() == Failure.Kind.BUG
        ? Stream.of(failure)
        : Stream.empty();
  }

  /**
   * Receipts were acknowledged.
   *
   * @return whether that was the last of a lease
   */
  boolean acknowledge(LeaseId id, List<Integer> tasks) {
    HeldLease lease = leases.get(id);
    return lease != null && lease.acknowledge(tasks);
  }

  /**
   * Another heartbeat has passed: tells again what was not acknowledged.
   *
   * @param present where desks are
   * @param patience heartbeats
   * @return the leases of whose desks nothing was seen or heard for so many heartbeats
   */
  List<LeaseId> heartbeat(Collection<ActorRef<WorkerEvent>> present, long patience) {
    List<LeaseId> orphans = new ArrayList<>();
    leases.forEach((id, lease) -> {
      if (lease.heartbeat(worker, present) >= patience) {
        orphans.add(id);
      }
    });
    return orphans;
  }
}
