package dev.stockpot.worker.cuda;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.worker.cuda.MergeKernel.Launch;
import dev.stockpot.worker.cuda.MergeKernel.Source;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import jcuda.driver.JCudaDriver;

/**
 * What a device, its memory and its bus do when nothing else is asked of them. It stands in the
 * package of the executor, because it uses the same calls. For the thread that opens it.
 */
public final class DeviceCeilings implements AutoCloseable {

  private static final int ROUNDS = 5;

  /** Of a round over the bus: tens of milliseconds. */
  private static final int COPIES = 8;

  /** Of a round in the device's memory, which is fifty times as fast. */
  private static final int PASSES = 64;

  private static final long PATIENCE_NANOS = 30_000_000_000L;
  private static final IntegerWeights WEIGHTS = IntegerWeights.over(10, 2, 7, 1);
  private static final int SOURCES = 3;
  private static final long COUNTERS = 16;

  private final CudaContext context;
  private final Slot one;
  private final Slot other;
  private final MergeKernel kernel;

  private DeviceCeilings(CudaContext context, long bytes) {
    this.context = context;
    one = new Slot(context, bytes);
    other = new Slot(context, bytes);
    kernel = new MergeKernel(context);
  }

  /**
   * Opens the device in a context of its own.
   *
   * @param bytes of each of the two regions that are copied
   */
  public static DeviceCeilings open(CudaDevice device, long bytes) {
    return new DeviceCeilings(CudaContext.open(device), bytes);
  }

  /** Bytes per second. */
  public double in() {
    return best(COPIES, () -> context.copyIn(one.host(), one.device(), one.stream()), one.bytes());
  }

  /** Bytes per second. */
  public double out() {
    return best(COPIES, () -> context.copyOut(one.device(), one.host(), one.stream()), one.bytes());
  }

  /** Bytes per second of both ways together, while both are under way. */
  public double duplex() {
    return best(
        COPIES,
        () -> {
          context.copyIn(one.host(), one.device(), one.stream());
          context.copyOut(other.device(), other.host(), other.stream());
        },
        2 * one.bytes());
  }

  /** Bytes per second that the device's memory reads and writes in a plain copy. */
  public double memory() {
    return best(
        PASSES,
        () ->
            CudaFault.check(
                JCudaDriver.cuMemcpyDtoDAsync(
                    CudaContext.device(other.device()),
                    CudaContext.device(one.device()),
                    one.bytes(),
                    one.stream()),
                "copying on the device"),
        2 * one.bytes());
  }

  /** Bytes per second that the kernel reads and writes, with three BF16 sources. */
  public double kernel() {
    long part =
        (one.bytes() - COUNTERS) / (SOURCES + 1) / MergeKernel.ALIGNMENT * MergeKernel.ALIGNMENT;
    List<Source> sources =
        List.of(
            new Source(one.device(), Dtype.BF16),
            new Source(one.device() + part, Dtype.BF16),
            new Source(one.device() + 2 * part, Dtype.BF16));
    Launch launch =
        new Launch(
            sources,
            WEIGHTS,
            one.device() + SOURCES * part,
            Dtype.BF16,
            one.device() + (SOURCES + 1) * part,
            part / Dtype.BF16.bytes());
    // Normal values: random bits would have the device count a NaN in every few.
    fillWithNumbers(one.host());
    context.copyIn(one.host(), one.device(), one.stream());
    return best(PASSES, () -> kernel.launch(launch, one.stream()), (SOURCES + 1) * part);
  }

  private static void fillWithNumbers(MemorySegment memory) {
    SplittableRandom random = new SplittableRandom(1);
    long numbers = 0x3f80_3f80_3f80_3f80L;
    for (long at = 0; at + Long.BYTES <= memory.byteSize(); at += Long.BYTES) {
      memory.set(
          java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED,
          at,
          numbers ^ (random.nextLong() & 0x807f_807f_807f_807fL));
    }
  }

  /**
   * Pins so much memory of the host in one piece, and copies its end to the device and back.
   *
   * @throws IOException if the bytes that come back are others
   */
  public void pinAtOnce(long bytes) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(bytes, 4096);
      MemorySegment end = memory.asSlice(bytes - one.bytes());
      MemorySegment start = memory.asSlice(0, one.bytes());
      fillWithNumbers(end);
      context.pin(memory);
      try {
        context.copyIn(end, one.device(), one.stream());
        context.copyOut(one.device(), start, one.stream());
        await(one);
      } finally {
        context.unpin(memory);
      }
      if (start.mismatch(end) >= 0) {
        throw new IOException("what came back is not what was sent");
      }
    }
  }

  public long freeBytes() {
    return context.freeBytes();
  }

  private double best(int times, Runnable work, long bytes) {
    work.run();
    await(one);
    await(other);
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < times; i++) {
        work.run();
      }
      await(one);
      await(other);
      best = Math.max(best, times * bytes / ((System.nanoTime() - start) / 1e9));
    }
    return best;
  }

  private void await(Slot slot) {
    context.record(slot.event(), slot.stream());
    long start = System.nanoTime();
    while (!context.isDone(slot.event())) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new DeviceFailure("the device did not end its work in 30 s");
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    kernel.close();
    other.close();
    one.close();
    context.close();
  }
}
