package dev.stockpot.coordinator.staging;

import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** Checks what an earlier run left in the shards: nothing is believed before its checksum is. */
public final class StagedBytes {

  private static final int CHUNK = 1 << 20;

  private StagedBytes() {}

  /**
   * The receipts whose staged bytes are not what they say. Reads every one of those bytes.
   *
   * @param tasks by id
   */
  public static List<Integer> mismatches(
      Path shards, List<String> shardNames, List<TensorTask> tasks, Collection<Receipt> receipts) {
    Map<Integer, FileChannel> channels = new HashMap<>();
    try {
      for (Receipt receipt : receipts) {
        int shard = tasks.get(receipt.task()).shard();
        if (!channels.containsKey(shard)) {
          channels.put(
              shard,
              FileChannel.open(shards.resolve(shardNames.get(shard)), StandardOpenOption.READ));
        }
      }
      return receipts.parallelStream()
          .filter(receipt -> !matches(receipt, tasks.get(receipt.task()), channels))
          .map(Receipt::task)
          .toList();
    } catch (IOException e) {
      throw MergeException.environment(
          "%s: staged bytes cannot be read: %s".formatted(shards, StagingArea.reason(e)), e);
    } finally {
      channels.values().forEach(StagedBytes::close);
    }
  }

  private static boolean matches(
      Receipt receipt, TensorTask task, Map<Integer, FileChannel> channels) {
    FileChannel channel = java.util.Objects.requireNonNull(channels.get(task.shard()));
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
    return (int) crc.getValue() == receipt.outputCrc();
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException _) {
      // Only read from.
    }
  }
}
