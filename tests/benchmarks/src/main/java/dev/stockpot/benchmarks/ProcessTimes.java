package dev.stockpot.benchmarks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** CPU time of processes, user and system, as the kernel counts it: in hundredths of a second. */
public final class ProcessTimes {

  private static final double TICKS_PER_SECOND = 100;

  /** Positions in /proc/PID/stat after the name, which may hold blanks. */
  private static final int USER = 11;

  private static final int SYSTEM = 12;
  private static final int CHILDREN_USER = 13;
  private static final int CHILDREN_SYSTEM = 14;

  private ProcessTimes() {}

  /** Seconds that the process has had. */
  public static double seconds(long pid) throws IOException {
    return sum(Path.of("/proc", Long.toString(pid), "stat"), USER, SYSTEM);
  }

  /** Seconds that those of the process's threads had whose names begin so, and that live. */
  public static double secondsOfThreads(long pid, String prefix) throws IOException {
    double seconds = 0;
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
      for (Path thread : threads) {
        try {
          if (Files.readString(thread.resolve("comm")).startsWith(prefix)) {
            seconds += sum(thread.resolve("stat"), USER, SYSTEM);
          }
        } catch (IOException _) {
          // It has ended since.
        }
      }
    }
    return seconds;
  }

  /** Seconds that this process's children had that have ended. */
  public static double secondsOfChildren() throws IOException {
    return sum(Path.of("/proc/self/stat"), CHILDREN_USER, CHILDREN_SYSTEM);
  }

  private static double sum(Path stat, int first, int second) throws IOException {
    String line = Files.readString(stat);
    List<String> fields = List.of(line.substring(line.lastIndexOf(')') + 2).split(" ", -1));
    return (Long.parseLong(fields.get(first)) + Long.parseLong(fields.get(second)))
        / TICKS_PER_SECOND;
  }
}
