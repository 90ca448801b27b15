package dev.stockpot.benchmarks.dataplane;

import dev.stockpot.merge.planner.InputFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads all inputs from an endpoint and throws them away. */
final class Curl {

  private final Endpoint endpoint;
  private final List<InputFile> inputs;
  private final Optional<Path> certificates;

  /** For the same endpoint again and again. */
  Curl(Endpoint endpoint, List<InputFile> inputs, Optional<Path> certificates) {
    this.endpoint = endpoint;
    this.inputs = inputs;
    this.certificates = certificates;
  }

  /** Reads every byte once, each process an equal range of every input over one connection. */
  void readAll(int processes) throws IOException, InterruptedException {
    String capability = endpoint.grantAll().capability();
    List<Process> started = new ArrayList<>();
    try {
      for (int i = 0; i < processes; i++) {
        started.add(start(capability, i, processes));
      }
      long received = 0;
      for (Process process : started) {
        try (var output = process.inputReader()) {
          received += output.lines().mapToLong(Long::parseLong).sum();
        }
        if (process.waitFor() != 0) {
          throw new IOException("curl ended with status " + process.exitValue());
        }
      }
      long expected = bytes();
      if (received != expected) {
        throw new IOException("curl got %d of %d bytes".formatted(received, expected));
      }
    } finally {
      started.forEach(Process::destroyForcibly);
    }
  }

  /** Bytes of all inputs. */
  long bytes() {
    return inputs.stream().mapToLong(InputFile::size).sum();
  }

  private Process start(String capability, int part, int parts) throws IOException {
    List<String> command = new ArrayList<>(List.of("curl"));
    for (int i = 0; i < inputs.size(); i++) {
      if (i > 0) {
        command.add("--next");
      }
      long size = inputs.get(i).size();
      command.addAll(List.of("--silent", "--show-error", "--fail", "--http1.1", "--noproxy", "*"));
      certificates.ifPresent(
          directory -> command.addAll(List.of("--cacert", directory.resolve("ca.pem").toString())));
      command.addAll(
          List.of(
              "--header",
              "Stockpot-Capability: " + capability,
              "--range",
              "%d-%d".formatted(size * part / parts, size * (part + 1) / parts - 1),
              "--output",
              "/dev/null",
              "--write-out",
              "%{size_download}\n",
              "%s/v1/data/%s/inputs/%d".formatted(endpoint.url(), Endpoint.RUN, i)));
    }
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
