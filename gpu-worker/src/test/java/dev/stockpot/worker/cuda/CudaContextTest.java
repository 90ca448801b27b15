package dev.stockpot.worker.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stockpot.fixtures.FakeCudaCounts;
import dev.stockpot.fixtures.FakeGpus;
import dev.stockpot.worker.cuda.CudaDriver.CudaProbe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

@Timeout(60)
@ResourceLock("fake GPUs")
class CudaContextTest {

  @TempDir private Path directory;

  @BeforeEach
  void aFakeDevice() {
    assumeTrue(FakeGpus.missing().isEmpty(), () -> FakeGpus.missing().orElseThrow());
    FakeGpus.use("uuid=GPU-1,pci=0000:18:00.0,name=Fake A,memory=1G,delay-us=20000");
  }

  @AfterEach
  void everythingIsGivenBack() {
    for (String kind : FakeCudaCounts.ALIVE) {
      assertThat(FakeCudaCounts.of(kind)).as(kind).isZero();
    }
  }

  private static CudaContext open() {
    return CudaContext.open(((CudaProbe.Available) CudaDriver.probe()).devices().getFirst());
  }

  /** A sparse file stands for as much memory, which the machine may not have. */
  private MemorySegment large(Arena arena, long bytes) throws IOException {
    Path file = directory.resolve("large");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
    }
  }

  @Test
  void moreThanTwoGibibytesArePinnedInOneAndCopiedFrom() throws Exception {
    long bytes = (5L << 30) + 4096;
    try (CudaContext context = open();
        Arena arena = Arena.ofShared()) {
      MemorySegment memory = large(arena, bytes);
      context.pin(memory);
      assertThat(FakeCudaCounts.of("host-bytes")).isEqualTo(bytes);
      long there = context.allocate(Long.BYTES);
      CUstream stream = context.newStream();
      CUevent event = context.newEvent();
      memory.set(ValueLayout.JAVA_LONG, bytes - 8, 42);
      context.copyIn(memory.asSlice(bytes - 8, 8), there, stream);
      context.copyOut(there, memory.asSlice(1L << 32, 8), stream);
      context.record(event, stream);
      assertThat(context.isDone(event)).as("the fake takes its time").isFalse();
      assertThat(memory.get(ValueLayout.JAVA_LONG, 1L << 32)).isZero();
      while (!context.isDone(event)) {
        Thread.onSpinWait();
      }
      assertThat(memory.get(ValueLayout.JAVA_LONG, 1L << 32)).isEqualTo(42);
      context.destroy(event);
      context.destroy(stream);
      context.free(there);
      context.unpin(memory);
    }
  }

  @Test
  void whatDoesNotFitIsOutOfMemoryAndNothingElse() {
    try (CudaContext context = open()) {
      assertThat(context.freeBytes()).isEqualTo(1L << 30);
      assertThatExceptionOfType(CudaFault.class)
          .isThrownBy(() -> context.allocate(2L << 30))
          .matches(CudaFault::isOutOfMemory)
          .withMessage("taking device memory: CUDA_ERROR_OUT_OF_MEMORY, out of memory");
      assertThatExceptionOfType(CudaFault.class)
          .isThrownBy(() -> context.free(0x1234))
          .matches(fault -> !fault.isOutOfMemory())
          .withMessage("giving device memory back: CUDA_ERROR_INVALID_VALUE");
    }
  }
}
