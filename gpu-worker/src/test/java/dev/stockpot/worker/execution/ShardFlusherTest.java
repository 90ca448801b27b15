package dev.stockpot.worker.execution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.safetensors.Dtype;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.protocol.LeaseId;
import dev.stockpot.worker.execution.DeviceExecutor.Outcome;
import dev.stockpot.worker.storage.NodeStorage;
import dev.stockpot.worker.storage.RunStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ShardFlusherTest {

  private static final Duration FOR_EVER = Duration.ofDays(1);

  private static final OpenLease.Desk DESK =
      new OpenLease.Desk() {
        @Override
        public void written(LeasedTask task, Receipt receipt) {}

        @Override
        public void allMerged() {}
      };

  @TempDir private Path directory;
  private final NodeStorage storage = NodeStorage.own();
  private final RunStorage files = storage.run("job");
  private final BlockingQueue<List<Outcome>> told = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    files.close();
    storage.close();
  }

  /** A lease of so many pieces of a tensor. */
  private List<LeasedTask> lease(int number, int pieces) {
    RawMerge merge = RawMerge.random(directory, 4 * pieces, Dtype.BF16, Dtype.BF16);
    List<TensorTask> tasks = merge.pieces(4);
    OpenLease lease =
        new OpenLease(
            new LeaseId("job", number),
            merge.spec(),
            tasks.size(),
            files,
            Optional.empty(),
            told::add,
            DESK);
    return tasks.stream().map(task -> new LeasedTask(lease, task)).toList();
  }

  private static void merged(ShardFlusher flusher, LeasedTask work) {
    flusher.add(work, new Receipt(work.task().id(), List.of(), List.of(), StageNanos.ZERO));
    work.over();
  }

  private List<Integer> nextTasks() throws InterruptedException {
    List<Outcome> outcomes = told.poll(30, TimeUnit.SECONDS);
    assertThat(outcomes).as("outcomes").isNotNull().allMatch(Outcome.Merged.class::isInstance);
    return outcomes.stream().map(Outcome::task).toList();
  }

  @Test
  void aLeaseIsToldAtOnceAndOneThatIsNotMergedWaits() throws Exception {
    List<LeasedTask> whole = lease(1, 3);
    List<LeasedTask> begun = lease(2, 2);
    try (ShardFlusher flusher = new ShardFlusher(FOR_EVER, _ -> {})) {
      merged(flusher, begun.getFirst());
      for (LeasedTask work : whole) {
        assertThat(told).isEmpty();
        merged(flusher, work);
      }
      assertThat(nextTasks()).containsExactly(0, 1, 2);
      assertThat(told).isEmpty();
      merged(flusher, begun.getLast());
      assertThat(nextTasks()).containsExactly(0, 1);
    }
    assertThat(told).isEmpty();
  }

  @Test
  void aPieceThatCameToNothingHoldsNoOtherBack() throws Exception {
    List<LeasedTask> lease = lease(1, 3);
    try (ShardFlusher flusher = new ShardFlusher(FOR_EVER, _ -> {})) {
      merged(flusher, lease.getFirst());
      merged(flusher, lease.get(1));
      lease.getLast().over();
      assertThat(nextTasks()).containsExactly(0, 1);
    }
  }

  @Test
  void aLeaseThatTakesLongIsToldInParts() throws Exception {
    List<LeasedTask> lease = lease(1, 2);
    Duration patience = Duration.ofMillis(1);
    try (ShardFlusher flusher = new ShardFlusher(patience, _ -> {})) {
      merged(flusher, lease.getFirst());
      assertThat(nextTasks()).containsExactly(0);
      merged(flusher, lease.getLast());
      assertThat(nextTasks()).containsExactly(1);
    }
  }

  @Test
  void nothingIsToldOfALeaseThatWasAbandoned() throws Exception {
    List<LeasedTask> abandoned = lease(1, 1);
    List<LeasedTask> other = lease(2, 1);
    try (ShardFlusher flusher = new ShardFlusher(FOR_EVER, _ -> {})) {
      abandoned.getFirst().lease().abandon();
      merged(flusher, abandoned.getFirst());
      merged(flusher, other.getFirst());
      assertThat(told.poll(30, TimeUnit.SECONDS))
          .extracting(Outcome::lease)
          .containsExactly(other.getFirst().lease().id());
      assertThat(told).isEmpty();
    }
  }

  @Test
  void bytesThatCannotBeFlushedHaveNoReceipt() throws Exception {
    LeasedTask work = lease(1, 1).getFirst();
    Path shard = work.spec().shard(0, work.task());
    Files.delete(shard);
    try (ShardFlusher flusher = new ShardFlusher(FOR_EVER, _ -> {})) {
      merged(flusher, work);
      assertThat(told.poll(30, TimeUnit.SECONDS))
          .singleElement(InstanceOfAssertFactories.type(Outcome.Failed.class))
          .satisfies(failed -> {
            assertThat(failed.failure().kind()).isEqualTo(Failure.Kind.ENVIRONMENT);
            assertThat(failed.failure().message()).startsWith(shard.toString());
          });
    }
  }
}
