package dev.stockpot.worker.storage;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.execution.InputSource;
import dev.stockpot.merge.execution.ShardFiles;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Ways to the files of one run of a job, for all threads of one executor. Finding the way to a file
 * may read it, so all methods but {@link #uses} are for threads that may block.
 */
public sealed interface RunStorage extends AutoCloseable permits OwnFiles, ChosenFiles {

  /**
   * Where the sources of a lease's tasks come from.
   *
   * @param access of the lease
   * @param abandoned asked while a thread waits for bytes
   */
  InputSource inputs(Optional<RemoteAccess> access, BooleanSupplier abandoned);

  /**
   * How a task's output gets to the coordinator.
   *
   * @return empty if it goes into {@link #shards()} directly
   * @throws dev.stockpot.merge.MergeException if there is no way to the output
   */
  Optional<Upload> upload(
      MergeSpec spec, TensorTask task, Optional<RemoteAccess> access, BooleanSupplier abandoned);

  /** The shards that are written directly. */
  ShardFiles shards();

  /** The ways that were found so far; at most a few dozen. Does not block. */
  List<StorageUse> uses();

  /** Closes all files, also under a thread that is reading or writing. */
  @Override
  void close();

  /** The coordinator serves the lease no more: its work is somebody else's, or nobody's. */
  final class LeaseOverException extends IOException {

    @java.io.Serial private static final long serialVersionUID = 1;

    LeaseOverException(String message) {
      super(message);
    }
  }
}
