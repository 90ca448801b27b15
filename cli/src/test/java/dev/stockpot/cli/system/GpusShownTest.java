package dev.stockpot.cli.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.cli.CommandRun;
import dev.stockpot.fixtures.FakeGpus;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class GpusShownTest {

  private static final String A = "GPU-00000000-0000-0000-0000-00000000000a";
  private static final String B = "GPU-00000000-0000-0000-0000-00000000000b";

  private static final String TWO =
      "uuid=%s,pci=0000:18:00.0,name=Fake A,cuda=1,memory=8G,free=6G,cc=9.0,mig=0".formatted(A)
          + ",busy=37,celsius=54,milliwatts=71234;"
          + "uuid=%s,pci=0000:3b:00.0,name=Fake B,cuda=0,memory=8G,cc=6.1".formatted(B)
          + ",unsupported=utilization+temperature+power+link";

  @BeforeAll
  static void needsACompiler() {
    Optional<String> missing = FakeGpus.missing();
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
  }

  @Test
  void allThatIsKnownOfEachDeviceIsShownAndWhyOneIsNotUsed() {
    try (FakeGpus _ = FakeGpus.use(TWO)) {
      CommandRun run = CommandRun.of("devices");
      assertThat(run.err()).isEmpty();
      assertThat(run.out().substring(run.out().indexOf("GPU  ")))
          .containsPattern("^GPU     1 of 2 used, driver 580\\.65\\.06, CUDA \\d+\\.\\d\n")
          .endsWith(
              """
                0     Fake A
                      %s, PCI 0000:18:00.0, PCIe 5 x16, CUDA device 1, compute capability 9.0, MIG off
                      memory 2.15 GB used of 8.59 GB, busy 37 %%, 54 °C, 71.2 W
                1     Fake B; not used: compute capability 6.1, needs 7.0
                      %s, PCI 0000:3b:00.0, CUDA device 0, compute capability 6.1
                      memory 0 B used of 8.59 GB
              """
                  .formatted(A, B));
    }
  }

  @Test
  void jsonHasNullForWhatADeviceDoesNotTell() {
    try (FakeGpus _ = FakeGpus.use(TWO)) {
      JsonNode json = JsonMapper.shared().readTree(CommandRun.of("devices", "--json").out());
      assertThat(json.at("/gpusUsed").asInt()).isEqualTo(1);
      assertThat(json.at("/nvidiaDriver").asString()).isEqualTo("580.65.06");
      assertThat(json.at("/gpus/0").toString())
          .isEqualTo(
              """
              {"index":0,"cudaOrdinal":1,"name":"Fake A","uuid":"%s","pci":"0000:18:00.0",\
              "pcieGeneration":5,"pcieLanes":16,"computeCapability":"9.0","mig":false,\
              "memoryBytes":8589934592,"memoryUsedBytes":2147483648,"gpuPercent":37,"celsius":54,\
              "milliwatts":71234,"used":true,"notUsed":null}\
              """
                  .formatted(A));
      assertThat(json.at("/gpus/1/celsius").isNull()).isTrue();
      assertThat(json.at("/gpus/1/pcieLanes").isNull()).isTrue();
      assertThat(json.at("/gpus/1/mig").isNull()).isTrue();
      assertThat(json.at("/gpus/1/notUsed").asString()).contains("6.1");
    }
  }

  @Test
  void aDriverThatWasUpdatedWithoutARestartSaysSoInOneLine() {
    try (FakeGpus _ = FakeGpus.use("nvml-init=18;cuda-init=803")) {
      assertThat(CommandRun.of("devices").out())
          .endsWith(
              "\nGPU     the NVIDIA driver that is loaded has another version than its libraries"
                  + " (restart the machine, or reload the driver's modules after its update);"
                  + " merges run on the CPU\n");
    }
  }

  @Test
  void doctorCountsTheDevices() {
    try (FakeGpus _ = FakeGpus.use(TWO)) {
      assertThat(CommandRun.of("doctor").out())
          .containsPattern("ok    devices: cpu; GPUs: 1 of 2 used, driver 580.65.06, CUDA ");
    }
  }
}
