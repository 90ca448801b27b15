package dev.stockpot.worker.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.fixtures.FakeCudaCounts;
import dev.stockpot.fixtures.FakeGpus;
import dev.stockpot.worker.cuda.CudaDriver.CudaProbe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;

@Timeout(60)
@ResourceLock("fake GPUs")
class DeviceBlocksTest {

  private static final long MIB = 1 << 20;

  @BeforeEach
  void aFakeDevice() {
    assumeTrue(FakeGpus.missing().isEmpty(), () -> FakeGpus.missing().orElseThrow());
    FakeGpus.use("uuid=GPU-1,pci=0000:18:00.0,name=Fake A,memory=1G");
  }

  private static CudaContext open() {
    return CudaContext.open(((CudaProbe.Available) CudaDriver.probe()).devices().getFirst());
  }

  @Test
  void rangesAreAlignedAndDoNotOverlapAndShareABlock() {
    try (CudaContext context = open();
        DeviceBlocks blocks = new DeviceBlocks(context, 4 * MIB)) {
      long end = 0;
      for (long bytes : List.of(1L, 300L, 256L, 1000L)) {
        long address = blocks.take(bytes).orElseThrow();
        assertThat(address % 256).isZero();
        assertThat(address).isGreaterThanOrEqualTo(end);
        end = address + bytes;
      }
      assertThat(FakeCudaCounts.of("device-bytes")).isEqualTo(4 * MIB / 64);
    }
    assertThat(FakeCudaCounts.of("reclaimed")).isZero();
  }

  @Test
  void aBlockGoesBackToTheDriverWithTheLastOfItsRanges() {
    try (CudaContext context = open();
        DeviceBlocks blocks = new DeviceBlocks(context, 4 * MIB)) {
      List<Long> all = new ArrayList<>();
      for (Optional<Long> next = blocks.take(MIB); next.isPresent(); next = blocks.take(MIB)) {
        all.add(next.get());
      }
      assertThat(all).hasSize(4);
      all.forEach(blocks::giveBack);
      assertThat(FakeCudaCounts.of("device-bytes")).isZero();
      assertThat(blocks.take(4 * MIB)).isPresent();
      assertThat(blocks.take(1)).isEmpty();
      assertThatIllegalArgumentException().isThrownBy(() -> blocks.giveBack(1));
    }
  }

  @Test
  void whatTheDeviceHasNotIsNoFault() {
    try (CudaContext context = open();
        DeviceBlocks blocks = new DeviceBlocks(context, Long.MAX_VALUE)) {
      assertThat(blocks.take(2048 * MIB)).isEmpty();
      assertThat(blocks.take(MIB)).isPresent();
    }
  }
}
