package dev.stockpot.worker.storage;

import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.execution.InputSource;
import dev.stockpot.merge.execution.OpenFiles;
import dev.stockpot.merge.execution.ShardFiles;
import dev.stockpot.protocol.RemoteAccess;
import dev.stockpot.protocol.StorageUse;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The files of a job that was planned in this very process, which sees them all. */
record OwnFiles(OpenFiles files, ShardFiles shards) implements RunStorage {

  static OwnFiles open() {
    OpenFiles files = new OpenFiles();
    return new OwnFiles(files, new ShardFiles(files));
  }

  @Override
  public InputSource inputs(Optional<RemoteAccess> access, BooleanSupplier abandoned) {
    return files;
  }

  @Override
  public Optional<Upload> upload(
      MergeSpec spec, TensorTask task, Optional<RemoteAccess> access, BooleanSupplier abandoned) {
    return Optional.empty();
  }

  @Override
  public List<StorageUse> uses() {
    return List.of();
  }

  @Override
  public void close() {
    files.close();
  }
}
