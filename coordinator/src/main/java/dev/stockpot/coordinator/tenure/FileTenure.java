package dev.stockpot.coordinator.tenure;

import dev.stockpot.coordinator.files.DirectoryLock;
import dev.stockpot.coordinator.files.Uses;
import dev.stockpot.merge.MergeException;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Holds the lock of a data directory. */
final class FileTenure implements Tenure {

  private final Path directory;
  private final DirectoryLock lock;
  private final long epoch;
  private final Uses uses = new Uses();

  FileTenure(Path directory, DirectoryLock lock, long epoch) {
    this.directory = directory;
    this.lock = lock;
    this.epoch = epoch;
  }

  @Override
  public <T> T whileHeld(Supplier<T> action) {
    return uses.use(
            () -> {
              if (!lock.isHeld()) {
                throw lost();
              }
              return action.get();
            })
        .orElseThrow(this::lost);
  }

  private MergeException lost() {
    return MergeException.environment(
        "%s: its lock is not this process's any more; it was deleted, or this coordinator is ending"
            .formatted(directory),
        null);
  }

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public void close() {
    uses.end(lock::close);
  }
}
