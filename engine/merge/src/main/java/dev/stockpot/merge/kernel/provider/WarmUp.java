package dev.stockpot.merge.kernel.provider;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.BlockLoops;
import dev.stockpot.merge.kernel.IntegerWeights;
import dev.stockpot.merge.kernel.LinearKernel;
import dev.stockpot.merge.kernel.NonFinite;
import dev.stockpot.merge.kernel.ScalarLoops;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Runs loops on a thread of its own until the JVM has compiled them, one dtype after the other.
 *
 * <p>Vector code that is not compiled yet is a hundred times slower than scalar code, and compiling
 * it takes two seconds of a core; scalar code is compiled after a tenth of that. So kernels work
 * with scalar loops until this says that the others are ready, and it begins only when scalar work
 * has cost about as much as warming does: a short merge never pays for it, and a long one pays at
 * most twice what it would have, had it been known to be long. Shared between threads.
 */
final class WarmUp {
  private static final int ROUNDS_IN_A_ROW = 3;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Supplier<BlockLoops> loops;
  private final long bytesBefore;
  private final ConcurrentMap<Dtype, LongAdder> bytesSeen = new ConcurrentHashMap<>();
  private final Set<Dtype> asked = ConcurrentHashMap.newKeySet();
  private final Set<Dtype> ready = ConcurrentHashMap.newKeySet();

  /**
   * Warms a dtype of {@code loops} after so many bytes of it; 16 GB are two seconds of scalar work.
   */
  WarmUp(Supplier<BlockLoops> loops, long bytesBefore) {
    this.loops = loops;
    this.bytesBefore = bytesBefore;
  }

  /** Whether the loops from and to a dtype are fast by now; counts the input bytes if not. */
  boolean isReady(Dtype dtype, long bytes) {
    if (ready.contains(dtype)) {
      return true;
    }
    LongAdder seen = bytesSeen.computeIfAbsent(dtype, _ -> new LongAdder());
    seen.add(bytes);
    if (seen.sum() >= bytesBefore) {
      start(dtype);
    }
    return false;
  }

  /** Gets the loops of a dtype going, unless they were before. */
  void start(Dtype dtype) {
    if (asked.add(dtype)) {
      Thread.ofPlatform()
          .name("stockpot-warm-up-" + dtype)
          .daemon()
          .start(() -> runUntilFast(dtype));
    }
  }

  /** Where they do not become fast in a long while, the scalar loops stay in their place. */
  private void runUntilFast(Dtype dtype) {
    Round warming = new Round(loops.get());
    Round scalar = new Round(new ScalarLoops());
    long start = System.nanoTime();
    int fastRounds = 0;
    while (fastRounds < ROUNDS_IN_A_ROW) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        return;
      }
      boolean fast = warming.nanos(dtype) <= scalar.nanos(dtype);
      fastRounds = fast ? fastRounds + 1 : 0;
    }
    ready.add(dtype);
  }

  /** One block in each loop of a dtype. */
  private static final class Round {
    private static final double DENOMINATOR = 10;
    private static final IntegerWeights WEIGHTS = IntegerWeights.over(10, 2, 7, 1);

    private final BlockLoops loops;
    private final short[] shorts = new short[BlockLoops.BLOCK];
    private final float[] floats = new float[BlockLoops.BLOCK];
    private final double[] doubles = new double[BlockLoops.BLOCK];
    private final double[] sum = new double[BlockLoops.BLOCK];
    private final double[] ties = ties();
    private final List<LinearKernel.Source> three;

    Round(BlockLoops loops) {
      this.loops = loops;
      // Not on the heap: the loops are to be compiled for the segments that a merge has.
      MemorySegment block = Arena.ofAuto().allocate(BlockLoops.BLOCK * (long) Short.BYTES);
      this.three = Collections.nCopies(3, new LinearKernel.Source(block, Dtype.BF16));
    }

    /** Few of each kind: what never happens here would be compiled only when a merge needs it. */
    private static double[] ties() {
      double halfway = 1 + 0x1p-8;
      double[] sums = new double[BlockLoops.BLOCK];
      for (int i = 0; i < sums.length; i++) {
        sums[i] = DENOMINATOR * (i % 100 == 0 ? halfway : 1);
      }
      sums[1] = DENOMINATOR * (halfway + 0x1p-40);
      return sums;
    }

    long nanos(Dtype dtype) {
      long start = System.nanoTime();
      int count = BlockLoops.BLOCK;
      switch (dtype) {
        case BF16 -> {
          loops.firstBf16(1, shorts, sum, count);
          loops.nextBf16(1, shorts, sum, count);
          loops.firstThreeBf16(three, WEIGHTS, 0, sum, count);
          loops.divideToBf16(ties, DENOMINATOR, shorts, count);
        }
        case F16 -> {
          loops.firstF16(1, shorts, sum, count);
          loops.nextF16(1, shorts, sum, count);
          loops.divideToF16(sum, DENOMINATOR, shorts, count);
        }
        case F32 -> {
          loops.firstF32(1, floats, sum, count);
          loops.nextF32(1, floats, sum, count);
          loops.divideToF32(sum, DENOMINATOR, floats, count);
        }
        case F64 -> {
          loops.firstF64(1, doubles, sum, count);
          loops.nextF64(1, doubles, sum, count);
          loops.divideToF64(sum, DENOMINATOR, doubles, count);
        }
        default -> throw new IllegalArgumentException(dtype + " takes no part in arithmetic");
      }
      return System.nanoTime() - start;
    }
  }

  /**
   * Leaves the work to {@code meanwhile} until the loops of all dtypes of a call are warm. Both
   * give the same bits, so it does not matter when that changes.
   */
  static final class WarmingKernel implements LinearKernel {
    private final WarmUp warmUp;
    private final LinearKernel warm;
    private final LinearKernel meanwhile;

    WarmingKernel(WarmUp warmUp, LinearKernel warm, LinearKernel meanwhile) {
      this.warmUp = warmUp;
      this.warm = warm;
      this.meanwhile = meanwhile;
    }

    @Override
    public NonFinite combine(
        List<Source> sources,
        IntegerWeights weights,
        MemorySegment out,
        Dtype outDtype,
        long elements) {
      boolean ready = warmUp.isReady(outDtype, 0);
      for (Source source : sources) {
        ready &= warmUp.isReady(source.dtype(), source.bytes().byteSize());
      }
      LinearKernel kernel = ready ? warm : meanwhile;
      return kernel.combine(sources, weights, out, outDtype, elements);
    }
  }
}
