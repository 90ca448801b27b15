package dev.stockpot.coordinator.job;

import dev.stockpot.merge.Receipt;
import java.util.List;

/** What happened to a job, as its journal keeps it. Written as JSON by {@link JobEventJson}. */
public sealed interface JobEvent {

  /**
   * The job begins, or begins anew because an input, the plan or the kernels changed: what was
   * recorded before counts no more.
   *
   * @param fingerprint of everything that decides the bytes of the output and their layout
   * @param tasks number of tasks
   */
  record Accepted(String fingerprint, int tasks) implements JobEvent {}

  /** These tasks are done and their bytes are on storage. */
  record TensorsRecorded(List<Receipt> receipts) implements JobEvent {
    public TensorsRecorded {
      receipts = List.copyOf(receipts);
    }
  }

  /** The staged bytes of these tasks were found not to be those of their receipts. */
  record ReceiptsRevoked(List<Integer> tasks) implements JobEvent {
    public ReceiptsRevoked {
      tasks = List.copyOf(tasks);
    }
  }
}
