package dev.stockpot.worker;

import dev.stockpot.checkpoint.Dtype;
import dev.stockpot.merge.MergeSpec;
import dev.stockpot.merge.SoupSpec;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.TensorTask.Operation;
import dev.stockpot.merge.TensorTask.SourceRange;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.kernel.KernelProvider;
import dev.stockpot.merge.plan.NonFinitePolicy;
import dev.stockpot.protocol.DeviceRates;
import dev.stockpot.worker.storage.RangeReader;
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

/**
 * Measures how fast the cores merge: every thread runs the very loop that tasks run in, on three
 * sources of BF16 in memory, the reads and writes of which are copies, as they are in the page
 * cache. Takes half a second, so it is done only where there is another device to compare with.
 */
public final class CpuRates {

  private static final int SOURCES = 3;
  private static final long ELEMENTS = 2L << 20;
  private static final long BYTES = ELEMENTS * 2;

  /** Enough for the compiler, whose work must not be measured. */
  private static final long WARM_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  private static final long MEASURED_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

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

  private CpuRates() {}

  private static SourceRange source(int index) {
    return new SourceRange(index, index, 0, BYTES, Dtype.BF16);
  }

  /** Of so many threads together, as their executor would use them. Blocks. */
  public static DeviceRates measure(CpuSettings cpu, KernelProvider kernels) {
    CountDownLatch warm = new CountDownLatch(cpu.threads());
    double written = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(cpu.threads())) {
      List<Future<Double>> rates =
          IntStream.range(0, cpu.threads())
              .mapToObj(_ -> threads.submit(() -> written(cpu, kernels, warm)))
              .toList();
      for (Future<Double> rate : rates) {
        written += rate.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return DeviceRates.UNMEASURED;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the cores' rate cannot be measured", e.getCause());
    }
    return new DeviceRates((long) (SOURCES * written), (long) written, false);
  }

  /** Bytes of output per second of one thread, while all others are at it too. */
  private static double written(CpuSettings cpu, KernelProvider kernels, CountDownLatch warm)
      throws InterruptedException {
    try (Arena arena = Arena.ofConfined();
        ChunkLoop loop = new ChunkLoop(kernels.newKernel(), cpu.chunkBytes())) {
      MemorySegment memory = arena.allocate((SOURCES + 1) * BYTES, 64);
      run(loop, memory, WARM_UP_NANOS);
      warm.countDown();
      warm.await();
      return run(loop, memory, MEASURED_NANOS);
    }
  }

  private static double run(ChunkLoop loop, MemorySegment memory, long nanos) {
    long start = System.nanoTime();
    long merges = 0;
    long elapsed;
    do {
      merge(loop, memory);
      merges++;
      elapsed = System.nanoTime() - start;
    } while (elapsed < nanos);
    return merges * BYTES * 1e9 / elapsed;
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
