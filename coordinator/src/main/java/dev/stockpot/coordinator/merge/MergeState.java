package dev.stockpot.coordinator.merge;

import dev.stockpot.merge.Receipt;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a merge's events add up to: the state of one actor, which changes in place. A map copied at
 * every event would make a merge's cost quadratic in its tensors.
 */
final class MergeState {

  private Optional<String> fingerprint = Optional.empty();
  private final Map<Integer, Receipt> receipts = new LinkedHashMap<>();

  MergeState apply(MergeEvent event) {
    switch (event) {
      case MergeEvent.Accepted accepted -> {
        fingerprint = Optional.of(accepted.fingerprint());
        receipts.clear();
      }
      case MergeEvent.TensorsRecorded recorded ->
          recorded.receipts().forEach(receipt -> receipts.put(receipt.task(), receipt));
      case MergeEvent.ReceiptsRevoked revoked -> revoked.tasks().forEach(receipts::remove);
    }
    return this;
  }

  /** Of the merge as accepted last; empty before. */
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
