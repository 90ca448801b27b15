package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A regular file that does not answer, as on a file system that hangs: another process has a lease
 * on it (fcntl(2), F_SETLEASE) and does not give it back, so that whoever opens the file waits, for
 * the 45 seconds after which the kernel loses its patience.
 */
final class HeldFile implements AutoCloseable {

  private static final String HOLD =
      """
      import fcntl, os, signal, sys
      file = os.open(sys.argv[1], os.O_RDWR)
      signal.signal(signal.SIGIO, signal.SIG_IGN)
      fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
      print("held", flush=True)
      sys.stdin.read()
      """;

  private final Process process;

  private HeldFile(Process process) {
    this.process = process;
  }

  /** Returns when the file is held. Skips the test, with the reason, where that is impossible. */
  static HeldFile of(Path file) {
    try {
      Process process =
          new ProcessBuilder(List.of("python3", "-c", HOLD, file.toString()))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean held = "held".equals(process.inputReader().readLine());
      Assumptions.assumeTrue(held, "the file system knows no leases");
      return new HeldFile(process);
    } catch (IOException e) {
      Assumptions.abort("no python3: " + e.getMessage());
      throw new UncheckedIOException(e);
    }
  }

  /** Whether somebody waits for the file, and it is held still. */
  boolean keepsSomebodyWaiting() {
    try {
      return Files.readAllLines(Path.of("/proc/locks")).stream()
          .anyMatch(line -> line.contains("BREAKING") && line.contains(" " + process.pid() + " "));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whoever waits for the file gets it. */
  @Override
  public void close() {
    process.destroyForcibly();
    assertThat(process.onExit().join().isAlive()).isFalse();
  }
}
