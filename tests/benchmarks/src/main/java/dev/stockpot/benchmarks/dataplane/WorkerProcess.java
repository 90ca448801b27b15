package dev.stockpot.benchmarks.dataplane;

import dev.stockpot.benchmarks.ProcessTimes;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A {@link RemoteWorker} in a JVM with the flags of {@code stockpot worker}. */
final class WorkerProcess implements AutoCloseable {

  private final Process process;
  private final BufferedWriter orders;
  private final BufferedReader answers;

  /**
   * Starts it.
   *
   * @param own directory that it may use
   * @param certificates directory of a node's, as {@code stockpot certs node} makes it
   */
  WorkerProcess(Endpoint endpoint, Path plan, Path own, int threads, Optional<Path> certificates)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xss1m",
            "-Xmx384m",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-modules=jdk.incubator.vector",
            "-XX:Tier4InvocationThreshold=30000",
            "-XX:Tier4MinInvocationThreshold=2000",
            "-XX:Tier4CompileThreshold=60000"));
    if (certificates.isPresent()) {
      Path directory = certificates.get();
      command.add("-Djavax.net.ssl.trustStore=" + directory.resolve("trust.p12"));
      command.add(
          "-Djavax.net.ssl.trustStorePassword="
              + Files.readString(directory.resolve("password")).strip());
    }
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            RemoteWorker.class.getName(),
            plan.toString(),
            own.toString(),
            Integer.toString(threads),
            endpoint.url(),
            endpoint.shards().toString(),
            endpoint.stagingToken()));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    orders = process.outputWriter();
    answers = process.inputReader();
  }

  /** Does the leases, and returns when all of their bytes are stored. */
  void merge(List<Endpoint.Granted> leases) throws IOException {
    orders.write(RemoteWorker.line(leases));
    orders.newLine();
    orders.flush();
    if (!RemoteWorker.MERGED.equals(answers.readLine())) {
      throw new IOException("the worker failed");
    }
  }

  /** Seconds of CPU time that it has had. */
  double cpuSeconds() throws IOException {
    return ProcessTimes.seconds(process.pid());
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
