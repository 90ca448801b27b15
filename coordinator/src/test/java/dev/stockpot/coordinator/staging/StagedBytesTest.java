package dev.stockpot.coordinator.staging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.stockpot.checkpoint.file.FileTrees;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.coordinator.Soup;
import dev.stockpot.merge.Failure;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.Receipt.StageNanos;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.planner.PlannedMerge;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedBytesTest {

  @TempDir private Path directory;
  private PlannedMerge planned;
  private StagingArea staging;
  private final List<Receipt> receipts = new ArrayList<>();

  @BeforeEach
  void fillEveryTask() throws IOException {
    Soup soup = Soup.in(directory);
    planned = soup.planned();
    staging = StagingArea.claim(soup.output());
    staging.allocate(planned.shards());
    Random random = new Random(1);
    for (TensorTask task : planned.tasks()) {
      byte[] bytes = new byte[(int) task.length()];
      random.nextBytes(bytes);
      try (RandomAccessFile file = shard(task)) {
        file.seek(task.offset());
        file.write(bytes);
      }
      CRC32C crc = new CRC32C();
      crc.update(bytes);
      receipts.add(
          new Receipt(
              task.id(),
              List.of(new Receipt.Output((int) crc.getValue(), 0, 0)),
              List.of(),
              StageNanos.ZERO));
    }
  }

  @AfterEach
  void giveTheAreaBack() {
    staging.close();
  }

  private List<String> shardNames() {
    return planned.layout().shards().stream().map(ShardLayout::fileName).toList();
  }

  private RandomAccessFile shard(TensorTask task) throws IOException {
    return new RandomAccessFile(
        staging.shards().resolve(shardNames().get(task.shard())).toFile(), "rw");
  }

  private List<Integer> mismatches() {
    return StagedBytes.mismatches(staging.shards(), planned, receipts);
  }

  private void flip(TensorTask task, long at, int bit) throws IOException {
    try (RandomAccessFile file = shard(task)) {
      file.seek(task.offset() + at);
      int old = file.read();
      file.seek(task.offset() + at);
      file.write(old ^ (1 << bit));
    }
  }

  @Test
  void bytesThatAreAsWrittenMatch() {
    assertThat(mismatches()).isEmpty();
  }

  @Test
  void aSingleFlippedBitIsFoundWhereverItIs() throws IOException {
    Random random = new Random(2);
    for (TensorTask task : planned.tasks()) {
      for (long at : List.of(0L, task.length() - 1, random.nextLong(task.length()))) {
        int bit = random.nextInt(Byte.SIZE);
        flip(task, at, bit);
        assertThat(mismatches()).as("%s byte %d", task.tensor(), at).containsExactly(task.id());
        flip(task, at, bit);
      }
    }
    assertThat(mismatches()).isEmpty();
  }

  @Test
  void onlyTasksWithReceiptsAreLookedAt() throws IOException {
    TensorTask flipped = planned.tasks().getFirst();
    flip(flipped, 0, 0);
    receipts.removeFirst();
    assertThat(mismatches()).isEmpty();
    receipts.clear();
    FileTrees.delete(staging.shards());
    assertThat(mismatches()).isEmpty();
  }

  @Test
  void aTruncatedShardMismatchesFromItsEndOn() throws IOException {
    TensorTask cut = planned.tasks().getLast();
    try (RandomAccessFile file = shard(cut)) {
      file.setLength(cut.offset() + cut.length() - 1);
    }
    List<Integer> behind =
        planned.tasks().stream()
            .filter(task -> task.shard() == cut.shard() && task.offset() >= cut.offset())
            .map(TensorTask::id)
            .toList();
    assertThat(mismatches()).containsExactlyInAnyOrderElementsOf(behind).contains(cut.id());
  }

  @Test
  void aShardThatIsGoneIsAFailureThatNamesIt() throws IOException {
    Path gone = staging.shards().resolve(shardNames().getLast());
    Files.delete(gone);
    assertThatExceptionOfType(MergeException.class)
        .isThrownBy(this::mismatches)
        .withMessageContaining(gone.toString())
        .satisfies(
            thrown -> assertThat(thrown.failure().kind()).isEqualTo(Failure.Kind.ENVIRONMENT));
  }
}
