package dev.stockpot.coordinator.desk;

import dev.stockpot.merge.Receipt;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.WorkerId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Receipts on their way into a job's journal: one batch at a time is being recorded, and those that
 * arrive meanwhile make the next one. Workers repeat receipts until they are acknowledged; each
 * stands here once, so there are never more than leased tasks.
 */
final class Arrivals {

  /** Outputs of the receipts together; bounds an event of the journal. */
  static final int BATCH = 4_096;

  /** A receipt, and whose it is. */
  record Arrival(WorkerId worker, LeaseId lease, Receipt receipt) {}

  private final Map<Integer, Arrival> waiting = new LinkedHashMap<>();
  private final Map<Integer, Arrival> recording = new LinkedHashMap<>();

  /** Takes a receipt in, unless one of the same task is here already. */
  void add(Arrival arrival) {
    int task = arrival.receipt().task();
    if (!recording.containsKey(task)) {
      waiting.putIfAbsent(task, arrival);
    }
  }

  /** The receipts to record now; none while others are being recorded. */
  List<Receipt> next() {
    if (!recording.isEmpty()) {
      return List.of();
    }
    List<Receipt> receipts = new ArrayList<>();
    int outputs = 0;
    for (Iterator<Arrival> each = waiting.values().iterator();
        each.hasNext() && outputs < BATCH; ) {
      Arrival arrival = each.next();
      each.remove();
      recording.put(arrival.receipt().task(), arrival);
      receipts.add(arrival.receipt());
      outputs += arrival.receipt().outputs().size();
    }
    return receipts;
  }

  /** What was being recorded is. */
  List<Arrival> recorded() {
    List<Arrival> recorded = List.copyOf(recording.values());
    recording.clear();
    return recorded;
  }
}
