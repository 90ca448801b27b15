package dev.stockpot.protocol.api;

import dev.stockpot.protocol.DeviceSample;
import java.util.List;
import java.util.Optional;

/**
 * A worker as clients see it.
 *
 * @param name host and device
 * @param address of its node, or {@code local}
 * @param status {@code working}, {@code idle} without a lease, {@code draining} while it finishes
 *     what it has, {@code drained} after that, {@code out} or {@code silent}
 * @param kind of its device, {@code cpu} or {@code cuda}
 * @param device the device's own name
 * @param detail how it computes
 * @param leases that it holds
 * @param leasedBytes bytes read and written that are leased to it
 * @param doneTasks since the coordinator knows it
 * @param doneBytes bytes of output of those
 * @param bytesPerSecond of output, over the last ten seconds
 * @param restarts by its supervisor
 * @param secondsSinceReport since it reported last
 * @param storage how it reaches the files of jobs
 * @param outOfService why it is out
 * @param sample what its device says of itself; empty where it says nothing
 */
public record WorkerView(
    String name,
    String address,
    String status,
    String kind,
    String device,
    String detail,
    int leases,
    long leasedBytes,
    long doneTasks,
    long doneBytes,
    long bytesPerSecond,
    int restarts,
    double secondsSinceReport,
    List<Storage> storage,
    Optional<String> outOfService,
    Optional<DeviceSample> sample) {

  /** All that {@link #status} may be. */
  public static final List<String> STATUSES =
      List.of("working", "idle", "draining", "drained", "silent", "out");

  public WorkerView {
    storage = List.copyOf(storage);
  }

  /**
   * How it reaches some files.
   *
   * @param job the job that they belong to
   * @param files a checkpoint or the output
   * @param way {@code direct} or {@code coordinator}
   */
  public record Storage(String job, String files, String way) {}
}
