package dev.stockpot.coordinator.desk;

import dev.stockpot.protocol.WorkerEvent.WorkerReported;
import dev.stockpot.protocol.WorkerId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.Address;

/**
 * Tells living workers apart that go by one name. Whoever comes last has the name, because it is
 * most often the successor of one that is gone; one of another node that goes on reporting all the
 * same is called by its address, too. Confined to one thread.
 */
final class Namesakes {

  private final Map<WorkerId, WorkerId> renamed = new HashMap<>();

  /**
   * The report with the name that its worker goes by here.
   *
   * @param holder who is present under the name that it gives itself
   */
  WorkerReported named(WorkerReported report, Optional<Roster.Entry> holder) {
    WorkerId own = report.worker();
    boolean clash =
        holder
            .filter(known -> known.id().incarnation() > own.incarnation())
            .filter(known -> !node(known.report()).equals(node(report)))
            .isPresent();
    if (clash) {
      renamed.computeIfAbsent(
          own, _ -> new WorkerId(own.name() + "@" + text(node(report)), own.incarnation()));
    }
    return renamed.containsKey(own) ? report.of(named(own)) : report;
  }

  /** What a worker goes by here that calls itself so. */
  WorkerId named(WorkerId own) {
    return renamed.getOrDefault(own, own);
  }

  /** Whether it is the name that the worker gives itself. */
  boolean isOwn(WorkerId known) {
    return !renamed.containsValue(known);
  }

  /** A worker is gone. */
  void forget(WorkerId gone) {
    renamed.values().remove(gone);
  }

  static Address node(WorkerReported report) {
    return report.ref().path().address();
  }

  /** {@code host:port}, or {@code local}. */
  static String text(Address address) {
    return address.hasGlobalScope()
        ? address.getHost().get() + ":" + address.getPort().get()
        : "local";
  }
}
