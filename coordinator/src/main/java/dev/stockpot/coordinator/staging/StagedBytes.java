package dev.stockpot.coordinator.staging;

import dev.stockpot.checkpoint.file.FileErrors;
import dev.stockpot.checkpoint.file.RegularFiles;
import dev.stockpot.checkpoint.safetensors.PlacedTensor;
import dev.stockpot.checkpoint.safetensors.ShardLayout;
import dev.stockpot.merge.MergeException;
import dev.stockpot.merge.Receipt;
import dev.stockpot.merge.TensorTask;
import dev.stockpot.merge.planner.PlannedMerge;
import dev.stockpot.merge.verification.Manifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.Collectors;
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
            channels.put(shard, RegularFiles.open(shards.resolve(shard), StandardOpenOption.READ));
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

  /** Whether a soup's bytes are those of its manifest. Reads every one. */
  public static boolean match(Path directory, PlannedMerge planned, Manifest manifest) {
    Map<String, String> checksums =
        manifest.tensors().stream()
            .collect(Collectors.toMap(Manifest.Tensor::name, Manifest.Tensor::crc32c));
    return planned.layout().shards().parallelStream()
        .allMatch(shard -> match(directory.resolve(shard.fileName()), shard, checksums));
  }

  private static boolean match(Path file, ShardLayout shard, Map<String, String> checksums) {
    try (FileChannel channel = RegularFiles.open(file, StandardOpenOption.READ)) {
      for (PlacedTensor tensor : shard.tensors()) {
        OptionalInt crc = crc(channel, tensor.offset(), tensor.byteSize());
        if (crc.isEmpty()
            || !HexFormat.of().toHexDigits(crc.getAsInt()).equals(checksums.get(tensor.name()))) {
          return false;
        }
      }
      return true;
    } catch (IOException _) {
      return false;
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
    try {
      return crc(channel, task.offset(), task.length()).equals(OptionalInt.of(output.crc()));
    } catch (IOException _) {
      return false;
    }
  }

  /** Empty if the file ends before. */
  private static OptionalInt crc(FileChannel channel, long offset, long length) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, length));
    for (long at = 0; at < length; ) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), length - at));
      int read = channel.read(chunk, offset + at);
      if (read < 0) {
        return OptionalInt.empty();
      }
      crc.update(chunk.flip());
      at += read;
    }
    return OptionalInt.of((int) crc.getValue());
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException _) {
      // Only read from.
    }
  }
}
