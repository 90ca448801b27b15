package dev.stockpot.coordinator.staging;

import dev.stockpot.checkpoint.FileErrors;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.planner.PlannedMerge;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/** Checks what an earlier run left in the shards: nothing is believed before its checksum is. */
public final class StagedBytes {

  private static final int CHUNK = 1 << 20;

  private StagedBytes() {}

  /**
   * The tasks whose receipts do not say what is staged, in some soup. Reads every byte of theirs.
   *
   * @param shards the directory that the shards are staged in
   */
  public static List<Integer> mismatches(
      Path shards, PlannedMerge planned, Collection<Receipt> receipts) {
    Map<Path, FileChannel> channels = new HashMap<>();
    try {
      for (Receipt receipt : receipts) {
        for (Path shard : planned.shardsOf(planned.tasks().get(receipt.task()))) {
          if (!channels.containsKey(shard)) {
            channels.put(shard, FileChannel.open(shards.resolve(shard), StandardOpenOption.READ));
          }
        }
      }
      return receipts.parallelStream()
          .filter(receipt -> !matches(receipt, planned, channels))
          .map(Receipt::task)
          .toList();
    } catch (IOException e) {
      throw MergeException.environment(
          "%s: staged bytes cannot be read: %s".formatted(shards, FileErrors.located(e)), e);
    } finally {
      channels.values().forEach(StagedBytes::close);
    }
  }

  private static boolean matches(
      Receipt receipt, PlannedMerge planned, Map<Path, FileChannel> channels) {
    TensorTask task = planned.tasks().get(receipt.task());
    List<Path> shards = planned.shardsOf(task);
    return IntStream.range(0, shards.size())
        .allMatch(soup ->
            matches(
                receipt.outputs().get(soup),
                task,
                Objects.requireNonNull(channels.get(shards.get(soup)))));
  }

  private static boolean matches(Receipt.Output output, TensorTask task, FileChannel channel) {
    CRC32C crc = new CRC32C();
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, task.length()));
    try {
      for (long at = 0; at < task.length(); ) {
        chunk.clear().limit((int) Math.min(chunk.capacity(), task.length() - at));
        int read = channel.read(chunk, task.offset() + at);
        if (read < 0) {
          return false;
        }
        crc.update(chunk.flip());
        at += read;
      }
    } catch (IOException _) {
      return false;
    }
    return (int) crc.getValue() == output.crc();
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException _) {
      // Only read from.
    }
  }
}
