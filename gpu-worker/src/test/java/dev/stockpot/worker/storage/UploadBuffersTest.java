package dev.stockpot.worker.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class UploadBuffersTest {

  private static final int BLOCK = UploadBuffers.BLOCK_BYTES;

  private final UploadBuffers buffers = new UploadBuffers(4 * BLOCK);

  private List<byte[]> reserve(long bytes) {
    return buffers.reserve("t", bytes, () -> false);
  }

  private static List<byte[]> marked(List<byte[]> blocks) {
    blocks.forEach(block -> block[0] = 1);
    return blocks;
  }

  private static boolean isMarked(byte[] block) {
    return block[0] == 1;
  }

  @Test
  void aTaskGetsRoomForAllOfItsBytes() {
    assertThat(reserve(1)).hasSize(1);
    assertThat(reserve(2 * BLOCK + 1)).hasSize(3).allMatch(block -> block.length == BLOCK);
  }

  @Test
  void whoFindsNoRoomWaitsUntilThereIsSome() throws Exception {
    List<byte[]> first = marked(reserve(3 * BLOCK));
    CountDownLatch waiting = new CountDownLatch(2);
    CompletableFuture<List<byte[]>> second =
        CompletableFuture.supplyAsync(() ->
            buffers.reserve(
                "t",
                2 * BLOCK,
                () -> {
                  waiting.countDown();
                  return false;
                }));
    assertThat(waiting.await(20, TimeUnit.SECONDS)).as("asked again").isTrue();
    assertThat(second).isNotDone();
    buffers.release(first, true);
    assertThat(second.get(20, TimeUnit.SECONDS)).hasSize(2).allMatch(UploadBuffersTest::isMarked);
  }

  @Test
  void memoryThatAConnectionMayStillReadIsNotUsedAgain() {
    buffers.release(marked(reserve(4 * BLOCK)), false);
    assertThat(reserve(4 * BLOCK)).hasSize(4).noneMatch(UploadBuffersTest::isMarked);
  }

  @Test
  void whoIsAbandonedWhileItWaitsGetsNothing() {
    reserve(4 * BLOCK);
    assertThat(buffers.reserve("t", 1, () -> true)).isEmpty();
  }

  @Test
  void aTaskThatNeverFitsIsToldWhatToSet() {
    MergeException refusal =
        assertThatExceptionOfType(MergeException.class)
            .isThrownBy(() -> reserve(4 * BLOCK + 1))
            .actual();
    assertThat(refusal.failure().kind()).isEqualTo(Failure.Kind.ENVIRONMENT);
    assertThat(refusal.failure().message())
        .contains("stockpot.worker.remote.buffer", String.valueOf(10 * BLOCK));
  }
}
