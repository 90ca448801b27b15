package dev.stockpot.benchmarks.controlplane;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The processes in which workers run. */
final class Workforce {

  private final List<Process> nodes = new ArrayList<>();

  /**
   * Starts nodes with so many workers each.
   *
   * @param desk address that they report to
   */
  Workforce(String desk, int nodes, int workersPerNode, long capacity, Duration heartbeat)
      throws IOException {
    for (int node = 0; node < nodes; node++) {
      this.nodes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-Xmx512m",
                  "--sun-misc-unsafe-memory-access=allow",
                  "-cp",
                  System.getProperty("java.class.path"),
                  IdleNode.class.getName(),
                  desk,
                  "node-" + node,
                  String.valueOf(workersPerNode),
                  String.valueOf(capacity),
                  heartbeat.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    }
  }

  /**
   * Ends the nodes.
   *
   * @return how many messages were lost in them
   */
  long stop() throws IOException, InterruptedException {
    long lost = 0;
    for (Process node : nodes) {
      node.getOutputStream().close();
      try (BufferedReader output = node.inputReader()) {
        lost += Long.parseLong(output.lines().reduce((_, last) -> last).orElse("0"));
      }
      node.waitFor();
    }
    return lost;
  }
}
