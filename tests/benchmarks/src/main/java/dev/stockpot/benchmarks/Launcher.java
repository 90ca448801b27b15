package dev.stockpot.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs {@code ./stockpot} as a user does, and watches its time and its memory. */
final class Launcher {

  private static final long SAMPLE_MILLIS = 10;
  private static final String FIELD = "RssAnon:";

  private final Path home;

  /**
   * A launcher that has not run yet.
   *
   * @param home directory of the repository
   */
  Launcher(Path home) {
    this.home = home;
  }

  /**
   * One process.
   *
   * @param peakAnonymousBytes the most that was seen in samples 10 ms apart
   */
  record Run(double seconds, long peakAnonymousBytes) {}

  /**
   * Runs a command to its end.
   *
   * @throws IOException if it fails, with what it printed
   */
  Run run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(home.resolve("stockpot").toString()));
    command.addAll(List.of(arguments));
    Path log = Files.createTempFile("stockpot", ".log");
    try {
      long start = System.nanoTime();
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      long peak = 0;
      while (!process.waitFor(SAMPLE_MILLIS, TimeUnit.MILLISECONDS)) {
        peak = Math.max(peak, anonymousBytes(process.pid()));
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      if (process.exitValue() != 0) {
        throw new IOException(
            "%s ended with status %d:%n%s"
                .formatted(
                    String.join(" ", command),
                    process.exitValue(),
                    Files.readString(log, StandardCharsets.UTF_8)));
      }
      return new Run(seconds, peak);
    } finally {
      Files.delete(log);
    }
  }

  /** Zero for a process that has just ended. */
  private static long anonymousBytes(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith(FIELD)) {
          return Long.parseLong(line.substring(FIELD.length()).replace("kB", "").strip()) << 10;
        }
      }
    } catch (IOException _) {
      return 0;
    }
    return 0;
  }
}
