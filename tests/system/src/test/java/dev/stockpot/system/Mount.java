package dev.stockpot.system;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A memory file system of a given size, for faults that need one; only root can mount it. */
record Mount(Path directory) implements AutoCloseable {

  /** Skips the calling test where this user may not mount. */
  static Mount tmpfs(Path directory, String size) {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", directory.toString()),
        "only root may mount a file system, and only on Linux is it this command");
    return new Mount(directory);
  }

  void makeReadOnly() {
    if (!run("mount", "-o", "remount,ro", directory.toString())) {
      throw new IllegalStateException(directory + ": cannot be made read-only");
    }
  }

  /** Deletes all that is in it. */
  void clear() {
    try (Stream<Path> entries = Files.list(directory)) {
      entries.forEach(MergeSite::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean run(String... command) {
    try {
      Process process =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.onExit().join().exitValue() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (!run("umount", directory.toString())) {
      throw new IllegalStateException(directory + ": cannot be unmounted");
    }
  }
}
