package dev.stockpot.checkpoint.file;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Which file a thread turned to last, and when, for another thread to see: a file system that does
 * not answer keeps whoever asks it, and nothing can interrupt that.
 */
public final class FileWait {

  private static final ScopedValue<FileWait> CURRENT = ScopedValue.newInstance();

  private record Turn(Optional<Path> file, long nanos) {}

  private volatile Turn last = new Turn(Optional.empty(), System.nanoTime());

  /** Does the work, which is watched by this. */
  public <T> T during(Supplier<T> work) {
    last = new Turn(Optional.empty(), System.nanoTime());
    return ScopedValue.where(CURRENT, this).call(work::get);
  }

  /** This thread turns to a file. Costs next to nothing where nobody watches. */
  public static void at(Path file) {
    if (CURRENT.isBound()) {
      CURRENT.get().last = new Turn(Optional.of(file), System.nanoTime());
    }
  }

  /** The file turned to last; empty before the first. */
  public Optional<Path> file() {
    return last.file();
  }

  /** Nanoseconds since the thread turned to it, or since the work began. */
  public long nanos() {
    return System.nanoTime() - last.nanos();
  }
}
