package dev.stockpot.cli.system;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The machine, as far as this process may use it.
 *
 * @param cpu the processor's name, or its architecture where it tells none
 * @param cores that this process may use
 * @param hostCores of the machine; the same where nothing limits the process
 * @param memory bytes that this process and its neighbours in the container may use
 * @param hostMemory bytes of the machine; the same where nothing limits the container
 */
record Host(String cpu, int cores, int hostCores, long memory, long hostMemory) {

  static Host here() {
    List<String> cpuInfo = linesOf(Path.of("/proc/cpuinfo"));
    int cores = Runtime.getRuntime().availableProcessors();
    int listed = (int) cpuInfo.stream().filter(line -> line.startsWith("processor")).count();
    long memory = operatingSystem().getTotalMemorySize();
    return new Host(
        field(cpuInfo, "model name").orElseGet(() -> System.getProperty("os.arch")),
        cores,
        Math.max(cores, listed),
        memory,
        Math.max(memory, memTotal().orElse(memory)));
  }

  static OperatingSystemMXBean operatingSystem() {
    return (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  }

  private static OptionalLong memTotal() {
    return field(linesOf(Path.of("/proc/meminfo")), "MemTotal")
        .map(text -> text.replaceAll("\\D", ""))
        .filter(digits -> !digits.isEmpty())
        .map(digits -> OptionalLong.of(Long.parseLong(digits) * 1024))
        .orElse(OptionalLong.empty());
  }

  private static Optional<String> field(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  /** None where there is no such file, as on every system but Linux. */
  private static List<String> linesOf(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException _) {
      return List.of();
    }
  }
}
