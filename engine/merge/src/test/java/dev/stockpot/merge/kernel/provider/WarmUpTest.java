package dev.stockpot.merge.kernel.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.kernel.BlockLoops;
import dev.stockpot.merge.kernel.ScalarLoops;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WarmUpTest {
  /** Slower than any scalar loop until it is told to be quick. */
  private static final class SlowLoops extends ScalarLoops {
    private final CountDownLatch mayBeFast;

    SlowLoops(CountDownLatch mayBeFast) {
      this.mayBeFast = mayBeFast;
    }

    @Override
    public void firstBf16(double n, short[] x, double[] sum, int count) {
      try {
        mayBeFast.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void nextBf16(double n, short[] x, double[] sum, int count) {}

    @Override
    public boolean divideToBf16(double[] sum, double d, short[] out, int count) {
      return true;
    }
  }

  @Test
  @Timeout(value = 30, unit = TimeUnit.SECONDS)
  void afterEnoughBytesLoopsAreStartedOnceAndReadyWhenTheyAreFasterThanScalarOnes() {
    CountDownLatch mayBeFast = new CountDownLatch(1);
    AtomicInteger started = new AtomicInteger();
    Supplier<BlockLoops> loops =
        () -> {
          started.incrementAndGet();
          return new SlowLoops(mayBeFast);
        };
    WarmUp warmUp = new WarmUp(loops, 100);
    assertThat(warmUp.isReady(Dtype.BF16, 99)).isFalse();
    assertThat(started).hasValue(0);
    assertThat(warmUp.isReady(Dtype.BF16, 1)).isFalse();
    assertThat(warmUp.isReady(Dtype.BF16, 1)).isFalse();
    mayBeFast.countDown();
    while (!warmUp.isReady(Dtype.BF16, 1)) {
      Thread.onSpinWait();
    }
    assertThat(started).hasValue(1);
  }
}
