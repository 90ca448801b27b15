package dev.stockpot.worker.cpu;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.execution.ChunkLoop;
import dev.stockpot.merge.execution.InputSource.RangeReader;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.kernel.provider.KernelProvider;
import dev.stockpot.plan.NonFinitePolicy;
import dev.stockpot.protocol.DeviceRates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * Measures how fast the cores merge: every thread runs the very loop that tasks run in, on three
 * sources of BF16 in memory, the reads and writes of which are copies, as they are in the page
 * cache. Then every thread copies and sums alone, as it does for a device that merges. Takes a good
 * half of a second, so it is done only where there is another device to compare with.
 */
public final class CpuRates {

  private static final int SOURCES = 3;
  private static final long ELEMENTS = 2L << 20;
  private static final long BYTES = ELEMENTS * 2;

  /** Enough for the compiler, whose work must not be measured. */
  private static final long WARM_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  private static final long MEASURED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long FEEDING_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** A thread that cannot even begin must not keep the others waiting. */
  private static final long PATIENCE_SECONDS = 10;

  /** Copied and summed at once, as executors do. */
  private static final long FED_AT_ONCE = 256 << 10;

  private static final TensorTask TASK =
      new TensorTask(
          0,
          "measured",
          Operation.MERGE,
          0,
          ELEMENTS,
          List.of(source(0), source(1), source(2)),
          Dtype.BF16,
          0,
          0,
          BYTES);

  private static final MergeSpec SPEC =
      new MergeSpec(
          "measured",
          List.of(),
          Map.of(),
          List.of(new SoupSpec("", List.of(0, 1, 2), IntegerWeights.over(3, 1, 1, 1))),
          "",
          "",
          Map.of(),
          NonFinitePolicy.WARN,
          false);

  /** Of one thread, in bytes per second. */
  private record Rates(double written, double fed) {}

  private CpuRates() {}

  private static SourceRange source(int index) {
    return new SourceRange(index, index, 0, BYTES, Dtype.BF16);
  }

  /** Of so many threads together, as their executor would use them. Blocks. */
  public static DeviceRates measure(CpuSettings cpu, KernelProvider kernels) {
    CountDownLatch warm = new CountDownLatch(cpu.threads());
    double written = 0;
    double fed = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(cpu.threads())) {
      List<Future<Rates>> rates =
          IntStream.range(0, cpu.threads())
              .mapToObj(_ -> threads.submit(() -> measure(cpu, kernels, warm)))
              .toList();
      for (Future<Rates> rate : rates) {
        written += rate.get().written();
        fed += rate.get().fed();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return DeviceRates.UNMEASURED;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the cores' rate cannot be measured", e.getCause());
    }
    return new DeviceRates((long) (SOURCES * written), (long) written, false, (long) fed);
  }

  /** By one thread, while all others are at it too. */
  private static Rates measure(CpuSettings cpu, KernelProvider kernels, CountDownLatch warm)
      throws InterruptedException {
    try (Arena arena = Arena.ofConfined();
        ChunkLoop loop = new ChunkLoop(kernels.newKernel(), cpu.chunkBytes())) {
      MemorySegment memory = arena.allocate((SOURCES + 1) * BYTES, 64);
      Runnable merge = () -> merge(loop, memory);
      rate(merge, BYTES, WARM_UP_NANOS);
      warm.countDown();
      if (!warm.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("some threads did not begin");
      }
      double written = rate(merge, BYTES, MEASURED_NANOS);
      CRC32C crc = new CRC32C();
      return new Rates(written, rate(() -> feed(memory, crc), 2 * BYTES, FEEDING_NANOS));
    }
  }

  /** Bytes per second of something that moves so many. */
  private static double rate(Runnable work, long bytes, long nanos) {
    long start = System.nanoTime();
    long times = 0;
    long elapsed;
    do {
      work.run();
      times++;
      elapsed = System.nanoTime() - start;
    } while (elapsed < nanos);
    return times * bytes * 1e9 / elapsed;
  }

  /** Half of the memory goes to the other half. */
  private static void feed(MemorySegment memory, CRC32C crc) {
    for (long at = 0; at < 2 * BYTES; at += FED_AT_ONCE) {
      MemorySegment target = memory.asSlice(2 * BYTES + at, FED_AT_ONCE);
      target.copyFrom(memory.asSlice(at, FED_AT_ONCE));
      crc.update(target.asByteBuffer());
    }
  }

  private static void merge(ChunkLoop loop, MemorySegment memory) {
    MemorySegment output = memory.asSlice(SOURCES * BYTES, BYTES);
    try {
      loop.run(
          (_, _, source) -> new InMemory(memory.asSlice(source * BYTES, BYTES)),
          (_, _, _, from, bytes) -> output.asSlice(from, bytes.byteSize()).copyFrom(bytes),
          SPEC,
          TASK,
          () -> false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class InMemory implements RangeReader {
    private final MemorySegment range;
    private long position;

    InMemory(MemorySegment range) {
      this.range = range;
    }

    @Override
    public void read(MemorySegment target) {
      target.copyFrom(range.asSlice(position, target.byteSize()));
      position += target.byteSize();
    }

    @Override
    public void close() {}
  }
}
