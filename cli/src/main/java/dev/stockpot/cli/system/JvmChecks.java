package dev.stockpot.cli.system;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.cli.console.Sizes;
import dev.stockpot.merge.kernel.provider.Kernels;
import dev.stockpot.worker.node.HostGpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Looks at the JVM and what the machine lets it have. */
final class JvmChecks {

  private static final int TESTED_JAVA = 25;
  private static final String THROUGH_LAUNCHER = "start stockpot by its launcher, ./stockpot";

  /** The shards and inputs of a large merge, several times over. */
  private static final long ENOUGH_FILES = 1024;

  /** Beyond any clock that is right for as long as this release may be of use. */
  private static final int YEARS = 50;

  private JvmChecks() {}

  static List<Check> all() {
    List<Check> checks = new ArrayList<>();
    Host host = Host.here();
    checks.add(java(Runtime.version(), System.getProperty("java.vendor", "vendor unknown")));
    checks.add(kernel(Kernels.best().description()));
    checks.add(nativeAccess(JvmChecks.class.getModule().isNativeAccessEnabled()));
    checks.add(memory(Runtime.getRuntime().maxMemory(), host));
    checks.add(cores(host));
    try (HostGpus gpus = HostGpus.find()) {
      checks.add(devices(gpus));
    }
    if (Host.operatingSystem() instanceof UnixOperatingSystemMXBean unix) {
      checks.add(openFiles(unix.getMaxFileDescriptorCount()));
    }
    checks.add(temporaryDirectory(Path.of(System.getProperty("java.io.tmpdir"))));
    checks.add(clock(Instant.now(), LocalDate.parse(System.getProperty("java.version.date"))));
    return checks;
  }

  static Check java(Runtime.Version version, String vendor) {
    String found = version + ", " + vendor;
    return version.feature() == TESTED_JAVA
        ? Check.ok("java", found)
        : Check.warn("java", found, "stockpot is tested on Java 25: set JAVA_HOME to one");
  }

  static Check kernel(String description) {
    return description.contains("--add-modules")
        ? Check.warn("kernel", description, THROUGH_LAUNCHER)
        : Check.ok("kernel", description);
  }

  static Check nativeAccess(boolean enabled) {
    return enabled
        ? Check.ok("native access", "enabled")
        : Check.warn(
            "native access",
            "not enabled: Java prints warnings, and later refuses",
            THROUGH_LAUNCHER);
  }

  static Check memory(long heap, Host host) {
    String limit =
        host.memory() < host.hostMemory()
            ? "container's limit of " + Sizes.format(host.memory())
            : "machine's " + Sizes.format(host.memory());
    String found = "heap of " + Sizes.format(heap) + ", of the " + limit;
    if (heap >= host.memory()) {
      return Check.fail("memory", found, "set STOCKPOT_MEMORY below that, or raise the limit");
    }
    return heap > host.memory() / 4 * 3
        ? Check.warn(
            "memory",
            found,
            "the rest may be too little for buffers and for the system's cache of files:"
                + " set STOCKPOT_MEMORY lower")
        : Check.ok("memory", found);
  }

  static Check cores(Host host) {
    return Check.ok(
        "cores",
        host.cores() == host.hostCores()
            ? host.cores() + " usable"
            : host.cores() + " usable of the machine's " + host.hostCores());
  }

  /** A machine without a driver is as good as any; a driver that does not work is worth a word. */
  static Check devices(HostGpus gpus) {
    return switch (gpus) {
      case HostGpus.None none ->
          none.cure()
              .map(cure -> Check.warn("devices", "cpu; " + none.why(), cure))
              .orElseGet(() -> Check.ok("devices", "cpu; " + none.why()));
      case HostGpus.Found found when found.usable().isEmpty() ->
          Check.warn(
              "devices",
              "cpu; GPUs: " + GpusTelling.summary(found),
              "'stockpot devices' says why each is not used");
      case HostGpus.Found found -> Check.ok("devices", "cpu; GPUs: " + GpusTelling.summary(found));
    };
  }

  static Check openFiles(long limit) {
    return limit >= ENOUGH_FILES
        ? Check.ok("open files", "at most " + limit)
        : Check.warn(
            "open files",
            "at most " + limit,
            "models in many shards may need more: raise it with 'ulimit -n " + ENOUGH_FILES + "'");
  }

  static Check temporaryDirectory(Path directory) {
    try {
      Files.delete(Files.createTempFile(directory, "stockpot-doctor", null));
      return Check.ok("temp directory", directory + ", writable");
    } catch (IOException e) {
      return Check.warn(
          "temp directory",
          directory + ", cannot be written: " + FileErrors.reason(e),
          "free space there, or name another with JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=DIRECTORY");
    }
  }

  /** A clock before the day that this very Java was released is wrong. */
  static Check clock(Instant now, LocalDate javaReleased) {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    return today.isBefore(javaReleased) || today.isAfter(javaReleased.plusYears(YEARS))
        ? Check.warn(
            "clock",
            now.truncatedTo(ChronoUnit.SECONDS).toString(),
            "set it: whether inputs changed is told by the time they were written at")
        : Check.ok("clock", now.truncatedTo(ChronoUnit.SECONDS).toString());
  }
}
