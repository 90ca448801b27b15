package dev.stockpot.coordinator.merge;

import dev.stockpot.merge.Receipt;
import java.util.List;

/** What happened to a merge, as its journal keeps it. Written as JSON by {@link MergeEventJson}. */
public sealed interface MergeEvent {

  /**
   * The merge begins, or begins anew because an input, the plan or the kernels changed: what was
   * recorded before counts no more.
   *
   * @param fingerprint of everything that decides the bytes of the output and their layout
   * @param tasks number of tasks
   */
  record Accepted(String fingerprint, int tasks) implements MergeEvent {}

  /** These tasks are done and their bytes are on storage. */
  record TensorsRecorded(List<Receipt> receipts) implements MergeEvent {
    public TensorsRecorded {
      receipts = List.copyOf(receipts);
    }
  }

  /** The staged bytes of these tasks were found not to be those of their receipts. */
  record ReceiptsRevoked(List<Integer> tasks) implements MergeEvent {
    public ReceiptsRevoked {
      tasks = List.copyOf(tasks);
    }
  }
}
