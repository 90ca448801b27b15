package dev.stockpot.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel counts of this process's reading. */
final class ProcessBytes {

  private static final String FROM_STORAGE = "read_bytes: ";

  private ProcessBytes() {}

  /** Bytes that this process had storage read so far; what was in the page cache is not counted. */
  static long fromStorage() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/io")).stream()
        .filter(line -> line.startsWith(FROM_STORAGE))
        .mapToLong(line -> Long.parseLong(line.substring(FROM_STORAGE.length())))
        .findFirst()
        .orElseThrow();
  }
}
