package dev.stockpot.merge.kernel;

import dev.stockpot.checkpoint.Dtype;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Runs loops on a thread of its own until the JVM has compiled them, one dtype after the other.
 *
 * <p>Vector code that is not compiled yet is a hundred times slower than scalar code, and compiling
 * it takes about a second; scalar code is compiled after some 50 ms. So kernels work with the
 * scalar loops until this says that the others are ready. Shared between threads.
 */
final class WarmUp {
  private static final int ROUNDS_IN_A_ROW = 3;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Supplier<BlockLoops> loops;
  private final Set<Dtype> asked = ConcurrentHashMap.newKeySet();
  private final Set<Dtype> ready = ConcurrentHashMap.newKeySet();

  WarmUp(Supplier<BlockLoops> loops) {
    this.loops = loops;
  }

  /** Whether the loops from and to a dtype are fast by now; the first question gets them going. */
  boolean isReady(Dtype dtype) {
    return ready.contains(dtype) || start(dtype);
  }

  /** Gets the loops of a dtype going, unless they were before; false, because it takes a while. */
  boolean start(Dtype dtype) {
    if (asked.add(dtype)) {
      Thread.ofPlatform()
          .name("stockpot-warm-up-" + dtype)
          .daemon()
          .start(() -> runUntilFast(dtype));
    }
    return false;
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

    private final BlockLoops loops;
    private final short[] shorts = new short[BlockLoops.BLOCK];
    private final float[] floats = new float[BlockLoops.BLOCK];
    private final double[] doubles = new double[BlockLoops.BLOCK];
    private final double[] sum = new double[BlockLoops.BLOCK];

    Round(BlockLoops loops) {
      this.loops = loops;
    }

    long nanos(Dtype dtype) {
      long start = System.nanoTime();
      int count = BlockLoops.BLOCK;
      switch (dtype) {
        case BF16 -> {
          loops.firstBf16(1, shorts, sum, count);
          loops.nextBf16(1, shorts, sum, count);
          loops.divideToBf16(sum, DENOMINATOR, shorts, count);
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
}
