package dev.stockpot.cli.system;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.coordinator.staging.Preallocation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tries in a directory what a merge does where its output goes. Whatever it creates there is in one
 * directory of its own, which it deletes.
 */
final class DirectoryChecks {

  /** Less than any model that is worth a merge. */
  private static final long LITTLE_SPACE = 1_000_000_000;

  private static final int TRIAL_BYTES = 1 << 20;

  private final Path directory;
  private final List<Check> checks = new ArrayList<>();

  private DirectoryChecks(Path directory) {
    this.directory = directory;
  }

  static List<Check> of(Path path) {
    DirectoryChecks checks = new DirectoryChecks(path.toAbsolutePath().normalize());
    checks.run();
    return checks.checks;
  }

  private void run() {
    if (!Files.isDirectory(directory)) {
      checks.add(
          Files.exists(directory)
              ? fail("is not a directory", "name the directory that outputs go to")
              : fail("does not exist", "create it, or name another"));
      return;
    }
    space();
    @Nullable Path trial = null;
    try {
      trial = Files.createTempDirectory(directory, ".stockpot-doctor-");
      checks.add(ok("writable"));
    } catch (IOException e) {
      checks.add(
          fail(
              "cannot be written: " + FileErrors.reason(e),
              "give yourself permission, or put outputs elsewhere; inputs may stay"));
      return;
    }
    try {
      preallocation(trial);
      lock(trial);
      rename(trial);
    } finally {
      delete(trial);
    }
  }

  private void space() {
    try {
      FileStore store = Files.getFileStore(directory);
      long free = store.getUsableSpace();
      String found = "%s, %s free".formatted(store.type(), Sizes.format(free));
      checks.add(
          free < LITTLE_SPACE
              ? warn(found, "an output needs as much as one of its inputs: free some")
              : ok(found));
    } catch (IOException e) {
      checks.add(
          warn(
              "its file system does not tell its free space: " + FileErrors.reason(e),
              "look yourself"));
    }
  }

  private void preallocation(Path trial) {
    try {
      checks.add(
          Preallocation.create(trial.resolve("allocated"), TRIAL_BYTES)
              ? ok("space is reserved at once (fallocate)")
              : warn(
                  "space is reserved by writing zeros: no fallocate on this file system",
                  "every merge writes its output twice here; a local file system is faster"));
    } catch (IOException e) {
      checks.add(
          fail(
              "space cannot be reserved: " + FileErrors.reason(e),
              "free some, or raise the quota"));
    }
  }

  private void lock(Path trial) {
    String cure = "turn file locks on where it is mounted, or put outputs on another file system";
    try (FileChannel channel =
            FileChannel.open(
                trial.resolve("lock"), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        @Nullable FileLock lock = channel.tryLock()) {
      checks.add(
          lock == null
              ? fail("a new file is locked by another process already", cure)
              : ok("file locks work"));
    } catch (IOException e) {
      checks.add(fail("file locks do not work: " + FileErrors.reason(e), cure));
    }
  }

  private void rename(Path trial) {
    try {
      Path from = Files.createDirectory(trial.resolve("from"));
      Path file = from.resolve("file");
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
        channel.write(ByteBuffer.wrap(new byte[] {1}));
        channel.force(true);
      }
      Path to = trial.resolve("to");
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      checks.add(
          Files.exists(to.resolve("file")) && Files.notExists(from)
              ? ok("directories are renamed in one step")
              : fail("a renamed directory is not where it belongs", "put outputs elsewhere"));
    } catch (IOException e) {
      checks.add(
          fail(
              "directories cannot be renamed in one step: " + FileErrors.reason(e),
              "put outputs on another file system"));
    }
  }

  private void delete(Path trial) {
    try {
      FileTrees.delete(trial);
    } catch (IOException e) {
      checks.add(
          warn("'" + trial + "' cannot be deleted: " + FileErrors.reason(e), "delete it yourself"));
    }
  }

  private Check ok(String found) {
    return Check.ok(directory.toString(), found);
  }

  private Check warn(String found, String cure) {
    return Check.warn(directory.toString(), found, cure);
  }

  private Check fail(String found, String cure) {
    return Check.fail(directory.toString(), found, cure);
  }
}
