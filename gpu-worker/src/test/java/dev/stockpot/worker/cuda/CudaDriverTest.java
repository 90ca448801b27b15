package dev.stockpot.worker.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.fixtures.FakeCudaCounts;
import dev.stockpot.fixtures.FakeGpus;
import dev.stockpot.worker.cuda.CudaDriver.CudaProbe;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

@ResourceLock("fake GPUs")
class CudaDriverTest {

  private static CudaProbe probe(String scenario) {
    assumeTrue(FakeGpus.missing().isEmpty(), () -> FakeGpus.missing().orElseThrow());
    try (FakeGpus _ = FakeGpus.use(scenario)) {
      CudaProbe found = CudaDriver.probe();
      for (String kind : FakeCudaCounts.ALIVE) {
        assertThat(FakeCudaCounts.of(kind)).as("looking takes nothing").isZero();
      }
      return found;
    }
  }

  @Test
  void withoutADriverItSaysSo() {
    FakeGpus.none();
    assertThat(CudaDriver.probe())
        .isEqualTo(new CudaProbe.Missing("/no/driver/here/libcuda.so.1 is not found"));
  }

  @Test
  void devicesComeInCudasOrderAsNvmlNamesThem() {
    CudaProbe found =
        probe(
            "uuid=GPU-00000000-1111-2222-3333-444444444444,pci=0000:18:00.0,name=Fake A,cuda=1;"
                + "uuid=GPU-hidden,pci=0000:19:00.0,cuda=-1;"
                + "uuid=GPU-a0b1c2d3-e4f5-0617-2839-4a5b6c7d8e9f,pci=0000:af:00.0,name=Fake B,"
                + "memory=80G,cc=12.0,cuda=0");
    assertThat(found).isInstanceOf(CudaProbe.Available.class);
    assertThat(((CudaProbe.Available) found).driverVersion()).isEqualTo(13000);
    assertThat(((CudaProbe.Available) found).devices())
        .containsExactly(
            new CudaDevice(
                0,
                "GPU-a0b1c2d3-e4f5-0617-2839-4a5b6c7d8e9f",
                "0000:af:00.0",
                "Fake B",
                80L << 30,
                12,
                0),
            new CudaDevice(
                1,
                "GPU-00000000-1111-2222-3333-444444444444",
                "0000:18:00.0",
                "Fake A",
                8L << 30,
                9,
                0));
  }

  @Test
  void aDriverThatFailsOrHasNoDeviceIsNoErrorOfOurs() {
    assertThat(List.of(probe(""), probe("uuid=GPU-1,pci=0000:18:00.0;cuda-init=999")))
        .containsExactly(
            new CudaProbe.Missing("the NVIDIA driver shows CUDA no device"),
            new CudaProbe.Missing("CUDA does not answer: starting: CUDA error 999"));
  }
}
