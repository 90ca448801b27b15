package dev.stockpot.coordinator.job;

import dev.stockpot.merge.Receipt;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a job's events add up to. Confined to the job's actor, and therefore changed in place: a map
 * copied at every event would make a job's cost quadratic in its tensors.
 */
final class JobState {

  private Optional<String> fingerprint = Optional.empty();
  private final Map<Integer, Receipt> receipts = new LinkedHashMap<>();

  JobState apply(JobEvent event) {
    switch (event) {
      case JobEvent.Accepted accepted -> {
        fingerprint = Optional.of(accepted.fingerprint());
        receipts.clear();
      }
      case JobEvent.TensorsRecorded recorded ->
          recorded.receipts().forEach(receipt -> receipts.put(receipt.task(), receipt));
      case JobEvent.ReceiptsRevoked revoked -> revoked.tasks().forEach(receipts::remove);
    }
    return this;
  }

  /** Of the job as accepted last; empty before. */
  Optional<String> fingerprint() {
    return fingerprint;
  }

  Collection<Receipt> receipts() {
    return receipts.values();
  }

  boolean isRecorded(int task) {
    return receipts.containsKey(task);
  }
}
