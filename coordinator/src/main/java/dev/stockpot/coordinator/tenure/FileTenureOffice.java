package dev.stockpot.coordinator.tenure;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.coordinator.files.DirectoryLock;
import dev.stockpot.coordinator.files.PrivateFiles;
import dev.stockpot.coordinator.files.Uses;
import dev.stockpot.merge.MergeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tenure of a data directory, by the operating system's lock on it, which ends with the
 * process. The epoch and the holder's URL stand beside the lock in the file {@code tenure}.
 */
public final class FileTenureOffice implements TenureOffice {

  private static final Logger LOG = LoggerFactory.getLogger(FileTenureOffice.class);
  private static final String TENURE = "tenure";

  private final Path directory;
  private final String url;
  private boolean told;
  private volatile Optional<Holder> holder = Optional.empty();

  /**
   * An office for one process.
   *
   * @param url of this process's HTTP API
   */
  public FileTenureOffice(Path directory, String url) {
    this.directory = directory;
    this.url = url;
  }

  @Override
  public Optional<Tenure> tryAcquire() {
    try {
      PrivateFiles.makeDirectory(directory);
      Optional<DirectoryLock> lock = DirectoryLock.acquire(directory);
      if (lock.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(begin(lock.get()));
    } catch (DirectoryLock.HeldException held) {
      if (!told) {
        told = true;
        LOG.info(
            "{} is locked by {}; this lock has no term: it ends with that process, which keeps it while it is frozen",
            directory,
            held.getMessage());
      }
      holder = recorded();
      return Optional.empty();
    } catch (IOException e) {
      throw MergeException.environment(
          "%s: the coordinator's data directory cannot be used: %s"
              .formatted(directory, FileErrors.located(e)),
          e);
    }
  }

  private Tenure begin(DirectoryLock lock) throws IOException {
    try {
      long epoch = recorded().map(Holder::epoch).orElse(0L) + 1;
      record(epoch);
      holder = Optional.of(new Holder(url, epoch));
      return new FileTenure(directory, lock, epoch);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private void record(long epoch) throws IOException {
    Path unfinished = directory.resolve(TENURE + ".new");
    try (FileChannel channel =
        FileChannel.open(
            unfinished,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer text =
          ByteBuffer.wrap((epoch + " " + url + "\n").getBytes(StandardCharsets.UTF_8));
      while (text.hasRemaining()) {
        channel.write(text);
      }
      channel.force(true);
    }
    Files.move(unfinished, directory.resolve(TENURE), StandardCopyOption.ATOMIC_MOVE);
  }

  private Optional<Holder> recorded() {
    Path file = directory.resolve(TENURE);
    try {
      String[] words = Files.readString(file).strip().split(" ", 2);
      return Optional.of(new Holder(words.length < 2 ? "" : words[1], Long.parseLong(words[0])));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw MergeException.environment(
          "%s: cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
    } catch (NumberFormatException e) {
      throw MergeException.environment(
          file + ": is damaged: delete it while no coordinator runs", e);
    }
  }

  @Override
  public Optional<Holder> holder() {
    return holder;
  }

  @Override
  public void close() {}

  /** Holds the lock of a data directory. */
  private static final class FileTenure implements Tenure {

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
}
