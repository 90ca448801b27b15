package dev.stockpot.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.fixtures.FakeGpus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Whole processes that find a driver, or none, where the system's loader looks for one. */
final class DevicesTest {

  private static final String UUID = "GPU-00000000-0000-0000-0000-00000000000";

  private static final String THREE =
      "uuid=%sa,pci=0000:18:00.0,name=Fake A,cuda=2;".formatted(UUID)
          + "uuid=%sb,pci=0000:3b:00.0,name=Fake B,cuda=0;".formatted(UUID)
          + "uuid=%sc,pci=0000:c1:00.0,name=Fake C,cuda=1,mig=1".formatted(UUID);

  /** Also on a machine that has a driver. */
  private static final List<String> NO_DRIVER =
      List.of("-Dstockpot.nvml.library=/no/driver", "-Dstockpot.cuda.library=/no/driver");

  @TempDir Path directory;

  private StockpotProcess.Ended withFakes(List<String> variables, String... arguments)
      throws InterruptedException {
    Optional<Path> libraries = FakeGpus.build();
    assumeTrue(libraries.isPresent(), () -> FakeGpus.missing().orElse(""));
    List<String> prefix =
        new ArrayList<>(
            List.of("env", "LD_LIBRARY_PATH=" + libraries.orElseThrow(), "FAKE_GPUS=" + THREE));
    prefix.addAll(variables);
    try (StockpotProcess process = StockpotProcess.start(prefix, List.of(), directory, arguments)) {
      return process.await();
    }
  }

  private StockpotProcess.Ended withoutDriver(String... arguments) throws InterruptedException {
    try (StockpotProcess process = StockpotProcess.start(NO_DRIVER, directory, arguments)) {
      return process.await();
    }
  }

  @Test
  void devicesInAnotherOrderThanCudasMeetAndOthersSayWhyTheyAreNotUsed() throws Exception {
    JsonNode json = withFakes(List.of("CUDA_VISIBLE_DEVICES=2,1"), "devices", "--json").json();
    assertThat(json.at("/gpusUsed").asInt()).isEqualTo(1);
    assertThat(json.at("/gpus/0/name").asString()).isEqualTo("Fake A");
    assertThat(json.at("/gpus/0/cudaOrdinal").asInt(-1)).isZero();
    assertThat(json.at("/gpus/0/used").asBoolean()).isTrue();
    assertThat(json.at("/gpus/1/cudaOrdinal").isNull()).isTrue();
    assertThat(json.at("/gpus/1/notUsed").asString())
        .isEqualTo("hidden by CUDA_VISIBLE_DEVICES=2,1");
    assertThat(json.at("/gpus/2/notUsed").asString()).startsWith("MIG is on");
  }

  @Test
  void whereAllAreHiddenEachSaysByWhat() throws Exception {
    StockpotProcess.Ended ended = withFakes(List.of("CUDA_VISIBLE_DEVICES="), "devices");
    assertThat(ended.status()).isZero();
    assertThat(ended.out())
        .contains("GPU     0 of 3 used, driver 580.65.06")
        .contains("Fake A; not used: ")
        .contains("(CUDA_VISIBLE_DEVICES=)");
  }

  @Test
  void withoutADriverDevicesAndDoctorSayInALineWhatIsMissing() throws Exception {
    StockpotProcess.Ended devices = withoutDriver("devices");
    assertThat(devices.status()).isZero();
    assertThat(devices.out().lines().filter(line -> line.startsWith("GPU"))).hasSize(1);
    assertThat(devices.out()).contains("libnvidia-ml.so.1 is not found", "merges run on the CPU");
    StockpotProcess.Ended doctor = withoutDriver("doctor");
    assertThat(doctor.status()).isZero();
    assertThat(doctor.out().lines().filter(line -> line.contains("devices: ")))
        .singleElement()
        .asString()
        .contains("libnvidia-ml.so.1 is not found");
  }
}
