package dev.stockpot.coordinator.desk;

/**
 * What one lease may hold, and one worker.
 *
 * @param tasks of a lease at most
 * @param traffic bytes read and written by a lease's tasks; the task that reaches it is the last
 * @param leasesPerWorker bounds the report in which a worker names its leases
 */
public record LeaseLimits(int tasks, long traffic, int leasesPerWorker) {

  public LeaseLimits {
    if (tasks < 1 || traffic < 1 || leasesPerWorker < 1) {
      throw new IllegalArgumentException("every limit of a lease must be at least 1");
    }
  }
}
