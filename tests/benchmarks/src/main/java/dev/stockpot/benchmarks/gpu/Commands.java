package dev.stockpot.benchmarks.gpu;

import dev.stockpot.benchmarks.SyntheticCheckpoints;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What is tried as processes.
 *
 * @param stockpot the command
 * @param scratch directory for outputs
 */
record Commands(Path stockpot, Path scratch) {

  private static final long MINUTES = 3;
  private static final String SANITIZER = "compute-sanitizer";

  /** One merge on each kind of device, compared. */
  String merge(List<Path> models) throws IOException, InterruptedException {
    Files.createDirectories(scratch);
    String onGpu = merge(models, "gpu");
    String onCpu = merge(models, "cpu");
    long bytes = 0;
    for (Path file : shards(scratch.resolve(onGpu))) {
      if (Files.mismatch(file, scratch.resolve(onCpu).resolve(file.getFileName())) >= 0) {
        throw new IOException(file.getFileName() + " differs");
      }
      bytes += Files.size(file);
    }
    return "%,d bytes, the same".formatted(bytes);
  }

  private String merge(List<Path> models, String device) throws IOException, InterruptedException {
    Path plan = scratch.resolve(device + ".yaml");
    Files.writeString(plan, SyntheticCheckpoints.plan(models, scratch.resolve(device)));
    run(List.of(stockpot.toString(), "merge", "--device", device, plan.toString()));
    return device;
  }

  private static List<Path> shards(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      return files.filter(file -> file.toString().endsWith(".safetensors")).toList();
    }
  }

  /** CUDA's own checker of memory accesses, if it is there. */
  static Optional<Path> sanitizer() {
    return Stream.concat(
            Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)),
            Stream.of("/usr/local/cuda/bin"))
        .map(place -> Path.of(place, SANITIZER))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** This very program, comparing bits, under the checker. */
  static String sanitize(Path sanitizer, Path data) throws IOException, InterruptedException {
    ProcessHandle.Info self = ProcessHandle.current().info();
    List<String> command = new ArrayList<>(List.of(sanitizer.toString(), "--error-exitcode", "9"));
    command.add(self.command().orElseThrow());
    for (String argument : self.arguments().orElseThrow()) {
      command.add(argument);
      if (argument.equals(GpuCheck.class.getName())) {
        break;
      }
    }
    command.addAll(List.of("--bits", "--small", "--data", data.toString()));
    String said = run(command);
    return said.lines().filter(line -> line.contains("ERROR SUMMARY")).findFirst().orElse("clean");
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Path log = Files.createTempFile("stockpot", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
      process.destroyForcibly().waitFor();
      String said = Files.readString(log, StandardCharsets.UTF_8);
      if (!ended || process.exitValue() != 0) {
        throw new IOException(
            "%s ended with status %s:%n%s"
                .formatted(String.join(" ", command), ended ? process.exitValue() : "none", said));
      }
      return said;
    } finally {
      Files.delete(log);
    }
  }
}
