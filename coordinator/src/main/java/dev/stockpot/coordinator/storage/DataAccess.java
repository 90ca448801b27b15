package dev.stockpot.coordinator.storage;

import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.protocol.RemoteAccess;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/**
 * Lets workers that do not see a job's files read its inputs and write its output through this
 * process. Called from any thread; never blocks.
 */
public interface DataAccess {

  /**
   * A run of a job begins.
   *
   * @param run as {@link LeaseId#run()} names it
   * @param shards directory of the staged shards
   */
  void open(String run, PlannedMerge planned, Path shards);

  /**
   * The run is over: its files are closed, and what is on its way is refused. Does nothing for a
   * run that is not open.
   */
  void close(String run);

  /** What the worker of this lease needs; empty where workers have no other way. */
  Optional<RemoteAccess> grant(LeaseId lease, Collection<TensorTask> tasks);

  /** The lease is over: its capability opens nothing any more. May be said more than once. */
  void revoke(LeaseId lease);

  /** For one process, whose workers see what it sees. */
  static DataAccess none() {
    return new DataAccess() {
      @Override
      public void open(String run, PlannedMerge planned, Path shards) {}

      @Override
      public void close(String run) {}

      @Override
      public Optional<RemoteAccess> grant(LeaseId lease, Collection<TensorTask> tasks) {
        return Optional.empty();
      }

      @Override
      public void revoke(LeaseId lease) {}
    };
  }

  /** The lease that allowed the access is over. */
  final class AccessEndedException extends IOException {

    @Serial private static final long serialVersionUID = 1;

    AccessEndedException(String what) {
      super(what + ": the lease that allowed it is over");
    }
  }
}
