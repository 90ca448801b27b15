package dev.stockpot.coordinator.files;

import dev.stockpot.checkpoint.file.RegularFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A process's hold on a directory, by a lock on the file {@code lock} in it, which the operating
 * system frees when the process ends in any way. Who holds it stands in the file {@code holder}.
 *
 * <p>On POSIX systems a process loses its locks on a file when it closes <em>any</em> descriptor of
 * it. So nothing may open the lock's file but the one channel that holds the lock: not to read it,
 * and not to try the lock from a second place in this process.
 */
public final class DirectoryLock implements AutoCloseable {

  private static final String LOCK = "lock";
  private static final String HOLDER = "holder";
  private static final int LONGEST_HOLDER = 1 << 10;
  private static final int SIZES = 1 << 16;

  /** Whoever looks whether a directory is held, here or elsewhere, has its lock for a moment. */
  private static final int ATTEMPTS = 5;

  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(20);

  private enum Use {
    HELD,
    LOOKED_AT
  }

  /** What this process does with directories, by their real paths. */
  private static final Map<Path, Use> HERE = new ConcurrentHashMap<>();

  private final Path directory;
  private final Path key;
  private final FileChannel channel;

  /** Of the lock's file, at random: whoever takes the lock next gives it another. */
  private final long size;

  private DirectoryLock(Path directory, Path key, FileChannel channel, long size) {
    this.directory = directory;
    this.key = key;
    this.channel = channel;
    this.size = size;
  }

  /** That somebody else holds the directory. */
  public static final class HeldException extends IOException {
    @java.io.Serial private static final long serialVersionUID = 1;

    /**
     * @param holder for people
     */
    HeldException(String holder) {
      super(holder);
    }
  }

  /**
   * Takes the lock of a directory.
   *
   * @return empty if the directory went away meanwhile, because the run that held it ended: then
   *     create it and try again
   * @throws HeldException if somebody holds it
   */
  public static Optional<DirectoryLock> acquire(Path directory) throws IOException {
    Path key;
    try {
      key = directory.toRealPath();
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
    if (!begin(key, Use.HELD)) {
      throw new HeldException(holder(directory));
    }
    DirectoryLock acquired = null;
    try {
      acquired = acquireFromOthers(directory, key);
      return Optional.ofNullable(acquired);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } finally {
      if (acquired == null) {
        HERE.remove(key);
      }
    }
  }

  /**
   * Who holds a directory, in this process or another; empty if nobody does. Looks at no more than
   * the lock's own files.
   */
  public static Optional<String> holderOf(Path directory) throws IOException {
    Path file = directory.resolve(LOCK);
    if (!isRegularFile(file) || !isRegularFile(directory.resolve(HOLDER))) {
      return Optional.empty();
    }
    Path key = directory.toRealPath();
    if (!begin(key, Use.LOOKED_AT)) {
      return Optional.of(holder(directory));
    }
    try (FileChannel channel = RegularFiles.open(file, StandardOpenOption.WRITE)) {
      return locks(channel) ? Optional.empty() : Optional.of(holder(directory));
    } catch (NoSuchFileException _) {
      return Optional.empty();
    } catch (AccessDeniedException _) {
      // Another user's, who may well hold it.
      return Optional.of(holder(directory));
    } finally {
      HERE.remove(key);
    }
  }

  private static boolean isRegularFile(Path file) {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean begin(Path key, Use use) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Use other = HERE.putIfAbsent(key, use);
      if (other != Use.LOOKED_AT) {
        return other == null;
      }
      LockSupport.parkNanos(BETWEEN_ATTEMPTS.toNanos());
    }
    return false;
  }

  private static @Nullable DirectoryLock acquireFromOthers(Path directory, Path key)
      throws IOException {
    Path file = directory.resolve(LOCK);
    FileChannel channel =
        RegularFiles.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    boolean acquired = false;
    try {
      if (!locks(channel)) {
        throw new HeldException(holder(directory));
      }
      // The last holder may have deleted the file between our open and our lock: then the lock is
      // on a file that nobody else will ever see. Its size tells whether the file at the path is
      // ours: the one thing that can be asked of both without opening it again.
      channel.truncate(0);
      channel.write(ByteBuffer.allocate(1), ThreadLocalRandom.current().nextInt(SIZES));
      long size = channel.size();
      acquired = Files.size(file) == size;
      if (!acquired) {
        return null;
      }
      Files.writeString(
          directory.resolve(HOLDER),
          "process %d (since %s)"
              .formatted(
                  ProcessHandle.current().pid(), Instant.now().truncatedTo(ChronoUnit.SECONDS)));
      return new DirectoryLock(directory, key, channel, size);
    } catch (IOException e) {
      acquired = false;
      throw e;
    } finally {
      if (!acquired) {
        channel.close();
      }
    }
  }

  private static boolean locks(FileChannel channel) throws IOException {
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (channel.tryLock() != null) {
          return true;
        }
        LockSupport.parkNanos(BETWEEN_ATTEMPTS.toNanos());
      }
      return false;
    } catch (OverlappingFileLockException _) {
      return false;
    }
  }

  private static String holder(Path directory) {
    try {
      return new String(
          RegularFiles.bytes(directory.resolve(HOLDER), LONGEST_HOLDER), StandardCharsets.UTF_8);
    } catch (IOException _) {
      return "another run";
    }
  }

  /** Whether an entry of the directory is a file of the lock. */
  public boolean isPart(Path entry) {
    return entry.endsWith(LOCK) || entry.endsWith(HOLDER);
  }

  /**
   * Whether the lock is this one still: not closed, its file not deleted, and nobody else has taken
   * it, as can be on a network's file system that forgets the locks of a machine that it cannot
   * reach.
   */
  public boolean isHeld() {
    try {
      return channel.isOpen() && Files.size(directory.resolve(LOCK)) == size;
    } catch (IOException _) {
      return false;
    }
  }

  /** Deletes the directory, in which nothing but the lock is left. It stays held until closed. */
  public void deleteDirectory() throws IOException {
    Files.deleteIfExists(directory.resolve(HOLDER));
    Files.deleteIfExists(directory.resolve(LOCK));
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException _) {
      // The next run has begun in it.
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException _) {
      // The operating system frees the lock with the process.
    } finally {
      HERE.remove(key);
    }
  }
}
