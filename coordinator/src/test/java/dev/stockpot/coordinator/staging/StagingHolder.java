package dev.stockpot.coordinator.staging;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process that holds a staging area until it is killed. */
final class StagingHolder implements AutoCloseable {

  private static final String HELD = "held";

  private final Process process;

  private StagingHolder(Process process) {
    this.process = process;
  }

  /** What the other process runs: it claims the area, says so, and waits to be killed. */
  public static void main(String[] arguments) throws IOException {
    try (StagingArea area = StagingArea.claim(Path.of(arguments[0]))) {
      System.out.println(HELD);
      int end = System.in.read();
      System.out.println("left " + area.root() + " at " + end);
    }
  }

  /** Starts the process; returns when it holds the area. */
  static StagingHolder start(Path output) throws IOException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-XX:TieredStopAtLevel=1",
                    StagingHolder.class.getName(),
                    output.toString()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    StagingHolder holder = new StagingHolder(process);
    BufferedReader said = process.inputReader();
    String line = said.readLine();
    if (!HELD.equals(line)) {
      holder.close();
      throw new IllegalStateException("the holder said " + line);
    }
    return holder;
  }

  long pid() {
    return process.pid();
  }

  /** As {@code kill -9} does; returns when it is dead. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("process " + process.pid() + " does not die");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
