package dev.stockpot.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.system.Check.Status;
import dev.stockpot.worker.node.HostGpu;
import dev.stockpot.worker.node.HostGpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JvmChecksTest {
  private static Host host(long memory, long hostMemory) {
    return new Host("CPU", 2, 4, memory, hostMemory);
  }

  @Test
  void anotherJavaThanTheTestedIsAWarning() {
    assertThat(JvmChecks.java(Runtime.Version.parse("25.0.1"), "V"))
        .isEqualTo(Check.ok("java", "25.0.1, V"));
    assertThat(JvmChecks.java(Runtime.Version.parse("26"), "V").status()).isEqualTo(Status.WARN);
  }

  @Test
  void aMissingVectorModuleIsAWarningAndShortVectorsAreNot() {
    assertThat(JvmChecks.kernel("scalar: started without --add-modules m").cure())
        .contains("./stockpot");
    assertThat(JvmChecks.kernel("scalar: vectors of 64 bit are too short to pay").status())
        .isEqualTo(Status.OK);
  }

  @Test
  void noDriverIsAsItShouldBeAndOneThatDoesNotWorkIsAWarning() {
    assertThat(JvmChecks.devices(new HostGpus.None("no NVIDIA driver", Optional.empty())))
        .isEqualTo(Check.ok("devices", "cpu; no NVIDIA driver"));
    assertThat(JvmChecks.devices(new HostGpus.None("it is not loaded", Optional.of("load it"))))
        .isEqualTo(Check.warn("devices", "cpu; it is not loaded", "load it"));
  }

  @Test
  void gpusOfWhichNoneIsUsedAreAWarning() {
    HostGpu used = new HostGpu(Optional.empty(), Optional.empty(), Optional.empty());
    HostGpu hidden = new HostGpu(Optional.empty(), Optional.empty(), Optional.of("hidden"));
    assertThat(JvmChecks.devices(found(used, hidden)))
        .isEqualTo(Check.ok("devices", "cpu; GPUs: 1 of 2 used, driver 580.65.06, CUDA 13.0"));
    assertThat(JvmChecks.devices(found(hidden)).status()).isEqualTo(Status.WARN);
  }

  private static HostGpus.Found found(HostGpu... gpus) {
    return new HostGpus.Found(
        List.of(gpus), Optional.of("580.65.06"), Optional.of("13.0"), Optional.empty());
  }

  @Test
  void missingNativeAccessIsAWarning() {
    assertThat(JvmChecks.nativeAccess(true).status()).isEqualTo(Status.OK);
    assertThat(JvmChecks.nativeAccess(false).status()).isEqualTo(Status.WARN);
  }

  @Test
  void aHeapBeyondTheContainerFailsAndATightOneWarns() {
    assertThat(JvmChecks.memory(400_000_000, host(4_000_000_000L, 4_000_000_000L)))
        .isEqualTo(Check.ok("memory", "heap of 400.00 MB, of the machine's 4.00 GB"));
    assertThat(JvmChecks.memory(400_000_000, host(400_000_000, 4_000_000_000L)))
        .isEqualTo(
            Check.fail(
                "memory",
                "heap of 400.00 MB, of the container's limit of 400.00 MB",
                "set STOCKPOT_MEMORY below that, or raise the limit"));
    assertThat(JvmChecks.memory(400_000_000, host(500_000_000, 4_000_000_000L)).status())
        .isEqualTo(Status.WARN);
  }

  @Test
  void fewerCoresThanTheMachineHasAreSaid() {
    assertThat(JvmChecks.cores(host(1, 1)).found()).isEqualTo("2 usable of the machine's 4");
  }

  @Test
  void aLowLimitOfOpenFilesIsAWarning() {
    assertThat(JvmChecks.openFiles(256).status()).isEqualTo(Status.WARN);
    assertThat(JvmChecks.openFiles(1024).status()).isEqualTo(Status.OK);
  }

  @Test
  void aTempDirectoryThatIsNotThereIsAWarning(@TempDir Path root) throws IOException {
    assertThat(JvmChecks.temporaryDirectory(root).status()).isEqualTo(Status.OK);
    assertThat(root).isEmptyDirectory();
    assertThat(JvmChecks.temporaryDirectory(root.resolve("none")).status()).isEqualTo(Status.WARN);
    assertThat(Files.notExists(root.resolve("none"))).isTrue();
  }

  @Test
  void aClockFromBeforeThisJavaIsAWarning() {
    LocalDate released = LocalDate.parse("2025-09-16");
    assertThat(JvmChecks.clock(Instant.parse("1970-01-01T00:00:07.5Z"), released))
        .isEqualTo(
            Check.warn(
                "clock",
                "1970-01-01T00:00:07Z",
                "set it: whether inputs changed is told by the time they were written at"));
    assertThat(JvmChecks.clock(Instant.parse("2026-06-01T00:00:00Z"), released).status())
        .isEqualTo(Status.OK);
    assertThat(JvmChecks.clock(Instant.parse("2106-02-07T00:00:00Z"), released).status())
        .isEqualTo(Status.WARN);
  }
}
