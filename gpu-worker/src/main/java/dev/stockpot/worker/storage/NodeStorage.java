package dev.stockpot.worker.storage;

import java.util.Optional;
import java.util.function.LongConsumer;

/** What the executors of one process share to reach files; they borrow it. */
public final class NodeStorage implements AutoCloseable {

  private final Optional<Shared> shared;
  private final LongConsumer flushed;

  private record Shared(Roots roots, DataPlane dataPlane) {}

  private NodeStorage(Optional<Shared> shared, LongConsumer flushed) {
    this.shared = shared;
    this.flushed = flushed;
  }

  /** For the workers of a process that plans its jobs itself: opens what it is told. */
  public static NodeStorage own() {
    return new NodeStorage(Optional.empty(), _ -> {});
  }

  /**
   * For the workers of a cluster's node: opens only what lies in the roots and is the very file
   * that is meant, and reaches all else through the coordinator.
   */
  public static NodeStorage within(Roots roots, DataPlaneSettings settings) {
    return new NodeStorage(Optional.of(new Shared(roots, new DataPlane(settings))), _ -> {});
  }

  /**
   * The same, and this hears how many nanoseconds each flush of a shard took. To be closed instead
   * of the other.
   */
  public NodeStorage telling(LongConsumer nanos) {
    return new NodeStorage(shared, nanos);
  }

  /** Hears how many nanoseconds each flush of a shard took. */
  public LongConsumer flushed() {
    return flushed;
  }

  /** Ways to the files of one run of a job; the caller closes them. */
  public RunStorage run(String run) {
    return shared
        .<RunStorage>map(by -> new ChosenFiles(run, by.roots(), by.dataPlane()))
        .orElseGet(OwnFiles::open);
  }

  /** Ends every connection. */
  @Override
  public void close() {
    shared.ifPresent(by -> by.dataPlane().close());
  }
}
