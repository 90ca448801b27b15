package dev.stockpot.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.cli.CommandRun;
import dev.stockpot.fixtures.FakeGpus;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DevicesCommandTest {
  @Test
  void aMachineOfOnesOwnIsShown() {
    Host host = new Host("Some CPU", 8, 8, 64_000_000_000L, 64_000_000_000L);
    assertThat(DevicesCommand.text(host, "vector, 512 bit", 384_000_000))
        .isEqualTo(
            """
            CPU     Some CPU
            Cores   8
            Kernel  vector, 512 bit
            Memory  64.00 GB; heap of this process: 384.00 MB
            """);
  }

  @Test
  void theLimitsOfAContainerAreShownBesideTheMachine() {
    Host host = new Host("Some CPU", 2, 64, 4_000_000_000L, 512_000_000_000L);
    assertThat(DevicesCommand.text(host, "scalar: asked for", 384_000_000))
        .isEqualTo(
            """
            CPU     Some CPU
            Cores   2 of 64
            Kernel  scalar: asked for
            Memory  4.00 GB of the machine's 512.00 GB; heap of this process: 384.00 MB
            """);
  }

  @Test
  void jsonTellsOfThisMachine() {
    FakeGpus.none();
    CommandRun run = CommandRun.of("devices", "--json");
    JsonNode json = JsonMapper.shared().readTree(run.out());
    assertThat(run.exitCode()).isZero();
    assertThat(json.at("/cpu").asString()).isNotBlank();
    assertThat(json.at("/cores").asInt()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(json.at("/memoryBytes").asLong())
        .isPositive()
        .isLessThanOrEqualTo(json.at("/hostMemoryBytes").asLong());
    assertThat(json.at("/kernel").asString()).containsAnyOf("vector", "scalar");
    assertThat(json.at("/gpusUsed").asInt(-1)).isZero();
    assertThat(json.at("/gpus").size()).isZero();
    assertThat(json.at("/gpusMissing").asString()).contains("libnvidia-ml.so.1");
  }

  @Test
  void withoutADriverOneLineSaysWhatIsMissing() {
    FakeGpus.none();
    CommandRun run = CommandRun.of("devices");
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines().filter(line -> line.startsWith("GPU")))
        .singleElement()
        .asString()
        .startsWith("GPU     no NVIDIA driver (libnvidia-ml.so.1 is not found)")
        .endsWith("; merges run on the CPU");
  }
}
