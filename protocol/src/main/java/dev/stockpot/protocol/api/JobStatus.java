package dev.stockpot.protocol.api;

/** Where a job is. */
public enum JobStatus {
  QUEUED,
  PLANNING,
  RUNNING,
  COMMITTING,
  DONE,
  FAILED,
  CANCELLED;

  /** Whether nothing more happens unless somebody asks for it. */
  public boolean isTerminal() {
    return switch (this) {
      case QUEUED, PLANNING, RUNNING, COMMITTING -> false;
      case DONE, FAILED, CANCELLED -> true;
    };
  }
}
