package dev.stockpot.coordinator.journal;

/** Whether a file system has no room. */
public final class FullDisk {

  private FullDisk() {}

  /** Whether something failed for lack of room, as the system says it. */
  public static boolean isReasonOf(Throwable thrown) {
    String reason = String.valueOf(thrown.getMessage());
    return reason.contains("No space left") || reason.contains("quota exceeded");
  }
}
